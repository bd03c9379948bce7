"""What accelerators cost: USD per hour, by instance and region.

None is an unknown price, never a free one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from aispec.catalog.providers import canonical_cloud
from aispec.catalog.store import load_data
from aispec.record import record

Purchase = Literal["on-demand", "spot", "reserved-1y"]
Spread = tuple[float, float, float]
_Row = tuple[Mapping[str, Any], Sequence[Any]]


@record(eq=False)
class InstancePrice:
    """What one kind of instance costs in one region, USD per hour for all of it.

    A region of None is one price everywhere; `accelerators` below one is a slice of one. `kind` is
    None, "marketplace" (a going rate, not a list price) or "serverless". Each is equal to itself
    alone, so that what is made of some prices is found by them.
    """

    provider: str
    instance: str
    accelerator: str
    accelerators: float
    region: str | None
    on_demand: float | None
    spot: float | None
    reserved_1y: float | None
    as_of: str | None
    source: str
    kind: str | None
    own: bool = False  # from a team's own file

    def hourly(self, purchase: Purchase = "on-demand") -> float | None:
        """USD per hour for the whole instance, None if this way of buying has no price."""
        if purchase == "spot":
            return self.spot
        return self.reserved_1y if purchase == "reserved-1y" else self.on_demand


@lru_cache(maxsize=1024)
def instance_price(name: str) -> tuple[InstancePrice, ...]:
    """Prices of an instance named `cloud/instance` or just `instance`, one for each region."""
    cloud, _, instance = name.rpartition("/")
    provider = canonical_cloud(cloud) if cloud else None
    if cloud and provider is None:
        return ()
    wanted = _instance_key(instance)
    return tuple(
        _price(group, row)
        for group, row in _rows()
        if provider in (None, group["provider"]) and _instance_key(row[0]) == wanted
    )


@lru_cache(maxsize=1024)
def accelerator_prices(accelerator: str) -> tuple[InstancePrice, ...]:
    """Prices of all instances with whole accelerators of this catalogue id."""
    return tuple(_price(group, row) for group, row in _whole().get(accelerator, ()))


@lru_cache(maxsize=1)
def priced_accelerators() -> tuple[str, ...]:
    """Catalogue ids of all accelerators that somebody rents whole, sorted."""
    return tuple(sorted(_whole()))


@lru_cache(maxsize=1024)
def hourly_range(
    prices: tuple[InstancePrice, ...], purchase: Purchase = "on-demand"
) -> Spread | None:
    """(likely, low, high) in USD per accelerator-hour, None if no row has such a price.

    Likely is the median over providers of each provider's own median, so that a cloud listed in
    seven regions does not outvote six others.
    """
    by_provider: dict[str, list[float]] = {}
    for price in prices:
        hourly = price.hourly(purchase)
        if hourly is not None and price.accelerators > 0:
            by_provider.setdefault(price.provider, []).append(hourly / price.accelerators)
    if not by_provider:
        return None
    every = [value for values in by_provider.values() for value in values]
    return _median([_median(v) for v in by_provider.values()]), min(every), max(every)


def _median(values: list[float]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _rows() -> Iterator[_Row]:
    """Every row, as `_price` reads it, with the group that it stands in."""
    return ((group, row) for group in load_data("prices/cloud")["groups"] for row in group["rows"])


@lru_cache(maxsize=1)
def _whole() -> Mapping[str, Sequence[_Row]]:
    """The rows of instances with whole accelerators, by the accelerator's id."""
    found: dict[str, list[_Row]] = {}
    for group, row in _rows():
        if row[2] >= 1:
            found.setdefault(row[1], []).append((group, row))
    return found


def _price(group: Mapping[str, Any], row: Sequence[Any]) -> InstancePrice:
    instance, accelerator, accelerators, region, on_demand, spot, reserved_1y = row
    return InstancePrice(
        provider=group["provider"],
        instance=instance,
        accelerator=accelerator,
        accelerators=accelerators,
        region=region,
        on_demand=on_demand,
        spot=spot,
        reserved_1y=reserved_1y,
        as_of=group["as_of"],
        source=group["source"],
        kind=group.get("kind"),
    )


def _instance_key(instance: str) -> str:
    plain = "-".join(instance.lower().replace("_", " ").replace("-", " ").split())
    return plain.removeprefix("standard-")
