"""Remedies: changes that a rule suggests, tried on the pipeline, and those kept that help.

A change helps when its rule finds nothing after it and no other rule finds an error or a warning
that it did not find before, or doubts what it could tell. Where no change does, the nearest miss is
tried once more with the promises (budget, targets) that it would break set to what it can keep.
Tries are counted, never timed: the same spec has the same remedies everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import inf
from typing import Any

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Facts
from aispec.policy.change import Changes, changed, entailed, step
from aispec.policy.effect import effect, known
from aispec.policy.engine import Verdict
from aispec.policy.finding import SEVERITIES, Finding, Remedy
from aispec.policy.rule import Rule
from aispec.policy.steps import PROMISES, Situation, field_steps, kept, plausible
from aispec.spec.model import Spec

MOST_SHOWN = 4
MOST_TRIES = 30
"""Tries for one deployment, all its findings together."""

TRIES_OF_ONE = 16
"""Tries for one finding."""

_MOST_COMBINED = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline says of a spec: `verdicts` by the codes of the rules that find something."""

    deployment: Deployment
    facts: Facts
    verdicts: Mapping[str, Verdict]


Attempt = Callable[[Spec], Outcome]
"""Runs the pipeline on a changed spec."""


@dataclass(slots=True)
class Trials:
    """All that is tried for one deployment; what was tried for one finding serves the next."""

    before: Outcome
    rules: Mapping[str, Rule]
    attempt: Attempt
    tried: dict[tuple[Any, ...], Outcome | None] = field(default_factory=dict)

    def run(self, changes: Changes) -> Outcome | None:
        """Return what the changes lead to; none where all tries are used up."""
        key = tuple(sorted((path, str(new.written)) for path, new in changes.items()))
        if key not in self.tried:
            if len(self.tried) >= MOST_TRIES:
                return None
            self.tried[key] = self.attempt(changed(self.before.deployment.spec, changes))
        return self.tried[key]


@dataclass(slots=True)
class _Found:
    """What the search for one finding has come to."""

    helps: list[tuple[Changes, Outcome]] = field(default_factory=list)
    misses: list[tuple[Changes, Outcome]] = field(default_factory=list)
    tries: int = 0


def remedies(finding: Finding, trials: Trials) -> tuple[Remedy, ...]:
    """Return the changes that make a finding go away, the cheapest first and broken promises last."""
    rule = trials.rules.get(finding.code)
    if rule is None or not rule.remedies:
        return ()
    found = _Found()
    for suggestion in rule.remedies:
        if len(found.helps) >= MOST_SHOWN or found.tries >= TRIES_OF_ONE:
            break
        _try(rule, suggestion["set"], trials, found)
    if not found.helps:
        found.helps += _with_promises(rule, trials, found.misses)
    made = sorted(found.helps, key=lambda each: _rank(each, trials))
    return tuple(_remedy(changes, outcome, trials) for changes, outcome in made[:MOST_SHOWN])


def _try(rule: Rule, asked: Mapping[str, Any], trials: Trials, found: _Found) -> None:
    """Try the combinations of a suggestion in turn, up to the first that helps."""
    for changes in islice(_combinations(rule, asked, trials.before), _MOST_COMBINED):
        if found.tries >= TRIES_OF_ONE:
            return
        found.tries += 1
        outcome = trials.run(changes)
        if outcome is None:
            return
        if rule.code in outcome.verdicts:
            continue
        if not _worse(trials, outcome):
            found.helps.append((changes, outcome))
            return
        found.misses.append((changes, outcome))


def _combinations(rule: Rule, asked: Mapping[str, Any], before: Outcome) -> Iterator[Changes]:
    spec = before.deployment.spec
    situation = Situation(before.deployment, before.facts)
    ways = [
        [(path, new) for new in field_steps(path, value, situation)]
        for path, value in asked.items()
    ]
    for chosen in product(*ways):
        changes = entailed(spec, dict(chosen))
        if changes and (rule.prefix != "FIT" or plausible(changes, situation)):
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


def _with_promises(
    rule: Rule, trials: Trials, misses: Sequence[tuple[Changes, Outcome]]
) -> list[tuple[Changes, Outcome]]:
    """The cheapest miss that helps once the promises it breaks are those it can keep."""
    for changes, outcome in sorted(misses, key=lambda miss: _cost(miss[1]))[:2]:
        situation = Situation(outcome.deployment, outcome.facts)
        extra = {}
        for code in _worse(trials, outcome):
            at = trials.rules[code].at
            options = kept(at, situation)
            if not options:
                break
            extra[at] = options[-1]
        else:
            whole = {**changes, **extra}
            again = trials.run(whole)
            if again and rule.code not in again.verdicts and not _worse(trials, again):
                return [(whole, again)]
    return []


def _cost(outcome: Outcome) -> float:
    month = known(outcome.facts.get("cost.month"))
    return month.value if month else inf


def _rank(each: tuple[Changes, Outcome], trials: Trials) -> tuple[bool, float]:
    changes, outcome = each
    return any(path in PROMISES for path in changes), _cost(outcome)


def _remedy(changes: Changes, outcome: Outcome, trials: Trials) -> Remedy:
    month = known(outcome.facts.get("cost.month"))
    said = [f"{path}: {_shown(new.written)}" for path, new in changes.items() if new != step(None)]
    gone = [path for path, new in changes.items() if new == step(None)]
    without = f" (without {', '.join(gone)})" if gone else ""
    return Remedy(
        change=", ".join(said) + without,
        set={path: new.written for path, new in changes.items()},
        effect=effect(trials.before.facts, outcome.facts),
        cost_month=month.value if month else None,
    )


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
