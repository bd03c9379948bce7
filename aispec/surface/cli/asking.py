"""Options that several commands share, and turning them into a run of the pipeline."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from aispec.governance import Governor
from aispec.pipeline import Options, check
from aispec.report.report import FailOn, Report
from aispec.spec.settings import SettingsFinder

_F = TypeVar("_F", bound=Callable[..., Any])
STDIN = "<stdin>"
_MOST = (1 << 20) + 1  # bytes of standard input; the reader refuses more than a MiB


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


def codes(values: Sequence[str]) -> tuple[str, ...]:
    """Return codes given as `--select FIT,COST --select LAT001`."""
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def options_of(
    *,
    today: date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: FailOn | None = None,
    strict: bool = False,
    remedies: bool | None = False,
    baseline: str | None = None,
    prices: str | None = None,
) -> Options:
    """Return how a run of the pipeline differs from the usual one, below this folder."""
    return Options(
        root=".",
        repository=_repository(),
        today=today or date.today(),
        select=codes(select),
        ignore=codes(ignore),
        fail_on=fail_on,
        strict=strict,
        remedies=remedies,
        baseline=baseline,
        prices=prices,
    )


def read_stdin() -> bytes:
    """Return standard input, up to what the reader refuses."""
    return sys.stdin.buffer.read(_MOST)


def judged(
    paths: Sequence[str],
    *,
    today: date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: FailOn | None = None,
    strict: bool = False,
    remedies: bool | None = False,
    baseline: str | None = None,
    prices: str | None = None,
) -> Report:
    """Run the pipeline on what a command was asked to read; `-` is standard input."""
    options = options_of(
        today=today,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        strict=strict,
        remedies=remedies,
        baseline=baseline,
        prices=prices,
    )
    texts = {STDIN: read_stdin()} if "-" in paths else None
    named = [path for path in paths if path != "-"]
    return check(named or ([] if texts else ["."]), options, texts)


def governor() -> Governor:
    """Return what decides over rules for the files below here."""
    options = Options(root=".", repository=_repository())
    return Governor(options.root, SettingsFinder(), options)


def _repository() -> str:
    """Return the folder that holds `.git`, from here upward; else this one."""
    here = os.getcwd()
    folder = here
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return here
        folder = above
    return folder
