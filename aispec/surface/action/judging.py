"""Judges the checkout and what it is compared with."""

from __future__ import annotations

import os
from datetime import date

from aispec.pipeline import Options, check
from aispec.record import record, replace
from aispec.report.report import FailOn, Report
from aispec.surface.action.base import Base
from aispec.surface.action.clone import found
from aispec.surface.action.failure import InvalidError
from aispec.surface.action.inputs import Inputs
from aispec.surface.action.remote import Remote
from aispec.surface.comparing import is_named, without_absence
from aispec.surface.forge.github import GitHub
from aispec.surface.git import GitError, Repository
from aispec.surface.past import Source, unpacked


@record
class Question:
    """What is to be judged: paths and settings from `root`, the repository's top folder."""

    root: str
    paths: tuple[str, ...]
    named: bool  # the workflow names the paths
    config: str | None
    fail_on: FailOn | None
    today: date


@record
class Compared:
    """A base's report and commit; without one, `missing` says why."""

    report: Report | None = None
    commit: str = ""
    missing: str = ""


def question(inputs: Inputs, root: str, here: str, today: date) -> Question:
    """Return the question that the inputs ask. Raises `InvalidError` for a path that leads away."""

    def inside(path: str) -> str:
        full = os.path.normpath(os.path.join(here, path))
        if not (full + os.sep).startswith(root.rstrip(os.sep) + os.sep):
            raise InvalidError(f"'{path}' lies outside the repository")
        return os.path.relpath(full, root).replace(os.sep, "/")

    config = inside(inputs.config) if inputs.config else None
    if config and not os.path.isfile(os.path.join(root, config)):
        raise InvalidError(f"config is '{inputs.config}', and there is no such file")
    return Question(
        root=root,
        paths=tuple(map(inside, inputs.paths)) or (inside("."),),
        named=bool(inputs.paths),
        config=config,
        fail_on=inputs.fail_on if inputs.fail_on in ("error", "warning") else None,
        today=today,
    )


def head_report(asked: Question, before: Report | None) -> Report:
    """Return the report on the checkout; `before` is the base's.

    Without any spec, and without a path that was named, there is nothing to find fault with.
    """
    report = _judged(asked, asked.root, remedies=None, before=before)
    nothing = not report.files and [f.code for f in report.findings] == ["SPEC004"]
    return replace(report, findings=()) if nothing and not asked.named else report


def base_report(asked: Question, base: Base, clone: Repository | None, hub: GitHub) -> Compared:
    """Return the report on what the checkout is compared with."""
    if not base.ref:
        return Compared(missing=base.missing)
    commit = found(clone, base.ref) if clone else None
    source: Source = clone if clone and commit else Remote(hub, base.ref, clone)
    commit = commit or base.ref
    named = asked.paths if asked.named else ()
    try:
        with unpacked(source, commit, lambda path: is_named(path, named), asked.config) as folder:
            report = _judged(asked, folder, remedies=False)
    except GitError as error:
        return Compared(missing=f"the files of {base.ref} can't be had: {error.message}")
    return Compared(without_absence(report), commit)


def _judged(
    asked: Question, root: str, *, remedies: bool | None, before: Report | None = None
) -> Report:
    config = os.path.join(root, asked.config) if asked.config else None
    options = Options(
        root=root,
        repository=root,
        config=config if config and os.path.isfile(config) else None,
        today=asked.today,
        fail_on=asked.fail_on,
        remedies=remedies,
        before=before,
    )
    return check(asked.paths, options)
