"""Estimates beside measurements, case by case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.quantity import Quantity
from tests.truth.cases import TruthCase, load, spec_of

FACT_OF = {
    "weights": "memory.weights",
    "kv_per_token": "memory.kv_per_token",
    "kv_sequence": "memory.kv_per_sequence",
    "kv_total": "memory.kv_per_sequence",
    "pool": "memory.kv_available",
    "activations": "memory.activations",
    "runtime": "memory.runtime",
    "graphs": "memory.graphs",
    "needed": "memory.needed",
}
"""The fact that each measured figure is compared with."""

KV = ("kv_per_token", "kv_sequence", "kv_total")
EXACT = 0.012  # the share of a cache figure that the rounding of logs explains
_NO_TOTAL = "not computed"


@dataclass(frozen=True, slots=True)
class Pair:
    """One measured figure and its estimate; `likely` is `None` where there is no estimate."""

    kind: str
    measured: float
    likely: float | None = None
    low: float = 0.0
    high: float = 0.0
    why: str = ""  # there is none

    @property
    def error(self) -> float | None:
        """The estimate's error as a share of what was measured, with its sign."""
        if self.likely is None or self.measured == 0:
            return None
        return (self.likely - self.measured) / abs(self.measured)

    @property
    def inside(self) -> bool:
        """Whether the measurement lies within the bounds, to the two decimals that logs print."""
        slack = self.measured * EXACT if self.kind in KV else 0.006
        return self.likely is not None and self.low - slack <= self.measured <= self.high + slack


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with what was estimated for it."""

    case: TruthCase
    model: str | None  # the catalogue's id
    hardware: str | None
    verdict: str | None  # yes | maybe | no | unknown, where the case has one to judge
    pairs: tuple[Pair, ...]

    @property
    def recognised(self) -> bool:
        """Whether the catalogue knows the model and the hardware."""
        return self.model is not None and self.hardware is not None

    @property
    def named(self) -> bool:
        """Whether its source names both, so that they could be known."""
        case = self.case
        return bool(case.model and case.accelerator) and not case.stand_in

    def pair(self, kind: str) -> Pair | None:
        """Return the pair of that kind, if it was measured."""
        return next((pair for pair in self.pairs if pair.kind == kind), None)


@cache
def compared() -> tuple[Compared, ...]:
    """Estimate every case, in the order of the file."""
    return tuple(_compare(case) for case in load())


def _compare(case: TruthCase) -> Compared:
    deployment = resolve(spec_of(case), Catalog.default())
    facts = estimate(Case(deployment, deployment.spec.workload))
    return Compared(
        case=case,
        model=deployment.model.id if deployment.model else None,
        hardware=_hardware(deployment, case),
        verdict=_verdict(facts, case),
        pairs=tuple(
            _pair(kind, figure, _fact(facts, kind, deployment))
            for kind, figure in case.measured.items()
            if kind in FACT_OF or kind == "allocated"
        ),
    )


def _hardware(deployment: Deployment, case: TruthCase) -> str | None:
    """Return the device's id; a stand-in for an unnamed card was not recognised."""
    device = deployment.machines.accelerator if deployment.machines else None
    return device.id if device and not case.stand_in else None


def _verdict(facts: Facts, case: TruthCase) -> str | None:
    if case.judge is None:
        return None
    fact = facts[f"memory.{case.judge}"]
    return str(fact) if isinstance(fact, Answer) else "unknown"


def _fact(facts: Facts, kind: str, deployment: Deployment) -> Quantity:
    if kind == "allocated":
        return _allocated(facts, deployment)
    fact = facts[FACT_OF[kind]]
    if not isinstance(fact, Quantity):
        return Quantity.unknown("GiB", str(fact))
    return fact * _devices(deployment) if kind == "kv_total" else fact


def _devices(deployment: Deployment) -> float:
    """The whole model's cache over the fullest device's, where layers are dealt out."""
    cache = cache_of(deployment)
    return 1 / cache.stage if cache else 1.0


def _allocated(facts: Facts, deployment: Deployment) -> Quantity:
    """What Transformers allocates over all devices: everything but the driver's own context."""
    needed, runtime = facts["memory.needed"], facts["memory.runtime"]
    if not (isinstance(needed, Quantity) and isinstance(runtime, Quantity) and needed.known):
        return Quantity.unknown("GiB", _NO_TOTAL)
    machines = deployment.machines
    return (needed - runtime) * float(machines.count if machines else 1)


def _pair(kind: str, figure: float, found: Quantity) -> Pair:
    if not found.known:
        return Pair(kind, figure, why=found.reason or "not estimated")
    return Pair(kind, figure, found.value, found.low, found.high)
