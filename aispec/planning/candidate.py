"""One deployment that is tried, in parts that many of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.formats import WeightFormat
from aispec.policy.change import Changes
from aispec.record import made, record
from aispec.spec.model import Parallelism

Order = tuple[int, tuple[str, ...]]
"""How many fields a candidate changes, and its name: what decides between equals."""

_BY_ITSELF = Parallelism()


@record(eq=False)
class Part:
    """One choice: its name, and the fields that choosing it changes."""

    name: str
    changes: Changes = made(default_factory=dict)


@record(eq=False)
class Offer(Part):
    """A way to have a card: USD an hour for one, as (likely, low), and how many come together."""

    price: tuple[float, float] | None = None
    size: float | None = None  # None: as many as one likes
    market: str | None = None

    def hour(self, count: int) -> tuple[float, float]:
        """Return USD an hour of one replica, likely and low. An instance is paid whole."""
        assert self.price is not None
        paid = count if self.size is None else -(-count // max(self.size, 1.0)) * self.size
        return self.price[0] * paid, self.price[1] * paid


@record(eq=False)
class Card(Part):
    """An accelerator with the offers for it; `kept` where it is the written hardware."""

    entry: Accelerator | None = None
    memory: tuple[float, float] = (0.0, 0.0)  # GiB of one, likely and high
    offers: tuple[Offer, ...] = ()
    kept: bool = False


@record(eq=False)
class Layout(Part):
    """Accelerators of one replica and how the model is spread over them."""

    count: int = 1
    degrees: Parallelism = _BY_ITSELF


@record(eq=False)
class Stored(Part):
    """A format of weights."""

    form: WeightFormat | None = None


@record(eq=False)
class Served(Part):
    """A model that is good enough."""

    model: Model | None = None


@record(eq=False)
class Knobs:
    """The engine's settings that are tried: type of cache, length of a sequence, sequences."""

    cache: Part
    length: Part
    sequences: Part

    @property
    def parts(self) -> tuple[Part, ...]:
        """All three."""
        return self.cache, self.length, self.sequences


@dataclass(frozen=True, eq=False)
class Base:
    """What sets weights and speed; all its knobs, replicas and offers are candidates."""

    served: Served
    card: Card
    engine: Part
    stored: Stored
    layout: Layout
    knobs: tuple[Knobs, ...]
    replicas: tuple[Part, ...]  # by number
    offers: tuple[Offer, ...]  # the cheapest first

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The five choices that it stands for."""
        return self.served, self.card, self.engine, self.stored, self.layout

    @cached_property
    def order(self) -> Order:
        """The least order of its candidates' that does not depend on their own parts."""
        return sum(len(p.changes) for p in self.parts), tuple(p.name for p in self.parts)

    def size(self, replicas: int) -> float:
        """Return the GiB of all its accelerators."""
        return self.card.memory[0] * self.layout.count * replicas

    def __len__(self) -> int:
        return len(self.knobs) * len(self.replicas) * len(self.offers)


@record
class Candidate:
    """One changed spec, with what decides between it and its equals."""

    changes: Changes
    order: Order
    where: str  # the card or the provider
    values: Mapping[str, str]  # the names of its choices
    size: float = 0.0  # GiB of all accelerators
    accelerators: int = 0
    parameters: float = 0.0  # of its model
    market: str | None = None


def compose(base: Base, replicas: Part, knobs: Knobs, offer: Offer) -> Candidate:
    """Return one candidate of a base."""
    parts = (*base.parts, replicas, *knobs.parts, offer)
    number = int(replicas.name)
    return Candidate(
        changes={path: step for part in parts for path, step in part.changes.items()},
        order=order_of(base, replicas, knobs, offer),
        where=base.card.name,
        values=dict(zip(DIMENSIONS, (part.name for part in parts), strict=True)),
        size=base.size(number),
        accelerators=base.layout.count * number,
        parameters=float((base.served.model and base.served.model.params_total) or 0.0),
        market=offer.market,
    )


def order_of(base: Base, replicas: Part, knobs: Knobs, offer: Offer) -> Order:
    """Return what decides between a candidate and its equals."""
    number, names = base.order
    rest = (replicas, *knobs.parts, offer)
    changed = number + sum(len(part.changes) for part in rest)
    return changed, (*names, *(part.name for part in rest))


DIMENSIONS = (
    *("model", "card", "engine", "format", "layout"),
    *("replicas", "cache", "length", "sequences", "offer"),
)
"""The choices that a candidate is made of, in the order of `compose`."""
