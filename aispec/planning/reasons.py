"""Why a candidate is none: in the words of the rules that it breaks."""

from __future__ import annotations

from aispec.estimate.display import figure
from aispec.estimate.quantity import Quantity
from aispec.estimate.stated import stated
from aispec.planning.trial import COST, FAILS, KEEPS_UP, STARTS, Trial, Tried
from aispec.policy.engine import Subject, judge
from aispec.policy.place import Places


class Reasons:
    """The words of rules for candidates of one deployment."""

    def __init__(self, trial: Trial, document: Places, path: str) -> None:
        self._trial = trial
        self._document = document
        self._path = path

    def of(self, tried: Tried) -> tuple[str, ...]:
        """Return why a candidate fails, one line for each requirement that it breaks."""
        return self._lines(tried, FAILS)

    def doubts(self, tried: Tried) -> tuple[str, ...]:
        """Return what is not sure of a candidate."""
        return self._lines(tried, tried.standing)

    def _lines(self, tried: Tried, standing: int) -> tuple[str, ...]:
        wanted = {code for code, how in tried.doubts.items() if how == standing}
        outcome = tried.outcome
        scope = {**stated(outcome.deployment), **outcome.facts}
        subject = Subject(
            self._path, self._document, outcome.deployment.name, scope, self._trial.bench.today
        )
        rules = [rule for code, rule in self._trial.required.items() if code in wanted]
        lines = [finding.message for finding in judge(rules, subject)]
        lines += [self._other(code, tried) for code in sorted(wanted - self._trial.required.keys())]
        # What does not start has a rule that says so in figures; the bare word adds nothing.
        return tuple(line for line in lines if line != _NOT_STARTED or len(lines) == 1)

    def _other(self, code: str, tried: Tried) -> str:
        facts = tried.outcome.facts
        if code == STARTS:
            return _NOT_STARTED
        if code == KEEPS_UP:
            return getattr(facts["latency.ttft"], "reason", "it can't keep up with the load")
        month = facts["cost.month"]
        assert code == COST
        shown = figure(month) if isinstance(month, Quantity) and month.known else "an unknown sum"
        return f"it costs {shown}, and --max-cost allows ${self._trial.max_cost or 0:,.0f}"


_NOT_STARTED = "its memory does not hold one sequence of the engine's full length"
