"""Latency targets by use, and the figures that turn accelerator-hours into energy and carbon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aispec.catalog.store import load_data
from aispec.record import record

Range = tuple[float, float, float]


@record
class LatencyProfile:
    """What users of one kind expect: TTFT in ms at a percentile, and tokens a second for each.

    None is no target. `basis` is "standard" for a published target, "editorial" for our own.
    """

    name: str
    ttft_ms: float | None
    percentile: int | None
    tps: float | None
    basis: str
    aliases: tuple[str, ...]
    source: str


@record
class Grid:
    """A place's electricity: gCO2e a kWh as (likely, low, high), household USD a kWh."""

    place: str
    gco2_per_kwh: Range
    usd_per_kwh: float | None


def latency_profile(name: str) -> LatencyProfile | None:
    """The targets of this name or alias, None if there are no such."""
    wanted = re.sub(r"[\s_]+", "-", name.strip().lower())
    return next((p for p in latency_profiles() if wanted in (p.name, *p.aliases)), None)


def latency_profiles() -> tuple[LatencyProfile, ...]:
    """All profiles, in the catalogue's order."""
    listed: Mapping[str, Mapping[str, Any]] = load_data("profiles/latency")["profiles"]
    return tuple(
        LatencyProfile(**{"name": name, **entry, "aliases": tuple(entry["aliases"])})
        for name, entry in listed.items()
    )


def reading_speed() -> float:
    """Tokens a second at which people read, Brysbaert 2019."""
    return float(load_data("profiles/latency")["reading"]["tokens_per_second"])


def load_fraction(saturated: bool) -> tuple[float, float]:
    """(low, high) of the share of its TDP an accelerator draws while serving."""
    low, high = load_data("profiles/energy")["load_fraction"][
        "saturated" if saturated else "decode"
    ]
    return low, high


def host_factor() -> float:
    """Watts of the whole server for each watt of its accelerators."""
    return float(load_data("profiles/energy")["host_factor"]["value"])


def pue(provider: str | None) -> float:
    """The building's power over the machines'; the industry's average where it is unknown."""
    known = load_data("profiles/energy")["pue"]
    name = {"gcp": "google", "bedrock": "aws"}.get(provider or "", provider)
    return float(known.get(name, known["industry"])["value"])


def grid(place: str | None) -> Grid:
    """The electricity of a country's two-letter code or a Google region, else the world's."""
    figures = load_data("profiles/energy")
    region = figures["regions"].get((place or "").lower())
    if region is not None:
        return Grid(str(place).lower(), (region, region, region), None)
    code = place.upper() if place and place.upper() in figures["grid"] else "world"
    entry = figures["grid"][code]
    readings = [value for value in entry["gco2"] if value is not None]
    likely = sum(readings) / len(readings)
    return Grid(code, (likely, min(readings), max(readings)), entry["usd_per_kwh"])
