"""One line a finding: `path:line:col: error[FIT001] message`, as editors and grep read it."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.policy.finding import Finding
from aispec.report.ansi import Paint, painter
from aispec.report.cells import safe
from aispec.report.report import Report
from aispec.report.words import message


def render(report: Report, *, colour: bool = False, unicode: bool = True) -> str:
    """Return every finding that counts on a line of its own, by place; nothing for none."""
    paint = painter(colour)
    return "".join(f"{line}\n" for line in _lines(report, paint, unicode))


def _lines(report: Report, paint: Paint, unicode: bool) -> Iterator[str]:
    for finding in report.counted():
        kind = paint(f"{finding.severity}[{safe(finding.code, unicode)}]", finding.severity)
        yield f"{_place(finding, paint, unicode)} {kind} {safe(message(finding), unicode)}"


def _place(finding: Finding, paint: Paint, unicode: bool) -> str:
    path = paint(safe(finding.path, unicode), "strong")
    return f"{path}:{finding.span.line}:{finding.span.column}:"
