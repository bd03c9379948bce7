"""`aispec catalog`: what aispec knows of models, accelerators and prices."""

from __future__ import annotations

import click

from aispec.catalog.store import Catalog
from aispec.surface.cli.terminal import emit

_MOST = 40


@click.group("catalog")
def command() -> None:
    """Look up models, accelerators and prices, each with its source and date."""


def _words(query: tuple[str, ...]) -> str:
    return " ".join(query)


@command.command("models")
@click.argument("query", nargs=-1)
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


@command.command("accelerators")
@click.argument("query", nargs=-1)
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


@command.command("prices")
@click.argument("query", nargs=-1, required=True)
def prices(query: tuple[str, ...]) -> int:
    """List prices of a model's tokens, or of an accelerator or instance by the hour.

    \b
    Examples:
      aispec catalog prices gpt-4o-mini
      aispec catalog prices h100-sxm-80gb
      aispec catalog prices aws/p5.48xlarge
    """
    from aispec.catalog.prices import accelerator_prices, api_price, instance_price
    from aispec.catalog.store import Match
    from aispec.report.catalog_table import hourly_table, tokens_table

    name = _words(query)
    catalog = Catalog.default()
    model, device = catalog.model(name), catalog.accelerator(name)
    tokens = api_price(None, model.entry.id if isinstance(model, Match) else name)
    hours = instance_price(name)
    if not hours and isinstance(device, Match):
        hours = accelerator_prices(device.entry.id)
    if not tokens and not hours:
        raise click.UsageError(f"no price is known for '{name}'")
    emit("\n".join(t for t in (tokens_table(tokens), hourly_table(hours)) if t))
    return 0


def _shown(found: tuple[object, ...], table: str, every: bool, query: str) -> int:
    if not found:
        raise click.UsageError(f"nothing in the catalogue is called '{query}'")
    emit(table)
    hidden = 0 if every else max(len(found) - _MOST, 0)
    if hidden:
        click.echo(f"and {hidden} more: --all lists them")
    return 0
