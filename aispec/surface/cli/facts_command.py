"""`aispec facts`: every computed figure."""

from __future__ import annotations

from datetime import date

import click

from aispec.surface.cli.asking import colour_option, paths_argument, prices_option, today_option
from aispec.surface.judging import judged, readable
from aispec.surface.terminal import emit, screen


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
    return readable(report)
