"""Accelerators to try, and where they can be had at what price."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.catalog.deployment import Deployment, Machines
from aispec.catalog.entries import Accelerator
from aispec.catalog.instance_prices import InstancePrice, Purchase, hourly_range
from aispec.catalog.providers import canonical_cloud, canonical_provider
from aispec.catalog.store import Ambiguous, Catalog, Missing
from aispec.estimate.cost.hourly import accelerator_price
from aispec.estimate.memory.budget import total_memory
from aispec.planning.candidate import Card, Offer
from aispec.planning.wishes import PlanError, Wishes
from aispec.policy.change import GONE, Changes, Step, step
from aispec.record import record

_OF_THE_OLD = ("price", "memory")


@record
class _Market:
    """Where accelerators may come from. `clouds` of None are all."""

    clouds: frozenset[str] | None
    marketplaces: bool
    purchase: Purchase

    def admits(self, row: InstancePrice) -> bool:
        """Whether offers of this provider count; a marketplace's when it is asked for."""
        if self.clouds is not None:
            return row.provider in self.clouds
        return self.marketplaces or row.kind != "marketplace"


def cards(now: Deployment, catalog: Catalog, wishes: Wishes) -> tuple[Card, ...]:
    """Return the cards by name: the written hardware, then what can be rented or was asked for.

    Raises PlanError for a name that nobody knows.
    """
    purchase = now.machines.purchase if now.machines else "on-demand"
    market = _Market(_clouds(wishes), wishes.marketplaces, _way(purchase))
    named = [entry.id for name in wishes.accelerators for entry in _named(name, catalog)]
    found = [*_written(now, catalog, wishes)]
    if "hardware" not in wishes.keep:
        for each in dict.fromkeys(named or catalog.prices.accelerators()):
            found += _rented(now, each, catalog, market, asked=bool(named))
    return tuple(found)


def admitted(now: Deployment, catalog: Catalog, wishes: Wishes) -> bool:
    """Whether the written hardware is an accelerator and from a provider that is wished for."""
    machines = now.machines
    if machines is None or not _from_written(machines, wishes):
        return False
    named = {entry.id for name in wishes.accelerators for entry in _named(name, catalog)}
    return not named or {entry.id for entry in machines.candidates} <= named


def _clouds(wishes: Wishes) -> frozenset[str] | None:
    """Return the clouds that offers may come from; None for all."""
    if not wishes.providers:
        return None
    for name in wishes.providers:
        if canonical_cloud(name) is None and canonical_provider(name) is None:
            raise PlanError(
                f"nobody sells accelerators or tokens under the name '{name}':"
                " `aispec catalog prices` lists who does"
            )
    known = (canonical_cloud(name) for name in wishes.providers)
    return frozenset(name for name in known if name)


def _named(name: str, catalog: Catalog) -> tuple[Accelerator, ...]:
    match = catalog.accelerator(name)
    if isinstance(match, Missing):
        near = f"; nearest: {', '.join(match.nearest)}" if match.nearest else ""
        raise PlanError(f"the catalogue does not know the accelerator '{name}'{near}")
    return match.entries if isinstance(match, Ambiguous) else (match.entry,)


def _written(now: Deployment, catalog: Catalog, wishes: Wishes) -> Iterator[Card]:
    """Yield the written hardware as a card, where its name means one thing."""
    machines = now.machines
    if machines is None or len(machines.candidates) != 1:
        return
    if not admitted(now, catalog, wishes):
        return
    entry = machines.candidates[0]
    memory, price = total_memory(machines), accelerator_price(machines)
    if not memory.known:
        return
    offer = Offer(
        name="as written",
        price=(price.value, price.low) if price.known else None,
        size=_size(machines),
    )
    yield Card(f"{entry.id} as written", {}, entry, (memory.value, memory.high), (offer,), True)


def _from_written(machines: Machines, wishes: Wishes) -> bool:
    """Whether the written hardware comes from a provider that is wished for."""
    clouds = _clouds(wishes)
    if clouds is None or "hardware" in wishes.keep:
        return True
    return bool(machines.instance) and {price.provider for price in machines.prices} <= clouds


def _size(machines: Machines) -> float | None:
    if machines.instance and machines.price is None and machines.prices:
        return machines.prices[0].accelerators
    return None


def _rented(
    now: Deployment, name: str, catalog: Catalog, market: _Market, *, asked: bool
) -> Iterator[Card]:
    found = catalog.accelerator(name)
    if isinstance(found, (Missing, Ambiguous)):
        return
    entry = found.entry
    likely = entry.usable_gib()[0]
    highs = [entry.usable_gib(gb)[2] for gb in (None, *entry.options_gb)]
    high = max((each for each in highs if each is not None), default=None)
    if likely is None or high is None:
        return
    offers = [
        offer
        for instance in catalog.prices.instances(entry.id)
        if (offer := _offer(instance, now, entry, catalog, market))
    ]
    offers += _bare(now, entry, catalog, market, asked=asked and not offers)
    if offers:
        yield Card(entry.id, {}, entry, (likely, high), tuple(offers))


def _offer(
    instance: str, now: Deployment, entry: Accelerator, catalog: Catalog, market: _Market
) -> Offer | None:
    """Return an instance as an offer: one with a price for this way of buying, all rows alike."""
    rows = catalog.prices.instance(instance)
    spread = hourly_range(rows, market.purchase)
    if spread is None or len({(row.accelerator, row.accelerators) for row in rows}) != 1:
        return None
    if not market.admits(rows[0]):
        return None
    price, size = (spread[0], spread[1]), rows[0].accelerators
    return Offer(instance, _to(now, entry, instance), price, size, rows[0].kind)


def _bare(
    now: Deployment, entry: Accelerator, catalog: Catalog, market: _Market, *, asked: bool
) -> list[Offer]:
    """Return the card by itself: at a team's own price, or where it was asked for by name."""
    rows = catalog.prices.accelerator(entry.id)
    own = any(row.own for row in rows)
    if market.clouds is not None or not (own or asked):
        return []
    spread = hourly_range(rows, market.purchase)
    price = (spread[0], spread[1]) if spread else None
    return [Offer("by itself", _to(now, entry, None), price)]


def _way(purchase: str) -> Purchase:
    if purchase == "spot":
        return "spot"
    return "reserved-1y" if purchase == "reserved-1y" else "on-demand"


def _to(now: Deployment, entry: Accelerator, instance: str | None) -> Changes:
    """Return the changes that lead to a card, on an instance or by itself."""
    hardware = now.spec.hardware
    made: dict[str, Step] = {"api": GONE} if now.spec.api else {}
    made["hardware.accelerator"] = step(entry.id.removeprefix(entry.vendor + "-"))
    if instance:
        made["hardware.instance"] = step(instance)
    elif hardware and hardware.instance:
        made["hardware.instance"] = GONE
    for name in _OF_THE_OLD:
        if hardware and getattr(hardware, name) is not None:
            made[f"hardware.{name}"] = GONE
    return made
