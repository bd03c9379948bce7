"""What is tried: every way to host a deployment that its spec, the catalogue and wishes leave open.

The values that no catalogue gives, such as counts, are data: `aispec/catalog/data/planning.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aispec.catalog.deployment import Deployment
from aispec.catalog.engines import engine
from aispec.catalog.store import Catalog, load_data
from aispec.planning.candidate import (
    Base,
    Candidate,
    Card,
    Knobs,
    Layout,
    Offer,
    Part,
    Served,
    Stored,
    compose,
)
from aispec.planning.cards import admitted, cards
from aispec.planning.endpoints import endpoints
from aispec.planning.formats import stored
from aispec.planning.layouts import layouts
from aispec.planning.models import served
from aispec.planning.wishes import PlanError, Wishes
from aispec.policy.change import GONE, Changes, step
from aispec.record import fields
from aispec.spec.model import Engine

_BLOCK = 1024  # tokens: a round length
_OWN = ("max_model_len", "max_num_seqs")  # knobs that every engine has


@dataclass(frozen=True)
class Space:
    """All candidates for one deployment. `longest` are the tokens of its longest request."""

    now: Deployment
    catalog: Catalog
    wishes: Wishes
    longest: float

    @cached_property
    def choices(self) -> Mapping[str, Any]:
        """The values that are tried of what no catalogue lists."""
        found: Mapping[str, Any] = load_data("planning")
        return found

    @cached_property
    def served(self) -> tuple[Served, ...]:
        """The models that are good enough."""
        return served(self.now, self.catalog, self.wishes)

    @property
    def hosted(self) -> bool:
        """Whether what is kept of the spec allows for nothing but accelerators."""
        return bool(self.wishes.keep & {"hardware", "precision", "engine"})

    @cached_property
    def most(self) -> int:
        """Accelerators of all replicas together, at most."""
        if self.wishes.max_gpus is not None:
            return self.wishes.max_gpus
        machines = self.now.machines
        written = machines.count * machines.replicas if machines else 0
        return max(int(self.choices["accelerators"]), 2 * written)

    @cached_property
    def written(self) -> bool:
        """Whether the deployment as it is written is one that is wished for."""
        machines, setup = self.now.machines, self.now.setup
        if machines is None or setup is None:
            return any(not each.changes for each in self.endpoints())
        if machines.count * machines.replicas > self.most:
            return False
        if self.wishes.engines and setup.name not in self.wishes.engines:
            return False
        return admitted(self.now, self.catalog, self.wishes)

    def endpoints(self) -> Iterator[Candidate]:
        """Yield every candidate behind an API."""
        for each in () if self.hosted else self.served:
            yield from endpoints(self.now, each, self.catalog, self.wishes)

    @cached_property
    def bases(self) -> tuple[Base, ...]:
        """Every base, by name; each holds the candidates that share its weights and its speed."""
        if self.wishes.keep & {"hardware", "engine", "precision"} and self.now.machines is None:
            kept = ", ".join(sorted(self.wishes.keep - {"model"}))
            raise PlanError(f"there is no {kept} to keep: the deployment is behind an API")
        return tuple(sorted(self._bases(), key=lambda base: base.order[1]))

    def candidates(self) -> Iterator[Candidate]:
        """Yield every candidate, one by one."""
        yield from self.endpoints()
        for base in self.bases:
            for replicas in base.replicas:
                for knobs in base.knobs:
                    for offer in base.offers:
                        yield compose(base, replicas, knobs, offer)

    def _bases(self) -> Iterator[Base]:
        devices = cards(self.now, self.catalog, self.wishes)
        for each in self.served:
            if each.model is None or not each.model.open_weight:
                continue
            for card in devices:
                for runtime in self._engines(card):
                    for form in self._formats(each, card, runtime):
                        yield from self._spread(each, card, runtime, form)

    def _spread(self, model: Served, card: Card, runtime: Part, form: Stored) -> Iterator[Base]:
        knobs = tuple(self._knobs(runtime))
        for layout in layouts(self.now, model, card, runtime.name, self._counts(card)):
            offers = _of_size(card, layout)
            replicas = tuple(self._replicas(card, layout))
            if offers and replicas:
                yield Base(model, card, runtime, form, layout, knobs, replicas, offers)

    def _formats(self, model: Served, card: Card, runtime: Part) -> Iterator[Stored]:
        listed = self.choices["formats"].get(runtime.name, ())
        kept = "precision" in self.wishes.keep
        return stored(self.now, model, card, runtime.name, () if kept else listed)

    def _counts(self, card: Card) -> tuple[int, ...]:
        """Accelerators of a replica; those of hardware that is kept are as many as they are."""
        machines = self.now.machines
        written = (machines.count,) if machines and card.kept else ()
        if "hardware" in self.wishes.keep:
            return written
        return tuple(sorted({*self.choices["counts"], *written}))

    def _engines(self, card: Card) -> Iterator[Part]:
        setup = self.now.setup
        here = setup.name if setup else None
        for asked in self.wishes.engines:
            if engine(asked) is None:
                listed = ", ".join(self.choices["formats"])
                raise PlanError(f"there is no engine '{asked}': choose of {listed}")
        names = self.wishes.engines or tuple(self.choices["engines"])
        if "engine" in self.wishes.keep:
            names = (here,) if here else ()
        elif here and not self.wishes.engines:
            names = (here, *names)
        for name in dict.fromkeys(names):
            known = engine(name)
            if known and self._runs(card, name, known.devices):
                yield Part(name, _to_engine(self.now.spec.engine, name, here))

    def _runs(self, card: Card, name: str, devices: frozenset[str]) -> bool:
        """Whether an engine has kernels for a card."""
        entry = card.entry
        if entry is None or not (
            entry.vendor in devices or (entry.klass == "cpu" and "cpu" in devices)
        ):
            return False
        least = self.choices["least_capability"].get(name, 0.0)
        return entry.compute_capability is None or float(entry.compute_capability) >= least

    def _replicas(self, card: Card, layout: Layout) -> Iterator[Part]:
        machines = self.now.machines
        written = machines.replicas if machines else 1
        choice = {*self.choices["replicas"], written}
        if "hardware" in self.wishes.keep:
            choice = {written}
        for number in sorted(choice):
            if number * layout.count <= self.most:
                same = number == written
                yield Part(str(number), {} if same else {"hardware.replicas": step(number)})

    def _knobs(self, runtime: Part) -> Iterator[Knobs]:
        own = self.now.spec.engine
        kept = "engine" in self.wishes.keep
        caches = [Part("as written"), *(self._caches(runtime.name))]
        lengths, sequences = [Part("as written")], [Part("as written")]
        needed = int(-(-self.longest // _BLOCK) * _BLOCK)
        if not kept and needed and own.max_model_len != needed:
            lengths.append(Part(str(needed), {"engine.max_model_len": step(needed)}))
        known = engine(runtime.name)
        if not kept and known and known.kind in ("vllm", "pool", "share-of-free"):
            sequences += [
                Part(str(n), {"engine.max_num_seqs": step(n)})
                for n in self.choices["sequences"]
                if n != own.max_num_seqs
            ]
        for cache in caches:
            for length in lengths:
                for number in sequences:
                    yield Knobs(cache, length, number)

    def _caches(self, name: str) -> Iterator[Part]:
        if "precision" in self.wishes.keep:
            return
        for other in self.choices["caches"].get(name, ()):
            if other != self.now.spec.precision.kv_cache:
                yield Part(other, {"precision.kv_cache": step(other)})


def _of_size(card: Card, layout: Layout) -> tuple[Offer, ...]:
    """Return the offers that hold so many accelerators, by price.

    Accelerators of one replica are in one machine, or in whole machines with fast links.
    """
    node = (card.entry.max_per_node if card.entry else None) or 8
    fitting = [
        offer
        for offer in card.offers
        if card.kept
        or offer.size is None
        or layout.count <= offer.size
        or (layout.count > node and offer.size == node)
    ]

    def price(offer: Offer) -> tuple[float, str]:
        return (offer.hour(layout.count)[0] if offer.price else 0.0), offer.name

    return tuple(sorted(fitting, key=price))


def _to_engine(written: Engine, name: str, here: str | None) -> Changes:
    """Return the changes that lead to an engine: another one has no use for the old one's knobs."""
    if name == written.name or (written.name is None and name == here):
        return {} if written.name else {"engine.name": step(name)}
    knobs = [f for f in fields(Engine) if f not in ("name", *_OWN)]
    gone = {f"engine.{k}": GONE for k in knobs if getattr(written, k) is not None}
    return {"engine.name": step(name), **gone}
