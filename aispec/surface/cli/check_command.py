"""`aispec check`: the main job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import click

from aispec.report.report import FailOn, Report
from aispec.surface.cli.asking import (
    colour_option,
    judged,
    paths_argument,
    prices_option,
    today_option,
)
from aispec.surface.cli.completing import codes
from aispec.surface.cli.formats import FORMATS, Run, emit_all, outputs


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
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    help="Exit with 1 from this severity on (default: error).",
)
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    shell_complete=codes,
    help="Run only these rules: FIT,COST001.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODES",
    shell_complete=codes,
    help="Leave these rules out.",
)
@click.option("--strict", is_flag=True, help="What nobody can tell counts as a failure.")
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
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Print what was assumed, too.")
@prices_option
@today_option
@colour_option
def command(
    paths: tuple[str, ...],
    form: str,
    output: tuple[str, ...],
    fail_on: FailOn | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    remedies: bool | None,
    baseline: str | None,
    no_baseline: bool,
    base: str | None,
    fail_on_new: bool,
    prices: str | None,
    quiet: bool,
    verbose: bool,
    today: date | None,
    colour: str,
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
    if remedies is None and {each for each, _ in wanted} == {"concise"}:
        remedies = False  # it has no room for them
    judge = partial(
        judged,
        today=today or date.today(),
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        strict=strict,
        prices=prices,
    )
    before = _before(base, paths, partial(judge, baseline="" if no_baseline else None))
    report = judge(
        paths, remedies=remedies, baseline="" if no_baseline else baseline, before=before
    )
    run = Run(report, colour=colour, quiet=quiet, verbose=verbose)
    if before is not None:
        from aispec.report.comparison import compare

        run = replace(run, comparison=compare(before, report, new_only=fail_on_new))
    emit_all(run, wanted)
    return run.comparison.exit_code if run.comparison else report.exit_code


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
