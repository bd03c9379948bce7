"""Which rules run, and how much they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from aispec.policy.finding import Severity
from aispec.record import made, record, replace

if TYPE_CHECKING:
    from aispec.policy.rule import Rule

_EXACT = 1_000


@record
class Selection:
    """Rules by code, by the beginning of a code (`FIT`, `FIT0`), or by name.

    An empty `select` is all rules. Where a rule is both selected and ignored, the closer pattern
    wins, and ignoring does where both are as close.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = made(default_factory=dict)

    def admits(self, code: str, name: str) -> bool:
        """Whether a rule runs."""
        chosen = closeness(self.select, code, name) if self.select else 0
        refused = closeness(self.ignore, code, name)
        return chosen >= 0 and (refused < 0 or chosen > refused)

    def severity_of(self, code: str, name: str, otherwise: Severity) -> Severity:
        """The severity that the settings give a rule, by the closest pattern."""
        near = [(closeness((each,), code, name), each) for each in sorted(self.severity)]
        best = max(near, default=(-1, ""))
        return self.severity[best[1]] if best[0] >= 0 else otherwise

    def of(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules that run, each with the severity it then has."""
        return tuple(self._with_severity(r) for r in rules if self.admits(r.code, r.name))

    def unmatched(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        """Return the patterns that name no rule, in the order they are written."""
        known = tuple(rules)
        patterns = dict.fromkeys((*self.select, *self.ignore, *self.severity))
        return tuple(p for p in patterns if not any(matches(p, r.code, r.name) for r in known))

    def _with_severity(self, rule: Rule) -> Rule:
        if not self.severity:
            return rule
        severity = self.severity_of(rule.code, rule.name, rule.severity)
        return rule if severity == rule.severity else replace(rule, severity=severity)


def matches(pattern: str, code: str, name: str) -> bool:
    """Whether a pattern names a rule; letters alone name only codes with just these letters."""
    if pattern in (code, name):
        return True
    if pattern.isalpha():
        return code.rstrip("0123456789") == pattern
    return pattern[:1].isupper() and code.startswith(pattern)


def closeness(patterns: Iterable[str], code: str, name: str) -> int:
    """Return how closely the best of some patterns names a rule; less than zero for not at all."""
    found = (pattern for pattern in patterns if matches(pattern, code, name))
    return max((_EXACT if p in (code, name) else len(p) for p in found), default=-1)
