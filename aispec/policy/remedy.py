"""Remedies: changes that a rule suggests, tried on the pipeline, and those kept that help.

A change helps when its rule finds nothing after it and no other rule finds an error or a warning
that it did not find before, or doubts what it could tell. Where no change does, the nearest miss is
tried once more with the promises (budget, targets) that it would break set to what it can keep.
Tries are counted, never timed: the same spec has the same remedies everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import inf
from typing import Any

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Facts
from aispec.policy.change import GONE, Changes, changed, entailed
from aispec.policy.effect import effect, known
from aispec.policy.engine import Verdict
from aispec.policy.finding import SEVERITIES, Finding, Remedy
from aispec.policy.plausible import plausible
from aispec.policy.rule import Rule
from aispec.policy.situation import Situation
from aispec.policy.steps import PROMISES, field_steps, kept
from aispec.record import made, record
from aispec.spec.model import Spec

MOST_SHOWN = 4
MOST_TRIES = 18
"""Tries for one deployment, all its findings together; promises and last resorts come on top."""

TRIES_OF_ONE = 10
"""Tries for one finding."""

_LAST_TRIES = 7  # on top, for a deployment
_MOST_COMBINED = 40
_ROUNDS = 3


@record(frozen=False)
class Outcome:
    """What the pipeline says of a spec.

    `judge` gives the verdicts by codes of rules that find something, `ask` whether one rule does:
    most changes do not even make their own rule pass, and then nobody asks the others.
    """

    deployment: Deployment
    facts: Facts
    judge: Callable[[], Mapping[str, Verdict]]
    ask: Callable[[str], bool]
    _verdicts: Mapping[str, Verdict] | None = None

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What all rules say, asked once."""
        if self._verdicts is None:
            self._verdicts = self.judge()
        return self._verdicts

    def finds(self, code: str) -> bool:
        """Whether one rule finds something."""
        return code in self._verdicts if self._verdicts is not None else self.ask(code)


Attempt = Callable[[Spec], Outcome]
"""Runs the pipeline on a changed spec."""


@record(frozen=False)
class Trials:
    """All that is tried for one deployment; what was tried for one finding serves the next."""

    before: Outcome
    rules: Mapping[str, Rule]
    attempt: Attempt
    tried: dict[tuple[Any, ...], Outcome] = made(default_factory=dict)

    def run(self, changes: Changes, most: int = MOST_TRIES) -> Outcome | None:
        """Return what the changes lead to; none where all tries are used up."""
        key = tuple(sorted((path, str(new.written)) for path, new in changes.items()))
        if key not in self.tried:
            if len(self.tried) >= most:
                return None
            self.tried[key] = self.attempt(changed(self.before.deployment.spec, changes))
        return self.tried[key]


@record(frozen=False)
class _Found:
    """What the search for one finding has come to."""

    helps: list[tuple[Changes, Outcome]] = made(default_factory=list)
    misses: list[tuple[Changes, Outcome]] = made(default_factory=list)


def remedies(finding: Finding, trials: Trials) -> tuple[Remedy, ...]:
    """Return the changes that make a finding go away: the cheapest first, other promises last."""
    rule = trials.rules.get(finding.code)
    if rule is None or not rule.remedies:
        return ()
    found, most = _Found(), min(len(trials.tried) + TRIES_OF_ONE, MOST_TRIES)
    for suggestion in rule.remedies:
        asked = suggestion["set"]
        promised = all(path in PROMISES for path in asked)
        if len(found.helps) < MOST_SHOWN and not _needless(asked, found):
            _try(rule, asked, trials, found, MOST_TRIES + _LAST_TRIES if promised else most)
    if not found.helps:
        found.helps += _last_resort(rule, trials, found.misses)
    made = sorted(found.helps, key=lambda each: _rank(each, trials))
    return tuple(_remedy(changes, outcome, trials) for changes, outcome in made[:MOST_SHOWN])


def _needless(asked: Mapping[str, Any], found: _Found) -> bool:
    """Whether a part of what is asked has helped alone."""
    return any(changes.keys() < asked.keys() for changes, _ in found.helps)


def _try(rule: Rule, asked: Mapping[str, Any], trials: Trials, found: _Found, most: int) -> None:
    """Try the combinations of a suggestion in turn, up to the first that helps."""
    for changes in islice(_combinations(rule, asked, trials.before), _MOST_COMBINED):
        outcome = trials.run(changes, most)
        if outcome is None:
            return
        if outcome.finds(rule.code) or _priceless(rule, outcome):
            continue
        if not _worse(trials, outcome):
            found.helps.append((changes, outcome))
            return
        found.misses.append((changes, outcome))


def _priceless(rule: Rule, outcome: Outcome) -> bool:
    """Whether a rule about money finds nothing because there is no price."""
    return rule.prefix == "COST" and _cost(outcome) == inf


def _combinations(rule: Rule, asked: Mapping[str, Any], before: Outcome) -> Iterator[Changes]:
    spec = before.deployment.spec
    situation = Situation(before.deployment, before.facts)
    ways = [
        [(path, new) for new in field_steps(path, value, situation)]
        for path, value in asked.items()
    ]
    renamed = [path for path, value in asked.items() if value == "nearest"]
    for chosen in product(*ways):
        changes = entailed(spec, dict(chosen), renamed)
        if changes and plausible(rule, changes, situation):
            yield changes


def _worse(trials: Trials, after: Outcome) -> list[str]:
    """The rules that have an error or a warning now, or a doubt, and had none before."""
    before = trials.before.verdicts
    return [
        code
        for code, verdict in after.verdicts.items()
        if _weight(verdict) > (_weight(before[code]) if code in before else 0)
    ]


def _weight(verdict: Verdict) -> int:
    """How bad it is: notes weigh nothing, but a doubt about what would be worse does."""
    severity, certainty, of_rule = verdict
    if certainty == "unknown":
        return 0 if of_rule == "note" else 1
    return len(SEVERITIES) - 1 - SEVERITIES.index(severity)


def _last_resort(
    rule: Rule, trials: Trials, misses: Sequence[tuple[Changes, Outcome]]
) -> list[tuple[Changes, Outcome]]:
    """The miss that helps once the promises it breaks are those it can keep.

    One that leaves a warning is taken where none leaves nothing; none that leaves an error is.
    """
    whole: list[tuple[Changes, Outcome]] = []
    second: list[tuple[Changes, Outcome]] = []
    order = sorted(misses, key=lambda miss: (_hopeless(trials, miss[1]), _cost(miss[1])))
    for changes, outcome in order[:3]:
        made = _with_promises(rule, trials, changes, outcome)
        if made and not _errors(trials, made[1]):
            (second if _worse(trials, made[1]) else whole).append(made)
    unlike = {frozenset(changes): (changes, outcome) for changes, outcome in reversed(whole)}
    return [*unlike.values()] or second[:1]


def _with_promises(
    rule: Rule, trials: Trials, changes: Changes, outcome: Outcome
) -> tuple[Changes, Outcome] | None:
    """Set what a change breaks to what it keeps, some rounds over."""
    for _ in range(_ROUNDS):
        situation = Situation(outcome.deployment, outcome.facts)
        broken = {_at(code, trials) for code in _worse(trials, outcome)}
        extra = {at: options[-1] for at in sorted(broken) if (options := kept(at, situation))}
        if not extra:
            break
        changes = {**changes, **extra}
        again = trials.run(changes, MOST_TRIES + _LAST_TRIES)
        if again is None or again.finds(rule.code):
            return None
        outcome = again
    return changes, outcome


def _errors(trials: Trials, after: Outcome) -> list[str]:
    """The rules that have an error now or a doubt, and had none before."""
    bad = ("error", "unknown")
    return [c for c in _worse(trials, after) if {*after.verdicts[c][:2]}.intersection(bad)]


def _hopeless(trials: Trials, after: Outcome) -> int:
    """How many new errors there are that no promise can mend."""
    situation = Situation(after.deployment, after.facts)
    return sum(not kept(_at(code, trials), situation) for code in _errors(trials, after))


def _at(code: str, trials: Trials) -> str:
    """The field a rule is about; none for a finding of another deployment."""
    rule = trials.rules.get(code)
    return rule.at if rule else ""


def _cost(outcome: Outcome) -> float:
    month = known(outcome.facts.get("cost.month"))
    return month.value if month else inf


def _rank(each: tuple[Changes, Outcome], trials: Trials) -> tuple[bool, float]:
    changes, outcome = each
    return any(path in PROMISES for path in changes), _cost(outcome)


def _remedy(changes: Changes, outcome: Outcome, trials: Trials) -> Remedy:
    month = known(outcome.facts.get("cost.month"))
    said = [f"{path}: {_shown(new.written)}" for path, new in changes.items() if new != GONE]
    gone = [path for path, new in changes.items() if new == GONE]
    without = f" (without {', '.join(gone)})" if gone else ""
    looser = " and ".join(path for path in changes if path in PROMISES)
    warned = ", ".join(sorted(_worse(trials, outcome)))
    said_of = (
        effect(trials.before.facts, outcome.facts),
        looser and f"for a looser {looser}",
        warned and f"with a warning of {warned}",
    )
    return Remedy(
        change=", ".join(said) + without,
        set={path: new.written for path, new in changes.items()},
        effect=", ".join(filter(None, said_of)),
        cost_month=month.value if month else None,
    )


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
