"""Every measured row beside what the latency estimate says of the same deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.latency import load as loads
from aispec.estimate.latency.constants import bounds
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
    """One measured figure, in seconds, and how the same is estimated."""

    case: SpeedCase
    figure: str
    measured: float
    speed: Roofline | None
    predict: Callable[[], float]

    @property
    def bounds(self) -> tuple[float, float]:
        """Return measured over likely, at the least and at the most."""
        return bounds(self.speed.tags, self.figure) if self.speed else (0.0, 0.0)


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
        return [Pair(case, figure, value, None, _nothing) for figure, value in rows]
    most = known.most(case) if case.task in ("static", "offline", "serving", "open") else 1.0
    return [
        Pair(case, figure, value, speed, _predictor(case, figure, speed, most))
        for figure, value in rows
    ]


def _nothing() -> float:
    raise LookupError("no estimate")


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


def _predictor(case: SpeedCase, figure: str, speed: Roofline, most: float) -> Callable[[], float]:
    users, received, sent = case.users or 1.0, case.input or 0.0, case.output or 0.0
    depth = case.depth if case.depth is not None else received + sent / 2
    each = users / case.data
    if case.task == "decode":
        return lambda: speed.one(1, depth)
    if case.task in ("single", "static"):
        return lambda: loads.static(speed, each, most, received, sent) / sent
    if case.task == "prefill":
        if case.prefill:
            return lambda: speed.busy(received, case.depth or 0.0)
        return lambda: speed.prefill(received)
    if case.task == "batch":
        return lambda: speed.one(each, depth)
    if case.task == "offline":
        most = min(most, each) if case.users else most
        return lambda: 1 / (loads.saturated(speed, most, received, sent) * case.data)
    if case.task == "open":
        rate = (case.rate or 0.0) / case.data
        return lambda: _at_rate(speed, rate, most, received, sent)
    if figure in ("first", "queue"):
        running = min(each, most)
        return lambda: (
            speed.first_token(running, received, sent) + _waits(speed, each, most, received, sent)
        )
    return lambda: speed.per_token(min(each, most), received, sent)


def _at_rate(speed: Roofline, rate: float, most: float, received: float, sent: float) -> float:
    state = loads.opened(speed, rate, most, received, sent)
    return speed.per_token(max(state.running, 1.0), received, sent)


def _waits(speed: Roofline, users: float, most: float, received: float, sent: float) -> float:
    """Seconds that users beyond the batch wait for a slot."""
    if users <= most:
        return 0.0
    return loads.waiting(speed, loads.closed(speed, users, most, received, sent))
