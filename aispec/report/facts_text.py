"""The facts of each deployment as an aligned table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aispec.estimate.display import figure, words
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.report.ansi import Paint, painter
from aispec.report.cells import clip, columns, counted, pad, safe, width
from aispec.report.report import Judged, Report

_MIN_HOW = 20

Line = tuple[str, ...]
"""Name, likely value, bounds, unit and derivation; or name and text."""


def render(report: Report, *, colour: bool = False, width: int = 100) -> str:
    """Return every fact with its likely value, bounds, unit and derivation, by topic.

    Facts that are unknown or do not apply are dim, with the reason in place of the figure.
    """
    paint = painter(colour)
    lines: list[str] = []
    for each in report.deployments:
        lines += _deployment(each, paint, width)
    if not report.deployments:
        lines.append(f"no deployment in {counted(len(report.files), 'file')}")
    return "\n".join(lines).rstrip("\n") + "\n"


def _deployment(each: Judged, paint: Paint, cells: int) -> Iterator[str]:
    place = f"{safe(each.path)}:{each.line}"
    yield f"{paint(safe(each.name), 'strong')}  {paint(place, 'dim')}"
    yield ""
    for _, group in groupby(each.facts.items(), key=lambda item: item[0].partition(".")[0]):
        yield from _topic([*group], paint, cells)
        yield ""


def _topic(facts: list[tuple[str, Fact]], paint: Paint, cells: int) -> Iterator[str]:
    """The facts of one topic, aligned among themselves."""
    lines = [_line(name, fact) for name, fact in facts]
    names = max(width(line[0]) for line in lines)
    figures = [line for line in lines if len(line) > 2]
    sizes = [names, *columns(figures)[1:-1]] if figures else [names]
    for line, (_, fact) in zip(lines, facts, strict=True):
        text = _drawn(line, sizes[: len(line) - 1], cells)
        yield paint(text, "dim") if _lacking(fact) else text


def _line(name: str, fact: Fact) -> Line:
    if not isinstance(fact, Quantity) or not fact.known:
        return safe(name), safe(words(fact))
    likely = figure(fact, "value", "number")
    span = "" if fact.exact else figure(fact, "range", "number")
    return safe(name), likely, span, safe(fact.unit.name), safe(fact.how)


def _lacking(fact: Fact) -> bool:
    if isinstance(fact, Quantity):
        return not fact.known
    return isinstance(fact, Unknown | Absent)


def _drawn(line: Line, sizes: list[int], cells: int) -> str:
    row = "  "
    for text, size in zip(line, sizes, strict=False):
        row += pad(text, size) + "   "
    return (row + clip(line[-1], max(cells - width(row), _MIN_HOW))).rstrip()
