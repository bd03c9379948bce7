"""`aispec schema`: JSON Schemas for editors and other tools."""

from __future__ import annotations

import click

from aispec.surface.terminal import emit

NAMES = ("ai-deploy", "config", "rule", "report", "model", "accelerator")


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES), default="ai-deploy", metavar="[NAME]")
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
def command(name: str, output: str | None) -> int:
    """Print the schema NAME: of a spec, settings, a rule, the JSON report or a catalogue entry.

    NAME is ai-deploy (the default), config, rule, report, model or accelerator.

    \b
    Examples:
      aispec schema > ai-deploy.schema.json
      aispec schema rule
    """
    from aispec.resources import schema_text

    emit(schema_text(name), output)
    return 0
