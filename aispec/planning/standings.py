"""Who is ahead: the best by each measure, and those that none beats in cost and latency at once.

A candidate is worse when it stands worse to what is required, costs more or is slower; between
equals the fewer changes decide, then the name. So there is one answer, whatever the order in which
candidates are tried.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from aispec.planning.candidate import Order
from aispec.planning.trial import FAILS, Tried
from aispec.record import made, record

Key = tuple[Any, ...]


@record
class Bound:
    """What a candidate has at best, or what it has."""

    standing: int
    cost: float
    level: int
    size: float
    parameters: float
    order: Order
    hosted: bool = True


def bound_of(tried: Tried) -> Bound:
    """Return what a candidate has."""
    candidate = tried.candidate
    return Bound(
        tried.standing,
        tried.cost,
        tried.level,
        candidate.size,
        candidate.parameters or inf,
        candidate.order,
        candidate.accelerators > 0,
    )


def _cheapest(each: Bound) -> Key:
    return each.standing, each.cost, each.level, each.order


def _fastest(each: Bound) -> Key:
    return each.standing, each.level, each.cost, each.order


def _smallest(each: Bound) -> Key:
    return not each.hosted, each.standing, each.size, each.cost, each.level, each.order


def _smallest_model(each: Bound) -> Key:
    return each.standing, each.parameters, each.cost, each.level, each.order


AWARDS: dict[str, Callable[[Bound], Key]] = {
    "cheapest": _cheapest,
    "fastest": _fastest,
    "smallest": _smallest,
    "smallest_model": _smallest_model,
}


@record(frozen=False)
class _Stairs:
    """Costs and levels that none beats, the cheapest first; each step down costs more."""

    costs: list[float] = made(default_factory=list)
    steps: list[tuple[int, Order]] = made(default_factory=list)

    def beats(self, each: Bound, *, strictly: bool) -> bool:
        """Whether something here costs no more and is no slower, and less so or before in order."""
        place = bisect_right(self.costs, each.cost) - 1
        if place < 0:
            return False
        level, order = self.steps[place]
        if level > each.level:
            return False
        equal = level == each.level and self.costs[place] == each.cost
        return not strictly or not equal or order < each.order

    def add(self, each: Bound) -> None:
        if self.beats(each, strictly=True):
            return
        place = bisect_left(self.costs, each.cost)
        end = place
        while end < len(self.costs) and self.steps[end][0] >= each.level:
            end += 1
        self.costs[place:end] = [each.cost]
        self.steps[place:end] = [(each.level, each.order)]


@record(frozen=False)
class Standings:
    """The best so far. Only what has a price takes part."""

    entries: list[tuple[Bound, Tried]] = made(default_factory=list)
    best: dict[str, tuple[Key, Tried]] = made(default_factory=dict)
    _stairs: list[_Stairs] = made(default_factory=lambda: [_Stairs() for _ in range(FAILS)])

    def enter(self, tried: Tried) -> None:
        """Let a candidate take part, where it does not fail and has a price."""
        if tried.standing >= FAILS or not tried.priced:
            return
        own = bound_of(tried)
        if not self.beaten(own):
            self.entries.append((own, tried))
        self._stairs[own.standing].add(own)
        for name, of in AWARDS.items():
            key = of(own)
            if name not in self.best or key < self.best[name][0]:
                self.best[name] = key, tried

    def settled(self, at_best: Bound) -> bool:
        """Whether a candidate that is so at best can win nothing."""
        return self.beaten(at_best) and all(
            name in self.best and self.best[name][0] <= of(at_best) for name, of in AWARDS.items()
        )

    def beaten(self, each: Bound) -> bool:
        """Whether something is no worse in standing, cost and level, and better in one."""
        above = self._stairs[: min(each.standing, FAILS)]
        if any(stairs.beats(each, strictly=False) for stairs in above):
            return True
        return each.standing < FAILS and self._stairs[each.standing].beats(each, strictly=True)

    def award(self, name: str) -> Tried | None:
        """Return who is best by a measure."""
        return self.best[name][1] if name in self.best else None

    def front(self) -> tuple[Tried, ...]:
        """Return those that none beats, by cost."""
        left = [(own, tried) for own, tried in self.entries if not self.beaten(own)]
        return tuple(t for _, t in sorted(left, key=lambda pair: _cheapest_first(pair[0])))


def _cheapest_first(each: Bound) -> Key:
    return each.cost, each.level, each.order


def standings(tried: Iterable[Tried]) -> Standings:
    """Return the standings of candidates that were all tried."""
    made = Standings()
    for each in tried:
        made.enter(each)
    return made
