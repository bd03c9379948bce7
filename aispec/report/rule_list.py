"""The table of rules."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.policy.rule import Rule

_COLOURS = {"error": "31", "warning": "33", "note": "36", "off": "2"}


def render(rules: Sequence[Rule], *, colour: bool, width: int) -> str:
    """Return one line a rule: code, severity, name, summary, cut to the width."""
    longest = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        severity = _severity(rule.severity, colour)
        head = f"{rule.code:8} {severity} {rule.name:{longest}}  "
        room = width - (8 + 1 + 7 + 1 + longest + 2)
        summary = rule.summary
        if len(summary) > room > 10:
            summary = summary[: room - 1].rstrip() + "…"
        lines.append(head + summary)
    last = f"{len(rules)} rules. `aispec explain CODE` tells one at length."
    return "\n".join([*lines, "", last, ""])


def render_effective(rows: Sequence[tuple[str, str, str, str]], *, colour: bool, width: int) -> str:
    """Return one line a rule: code, severity where it governs, name, and who decided."""
    longest = max((len(name) for _, _, name, _ in rows), default=0)
    lines = [
        f"{code:8} {_severity(severity, colour)} {name:{longest}}  {by}"[: width + 9 * colour]
        for code, severity, name, by in rows
    ]
    running = sum(severity != "off" for _, severity, _, _ in rows)
    return "\n".join([*lines, "", f"{running} of {len(rows)} rules run here.", ""])


def _severity(severity: str, colour: bool) -> str:
    padded = f"{severity:7}"
    return f"\x1b[{_COLOURS[severity]}m{padded}\x1b[0m" if colour else padded
