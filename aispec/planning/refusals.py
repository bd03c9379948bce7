"""Proofs that a candidate fails, learnt from those that did.

A rule looks at some facts, and a fact depends on some of a candidate's choices. What fails a rule
once fails it again wherever these choices are the same, whatever the others are. A rule that
compares a month's cost with what the model alone decides fails again wherever the cost is higher.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import inf

from aispec.estimate.quantity import Quantity
from aispec.planning.candidate import DIMENSIONS
from aispec.planning.trial import COST, KEEPS_UP, MEETS, STARTS, Trial, Tried
from aispec.policy.engine import names
from aispec.policy.rule import Rule
from aispec.record import made, record

_ALL = frozenset(DIMENSIONS)
_BUILT = frozenset({"model", "card", "engine", "format", "layout", "cache", "length", "sequences"})
_LOADED = _BUILT | {"replicas"}

_BY_FACT: Mapping[str, frozenset[str]] = {
    "memory.kv_needed": _LOADED,
    "memory.needed": _LOADED,
    "memory.headroom": _LOADED,
    "memory.serves": _LOADED,
    "memory.fits": _LOADED,
    "memory.layers_that_fit": _LOADED,
    "memory.decided_by": _LOADED,
    "workload.concurrency": _LOADED,
    "workload.requests_per_day": _LOADED,
    "workload.tokens_per_day": _LOADED,
    "workload.peak_requests_per_second": _LOADED,
    "workload.tokens_in_per_request": frozenset({"model"}),
    "workload.tokens_out_per_request": frozenset({"model"}),
    "precision.weights": frozenset({"model", "engine", "format"}),
    "precision.bits_per_weight": frozenset({"model", "engine", "format"}),
    "precision.runs": frozenset({"model", "card", "engine", "format"}),
    "precision.native": frozenset({"model", "card", "engine", "format"}),
    "precision.kv_cache": frozenset({"cache"}),
    "hardware.class": frozenset({"card"}),
    "hardware.known": frozenset({"card"}),
    "hardware.accelerator": frozenset({"card"}),
    "hardware.memory_per_device": frozenset({"card"}),
    "hardware.count": frozenset({"card", "layout"}),
    "hardware.nodes": frozenset({"card", "layout"}),
    "hardware.replicas": frozenset({"replicas"}),
    "engine.id": frozenset({"card", "engine", "format"}),
    "engine.context": frozenset({"model", "engine", "length"}),
    "engine.max_model_len": frozenset({"engine", "length"}),
    "engine.max_num_seqs": frozenset({"engine", "sequences"}),
}
"""Choices that a fact depends on at most; facts that are not here go by their group."""

_BY_GROUP: Mapping[str, frozenset[str]] = {
    "model": frozenset({"model"}),
    "architecture": frozenset({"model"}),
    "compute": frozenset({"model"}),
    "context": frozenset({"model", "engine", "length"}),
    "parallelism": frozenset({"card", "engine", "layout"}),
    "memory": _BUILT,
    "latency": _LOADED,
    "throughput": _LOADED,
    "limits": _LOADED,
    "sla": frozenset(),
    "budget": frozenset(),
    "workload": frozenset(),
    "name": frozenset(),
    "environment": frozenset(),
    "use": frozenset(),
    "owner": frozenset(),
}


def depends(fact: str) -> frozenset[str]:
    """Return the choices that a fact, or a field of the spec, depends on at most."""
    if fact in _BY_FACT:
        return _BY_FACT[fact]
    return _BY_GROUP.get(fact.partition(".")[0], _ALL)


def choices_of(rule: Rule) -> frozenset[str]:
    """Return the choices that a rule's verdict on accelerators depends on at most."""
    return _choices_of(rule.applies, rule.when, names(rule))


@lru_cache(maxsize=1024)
def _choices_of(applies: str, when: str, facts: tuple[str, ...]) -> frozenset[str]:
    # Every candidate on accelerators names them: that they are given depends on nothing.
    rest = f"{applies} {when}".replace(_GIVEN, "")
    kept = [fact for fact in facts if fact != _ASKED or _ASKED in rest]
    return frozenset().union(*map(depends, kept))


_ASKED = "hardware.asked"
_GIVEN = f"given({_ASKED})"


@record(frozen=False)
class Refusals:
    """What is known to fail, and why."""

    trial: Trial
    daily: bool  # whether users a day are given: what the model alone decides then is more
    _seen: dict[tuple[str, ...], set[tuple[str, ...]]] = made(default_factory=dict)
    _dear: dict[tuple[str, str], float] = made(default_factory=dict)  # by requirement and model

    def learn(self, tried: Tried) -> bool:
        """Remember why a candidate failed; whether its other offers fail with it."""
        every = False
        for code in tried.broken:
            choices = self._choices(code)
            if choices is not None and "offer" not in choices:
                kept = tuple(name for name in DIMENSIONS if name in choices)
                values = tuple(tried.candidate.values[name] for name in kept)
                self._seen.setdefault(kept, set()).add(values)
                every = True
            if self._by_cost(code):
                self._too_dear(code, tried)
        return every

    def known(self, values: Mapping[str, str]) -> bool:
        """Whether a candidate with these choices has failed already; some may be left out."""
        for kept, seen in self._seen.items():
            found = tuple(values.get(name) for name in kept)
            if found in seen:
                return True
        return False

    def lasting(self, tried: Tried) -> int:
        """Return the standing that a candidate has whatever the offer."""
        return max(
            (
                standing
                for code, standing in tried.doubts.items()
                if (choices := self._choices(code)) is not None and "offer" not in choices
            ),
            default=MEETS,
        )

    def ceiling(self, model: str) -> float:
        """Return USD a month from which on a model's candidates fail."""
        return min((at for (_, name), at in self._dear.items() if name == model), default=inf)

    def _choices(self, code: str) -> frozenset[str] | None:
        """The choices a requirement depends on; None where a lesser rule may speak in its place."""
        if code == STARTS:
            return _BUILT
        if code == KEEPS_UP:
            return _LOADED
        rule = self.trial.required.get(code)
        return choices_of(rule) if rule and self._speaks(code) else None

    def _speaks(self, code: str) -> bool:
        rules = self.trial.bench.governance.rules
        return all(r.code in self.trial.required for r in rules if code in r.instead_of)

    def _by_cost(self, code: str) -> bool:
        """Whether a requirement only bounds the month's cost, by what the model decides."""
        if code == COST:
            return True
        rule = self.trial.required.get(code)
        if rule is None or not self._speaks(code) or not _bounds_cost(rule.when):
            return False
        return all(map(self._settled, names(rule)))

    def _settled(self, fact: str) -> bool:
        if fact == "cost.month":
            return True
        if fact == "cost.api_equivalent_month":
            return self.daily
        return depends(fact) <= {"model"}

    def _too_dear(self, code: str, tried: Tried) -> None:
        month = tried.outcome.facts["cost.month"]
        if not (isinstance(month, Quantity) and month.known):
            return
        key = code, tried.candidate.values["model"]
        self._dear[key] = min(self._dear.get(key, inf), month.low)


def _bounds_cost(when: str) -> bool:
    """Whether a condition is `cost.month > something` and nothing more."""
    words = when.split()
    if words[:2] != ["cost.month", ">"]:
        return False
    rest = words[2:]
    return "cost.month" not in rest and not _LOGIC.intersection(rest)


_LOGIC = {"and", "or", "not", "if", "else", "in", "<", ">", "<=", ">=", "==", "!="}
