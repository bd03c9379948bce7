"""`aispec catalog`: what aispec knows of models, accelerators and prices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from aispec.catalog.store import Catalog
from aispec.surface.cli import completing
from aispec.surface.cli.asking import today_option
from aispec.surface.terminal import emit, tell

if TYPE_CHECKING:
    from aispec.catalog.price_book import PriceBook

_MOST = 40


@click.group("catalog")
def command() -> None:
    """Look up models, accelerators and prices, each with its source and date.

    \b
    Examples:
      aispec catalog models llama 70b
      aispec catalog accelerators h100
      aispec catalog prices aws/p5.48xlarge
    """


def _words(query: tuple[str, ...]) -> str:
    return " ".join(query)


@command.command("models", short_help="List models by words of their names.")
@click.argument("query", nargs=-1, shell_complete=completing.models)
@click.option("--all", "every", is_flag=True, help="List all that match.")
def models(query: tuple[str, ...], every: bool) -> int:
    """List the models in whose names every word of QUERY stands.

    \b
    Example:
      aispec catalog models llama 70b
    """
    from aispec.report.catalog_table import models_table

    found = Catalog.default().search_models(_words(query))
    return _shown(found, models_table(found if every else found[:_MOST]), every, _words(query))


@command.command("accelerators", short_help="List accelerators by words of their names.")
@click.argument("query", nargs=-1, shell_complete=completing.accelerators)
@click.option("--all", "every", is_flag=True, help="List all that match.")
def accelerators(query: tuple[str, ...], every: bool) -> int:
    """List the accelerators in whose names every word of QUERY stands.

    \b
    Example:
      aispec catalog accelerators h100
    """
    from aispec.report.catalog_table import accelerators_table

    found = Catalog.default().search_accelerators(_words(query))
    table = accelerators_table(found if every else found[:_MOST])
    return _shown(found, table, every, _words(query))


@command.command("prices", short_help="List prices of tokens, or by the hour.")
@click.argument("query", nargs=-1, required=True, shell_complete=completing.models)
@click.option(
    "--prices",
    "file",
    type=click.Path(exists=True, dir_okay=False),
    help="A file of your own prices, which go before the catalogue's.",
)
@today_option
def prices(query: tuple[str, ...], file: str | None, today: date | None) -> int:
    """List prices of a model's tokens, or of an accelerator or instance by the hour.

    \b
    Examples:
      aispec catalog prices gpt-4o-mini
      aispec catalog prices h100-sxm-80gb
      aispec catalog prices aws/p5.48xlarge
    """
    from aispec.catalog.store import Ambiguous, Match
    from aispec.report.catalog_table import hourly_table, tokens_table

    name = _words(query)
    catalog = Catalog.default()
    model, device = catalog.model(name), catalog.accelerator(name)
    book = _book(file)
    tokens = book.tokens(None, model.entry.id if isinstance(model, Match) else name)
    devices = [device.entry] if isinstance(device, Match) else []
    if isinstance(device, Ambiguous):
        devices = list(device.entries)
    hours = [row for each in devices for row in book.accelerator(each.id)] or book.instance(name)
    if not tokens and not hours:
        raise click.UsageError(f"no price is known for '{name}'{_near(name)}")
    emit("\n".join(t for t in (tokens_table(tokens), hourly_table(hours)) if t))
    days = [*(price.as_of for price in tokens), *(price.as_of for price in hours)]
    tell(_age(days, today or date.today()))
    return 0


def _near(name: str) -> str:
    """Say which names in the catalogue are spelled like one that is not in it."""
    from aispec.catalog.store import Missing

    catalog = Catalog.default()
    found = [e for e in (catalog.model(name), catalog.accelerator(name)) if isinstance(e, Missing)]
    near = [close for each in found for close in each.nearest]
    return f"; the nearest are {', '.join(near)}" if near else ": try fewer words, or a part of one"


def _book(file: str | None) -> PriceBook:
    """Return the prices of a file over the catalogue's."""
    from pathlib import Path

    from aispec.catalog.price_book import PriceBook, read_prices
    from aispec.catalog.shelf import CatalogError

    if file is None:
        return PriceBook()
    try:
        return read_prices(Path(file), file)
    except CatalogError as error:
        raise click.UsageError(str(error)) from error


def _age(days: list[str | None], today: date) -> str:
    """Say how old the oldest of some prices is; a date may be a whole month or a year."""
    from aispec.estimate.cost.hourly import age_in_days

    dated = sorted(day for day in days if day)
    if not dated:
        return "none of these prices carries a date"
    age = age_in_days(dated[0], today)
    return f"the oldest was read in {dated[0]}, {age.high:,.0f} days before {today}"


def _shown(found: tuple[object, ...], table: str, every: bool, query: str) -> int:
    if not found:
        raise click.UsageError(f"nothing in the catalogue is called '{query}'{_near(query)}")
    emit(table)
    hidden = 0 if every else max(len(found) - _MOST, 0)
    if hidden:
        tell(f"and {hidden} more: --all lists them")
    return 0
