"""From what a search has found to a plan: proposals with their specs, and near misses."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from aispec import __version__
from aispec.planning.question import Subject
from aispec.planning.reasons import Reasons
from aispec.planning.search import Found
from aispec.planning.titles import title
from aispec.planning.trial import FAILS, MEETS, NO_LEVEL, STEP, Tried
from aispec.planning.wishes import Wishes
from aispec.planning.writing import written
from aispec.report.proposal import STANDINGS, Miss, Plan, Proposal

_MOST = 5  # of a kind that are listed beside the front


def tell(asked: Subject, now: Tried, found: Found, wishes: Wishes) -> Plan:
    """Return the plan: who won, the front, and why what is near does not count."""
    told = _Told(asked)
    standings = found.standings
    smallest = standings.award("smallest")
    return Plan(
        version=__version__,
        path=asked.judged.path,
        name=asked.judged.name,
        now=told.proposal(now),
        now_reasons=told.reasons.of(now) if now.standing == FAILS else told.reasons.doubts(now),
        cheapest=told.given(standings.award("cheapest")),
        fastest=told.given(_timed(standings.award("fastest"))),
        smallest=told.given(smallest) if smallest and smallest.candidate.accelerators else None,
        smallest_model=told.given(standings.award("smallest_model")) if wishes.models else None,
        front=tuple(map(told.proposal, standings.front())),
        apis=tuple(map(told.proposal, _one_each(found.apis))),
        unpriced=tuple(map(told.proposal, _surest(found.unpriced.values()))),
        misses=tuple(map(told.miss, _near(found))),
        tally=found.tally,
        constraints=tuple(wishes.told()),
        excused=tuple(sorted(asked.trial.excused)),
        step=STEP,
    )


class _Told:
    """Turns what was tried into what is shown."""

    def __init__(self, asked: Subject) -> None:
        self._asked = asked
        document = asked.placed.located.document
        self.reasons = Reasons(asked.trial, document, asked.judged.path)

    def given(self, tried: Tried | None) -> Proposal | None:
        """Return a proposal where there is one."""
        return self.proposal(tried) if tried else None

    def proposal(self, tried: Tried) -> Proposal:
        """Return a candidate as a proposal."""
        located, candidate = self._asked.placed.located, tried.candidate
        return Proposal(
            title=self._title(tried),
            standing=STANDINGS[tried.standing],
            facts=tried.outcome.facts,
            changes={path: new.written for path, new in candidate.changes.items()},
            spec=written(located.document, located.spec, candidate.changes),
            doubts=tuple(tried.doubts),
            warnings=self._asked.trial.warnings(tried.outcome.verdicts),
            accelerators=candidate.accelerators,
            market=candidate.market,
            level=tried.level if tried.level != NO_LEVEL else None,
        )

    def miss(self, tried: Tried) -> Miss:
        """Return a candidate as a near miss."""
        return Miss(self._title(tried), tried.outcome.facts, self.reasons.of(tried), tried.broken)

    def _title(self, tried: Tried) -> str:
        return title(tried, self._asked.placed.deployment)


def _timed(tried: Tried | None) -> Tried | None:
    return tried if tried and tried.level != NO_LEVEL else None


def _surest(every: Iterable[Tried]) -> list[Tried]:
    found = sorted(every, key=lambda t: (t.standing, t.candidate.size, t.level, t.order))
    return found[:_MOST]


def _one_each(apis: Iterable[Tried]) -> list[Tried]:
    """Return the best of each provider, the surest and cheapest first."""
    found: dict[str, Tried] = {}
    for each in sorted(apis, key=lambda t: (t.standing, t.cost, t.order)):
        found.setdefault(each.candidate.where, each)
    return list(found.values())[:_MOST]


def _near(found: Found) -> list[Tried]:
    """Return the nearest misses that would be cheaper than the cheapest, by cost.

    One for each card or provider that nothing passes with.
    """
    best = found.standings.award("cheapest")
    most = best.cost if best and best.standing == MEETS else inf
    passing = {tried.candidate.where for _, tried in found.standings.entries}
    passing.update(tried.candidate.where for _, tried in found.standings.best.values())
    passing.update(each.candidate.where for each in found.apis)
    cheaper = [t for where, t in found.missed.items() if t.cost <= most and where not in passing]
    nearest = sorted(cheaper, key=lambda t: (len(t.broken), t.cost, t.order))[:_MOST]
    return sorted(nearest, key=lambda t: (t.cost, t.order))
