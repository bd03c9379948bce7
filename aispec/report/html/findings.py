"""Findings for a page: the source they are about, what would help, and who silenced them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from aispec.policy.finding import SEVERITIES, Finding
from aispec.record import record
from aispec.report.html.markup import dressed, paint
from aispec.report.report import Report
from aispec.report.snippet import Frame, snippet
from aispec.report.words import message

_WIDTH = 100


@record
class Told:
    """One finding in words."""

    severity: str
    code: str
    name: str
    message: str
    place: str
    source: Markup
    note: str
    help: str
    remedies: tuple[tuple[str, str], ...]
    reason: str = ""
    until: str = ""


@record
class Group:
    """Findings of one severity, and how many of them are left out."""

    severity: str
    shown: tuple[Told, ...]
    more: int


def groups(found: Sequence[Finding], report: Report, most: int) -> list[Group]:
    """Return findings that count, by severity, at most so many of each."""
    made = []
    for severity in SEVERITIES:
        own = [f for f in found if f.severity == severity and f.silenced is None]
        if own:
            told = tuple(_told(f, report) for f in own[:most])
            made.append(Group(severity, told, len(own) - len(told)))
    return made


def silenced(found: Sequence[Finding], report: Report, most: int) -> list[Told]:
    """Return findings that a comment or a baseline silences."""
    return [_told(f, report) for f in found if f.silenced is not None][:most]


def _told(finding: Finding, report: Report) -> Told:
    lines = report.lines.get(finding.path, ())
    span, silence = finding.span, finding.silenced
    place = f"{finding.path}:{span.line}:{span.column}" if lines else finding.path
    return Told(
        severity=finding.severity,
        code=finding.code,
        name=finding.name,
        message=message(finding),
        place=place,
        source=dressed([*snippet(finding, lines, Frame(paint, _WIDTH, True))][1:]),
        note=finding.note or "",
        help=finding.help or "",
        remedies=tuple((remedy.change, remedy.effect) for remedy in finding.remedies),
        reason=silence.reason if silence else "",
        until=(silence.until or "") if silence else "",
    )
