"""Provisioned throughput: the units that a load needs, sold in lots.

    units = (rpm x input x (1 - cached share) + ratio x rpm x output) / input_tpm_per_unit

rounded up to the lot's increment, and at least its minimum (Microsoft, Determine PTU sizing for a
workload).
"""

from __future__ import annotations

import re
from math import ceil
from typing import Literal

from aispec.catalog.deployment import Deployment
from aispec.catalog.limits import Provisioned, provisioned
from aispec.estimate.fact import Absent, Fact
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request

Scope = Literal["global", "datazone", "regional"]
Term = Literal["hour", "month", "year"]


def is_provisioned(tier: str | None) -> bool:
    """Whether a tier as written means provisioned units: `ptu`, `ptu-regional`, `ptu-month`."""
    return bool(tier) and str(tier).strip().lower().startswith("ptu")


def scope_of(tier: str | None) -> Scope:
    """Return where the units of a tier may serve: anywhere unless it says otherwise."""
    said = re.sub(r"[\s_-]+", "", (tier or "").lower())
    return "datazone" if "datazone" in said else "regional" if "regional" in said else "global"


def term_of(tier: str | None) -> Term:
    """Return how the units of a tier are paid: by the hour unless it says a month or a year."""
    said = (tier or "").lower()
    if "year" in said or "annual" in said:
        return "year"
    return "month" if "month" in said else "hour"


def units_needed(deployment: Deployment, request: Request, per_minute: Quantity) -> Fact:
    """Return the units that the peak needs, absent where the provider sells none for the model."""
    endpoint, api = deployment.endpoint, deployment.spec.api
    if endpoint is None or not endpoint.provider:
        return Absent("it is not behind an API")
    regional = scope_of(api.tier if api else None) == "regional"
    rate = provisioned(endpoint.provider, endpoint.asked or "", regional)
    if rate is None:
        return Absent("no provisioned units are sold for it")
    if not per_minute.known:
        return Quantity.unknown("", per_minute.reason)
    bare = [
        raw_units(rate, rpm, received, sent, request.cached_share)
        for rpm, received, sent in (
            (per_minute.value, request.input.value, request.output.value),
            (per_minute.low, request.input.low, request.output.low),
            (per_minute.high, request.input.high, request.output.high),
        )
    ]
    likely, low, high = (in_lots(rate, each) for each in bare)
    return Quantity(
        likely,
        low=low,
        high=high,
        how=lambda: (
            f"{bare[0]:,.2f} units of {rate.input_tpm_per_unit:,g} input tokens a minute, an output"
            f" token as {rate.ratio:g}; at least {rate.minimum}, in lots of {rate.increment}"
        ),
        inputs=(per_minute, request.input, request.output),
        sources=(f"{rate.source}, {rate.as_of}",),
    )


def raw_units(rate: Provisioned, rpm: float, received: float, sent: float, cached: float) -> float:
    """Return the units of a load before they are rounded: requests a minute, tokens of each."""
    return (rpm * received * (1 - cached) + rate.ratio * rpm * sent) / rate.input_tpm_per_unit


def in_lots(rate: Provisioned, units: float) -> int:
    """Return the units that have to be bought."""
    lots = ceil(round(units / rate.increment, 9)) * rate.increment
    return max(lots, rate.minimum)
