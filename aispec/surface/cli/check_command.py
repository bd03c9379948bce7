"""`aispec check`: the main job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from aispec.report.report import Report
from aispec.surface.cli.asking import (
    colour_option,
    judging_options,
    paths_argument,
    prices_option,
    today_option,
)
from aispec.surface.formats import BRIEF, FORMATS, Run, emit_all, outputs
from aispec.surface.judging import judged
from aispec.surface.keeping import folder

if TYPE_CHECKING:
    from aispec.report.comparison import Comparison


@click.command("check")
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="terminal",
    show_default=True,
    help="How the report is written.",
)
@click.option(
    "--output",
    "-o",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write it to this file; with a format, in addition, as often as you like.",
)
@judging_options
@click.option(
    "--remedies/--no-remedies",
    default=None,
    help="Try what would help (default: unless something is found in very many deployments).",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Findings that wait (default: .aispec-baseline.json beside the settings).",
)
@click.option("--no-baseline", is_flag=True, help="Count findings that wait in a baseline, too.")
@click.option("--diff", "base", metavar="BASE", help="Say what changed since this commit, too.")
@click.option("--fail-on-new", is_flag=True, help="With --diff, let only new findings count.")
@click.option("--no-cache", is_flag=True, help="Judge all anew, and keep no results for later.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Print what was assumed, too.")
@prices_option
@today_option
@colour_option
def command(
    paths: tuple[str, ...],
    form: str,
    output: tuple[str, ...],
    remedies: bool | None,
    baseline: str | None,
    no_baseline: bool,
    base: str | None,
    fail_on_new: bool,
    no_cache: bool,
    quiet: bool,
    verbose: bool,
    colour: str,
    **judging: Any,
) -> int:
    """Judge the specs in PATHS: files, folders, globs, or - for standard input.

    Without PATHS every spec below this folder is judged: ai-deploy.yaml, *.ai-deploy.yaml, what
    lies in a folder ai-deploy/, and what .aispec.yaml names. The exit code is 0 when all is well, 1
    when there are findings at --fail-on or worse, 2 when a file can't be read as a spec.

    \b
    Examples:
      aispec check
      aispec check deploy/ --fail-on warning
      aispec check --format markdown --output report.md
      aispec check --output sarif=aispec.sarif --output junit=aispec.xml
      aispec check --diff main --fail-on-new
      cat ai-deploy.yaml | aispec check -
    """
    wanted = outputs(output, form)
    if fail_on_new and not base:
        raise click.UsageError("--fail-on-new goes with --diff BASE")
    if {each for each, _ in wanted} == {"concise"}:
        remedies = remedies or False  # it has no room for them
    recorded = "" if no_baseline else None  # what stood there goes by its own baseline
    judge: Callable[..., Report] = partial(judged, **judging)
    before = _before(base, paths, partial(judge, baseline=recorded))
    now = "" if no_baseline else baseline
    brief = not (base or verbose or no_cache) and all(each in BRIEF for each, _ in wanted)
    kept = folder() if brief else None
    report = judge(paths, remedies=remedies, baseline=now, before=before, kept=kept)
    run = Run(report, _compared(before, report, fail_on_new), colour, quiet, verbose)
    emit_all(run, wanted)
    return run.exit_code


def _compared(before: Report | None, report: Report, fail_on_new: bool) -> Comparison | None:
    if before is None:
        return None
    from aispec.report.comparison import compare

    return compare(before, report, new_only=fail_on_new)


def _before(base: str | None, paths: Sequence[str], judge: Callable[..., Report]) -> Report | None:
    """Judge what stood at the paths in a commit, where one is named."""
    if not base:
        return None
    from aispec.surface.comparing import at_commit
    from aispec.surface.git import GitError

    if "-" in paths:
        raise click.UsageError("standard input has no past to compare with")
    try:
        return at_commit(base, paths or ["."], judge)
    except GitError as error:
        raise click.ClickException(error.words) from None
