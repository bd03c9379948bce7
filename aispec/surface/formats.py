"""What `aispec check` writes: a run in each of the formats, several at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from aispec.record import record
from aispec.report.report import Report
from aispec.surface.terminal import emit, screen

if TYPE_CHECKING:
    from aispec.policy.rule import Rule
    from aispec.report.comparison import Comparison
    from aispec.report.shown import Replacement, Shown


@record
class Run:
    """What there is to write, and how a terminal is drawn on."""

    report: Report
    comparison: Comparison | None = None
    colour: str = "auto"
    quiet: bool = False
    verbose: bool = False

    @property
    def exit_code(self) -> int:
        """That of the report, or with `--fail-on-new` of what is new in it."""
        return (self.comparison or self.report).exit_code


BRIEF = ("terminal", "concise", "sarif", "junit", "gitlab", "github")
"""Formats that show findings and overviews, and no more of a deployment."""
_EXACT = ("github", "html", "junit")  # what a program reads, and JSON has escapes of its own
Output = tuple[str, str | None]
"""A format, and the file it goes to; none for standard output."""


def outputs(asked: Sequence[str], form: str) -> list[Output]:
    """Return what is written where, for `--output FILE` and `--output FORMAT=FILE`.

    A file without a format takes the place of standard output. Raises `click.UsageError` for a
    format that there is not, and where two go to one file.
    """
    found: list[Output] = []
    for each in asked:
        name, mark, path = each.partition("=")
        if mark and name.isalnum() and name not in FORMATS:
            known = ", ".join(FORMATS)
            raise click.UsageError(
                f"there is no format '{name}' but {known}; write ./{each} for a file of that name"
            )
        found.append((name, path) if mark and name in FORMATS else (form, each))
    plain = [path for each, (_, path) in zip(asked, found, strict=True) if path == each]
    if len(plain) > 1:
        raise click.UsageError("several outputs need a format each: --output sarif=report.sarif")
    paths = [os.path.abspath(path or "") for _, path in found]
    if len(set(paths)) < len(paths) or "" in [path for _, path in found]:
        raise click.UsageError("every --output needs a file of its own")
    return found if plain else [(form, None), *found]


def emit_all(run: Run, wanted: Iterable[Output]) -> None:
    """Write a run wherever it is wanted, files first: a broken pipe loses none of them."""
    for form, path in sorted(wanted, key=lambda output: output[1] is None):
        emit(FORMATS[form](run, path is not None), path, exact=form in _EXACT)


def _terminal(run: Run, to_file: bool) -> str:
    from aispec.report.terminal import render

    drawn = screen("never" if to_file and run.colour == "auto" else run.colour)
    text = render(
        run.report,
        colour=drawn.colour,
        width=drawn.width,
        unicode=drawn.unicode,
        quiet=run.quiet,
        verbose=run.verbose,
        folder=os.getcwd() if drawn.links and not to_file else None,
    )
    if run.comparison is None or run.quiet:
        return text
    from aispec.report.diff_terminal import render as changes

    said = changes(run.comparison, colour=drawn.colour, cells=drawn.width, unicode=drawn.unicode)
    return f"{text}\n{said}"


def _concise(run: Run, to_file: bool) -> str:
    from aispec.report.concise import render

    return render(run.report)


def _json(run: Run, to_file: bool) -> str:
    from aispec.report.json_format import check_json, dumps

    data = check_json(run.report)
    if run.comparison is not None:
        from aispec.report.comparison_json import diff_json

        data["diff"] = diff_json(run.comparison)
    return dumps(data)


def _markdown(run: Run, to_file: bool) -> str:
    if run.comparison is not None:
        from aispec.report.comment import render_summary

        return render_summary(run.comparison)
    from aispec.report.markdown import render

    return render(run.report)


def _html(run: Run, to_file: bool) -> str:
    from aispec.report.html import render

    return render(run.report)


def _sarif(run: Run, to_file: bool) -> str:
    from aispec.report.sarif import render

    return render(_shown(run, fixes=True), _rules(run.report))


def _junit(run: Run, to_file: bool) -> str:
    from aispec.report.junit import render

    return render(_counting(run))


def _gitlab(run: Run, to_file: bool) -> str:
    from aispec.report.gitlab import render

    return render(_shown(run))


def _github(run: Run, to_file: bool) -> str:
    from aispec.report.annotations import render

    return render(_shown(run))


FORMATS: dict[str, Callable[[Run, bool], str]] = {
    "terminal": _terminal,
    "concise": _concise,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "sarif": _sarif,
    "junit": _junit,
    "gitlab": _gitlab,
    "github": _github,
}
"""What writes a run, by the format's name."""


def _counting(run: Run) -> Report:
    """The report with what counts: with `--fail-on-new`, that which is new."""
    return run.report if run.comparison is None else run.comparison.judged


def _shown(run: Run, fixes: bool = False) -> Shown:
    from aispec.report.shown import Shown
    from aispec.spec.repository import around

    new = None
    if run.comparison is not None and run.comparison.base is not None:
        new = frozenset(finding.fingerprint for finding in run.comparison.new)
    folder = os.path.relpath(".", around(".")).replace(os.sep, "/")
    report = run.report if fixes else _counting(run)
    return Shown(report, "" if folder == "." else folder, new, _fixes(report) if fixes else {})


_MOST_READ = 48 << 10  # characters for all edits: each reads its file several times
_LEAST_READ = 800  # that an edit counts for, so that there are at most 61


def _fixes(report: Report) -> dict[tuple[str, str], Sequence[Replacement]]:
    """The remedies that change only some bytes of the file they are for, as far as time allows."""
    from aispec.mend.mend import with_fields
    from aispec.mend.text import RefusedError
    from aispec.report.shown import replacements

    made: dict[tuple[str, str], Sequence[Replacement]] = {}
    read = 0
    for finding in report.counted():
        if not (finding.remedies and finding.deployment):
            continue
        before = "\n".join(report.lines.get(finding.path, ()))
        for remedy in finding.remedies if before else ():
            if read + len(before) > _MOST_READ:
                break
            read += max(len(before), _LEAST_READ)
            try:
                after = with_fields(
                    before, finding.path, finding.deployment or "", dict(remedy.set)
                )
            except RefusedError:
                continue
            made[finding.fingerprint, remedy.change] = replacements(before, after)
    return made


def _rules(report: Report) -> list[Rule]:
    """All rules that may have found something, with the words that tell them."""
    from aispec.policy.rule import load_builtin
    from aispec.surface.judging import governor

    here = governor()
    own = (rule for path in report.files for rule in here.of(path).known)
    return [*own, *load_builtin(told=True)]
