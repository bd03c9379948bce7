"""`aispec action`: what `action.yml` runs; it reads its inputs from the environment."""

from __future__ import annotations

import os
from datetime import date

import click

from aispec.surface.cli.asking import today_option


@click.command("action")
@today_option
def command(today: date | None) -> int:
    """Run as the GitHub Action: inputs, event and outputs are where a runner puts them.

    Meant for action.yml. To judge specs by hand, `aispec check`.
    """
    from aispec.surface.action.run import run

    return run(os.environ, today)
