"""Names of API providers and clouds, and their aliases."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from aispec.catalog.store import load_data

Market = Literal["api", "cloud"]


def canonical_provider(name: str) -> str | None:
    """The catalogue's name of an API provider, None if nobody goes by that name."""
    return _aliases("api").get(_plain(name))


def canonical_cloud(name: str) -> str | None:
    """The catalogue's name of a cloud that rents accelerators, None if unknown."""
    return _aliases("cloud").get(_plain(name))


def providers() -> tuple[str, ...]:
    """Canonical names of all API providers, sorted."""
    return tuple(sorted(load_data("prices/providers")["api"]))


def clouds() -> tuple[str, ...]:
    """Canonical names of all clouds, sorted."""
    return tuple(sorted(load_data("prices/providers")["cloud"]))


def resells(provider: str) -> tuple[str, ...]:
    """Providers whose models this one sells at their list price."""
    entry = load_data("prices/providers")["api"].get(provider, {})
    return tuple(entry.get("list_prices_of", ()))


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", "-", name.strip().lower())


@lru_cache(maxsize=2)
def _aliases(market: Market) -> dict[str, str]:
    names: dict[str, str] = {}
    for canonical, entry in load_data("prices/providers")[market].items():
        for name in (canonical, *entry["aliases"]):
            names[_plain(name)] = canonical
    return names
