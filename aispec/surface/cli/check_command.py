"""`aispec check`: the main job."""

from __future__ import annotations

from datetime import date

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
from aispec.surface.cli.terminal import emit, screen

FORMATS = ("terminal", "concise", "json", "markdown")


@click.command("check")
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="How the report is written.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
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
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Print what was assumed, too.")
@prices_option
@today_option
@colour_option
def command(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    fail_on: FailOn | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    remedies: bool | None,
    baseline: str | None,
    no_baseline: bool,
    prices: str | None,
    quiet: bool,
    verbose: bool,
    today: date | None,
    colour: str,
) -> int:
    """Judge the specs in PATHS: files, folders, globs, or - for standard input.

    Without PATHS every spec below this folder is judged: ai-deploy.yaml, *.ai-deploy.yaml, and what
    .aispec.yaml names. The exit code is 0 when all is well, 1 when there are findings at --fail-on
    or worse, 2 when a file can't be read as a spec.

    \b
    Examples:
      aispec check
      aispec check deploy/ --fail-on warning
      aispec check --format markdown --output report.md
      cat ai-deploy.yaml | aispec check -
    """
    if form == "concise" and remedies is None:
        remedies = False  # it has no room for them
    report = judged(
        paths,
        today=today,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        strict=strict,
        remedies=remedies,
        baseline="" if no_baseline else baseline,
        prices=prices,
    )
    filed = output is not None
    emit(written(report, form, colour, to_file=filed, quiet=quiet, verbose=verbose), output)
    return report.exit_code


def written(
    report: Report,
    form: str,
    colour: str = "auto",
    *,
    to_file: bool = False,
    quiet: bool = False,
    verbose: bool = False,
) -> str:
    """Return a report in one of the formats."""
    if form == "json":
        from aispec.report.json_format import check_json, dumps

        return dumps(check_json(report))
    if form == "markdown":
        from aispec.report.markdown import render as markdown

        return markdown(report)
    if form == "concise":
        from aispec.report.concise import render as concise

        return concise(report)
    from aispec.report.terminal import render

    drawn = screen("never" if to_file and colour == "auto" else colour)
    return render(
        report,
        colour=drawn.colour,
        width=drawn.width,
        unicode=drawn.unicode,
        quiet=quiet,
        verbose=verbose,
    )
