"""What a base has at best: proofs, before any candidate of it is computed.

- Weights over the whole memory of all its cards never start, however the rest is set.
- With an idle replica, the fastest cache and no other request in flight an answer takes the least
  time; loads, other caches and waits only add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Facts
from aispec.estimate.latency.constants import bounds
from aispec.estimate.latency.facts import Percentiles
from aispec.estimate.latency.queueing import seen
from aispec.estimate.latency.roofline import Roofline, roofline
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.memory.weights import weigh
from aispec.estimate.quantity import Quantity
from aispec.estimate.stated import stated
from aispec.planning.candidate import Base
from aispec.planning.trial import FAILS, MEETS, NO_LEVEL, POSSIBLY, Trial, level
from aispec.policy.change import changed
from aispec.policy.engine import names, outcome
from aispec.policy.rule import Rule

_GIB = 2.0**30
_LESS = 1 - 1e-9  # so that rounding never makes a bound of what is none
_MEDIAN = 50.0
_SLOWER = ("latency.ttft > sla.ttft", "latency.tpot > sla.tpot", "latency.e2e > sla.e2e")
_TARGETS = (*_SLOWER, "latency.tps < sla.tps")
_KNOWN: Mapping[str, Fact] = {"model.known": Answer.YES, "hardware.known": Answer.YES}


@dataclass(frozen=True, slots=True)
class Floor:
    """What a base has at best: its standing and its level of latency."""

    standing: int
    level: int


@dataclass(slots=True)
class Floors:
    """The floors of bases. `facts` are those of one deployment of each model, for its tokens."""

    trial: Trial
    facts: Mapping[str, Facts]
    _targets: tuple[Rule, ...] = field(init=False)

    def __post_init__(self) -> None:
        speaking = {c for r in self.trial.bench.governance.rules for c in r.instead_of}
        self._targets = tuple(
            rule
            for rule in self.trial.required.values()
            if " ".join(rule.when.split()) in _TARGETS and rule.code not in speaking
        )

    def of(self, base: Base) -> Floor:
        """Return what a base has at best."""
        if self.too_heavy(base):
            return Floor(FAILS, NO_LEVEL)
        speed = self._speed(base)
        if speed is None:
            return Floor(MEETS, NO_LEVEL)
        return self._judged(base, *speed)

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

    def _speed(self, base: Base) -> tuple[Roofline, float, float] | None:
        """The replica at its fastest, with the tokens of a prompt to read and of an answer."""
        deployment = self._deployment(base)
        model, form = deployment.model, deployment.weights
        weights = weigh(model, form) if model and form else None
        facts = self.facts[base.served.name]
        taken = facts["workload.tokens_in_per_request"]
        given = facts["workload.tokens_out_per_request"]
        if not (weights and isinstance(taken, Quantity) and isinstance(given, Quantity)):
            return None
        if not (taken.known and given.known):
            return None
        workload = self.trial.bench.workload
        hit = (workload.prefix_cache_hit if workload else None) or 0.0
        speed = roofline(deployment, weights, cache_of(deployment), taken.value * hit)
        return (speed, taken.value * (1 - hit), given.value) if speed else None

    def _deployment(self, base: Base) -> Deployment:
        """The base with one replica and the smallest cache that it may have."""
        parts = [*base.parts, base.knobs[-1].cache, base.offers[0]]
        changes = {path: new for part in parts for path, new in part.changes.items()}
        bench = self.trial.bench
        spec = changed(bench.deployment.spec, changes)
        made = resolve(spec, bench.governance.catalog, bench.governance.settings.assumptions)
        tried = [made, bench.deployment]
        sizes = [(c.bytes_per_element or 2.0, n) for n, d in enumerate(tried) if (c := d.cache)]
        return replace(made, cache=tried[min(sizes)[1]].cache) if sizes else made

    def _judged(self, base: Base, speed: Roofline, prompt: float, output: float) -> Floor:
        at = Percentiles.of(self.trial.bench.deployment.spec.sla)
        times = seen(speed, None, prompt, output, (at.ttft, at.tpot))
        whole = times.ttft + max(output - 1, 0.0) * times.tpot
        if not isfinite(whole) or any(p is not None and p < _MEDIAN for p in (at.ttft, at.tpot)):
            return Floor(MEETS, -NO_LEVEL)
        scope = self._scope(base, speed, output, (times.ttft, times.tpot))
        answers = [outcome(rule, scope) for rule in self._targets if _told(rule, scope)]
        standing = MEETS
        if Answer.YES in answers:
            standing = FAILS
        elif Answer.MAYBE in answers:
            standing = POSSIBLY
        return Floor(standing, level(whole * _LESS))

    def _scope(
        self, base: Base, speed: Roofline, output: float, times: tuple[float, float]
    ) -> dict[str, Fact]:
        """Facts for the rules about targets, as good as they may be."""
        first, step = _at_best(speed, ("first", "queue"), times[0]), times[1]
        each = _at_best(speed, ("decode", "load"), step)
        whole = first + each * max(output - 1, 0.0)
        deployment = self.trial.bench.deployment
        return {
            **stated(deployment),
            **_KNOWN,
            "hardware.asked": base.card.name,
            "precision.weights": base.stored.name,
            "latency.ttft": first.to("ms"),
            "latency.tpot": each.to("ms"),
            "latency.e2e": whole,
            "latency.tps": (1 / each * Quantity(1, "tokens")).to("tokens/s"),
        }


def _at_best(speed: Roofline, figures: tuple[str, str], seconds: float) -> Quantity:
    """Return a time with the lowest bounds that it may have, alone or with others."""
    spreads = [bounds(speed.tags, name) for name in figures]
    low, high = (min(s[n] for s in spreads) for n in (0, 1))
    least, most = seconds * low * _LESS, max(seconds * high * _LESS, seconds * low * _LESS)
    return Quantity(min(max(seconds, least), most), "s", low=least, high=most)


def _told(rule: Rule, scope: Mapping[str, Fact]) -> bool:
    return all(name in scope for name in names(rule))


