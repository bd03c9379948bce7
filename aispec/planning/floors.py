"""What a base has at best: proofs, before any candidate of it is computed.

- Weights over the whole memory of all its cards never start, however the rest is set.
- With an idle replica, the fastest cache and no other request in flight an answer takes the least
  time; loads, other caches and waits only add to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from aispec.catalog.assumed import Assumptions
from aispec.catalog.deployment import Deployment, Machines
from aispec.catalog.machines import counted, spread
from aispec.catalog.resolve import resolve
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Facts
from aispec.estimate.facts import flow_of
from aispec.estimate.latency.facts import read_prompt
from aispec.estimate.latency.facts import spread as spread_of
from aispec.estimate.latency.load import Load
from aispec.estimate.latency.queueing import seen
from aispec.estimate.latency.roofline import Roofline, roofline
from aispec.estimate.latency.targets import Percentiles
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.memory.facts import Room, room
from aispec.estimate.memory.weights import Weights, weigh
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.estimate.stated import stated
from aispec.planning.candidate import Base, Knobs, Part
from aispec.planning.trial import FAILS, MEETS, NO_LEVEL, POSSIBLY, Trial, level
from aispec.policy.change import changed
from aispec.policy.engine import names
from aispec.policy.panel import Seat
from aispec.policy.rule import Rule
from aispec.record import record, replace

_GIB = 2.0**30
_LESS = 1 - 1e-9  # so that rounding never makes a bound of what is none
_MEDIAN = 50.0
_SLOWER = ("latency.ttft > sla.ttft", "latency.tpot > sla.tpot", "latency.e2e > sla.e2e")
_TARGETS = (*_SLOWER, "latency.tps < sla.tps")
_KNOWN: Mapping[str, Fact] = {"model.known": Answer.YES, "hardware.known": Answer.YES}


@record
class Floor:
    """What a base has at best: its standing and its level of latency."""

    standing: int
    level: int


@record
class _Times:
    """Seconds to the first token and of each of `steps` after it."""

    speed: Roofline
    first: float
    step: float
    steps: float
    above: bool  # whether every percentile lies above the median, where load only adds

    @property
    def whole(self) -> float:
        """Seconds of a whole answer."""
        return self.first + self.steps * self.step

    @property
    def bounding(self) -> bool:
        """Whether it is a bound at all."""
        return self.above and isfinite(self.whole)


@record
class _Replica:
    """One replica before any load: its speed, and its memory."""

    deployment: Deployment
    machines: Machines
    speed: Roofline
    space: Room | None


@dataclass(slots=True)
class Floors:
    """The floors of bases. `requests` are what one request looks like, by model."""

    trial: Trial
    requests: Mapping[str, Request | None]
    _targets: tuple[Seat, ...] = field(init=False)
    _stated: Facts = field(init=False)
    _at: tuple[float | None, float | None] = field(init=False)
    _made: dict[tuple[str, ...], Deployment] = field(default_factory=dict)
    _replicas: dict[tuple[str, ...], _Replica | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        deployment = self.trial.bench.deployment
        at = Percentiles.of(deployment.spec.sla)
        self._at = at.ttft, at.tpot
        self._stated = {**stated(deployment), **_KNOWN}
        speaking = {c for r in self.trial.bench.governance.rules for c in r.instead_of}
        self._targets = tuple(
            Seat(rule)
            for rule in self.trial.required.values()
            if " ".join(rule.when.split()) in _TARGETS and rule.code not in speaking
        )

    def of(self, base: Base) -> Floor:
        """Return the least level of latency that a base has; how it stands is another question."""
        if self.too_heavy(base):
            return Floor(FAILS, NO_LEVEL)
        times = self._times(base)
        if times is None:
            return Floor(MEETS, NO_LEVEL)
        return Floor(MEETS, level(times.whole * _LESS) if times.bounding else -NO_LEVEL)

    def standing(self, base: Base) -> int:
        """Return how a base stands at best, by the rules about latency targets."""
        times = self._times(base) if self._targets else None
        if times is None or not times.bounding:
            return MEETS
        scope = self._scope(base, times)
        answers = [seat.outcome(scope) for seat in self._targets if _told(seat.rule, scope)]
        if Answer.YES in answers:
            return FAILS
        return POSSIBLY if Answer.MAYBE in answers else MEETS

    def too_heavy(self, base: Base) -> bool:
        """Whether the weights alone are larger than all the memory of a replica."""
        model, form = base.served.model, base.stored.form
        written = self.trial.bench.deployment.spec.engine
        if model is None or form is None or written.gpu_layers or written.cpu_offload:
            return False
        fields = model.architecture or {}
        weights = weigh(model, form) if {"hidden_size", "vocab_size"} <= fields.keys() else None
        if weights is None:
            return False
        least = (weights.body + weights.experts) * weights.low / _GIB / base.layout.count
        return least * _LESS > base.card.memory[1]

    def loaded(self, base: Base, knobs: Knobs, replicas: int) -> int:
        """Return the level of latency under the load, as the whole pipeline computes it."""
        request, workload = self.requests[base.served.name], self.trial.bench.workload
        key = (*(part.name for part in (*base.parts, *knobs.parts)),)
        if key not in self._replicas:
            self._replicas[key] = self._replica(base, knobs, request)
        one = self._replicas[key]
        if not (one and request and workload):
            return NO_LEVEL
        machines = replace(one.machines, replicas=replicas)
        deployment = replace(one.deployment, machines=machines)
        flow = flow_of(deployment, workload, request, one.speed, one.space)
        times = self._seen(one.speed, flow.load, request)
        return level(times.whole * _LESS) if isfinite(times.whole) else NO_LEVEL

    def _replica(self, base: Base, knobs: Knobs, request: Request | None) -> _Replica | None:
        deployment = self._deployment(base, knobs)
        weights, speed = self._speed(deployment, request)
        if not (weights and speed and request and deployment.machines):
            return None
        space = room(deployment, weights, request)
        return _Replica(deployment, deployment.machines, speed, space)

    def _times(self, base: Base) -> _Times | None:
        """An answer of the replica at its fastest, with nobody else about."""
        request = self.requests[base.served.name]
        speed = self._speed(self._deployment(base, None), request)[1]
        return self._seen(speed, None, request) if speed and request else None

    def _speed(
        self, deployment: Deployment, request: Request | None
    ) -> tuple[Weights | None, Roofline | None]:
        model, form = deployment.model, deployment.weights
        weights = weigh(model, form) if model and form else None
        if weights is None or request is None:
            return None, None
        cached = request.input.value * request.cached_share
        return weights, roofline(deployment, weights, cache_of(deployment), cached)

    def _seen(self, speed: Roofline, load: Load | None, request: Request) -> _Times:
        output = request.output.value
        times = seen(speed, load, read_prompt(request), output, self._at)
        above = all(p is None or p >= _MEDIAN for p in self._at)
        return _Times(speed, times.ttft, times.tpot, max(output - 1, 0.0), above)

    def _deployment(self, base: Base, knobs: Knobs | None) -> Deployment:
        """The base with one replica; without knobs, with the smallest cache that it may have."""
        parts = [*base.parts[:-1], *(knobs.parts if knobs else (base.knobs[-1].cache,))]
        key = ("" if knobs else "least", *(part.name for part in parts))
        if key not in self._made:
            made = self._resolved([*parts, base.offers[0]])
            self._made[key] = made if knobs else self._least(made)
        made = self._made[key]
        if made.machines is None or made.setup is None:
            return made
        machines = counted(made.machines, base.layout.count)
        spreading = spread(machines, base.layout.degrees, made.setup.name, Assumptions())
        return replace(made, machines=spreading)

    def _resolved(self, parts: Sequence[Part]) -> Deployment:
        changes = {path: new for part in parts for path, new in part.changes.items()}
        bench = self.trial.bench
        spec = changed(bench.deployment.spec, changes)
        return resolve(spec, bench.governance.catalog, bench.governance.settings.assumptions)

    def _least(self, made: Deployment) -> Deployment:
        """A deployment with the smaller of its cache and the written one."""
        tried = [made, self.trial.bench.deployment]
        sizes = [(c.bytes_per_element or 2.0, n) for n, d in enumerate(tried) if (c := d.cache)]
        return replace(made, cache=tried[min(sizes)[1]].cache) if sizes else made

    def _scope(self, base: Base, times: _Times) -> dict[str, Fact]:
        """Facts for the rules about targets, as good as they may be."""
        first = _at_best(times.speed, ("first", "queue"), times.first)
        each = _at_best(times.speed, ("decode", "load"), times.step)
        return {
            **self._stated,
            "hardware.asked": base.card.name,
            "precision.weights": base.stored.name,
            "latency.ttft": first.to("ms"),
            "latency.tpot": each.to("ms"),
            "latency.e2e": first + each * times.steps,
            "latency.tps": (1 / each * Quantity(1, "tokens")).to("tokens/s"),
        }


def _at_best(speed: Roofline, figures: tuple[str, str], seconds: float) -> Quantity:
    """Return a time with the lowest bounds that it may have, alone or with others."""
    spreads = [spread_of(speed, name) for name in figures]
    low, high = (min(s[n] for s in spreads) for n in (0, 1))
    least, most = seconds * low * _LESS, max(seconds * high * _LESS, seconds * low * _LESS)
    return Quantity(min(max(seconds, least), most), "s", low=least, high=most)


def _told(rule: Rule, scope: Mapping[str, Fact]) -> bool:
    return all(name in scope for name in names(rule))
