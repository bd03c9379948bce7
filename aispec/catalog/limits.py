"""What providers admit by default: requests and tokens a minute and a day, by model and tier."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from aispec.catalog.model_names import slug, stem
from aispec.catalog.providers import canonical_provider
from aispec.catalog.store import load_data
from aispec.record import record, replace


@record
class RateLimit:
    """The default limit of one tier; None is a figure nobody published, never "no limit".

    Requests and tokens a minute (`tpm` counts input and output together), a day, and the tokens a
    batch queue holds. `until` is the day the provider dropped this scheme. `agrees` tells whether a
    second source gives the same figures, None where there is no second. One output token takes
    `output_weight` of `tpm`; `cached_input_counts` is None where the provider's habit holds.
    """

    provider: str
    models: tuple[str, ...]
    tier: str
    rpm: int | None
    tpm: int | None
    itpm: int | None
    otpm: int | None
    rpd: int | None
    tpd: int | None
    batch_queue: int | None
    as_of: str | None
    until: str | None
    source: str
    agrees: bool | None
    note: str | None
    checked: str
    output_weight: float = 1.0
    cached_input_counts: bool | None = None
    long: Mapping[str, int] | None = None

    @property
    def dated(self) -> str:
        """The day the figures are of, or were read on where they carry none."""
        ended = f", until {self.until}" if self.until else ""
        return (self.as_of or f"read on {self.checked}") + ended

    def for_input(self, tokens: float) -> RateLimit:
        """The limit that holds for a request of so many input tokens."""
        long = self.long
        if long is None or tokens <= long["above"]:
            return self
        return replace(
            self, tpm=long.get("tpm"), itpm=long.get("itpm"), otpm=long.get("otpm"), long=None
        )


@lru_cache(maxsize=1024)
def rate_limit(provider: str, model: str, tier: str | None = None) -> RateLimit | None:
    """The default limit of a model at a provider, None where no figure is known.

    A tier of None is the lowest paid one; the result's `tier` says which that was.
    """
    canonical = canonical_provider(provider)
    entry = _entry(canonical, model) if canonical else None
    if entry is None:
        return None
    tiers: Mapping[str, Mapping[str, Any]] = entry["tiers"]
    found = _lowest_paid(tiers) if tier is None else _tier_key(tier)
    if found not in tiers:
        found = "any"
    return _rate_limit(entry, found) if found in tiers else None


def tiers(provider: str, model: str) -> tuple[str, ...]:
    """The tiers of which a model's limits are known, from the lowest up."""
    canonical = canonical_provider(provider)
    entry = _entry(canonical, model) if canonical else None
    return tuple(entry["tiers"]) if entry else ()


@record
class Provisioned:
    """Units of throughput that a provider sells: what one carries, and in what lots.

    One unit carries `input_tpm_per_unit` input tokens a minute; an output token weighs as much as
    `ratio` of them.
    """

    model: str
    input_tpm_per_unit: float
    ratio: float
    minimum: int
    increment: int
    latency: str
    source: str
    as_of: str


@lru_cache(maxsize=256)
def provisioned(provider: str, model: str, regional: bool = False) -> Provisioned | None:
    """What a provisioned unit carries of a model, None where the provider sells none.

    A model without lots of its own for regional deployments has the global ones.
    """
    if canonical_provider(provider) != "azure":
        return None
    data = load_data("limits/provisioned/azure")
    wanted = stem(model)
    name = next((each for each in data["models"] if stem(each) == wanted), None)
    if name is None:
        return None
    row: Mapping[str, Any] = data["models"][name]
    lot = "regional_" if regional and "regional_minimum" in row else ""
    return Provisioned(
        model=name,
        input_tpm_per_unit=row["input_tpm_per_unit"],
        ratio=row["ratio"],
        minimum=row[f"{lot}minimum"],
        increment=row[f"{lot}increment"],
        latency=row["latency"],
        source=data["source"],
        as_of=data["as_of"],
    )


@record
class ProvisionedPrice:
    """USD of one provisioned unit: by the hour, reserved for a month, reserved for a year."""

    hour: float
    month: float
    year: float
    source: str
    as_of: str
    agrees: bool


def provisioned_price(provider: str, scope: str) -> ProvisionedPrice | None:
    """What a unit costs in a scope (global, datazone or regional), None where nobody sells any."""
    if canonical_provider(provider) != "azure":
        return None
    data = load_data("limits/provisioned/azure")
    row = data["prices"].get(scope)
    if row is None:
        return None
    origin = (data["prices_source"], data["prices_as_of"], data["prices_second"]["agrees"])
    return ProvisionedPrice(row["hour"], row["month"], row["year"], *origin)


def counts_max_tokens(provider: str) -> bool:
    """Whether a request is admitted on its `max_tokens` instead of on what it then generates."""
    return bool(_habits(provider).get("counts_max_tokens", False))


def counts_cached_input(provider: str) -> bool | None:
    """Whether input read from the prompt cache counts against tokens a minute, None if unknown."""
    counts: bool | None = _habits(provider).get("cached_input_counts")
    return counts


def _habits(provider: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = load_data("limits/rate_limits")["providers"].get(
        canonical_provider(provider), {}
    )
    return found


@lru_cache(maxsize=1024)
def _entry(provider: str, model: str) -> Mapping[str, Any] | None:
    for how in (slug, stem):
        wanted = how(model)
        for entry in _entries(provider):
            if any(_fits(pattern, wanted) for pattern in entry["models"]):
                return entry
    return None


def _entries(provider: str) -> Iterator[Mapping[str, Any]]:
    entries = load_data("limits/rate_limits")["limits"]
    return (entry for entry in entries if entry["provider"] == provider)


def _fits(pattern: str, name: str) -> bool:
    if pattern == "*":
        return True
    if pattern.endswith("*"):
        return name.startswith(slug(pattern[:-1]))
    return name in (slug(pattern), stem(pattern))


def _tier_key(tier: str) -> str:
    plain = re.sub(r"[\s_]+", "-", tier.strip().lower())
    return re.sub(r"^(?:usage-)?(?:tier-?|t(?=\d))", "", plain)


def _lowest_paid(tiers: Mapping[str, Any]) -> str:
    return next((tier for tier in tiers if tier not in ("free", "0")), next(iter(tiers)))


def _rate_limit(entry: Mapping[str, Any], tier: str) -> RateLimit:
    row = entry["tiers"][tier]
    second = row.get("second", {})
    return RateLimit(
        provider=entry["provider"],
        models=tuple(entry["models"]),
        tier=tier,
        rpm=row.get("rpm"),
        tpm=row.get("tpm"),
        itpm=row.get("itpm"),
        otpm=row.get("otpm"),
        rpd=row.get("rpd"),
        tpd=row.get("tpd"),
        batch_queue=row.get("batch_queue"),
        as_of=row["as_of"],
        until=row.get("until"),
        source=row["source"],
        agrees=second.get("agrees"),
        note=row.get("note"),
        checked=load_data("limits/rate_limits")["checked"],
        output_weight=float(entry.get("output_weight", 1)),
        cached_input_counts=entry.get("cached_input_counts"),
        long=row.get("long"),
    )
