"""Latency targets by use, and the share of its power that an accelerator draws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aispec.catalog.store import load_data
from aispec.record import record


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


def load_fraction(saturated: bool) -> tuple[float, float]:
    """(low, high) of the share of its TDP an accelerator draws while serving."""
    low, high = load_data("profiles/energy")["load_fraction"][
        "saturated" if saturated else "decode"
    ]
    return low, high
