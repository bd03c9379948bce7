"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from aispec.surface.cli import completing

_F = TypeVar("_F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day written as 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or say how one is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a day: write it as 2026-01-31", param, ctx)


def paths_argument(command: _F) -> _F:
    """Add the paths that a command reads."""
    return click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")(command)


def today_option(command: _F) -> _F:
    """Add the day that rules about dates take for today."""
    return click.option(
        "--today", type=Day(), metavar="DATE", help="Judge dates as on this day (default: today)."
    )(command)


def prices_option(command: _F) -> _F:
    """Add a file of prices that goes before the settings' and the catalogue's."""
    return click.option(
        "--prices",
        type=click.Path(exists=True, dir_okay=False),
        help="A file of your own prices; it beats those of the settings and the catalogue.",
    )(command)


def colour_option(command: _F) -> _F:
    """Add the choice of colour."""
    return click.option(
        "--color",
        "colour",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour on a terminal, always or never.",
    )(command)


def judging_options(command: _F) -> _F:
    """Add which rules judge, how strictly, and from when on a run fails."""
    codes_of: dict[str, Any] = {
        "multiple": True,
        "metavar": "CODES",
        "shell_complete": completing.codes,
    }
    severities = click.Choice(["error", "warning", "note"])
    for option in (
        click.option("--strict", is_flag=True, help="What nobody can tell counts as a failure."),
        click.option("--ignore", **codes_of, help="Leave these rules out."),
        click.option("--select", **codes_of, help="Run only these rules: FIT,COST001."),
        click.option(
            "--fail-on",
            type=severities,
            help="Exit with 1 from this severity on (default: error).",
        ),
    ):
        command = option(command)
    return command
