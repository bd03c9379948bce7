"""What an hour on accelerators costs: the price written, the instance's, or the market's range."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from math import ceil

from aispec.catalog.deployment import Machines
from aispec.catalog.instance_prices import InstancePrice, Purchase, hourly_range
from aispec.estimate.quantity import Quantity


@lru_cache(maxsize=16)
def accelerator_price(machines: Machines) -> Quantity:
    """Return USD per hour for one accelerator.

    Without a price or an instance the figure spans what providers ask: a bare "H100" costs nine
    times as much at the dearest as at the cheapest.
    """
    if machines.price is not None:
        return Quantity(machines.price, "USD/hour", how="as written")
    found = hourly_range(machines.prices, _purchase(machines))
    if found is None:
        name = machines.instance or (machines.accelerator.id if machines.accelerator else "it")
        return Quantity.unknown("USD/hour", f"no {machines.purchase} price is known for {name}")
    likely, low, high = found
    sources = tuple(dict.fromkeys(price.source for price in machines.prices))[:3]
    return Quantity(
        likely,
        "USD/hour",
        low=low,
        high=high,
        how=lambda: _price_line(machines),
        sources=sources,
    )


def _purchase(machines: Machines) -> Purchase:
    if machines.purchase == "spot":
        return "spot"
    return "reserved-1y" if machines.purchase == "reserved-1y" else "on-demand"


def _price_line(machines: Machines) -> str:
    when = oldest(machines.prices) or "an unknown day"
    if machines.prices and machines.prices[0].own:
        return f"{machines.prices[0].source}, {machines.purchase}, {when}"
    if machines.instance:
        return f"{machines.instance}, {machines.purchase}, {when}"
    providers = sorted({price.provider for price in machines.prices})
    return f"{machines.purchase} at {len(providers)} providers, {when} or later"


def oldest(prices: tuple[InstancePrice, ...]) -> str | None:
    """Return the earliest day on which one of some prices was read."""
    return min((price.as_of for price in prices if price.as_of), default=None)


def hour_of(machines: Machines, price: Quantity) -> Quantity:
    """Return USD for an hour of all replicas. An instance is paid whole, used whole or not."""
    devices = _paid(machines) * machines.replicas
    return (price * devices).told(
        lambda: f"{devices:g} accelerators x {price.value:.2f} USD an hour", inputs=(price,)
    )


def used_share(machines: Machines) -> float:
    """Return the share of the paid accelerators that the deployment uses at all."""
    return min(machines.count / _paid(machines), 1.0)


def _paid(machines: Machines) -> float:
    """Return the accelerators of a replica that are paid; a slice of one is paid as the slice."""
    if not (machines.instance and machines.price is None and machines.prices):
        return machines.count
    size = machines.prices[0].accelerators
    return ceil(machines.count / max(size, 1.0)) * size


def age_in_days(as_of: str | None, today: date | None) -> Quantity:
    """Return how old a price is; a date may be a whole month (`2026-05`) or a whole year."""
    if as_of is None or today is None:
        return Quantity.unknown("days", "the price carries no date")
    try:
        first = date.fromisoformat(f"{as_of}-01-01"[:10])
    except ValueError:
        return Quantity.unknown("days", f"the price's date is {as_of}")
    most = max((today - first).days, 0)
    least = max(most - {4: 365, 7: 30}.get(len(as_of), 0), 0)
    middle = (least + most) / 2
    return Quantity(middle, "days", low=least, high=most, how=f"read in {as_of}")
