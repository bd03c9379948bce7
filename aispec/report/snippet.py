"""The lines of a file that a finding is about, with carets under what it points at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from aispec.policy.finding import Finding
from aispec.record import record, replace
from aispec.report.ansi import Paint, Style
from aispec.report.cells import TAB, cell, clip, safe, width_of
from aispec.spec.location import Span

GAP = 3
"""So many lines between two marks are shown; where there are more, none is."""

_LEAD = 12  # cells kept before a mark in a line that is cut
_NEAR = 1000  # characters on either side of a mark that are looked at for what is shown


@record
class _Mark:
    line: int
    column: int
    end: int  # the first column after it
    text: str
    style: Style


@record
class _Cells:
    """A line as it is shown, and the cell at which each of its characters starts.

    A character that is two cells wide is followed by an empty one.
    """

    grid: Sequence[str]
    starts: Sequence[int]

    def at(self, column: int) -> int:
        """The cell of a column that counts from one; the columns after the line are its end."""
        return self.starts[min(max(column, 1), len(self.starts)) - 1]


@record
class Frame:
    """How a snippet is drawn."""

    paint: Paint
    width: int
    unicode: bool


def gutter(finding: Finding) -> int:
    """Return the cells that the finding's line numbers take."""
    last = finding.span.line
    if finding.labels:
        last = max(last, *(label.span.line for label in finding.labels))
    return len(str(last))


def snippet(finding: Finding, lines: Sequence[str], frame: Frame) -> Iterator[str]:
    """Yield the lines of source around a finding with its marks; none where there is no source."""
    marks = sorted(_marks(finding, lines), key=lambda m: (m.line, m.column, _is_label(m)))
    if not marks:
        return
    size = gutter(finding)
    blank = frame.paint(" " * size + " |", "gutter")
    yield blank
    last = 0
    for number in _shown(marks, lines):
        if last and number > last + 1:
            yield frame.paint("...", "gutter")
        last = number
        yield from _line(number, lines[number - 1], marks, frame, size)


def _marks(finding: Finding, lines: Sequence[str]) -> Iterator[_Mark]:
    if 1 <= finding.span.line <= len(lines):
        yield _mark(finding.span, lines[finding.span.line - 1], "", finding.severity)
    for label in finding.labels:
        if 1 <= label.span.line <= len(lines):
            yield _mark(label.span, lines[label.span.line - 1], label.text, "label")


def _mark(span: Span, line: str, text: str, style: Style) -> _Mark:
    """Mark one line: of a span over several, the first up to its end."""
    whole = len(line.rstrip()) + 1
    end = span.end_column if span.end_line == span.line else whole
    column = min(max(span.column, 1), len(line) + 1)
    return _Mark(span.line, column, max(min(end, len(line) + 1), column + 1), text, style)


def _shown(marks: Sequence[_Mark], lines: Sequence[str]) -> list[int]:
    """The numbers of the lines to show: those with marks, those between, and one before."""
    numbers = sorted({mark.line for mark in marks})
    shown = set(numbers)
    for one, next_one in pairwise(numbers):
        if next_one - one - 1 <= GAP:
            shown.update(range(one, next_one))
    before = numbers[0] - 1
    if before >= 1 and lines[before - 1].strip() not in ("", "---"):
        shown.add(before)
    return sorted(shown)


def _line(
    number: int, source: str, marks: Sequence[_Mark], frame: Frame, size: int
) -> Iterator[str]:
    source, own = _near(source, [mark for mark in marks if mark.line == number])
    room = max(frame.width - size - 3, 2 * _LEAD)
    cells = _cells(source, frame.unicode)
    start, end = _window(cells, own, room)
    text = _cut(cells, start, end, frame.unicode)
    paint = frame.paint
    yield f"{paint(f'{number:>{size}} |', 'gutter')} {text}".rstrip()
    stop = end if end < len(cells.grid) else start + room
    for mark in own:
        first = min(max(cells.at(mark.column), start), stop - 1)
        last = min(max(cells.at(mark.end), first + 1), stop)
        yield from _pointer(mark, first - start, last - first, room, frame, size)


def _near(source: str, marks: list[_Mark]) -> tuple[str, list[_Mark]]:
    """The part of a very long line around its main mark, and the marks by their places in it."""
    if len(source) <= 2 * _NEAR:
        return source, marks
    column = min(marks, key=_is_label).column if marks else 1
    away = max(min(column - _NEAR, len(source) - 2 * _NEAR), 0)
    moved = [replace(m, column=max(m.column - away, 1), end=max(m.end - away, 2)) for m in marks]
    return source[away : away + 2 * _NEAR], moved


def _is_label(mark: _Mark) -> bool:
    return mark.style == "label"


def _pointer(
    mark: _Mark, offset: int, length: int, room: int, frame: Frame, size: int
) -> Iterator[str]:
    """The row of carets, or of dashes with what they say."""
    drawn = ("-" if mark.style == "label" else "^") * length
    edge = frame.paint(" " * size + " |", "gutter")
    said = safe(mark.text, frame.unicode)
    beside = room - offset - length - 1
    if said and beside < min(len(said), 20):
        yield f"{edge} {' ' * offset}{frame.paint(drawn, mark.style)}"
        text = clip(said, room, frame.unicode)
        yield f"{edge} {' ' * min(offset, max(room - len(text), 0))}{frame.paint(text, mark.style)}"
        return
    text = f" {clip(said, beside, frame.unicode)}" if said else ""
    yield f"{edge} {' ' * offset}{frame.paint(drawn + text, mark.style)}"


def _cells(line: str, unicode: bool) -> _Cells:
    """Lay a line out: tabs expanded, and what would steer the terminal made visible."""
    if line.isascii() and line.isprintable():
        return _Cells(line, range(len(line) + 1))
    grid: list[str] = []
    starts: list[int] = []
    for character in line:
        starts.append(len(grid))
        if character == "\t":
            grid.extend(" " * (TAB - len(grid) % TAB))
            continue
        for drawn in cell(character, unicode):
            size = width_of(drawn)
            if size == 0 and grid:
                grid[-1] += drawn
            else:
                grid.extend((drawn if size else f" {drawn}", "")[: max(size, 1)])
    return _Cells(tuple(grid), (*starts, len(grid)))


def _window(cells: _Cells, marks: Sequence[_Mark], room: int) -> tuple[int, int]:
    """The cells to show of a line: all, or as many as there is room for around the main mark."""
    whole = len(cells.grid)
    if whole <= room:
        return 0, whole
    chosen = min(marks, key=_is_label, default=None)
    if chosen is None or cells.at(chosen.end) <= room - 1:
        return 0, room
    first, last = cells.at(chosen.column), cells.at(chosen.end)
    start = max(min(first - _LEAD, whole - room), last - room + 1)
    start = min(start, max(first - _LEAD, 0))
    return start, min(start + room, whole)


def _cut(cells: _Cells, start: int, end: int, unicode: bool) -> str:
    """The text between two cells, with a dot where something is left out and wide halves blank."""
    if end - start == len(cells.grid):
        return "".join(cells.grid)
    shown = list(cells.grid[start:end])
    mark = "…" if unicode else "."
    if start > 0:
        shown[0] = mark
        if shown[1] == "":
            shown[1] = " "
    if end < len(cells.grid):
        if shown[-1] == "":
            shown[-2] = " "
        shown[-1] = mark
    return "".join(shown)
