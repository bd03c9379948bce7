"""Trying one candidate: the whole pipeline on its spec, and what is required of the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, inf, log

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.pipeline.trials import Bench
from aispec.planning.candidate import Candidate, Order
from aispec.policy.change import changed
from aispec.policy.engine import Verdict
from aispec.policy.finding import SEVERITIES
from aispec.policy.remedy import Outcome
from aispec.policy.rule import Rule
from aispec.record import record
from aispec.report.report import FailOn

STEP = 0.05
"""Latencies within this share of each other count as equal: no estimate is surer than that."""

NO_LEVEL = 10**6
"""The level of a latency that is not known."""

MEETS, POSSIBLY, CANNOT_TELL, FAILS = range(4)
STARTS, KEEPS_UP, COST = "it starts", "it keeps up", "--max-cost"
"""Requirements beside the rules."""

_CLASS = {"certain": FAILS, "possible": POSSIBLY, "unknown": CANNOT_TELL}
_ANSWERS = {Answer.YES: FAILS, Answer.MAYBE: POSSIBLY, Answer.UNKNOWN: CANNOT_TELL}


@record
class Tried:
    """A candidate after its trial. `standing` is 0 for what meets all, up to 3 for what fails."""

    candidate: Candidate
    outcome: Outcome
    standing: int
    doubts: Mapping[str, int]  # what is required and not sure, with its own standing
    cost: float  # USD a month, infinite where unknown
    level: int  # of the time that a whole answer takes

    @property
    def priced(self) -> bool:
        """Whether anybody lists a price."""
        return self.cost < inf

    @property
    def broken(self) -> tuple[str, ...]:
        """What it certainly breaks."""
        return tuple(code for code, standing in self.doubts.items() if standing == FAILS)

    @property
    def order(self) -> Order:
        """What decides between it and its equals."""
        return self.candidate.order


@dataclass(slots=True)
class Trial:
    """The pipeline for one deployment, and what counts as passing it.

    Rules at `fail_on` or graver are required, but for those `excused`, which the file silences.
    """

    bench: Bench
    fail_on: FailOn = "error"
    excused: frozenset[str] = frozenset()
    max_cost: float | None = None
    _required: dict[str, Rule] = field(init=False)

    def __post_init__(self) -> None:
        grave = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        rules = self.bench.governance.rules
        self._required = {
            r.code: r for r in rules if r.severity in grave and r.code not in self.excused
        }

    @property
    def required(self) -> Mapping[str, Rule]:
        """The rules that nothing may break, by code."""
        return self._required

    def run(self, candidate: Candidate) -> Tried:
        """Run the pipeline on a candidate's spec and judge it."""
        outcome = self.bench.attempt(changed(self.bench.deployment.spec, candidate.changes))
        return self.judged(candidate, outcome)

    def judged(self, candidate: Candidate, outcome: Outcome) -> Tried:
        """Judge what the pipeline says of a candidate."""
        doubts = self._doubts(outcome)
        month = outcome.facts["cost.month"]
        return Tried(
            candidate=candidate,
            outcome=outcome,
            standing=max(doubts.values(), default=MEETS),
            doubts=doubts,
            cost=cents(month.value) if isinstance(month, Quantity) and month.known else inf,
            level=level_of(outcome.facts.get("latency.e2e")),
        )

    def warnings(self, verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
        """Return the codes of what is found beside what is required: errors and warnings."""
        return tuple(
            code
            for code, (severity, _, _) in verdicts.items()
            if severity != "note" and code not in self._required
        )

    def _doubts(self, outcome: Outcome) -> dict[str, int]:
        found = {
            code: _CLASS[certainty]
            for code, (_, certainty, _) in outcome.verdicts.items()
            if code in self._required
        }
        if outcome.facts.get("memory.boots") is Answer.NO:
            found[STARTS] = FAILS
        if _overrun(outcome.facts):
            found[KEEPS_UP] = FAILS
        month = outcome.facts["cost.month"]
        if self.max_cost is not None and isinstance(month, Quantity):
            standing = _ANSWERS.get(month.above(Quantity(self.max_cost, "USD/month")))
            if standing is not None:
                found[COST] = standing
        return found


def _overrun(facts: Facts) -> bool:
    """Whether requests come faster than they are answered, so that waits have no end."""
    first, used = facts.get("latency.ttft"), facts.get("throughput.utilization")
    if not (isinstance(first, Quantity) and isinstance(used, Quantity)):
        return False
    return not first.known and used.known and used.value >= 1


def cents(amount: float) -> float:
    """Return USD rounded to the cent: what differs by less costs the same."""
    return round(amount, 2)


def level_of(latency: object) -> int:
    """Return the level of a latency: whole steps of 5%."""
    if not (isinstance(latency, Quantity) and latency.known):
        return NO_LEVEL
    return level(latency.to("s").value)


def level(seconds: float) -> int:
    """Return the level of so many seconds."""
    return floor(log(max(seconds, 1e-9)) / log(1 + STEP))
