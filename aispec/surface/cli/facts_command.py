"""`aispec facts`: every computed figure."""

from __future__ import annotations

from datetime import date

import click

from aispec.report.report import Report
from aispec.surface.cli.asking import (
    colour_option,
    judged,
    paths_argument,
    prices_option,
    today_option,
)
from aispec.surface.cli.terminal import emit, screen


@click.command("facts")
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or JSON.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
@prices_option
@today_option
@colour_option
def command(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    today: date | None,
    colour: str,
    prices: str | None,
) -> int:
    """Print every fact of the deployments in PATHS with its bounds and how it was made.

    \b
    Examples:
      aispec facts ai-deploy.yaml
      aispec facts --format json deploy/
    """
    report = judged(paths, today=today, prices=prices)
    if form == "json":
        from aispec.report.json_format import dumps, facts_json

        emit(dumps(facts_json(report)), output)
    else:
        from aispec.report.facts_text import render

        drawn = screen(colour)
        emit(render(report, colour=drawn.colour, width=drawn.width), output)
    return _outcome(report)


def _outcome(report: Report) -> int:
    """Return 2 where a file could not be read, after saying why on standard error."""
    from aispec.report.concise import render

    unreadable = [f for f in report.counted() if f.unreadable]
    if not unreadable:
        return 0
    lines = [line for line in render(report).splitlines() if "[SPEC0" in line]
    click.echo("\n".join(lines), err=True)
    return 2
