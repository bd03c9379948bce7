"""`aispec report`: the whole report for a wiki, an issue or a mail, whatever the verdict."""

from __future__ import annotations

from datetime import date

import click

from aispec.pipeline import Options
from aispec.pipeline.gathered import Gathered, gather
from aispec.pipeline.run import report_on
from aispec.report.markdown import render
from aispec.report.report import Report
from aispec.surface.cli.asking import paths_argument, prices_option, today_option
from aispec.surface.judging import named, options_of, readable
from aispec.surface.terminal import emit


@click.command("report")
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html"]),
    default="markdown",
    show_default=True,
    help="Markdown for a wiki or an issue, or one HTML file with charts.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
@click.option(
    "--remedies/--no-remedies",
    default=None,
    help="Try what would help (default: unless something is found in very many deployments).",
)
@prices_option
@today_option
def command(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    remedies: bool | None,
    prices: str | None,
    today: date | None,
) -> int:
    """Write the report of the specs in PATHS: findings, figures, assumptions and sources.

    The exit code is 0 whatever is found, and 2 when a file can't be read as a spec.

    \b
    Examples:
      aispec report > report.md
      aispec report --format html --output report.html
      aispec report deploy/chat.yaml --format html -o chat.html
    """
    options = options_of(today=today, remedies=remedies, prices=prices)
    gathered = gather(*named(paths, options))
    report = report_on(gathered.files, gathered.problems, gathered.governor, options)
    emit(_html(report, gathered, options, today) if form == "html" else render(report), output)
    return readable(report)


def _html(report: Report, gathered: Gathered, options: Options, today: date | None) -> str:
    """The page; a day is written on it only where it was asked for."""
    from aispec.pipeline.sweep import studies
    from aispec.report import html

    found = studies(gathered, options, html.wanted(report))
    return html.render(report, studies=found, today=today)
