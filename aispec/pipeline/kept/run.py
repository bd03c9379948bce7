"""The pipeline on files of which some are unchanged since a run whose results were kept.

Those are neither read as YAML nor judged. What is found is the same, to the byte: a deployment that
has to do with another one, by its name or by a route, is judged anew with it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from aispec import __version__
from aispec.pipeline.gathered import Found
from aispec.pipeline.kept.entry import Entry, written
from aispec.pipeline.kept.entry import read as read_entry
from aispec.pipeline.kept.ground import Ground
from aispec.pipeline.kept.shelf import Shelf
from aispec.pipeline.options import Options, seeking
from aispec.record import record, replace
from aispec.report.report import Judged, Report, strictest
from aispec.spec.settings import SettingsFinder
from aispec.spec.text import decode, taken

if TYPE_CHECKING:
    from aispec.spec.reader import SpecFile


@record
class _File:
    """A file of a run: its bytes, and what was kept of them; no bytes where it can't be read."""

    path: str
    raw: bytes | None
    key: str | None
    kept: Entry | None


def check(found: Found, options: Options) -> Report:
    """Judge files, those that were judged before from what was kept, and keep what is new."""
    assert options.kept is not None
    ground = Ground(options)
    shelf = Shelf(options.kept, ground.run)
    files = [_look(name, shelf, ground, found.finder, options) for name in found.names]
    report = _report(files, found, shelf, options)
    settings = [found.finder.governing(_folder(each.path, options))[0] for each in files]
    return replace(report, fail_on=options.fail_on or strictest(each.fail_on for each in settings))


def _folder(path: str, options: Options) -> str:
    return os.path.dirname(os.path.join(options.root, path)) or "."


def _look(
    path: str, shelf: Shelf, ground: Ground, finder: SettingsFinder, options: Options
) -> _File:
    try:
        with open(os.path.join(options.root, path), "rb") as file:
            raw = taken(file)
    except OSError:
        return _File(path, None, None, None)
    settings, problems = finder.governing(_folder(path, options))
    key = None if problems else ground.key(path, raw, settings)
    text = shelf.read(key) if key else None
    return _File(path, raw, key, read_entry(text, path) if text else None)


def _report(files: Sequence[_File], found: Found, shelf: Shelf, options: Options) -> Report:
    rest = [_read(each, options) for each in files if each.kept is None]
    if touched := _touched(files, rest):
        return _report(_forgotten(files, touched), found, shelf, options)
    old = [each for file in files if file.kept for each in file.kept.deployments]
    elsewhere = sum(each.wanting for each in old)
    new = _judged(rest, found, options, elsewhere)
    sought = seeking(elsewhere + sum(each.wanting for each in new.deployments), options)
    if lacking := {file.path for file in files if sought and file.kept and file.kept.lacking}:
        return _report(_forgotten(files, lacking), found, shelf, options)
    _keep(files, rest, new, shelf, sought)
    if not sought:
        old = [_without_remedies(each) for each in old]
    return _together(files, old, new)


def _read(each: _File, options: Options) -> SpecFile:
    from aispec.spec.reader import read, read_file

    if each.raw is None:
        return read_file(os.path.join(options.root, each.path), each.path)
    return read(each.raw, each.path)


def _touched(files: Sequence[_File], rest: Sequence[SpecFile]) -> set[str]:
    """Return the files with results of deployments that others have to do with.

    Those have the same name, or a route to them, or one to what nobody is called.
    """
    kept = [(each.name, file.path) for file in files if file.kept for each in file.kept.deployments]
    names = Counter(name for name, _ in kept)
    others = {located.spec.name for file in rest for located in file.deployments}
    targets = _targets(rest)
    if not targets <= others | names.keys():
        return {path for _, path in kept}
    near = others | targets
    return {path for name, path in kept if name in near or names[name] > 1}


def _targets(files: Sequence[SpecFile]) -> set[str]:
    return {
        route.to for file in files for located in file.deployments for route in located.spec.routes
    }


def _forgotten(files: Sequence[_File], paths: Collection[str]) -> list[_File]:
    return [replace(each, kept=None) if each.path in paths else each for each in files]


def _judged(rest: Sequence[SpecFile], found: Found, options: Options, elsewhere: int) -> Report:
    if not (rest or found.problems):
        return Report(__version__, (), (), ())
    from aispec.governance import Governor
    from aispec.pipeline.run import report_on

    governor = Governor(options.root, found.finder, options)
    return report_on(rest, found.problems, governor, options, elsewhere)


def _keep(
    files: Sequence[_File], rest: Sequence[SpecFile], report: Report, shelf: Shelf, sought: bool
) -> None:
    """Keep what was found of files that nothing else has to do with."""
    shared = _targets(rest) | _namesakes(rest)
    if any(finding.code == "SPEC015" for finding in report.findings):
        return  # the settings have a fault, which every run must tell
    faulty = {finding.path for finding in report.findings}
    made = _by_path(report.deployments)
    keys = {each.path: each.key for each in files}
    for file in rest:
        key = keys[file.path]
        if key and file.path not in faulty and _alone(file, shared):
            shelf.write(key, written(Entry(tuple(made[file.path]), sought)))


def _namesakes(files: Sequence[SpecFile]) -> set[str]:
    """Return the names used twice: the first to have one is judged by what the last one states."""
    names = Counter(located.spec.name for file in files for located in file.deployments)
    return {name for name, count in names.items() if count > 1}


def _alone(file: SpecFile, shared: Collection[str]) -> bool:
    """Whether what is found of a file rests on no other one; `shared` names do."""
    from aispec.spec.sense import paths

    return not file.problems and all(
        each.spec.workload is not None
        and not each.spec.routes
        and each.spec.name not in shared
        and not paths(each.document.data)
        for each in file.deployments
    )


def _without_remedies(each: Judged) -> Judged:
    plain = tuple(replace(finding, remedies=()) for finding in each.findings)
    return replace(each, findings=plain)


def _by_path(deployments: Iterable[Judged]) -> dict[str, list[Judged]]:
    made: dict[str, list[Judged]] = {}
    for each in deployments:
        made.setdefault(each.path, []).append(each)
    return made


def _together(files: Sequence[_File], old: Iterable[Judged], new: Report) -> Report:
    """Return one report of all files, their deployments in the files' order."""
    made = _by_path([*old, *new.deployments])
    lines = dict(new.lines)
    for file in files:
        if file.kept and file.raw is not None:
            lines[file.path] = decode(file.raw)[0].split("\n")
    return replace(
        new,
        files=tuple(file.path for file in files),
        deployments=tuple(each for file in files for each in made.get(file.path, ())),
        lines=lines,
    )
