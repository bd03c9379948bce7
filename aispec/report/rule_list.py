"""The table of rules."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.policy.rule import Rule

_COLOURS = {"error": "31", "warning": "33", "note": "36"}


def render(rules: Sequence[Rule], *, colour: bool, width: int) -> str:
    """Return one line a rule: code, severity, name, summary, cut to the width."""
    longest = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        severity = f"{rule.severity:7}"
        if colour:
            severity = f"\x1b[{_COLOURS[rule.severity]}m{severity}\x1b[0m"
        head = f"{rule.code:8} {severity} {rule.name:{longest}}  "
        room = width - (8 + 1 + 7 + 1 + longest + 2)
        summary = rule.summary
        if len(summary) > room > 10:
            summary = summary[: room - 1].rstrip() + "…"
        lines.append(head + summary)
    last = f"{len(rules)} rules. `aispec explain CODE` tells one at length."
    return "\n".join([*lines, "", last, ""])
