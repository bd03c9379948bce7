"""The search: every candidate is computed, proven to fail, or proven to be no better than another.

Bases are taken by the least that they can cost, so that the first that passes is the cheapest,
and whatever comes later has to be faster, smaller or surer than all before it. Nothing is timed or
drawn by lot: the same question has the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf

from aispec.planning.candidate import Base, Candidate, Knobs, Offer, Part, compose, order_of
from aispec.planning.floors import Floor, Floors
from aispec.planning.refusals import Refusals
from aispec.planning.space import Space
from aispec.planning.standings import Bound, Standings
from aispec.planning.trial import FAILS, Trial, Tried, cents
from aispec.record import made, record
from aispec.report.proposal import Tally

_LESS = 1 - 1e-9  # so that rounding never makes a bound of what is none

Watch = Callable[[int, int], None]
"""Is told how many candidates are judged, of how many."""


def unwatched(judged: int, total: int) -> None:
    """Tell nobody."""


@record(frozen=False)
class Found:
    """What a search has come to. `missed` are the nearest of what failed, by card or provider."""

    standings: Standings = made(default_factory=Standings)
    apis: list[Tried] = made(default_factory=list)
    unpriced: dict[str, Tried] = made(default_factory=dict)  # by card
    missed: dict[str, Tried] = made(default_factory=dict)
    computed: int = 0
    refused: int = 0
    dominated: int = 0

    @property
    def tally(self) -> Tally:
        """How many candidates were judged, and how."""
        return Tally(self.computed, self.refused, self.dominated)

    def miss(self, tried: Tried) -> None:
        """Keep a failure if none is nearer: fewer requirements broken, then cheaper."""
        place = tried.candidate.where
        if place not in self.missed or _distance(tried) < _distance(self.missed[place]):
            self.missed[place] = tried


def _distance(tried: Tried) -> tuple[object, ...]:
    return len(tried.broken), tried.cost, tried.order


@record(frozen=False)
class Search:
    """One search over a space."""

    space: Space
    trial: Trial
    floors: Floors
    refusals: Refusals
    watch: Watch = unwatched
    found: Found = made(default_factory=Found)
    _total: int = 0
    _floors: dict[int, Floor] = made(default_factory=dict)
    _judged: set[int] = made(default_factory=set)

    def run(self, now: Tried) -> Found:
        """Search it all; `now` is the deployment as it is written, which may be wished for too."""
        if self.space.written:
            self.found.standings.enter(now)
        endpoints = list(self.space.endpoints())
        bases = self.space.bases
        self._total = len(endpoints) + sum(map(len, bases))
        for candidate in endpoints:
            self._endpoint(candidate)
        self._priced(bases)
        for number, base in enumerate(bases):
            if base.offers[0].price is None:
                self._without_price(number, base)
        self._tell()
        return self.found

    def _endpoint(self, candidate: Candidate) -> None:
        tried = self._compute(candidate)
        if tried.standing < FAILS:
            self.found.apis.append(tried)

    def _priced(self, bases: tuple[Base, ...]) -> None:
        """Take bases with their replicas by the least that they can cost."""
        waiting = [
            (self._cost(base, base.replicas[0], base.offers[0])[0], number, 0)
            for number, base in enumerate(bases)
            if base.offers[0].price is not None
        ]
        heapify(waiting)
        while waiting:
            cost, number, place = heappop(waiting)
            base = bases[number]
            if not self._hopeless(number, base, place, cost):
                self._replicas(number, base, base.replicas[place])
                if place + 1 < len(base.replicas):
                    least = self._cost(base, base.replicas[place + 1], base.offers[0])[0]
                    heappush(waiting, (least, number, place + 1))
            self._tell()

    def _hopeless(self, number: int, base: Base, place: int, cost: float) -> bool:
        """Whether a base can win nothing any more, with these replicas or with more."""
        left = (len(base.replicas) - place) * len(base.knobs) * len(base.offers)
        if number not in self._floors:
            self._floors[number] = self.floors.of(base)
        if self._floors[number].standing == FAILS or self._known(base):
            self.found.refused += left
            return True
        if self._settled(number, base, place, cost):
            self.found.dominated += left
            return True
        if number not in self._judged:
            self._judged.add(number)
            standing = self.floors.standing(base)
            self._floors[number] = Floor(standing, self._floors[number].level)
            return self._hopeless(number, base, place, cost)
        return False

    def _settled(self, number: int, base: Base, place: int, cost: float) -> bool:
        replicas = int(base.replicas[place].name)
        bound = self._bound(base, self._floors[number], cost, replicas, base.order)
        return self.found.standings.settled(bound)

    def _known(self, base: Base) -> bool:
        names = ("model", "card", "engine", "format", "layout")
        values = dict(zip(names, (part.name for part in base.parts), strict=True))
        return self.refusals.known(values)

    def _bound(
        self,
        base: Base,
        floor: Floor,
        cost: float,
        replicas: int,
        order: tuple[int, tuple[str, ...]],
    ) -> Bound:
        model = base.served.model
        parameters = float((model and model.params_total) or 0.0) or inf
        size = base.size(replicas)
        return Bound(floor.standing, cost, floor.level, size, parameters, order)

    def _replicas(self, number: int, base: Base, replicas: Part) -> None:
        standing = self._floors[number].standing
        for knobs in base.knobs:
            first = compose(base, replicas, knobs, base.offers[0])
            if self.refusals.known(first.values):
                self.found.refused += len(base.offers)
                continue
            level = self.floors.loaded(base, knobs, int(replicas.name))
            self._offers(base, replicas, knobs, Floor(standing, level))

    def _offers(self, base: Base, replicas: Part, knobs: Knobs, floor: Floor) -> None:
        """Take the offers by price; what costs more than one that can win nothing can't either."""
        lost = inf
        for place, offer in enumerate(base.offers):
            cost, low = self._cost(base, replicas, offer)
            if cost > lost:
                self.found.dominated += len(base.offers) - place
                return
            order = order_of(base, replicas, knobs, offer)
            bound = self._bound(base, floor, cost, int(replicas.name), order)
            if low >= self.refusals.ceiling(base.served.name):
                self.found.refused += 1
                continue
            if self.found.standings.settled(bound):
                self.found.dominated += 1
                lost = cost
                continue
            tried = self._compute(compose(base, replicas, knobs, offer))
            if tried.standing == FAILS and self.refusals.learn(tried):
                self.found.refused += len(base.offers) - place - 1
                return
            if tried.standing < FAILS:
                floor = Floor(self.refusals.lasting(tried), tried.level)

    def _without_price(self, number: int, base: Base) -> None:
        """Keep the surest, smallest and fastest of each card that nobody lists a price for."""
        floor = self._floors.setdefault(number, self.floors.of(base))
        for replicas in base.replicas:
            for knobs in base.knobs:
                candidate = compose(base, replicas, knobs, base.offers[0])
                if floor.standing == FAILS or self.refusals.known(candidate.values):
                    self.found.refused += 1
                    continue
                best = self.found.unpriced.get(base.card.name)
                least = floor.standing, candidate.size, floor.level, candidate.order
                if best is not None and _rank(best) <= least:
                    self.found.dominated += 1
                    continue
                tried = self._compute(candidate)
                if tried.standing == FAILS:
                    self.refusals.learn(tried)
                elif best is None or _rank(tried) < _rank(best):
                    self.found.unpriced[base.card.name] = tried

    def _compute(self, candidate: Candidate) -> Tried:
        self.found.computed += 1
        tried = self.trial.run(candidate)
        self.found.standings.enter(tried)
        if tried.standing == FAILS:
            self.found.miss(tried)
        return tried

    def _cost(self, base: Base, replicas: Part, offer: Offer) -> tuple[float, float]:
        """USD a month without energy, likely (to the cent) and low."""
        machines = self.trial.bench.deployment.machines
        hours = (730.0 if machines is None else machines.hours) * int(replicas.name)
        likely, low = offer.hour(base.layout.count)
        return cents(likely * hours * _LESS), low * hours * _LESS

    def _tell(self) -> None:
        self.watch(self.found.tally.judged, self._total)


def _rank(tried: Tried) -> tuple[object, ...]:
    return tried.standing, tried.candidate.size, tried.level, tried.order
