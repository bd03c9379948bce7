"""What a shell may complete an argument with; nothing is loaded until it asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MOST = 200


def models(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return names of models that begin so, or whose own part after the organisation does."""
    from aispec.catalog.store import Catalog

    return _beginning(incomplete, Catalog.default().spellings("models"))


def accelerators(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return names of accelerators that begin so; a count before them stays: `2x h1`."""
    from aispec.catalog.store import Catalog

    count, gap, name = incomplete.rpartition(" ")
    found = _beginning(name, Catalog.default().spellings("accelerators"))
    for each in found:
        each.value = f"{count}{gap}{each.value}"
    return found


def providers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return providers that begin so."""
    from aispec.catalog.providers import providers as known

    return _beginning(incomplete, known())


def engines(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return engines that begin so."""
    from aispec.adopt.engines import NAMES

    return _beginning(incomplete, NAMES)


def formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return formats of weights that begin so."""
    from aispec.catalog.formats import format_names

    return _beginning(incomplete, format_names())


def codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return codes of rules that begin so; the last of several with commas between them."""
    from aispec.policy.rule import load_builtin

    before, comma, last = incomplete.rpartition(",")
    found = _beginning(last, {rule.code: rule.name for rule in load_builtin()})
    for each in found:
        each.value = f"{before}{comma}{each.value}"
    return found


def subjects(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return codes and names of rules, and facts, that begin so."""
    from aispec.estimate.vocabulary import FACTS
    from aispec.policy.rule import load_builtin

    rules = load_builtin()
    named = {r.code: r.name for r in rules} | {r.name: r.code for r in rules}
    return _beginning(incomplete, named | dict.fromkeys(FACTS, ""))


def _beginning(incomplete: str, names: Iterable[str] | dict[str, str]) -> list[CompletionItem]:
    """Return names that begin so in any case, with what helps to tell them apart."""
    from click.shell_completion import CompletionItem

    helps = names if isinstance(names, dict) else {}
    wanted = incomplete.lower()
    found = [name for name in names if name.lower().startswith(wanted) and " " not in name]
    return [CompletionItem(name, help=helps.get(name) or None) for name in sorted(found)[:_MOST]]
