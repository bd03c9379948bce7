"""Annotations of GitHub Actions: one workflow command a finding, the gravest first.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest in silence, so
the tenth says how many more there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from aispec.policy.finding import SEVERITIES, Finding, Severity
from aispec.report.cells import safe
from aispec.report.shown import Shown, words

MOST = 10

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render(shown: Shown) -> str:
    """Return the commands, a line each; nothing for no findings."""
    return "".join(f"{line}\n" for line in _lines(shown))


def _lines(shown: Shown) -> Iterator[str]:
    every = shown.gravest_first()
    for severity in SEVERITIES:
        found = [finding for finding in every if finding.severity == severity]
        kept = found if len(found) <= MOST else found[: MOST - 1]
        yield from (_command(finding, shown) for finding in kept)
        if len(kept) < len(found):
            more = len(found) - len(kept)
            yield f"::{_COMMANDS[severity]} title=aispec::and {more:,} more in the report"


def _command(finding: Finding, shown: Shown) -> str:
    span = finding.span
    places = {"file": shown.path(finding), "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        places |= {"col": span.column, "endColumn": span.end_column}
    places["title"] = f"{finding.code} {finding.name}"
    given = ",".join(f"{name}={_property(str(value))}" for name, value in places.items())
    return f"::{_COMMANDS[finding.severity]} {given}::{_data(words(finding))}"


def _data(text: str) -> str:
    """A message: its own lines are kept, whatever else steers the log is not."""
    text = "\n".join(safe(line) for line in text.split("\n"))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
