"""Every measured row beside what the latency estimate says of the same deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.latency import load as loads
from aispec.estimate.latency.constants import bounds, regime
from aispec.estimate.latency.roofline import roofline
from aispec.estimate.latency.step import Roofline
from aispec.estimate.memory import facts as memory
from aispec.estimate.memory.weights import weigh
from aispec.estimate.request import request_of
from tests.truth.latency_cases import SpeedCase, load, spec_of, workload_of

FIGURES = ("decode", "first", "load", "queue")
"""One user's seconds per token, one user's TTFT, seconds per token under load, TTFT under load."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One measured figure, in seconds, and how the same is estimated.

    `way` names the estimate: a `step`, a `whole` static batch, a prefill that is `busy` or counted
    from `arrival`, a `saturated` replica, a `steady` state or the `first` token in one. `batch` are
    the requests in flight, `most` those that run at once.
    """

    case: SpeedCase
    figure: str
    measured: float
    speed: Roofline | None
    way: str = ""
    batch: float = 1.0
    most: float = 1.0

    @property
    def received(self) -> float:
        """Tokens of the prompt."""
        return self.case.input or 0.0

    @property
    def sent(self) -> float:
        """Tokens of the answer."""
        return self.case.output or 0.0

    @property
    def depth(self) -> float:
        """Tokens of context in a step, or before a prompt."""
        if self.way == "busy":
            return self.case.depth or 0.0
        return self.case.depth if self.case.depth is not None else self.received + self.sent / 2

    @property
    def spreads(self) -> str:
        """What the bounds are those of: the batch of a throughput table is not known."""
        return "rate" if self.way == "saturated" else self.figure

    @property
    def bounds(self) -> tuple[float, float]:
        """Return measured over likely, at the least and at the most."""
        if self.speed is None:
            return (0.0, 0.0)
        return bounds(self.speed.tags, self.spreads, regime(self.spreads, self.speed.active))

    def predict(self) -> float:
        """Return the estimate. Raises `LookupError` where there is none."""
        if self.speed is None:
            raise LookupError("no estimate")
        return _WAYS[self.way](self.speed, self)


class Deployments:
    """Rooflines and batch limits, made once for each deployment and request."""

    def __init__(self) -> None:
        self._resolved: dict[object, Deployment] = {}
        self._speeds: dict[object, Roofline | None] = {}
        self._most: dict[object, float] = {}
        self._catalog = Catalog.default()

    def of(self, case: SpeedCase) -> Deployment:
        """Return the deployment that a row measured."""
        if case.place not in self._resolved:
            self._resolved[case.place] = resolve(spec_of(case), self._catalog)
        return self._resolved[case.place]

    def speed(self, case: SpeedCase) -> Roofline | None:
        """Return its roofline."""
        if case.place not in self._speeds:
            deployment = self.of(case)
            model, form = deployment.model, deployment.weights
            weights = weigh(model, form) if model and form else None
            space = None
            if weights:
                request = request_of(workload_of(case), deployment.assumed)
                space = memory.room(deployment, weights, request)
            cache = space.cache if space else None
            self._speeds[case.place] = roofline(deployment, weights, cache) if weights else None
        return self._speeds[case.place]

    def most(self, case: SpeedCase) -> float:
        """Return how many of the row's requests one replica runs at once."""
        key = (case.place, case.input, case.output)
        if key not in self._most:
            self._most[key] = _most(self.of(case), case)
        return self._most[key]


def _most(deployment: Deployment, case: SpeedCase) -> float:
    setup, model, form = deployment.setup, deployment.model, deployment.weights
    bound = float(setup.sequences) if setup and setup.sequences else 256.0
    weights = weigh(model, form) if model and form else None
    if weights is None:
        return bound
    request = request_of(workload_of(case), deployment.assumed)
    space = memory.room(deployment, weights, request)
    fitting = memory.sequences_that_fit(space) if space else None
    if fitting is None or not fitting.known or fitting.value < 1:
        return bound
    fits = loads.slots(fitting.value / case.data, request.input.value, request.output.value)
    return max(min(bound, fits), 1.0)


def pairs(cases: Iterable[SpeedCase] | None = None) -> list[Pair]:
    """Return every figure of every counted row, with its estimate where there is one."""
    known = Deployments()
    found: list[Pair] = []
    for case in load() if cases is None else cases:
        if case.counted:
            found += _pairs(case, known)
    return found


def _pairs(case: SpeedCase, known: Deployments) -> list[Pair]:
    speed = known.speed(case)
    rows = [
        (figure, value)
        for figure, value in _measured(case)
        if figure in FIGURES and value is not None
    ]
    if speed is None:
        return [Pair(case, figure, value, None) for figure, value in rows]
    crowded = case.task in ("static", "offline", "serving", "open")
    most = known.most(case) if crowded else 1.0
    return [_paired(case, figure, value, speed, most) for figure, value in rows]


def _measured(case: SpeedCase) -> list[tuple[str, float | None]]:
    """Return what a row measured, as figures in seconds."""
    milli = 1e-3
    alone = (case.users or 1) <= 1
    tpot = case.tpot * milli if case.tpot else None
    ttft = case.ttft * milli if case.ttft else None
    if case.task == "decode":
        return [("decode", tpot)]
    if case.task in ("single", "static"):
        e2e = case.e2e or (1e3 * case.output / case.tps if case.tps and case.output else None)
        each = e2e * milli / case.output if e2e and case.output else None
        return [("decode" if alone else "load", each)]
    if case.task == "prefill":
        seconds = case.input / case.prefill if case.input and case.prefill else ttft
        return [("first", seconds)]
    if case.task == "batch":
        return [("load", tpot)]
    if case.task == "offline":
        return [("load", 1 / case.tps if case.tps else None)]
    if not (case.input and case.output):
        return []
    if case.task == "open":
        return [("load", tpot)]
    if tpot is None and case.tps and case.users:
        tpot = case.users / case.tps
    return [("decode", tpot), ("first", ttft)] if alone else [("load", tpot), ("queue", ttft)]


def _paired(case: SpeedCase, figure: str, value: float, speed: Roofline, most: float) -> Pair:
    each = (case.users or 1.0) / case.data
    way, batch = {
        "decode": ("step", 1.0),
        "batch": ("step", each),
        "single": ("whole", each),
        "static": ("whole", each),
        "prefill": ("busy" if case.prefill else "arrival", 1.0),
        "offline": ("saturated", min(most, each) if case.users else most),
        "open": ("steady", 0.0),
        "serving": ("first", each) if figure in ("first", "queue") else ("steady", min(each, most)),
    }[case.task]
    if case.task == "open":
        rate = (case.rate or 0.0) / case.data
        state = loads.opened(speed, rate, most, case.input or 0.0, case.output or 0.0)
        batch = max(state.running, 1.0)
    return Pair(case, figure, value, speed, way, batch, most)


def _whole(speed: Roofline, pair: Pair) -> float:
    return loads.static(speed, pair.batch, pair.most, pair.received, pair.sent) / pair.sent


def _saturated(speed: Roofline, pair: Pair) -> float:
    rate = loads.saturated(speed, pair.batch, pair.received, pair.sent)
    return 1 / (rate * pair.case.data)


def _first(speed: Roofline, pair: Pair) -> float:
    """Seconds to the first token, with the wait for a slot of users beyond the batch."""
    seconds = speed.first_token(min(pair.batch, pair.most), pair.received, pair.sent)
    if pair.batch <= pair.most:
        return seconds
    state = loads.closed(speed, pair.batch, pair.most, pair.received, pair.sent)
    return seconds + loads.waiting(speed, state)


_WAYS: dict[str, Callable[[Roofline, Pair], float]] = {
    "step": lambda speed, pair: speed.one(pair.batch, pair.depth),
    "whole": _whole,
    "busy": lambda speed, pair: speed.busy(pair.received, pair.depth),
    "arrival": lambda speed, pair: speed.prefill(pair.received),
    "saturated": _saturated,
    "steady": lambda speed, pair: speed.per_token(pair.batch, pair.received, pair.sent),
    "first": _first,
}
