"""Running the pipeline on what a command was asked to read."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypedDict

import click

from aispec.pipeline import Options, check
from aispec.report.report import FailOn, Report
from aispec.spec.repository import around
from aispec.spec.settings import SettingsFinder
from aispec.spec.text import taken
from aispec.surface.terminal import tell

if TYPE_CHECKING:
    from typing import Unpack

    from aispec.governance import Governor

STDIN = "<stdin>"


def listed(values: Sequence[str]) -> tuple[str, ...]:
    """Return names given as `--engine vllm,sglang --engine tgi`."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def codes(values: Sequence[str]) -> tuple[str, ...]:
    """Return codes given as `--select FIT,COST --select LAT001`, in capitals."""
    return tuple(code.upper() if code.isalnum() else code for code in listed(values))


def _refuse_unknown(options: Options, files: Sequence[str]) -> None:
    """Raise `UsageError` for a code that names no rule of ours or of the files' settings.

    A run of no rules would pass in silence.
    """
    from aispec.policy.rule import load_builtin
    from aispec.policy.selection import Selection

    asked = Selection(options.select, options.ignore)
    if not asked.unmatched(load_builtin()):
        return
    governing = governor()
    known = [rule for path in files or ("ai-deploy.yaml",) for rule in governing.of(path).known]
    for code in asked.unmatched(known)[:1]:
        from aispec.catalog.names import or_nearest

        advice = or_nearest(code, [name for rule in known for name in (rule.code, rule.name)])
        raise click.UsageError(f"no rule is called '{code}'{advice}: see `aispec rules list`")


class Wishes(TypedDict, total=False):
    """What `options_of` takes."""

    today: date | None
    select: Sequence[str]
    ignore: Sequence[str]
    fail_on: FailOn | None
    strict: bool
    remedies: bool | None
    baseline: str | None
    prices: str | None
    root: str
    repository: str | None
    before: Report | None
    kept: str | None


def options_of(
    *,
    today: date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: FailOn | None = None,
    strict: bool = False,
    remedies: bool | None = False,
    baseline: str | None = None,
    prices: str | None = None,
    root: str = ".",
    repository: str | None = None,
    before: Report | None = None,
    kept: str | None = None,
) -> Options:
    """Return how a run of the pipeline differs from the usual one.

    `root` is where paths start, and `repository` the folder that they may not leave: without one
    the repository around `root`. `before` is a run that this one is compared with, `kept` where
    results of earlier runs are.
    """
    return Options(
        root=root,
        repository=repository or around(root),
        today=today or date.today(),
        select=codes(select),
        ignore=codes(ignore),
        fail_on=fail_on,
        strict=strict,
        remedies=remedies,
        baseline=baseline,
        prices=prices,
        before=before,
        kept=kept,
    )


def read_stdin() -> bytes:
    """Return standard input, up to what the reader refuses."""
    return taken(sys.stdin.buffer)


def judged(paths: Sequence[str], **wishes: Unpack[Wishes]) -> Report:
    """Run the pipeline on what a command was asked to read; `-` is standard input."""
    options = options_of(**wishes)
    report = check(*named(paths, options))
    if options.select or options.ignore:
        _refuse_unknown(options, report.files)
    return report


def judged_texts(
    texts: Mapping[str, str], *, today: date | None, prices: str | None = None
) -> Report:
    """Judge texts that are not on disk by their paths, remedies sought for whatever is found."""
    return check((), options_of(today=today, remedies=True, prices=prices), texts)


def named(
    paths: Sequence[str], options: Options
) -> tuple[list[str], Options, dict[str, bytes] | None]:
    """Return what a run is given: the paths, this folder where there is none, and what `-` is."""
    texts = {STDIN: read_stdin()} if "-" in paths else None
    given = [path for path in paths if path != "-"]
    return given or ([] if texts else ["."]), options, texts


def readable(report: Report) -> int:
    """Return 0, or 2 where a file could not be read, after saying why on standard error."""
    from aispec.report.concise import render

    unreadable = [f for f in report.counted() if f.unreadable]
    if not unreadable:
        return 0
    lines = [line for line in render(report).splitlines() if "[SPEC0" in line]
    tell("\n".join(lines), error=True)
    return 2


def governor() -> Governor:
    """Return what decides over rules for the files below here."""
    from aispec.governance import Governor

    options = Options(root=".", repository=repository())
    return Governor(options.root, SettingsFinder(), options)


def repository() -> str:
    """Return the folder that holds `.git`, from here upward; else this one."""
    return around(".")
