"""Comments that speak to aispec."""

from __future__ import annotations

from bisect import bisect_right

from aispec.late import pattern
from aispec.record import record
from aispec.spec.node import Marks

_ADDRESSED = pattern(r"(?:^|(?<=\s))#\s*(aispec:.*)")


@record
class Comment:
    """A comment that starts with `aispec:`, without its `#`."""

    line: int
    text: str
    has_code_before: bool


def addressed(lines: list[str], quoted: list[Marks]) -> list[Comment]:
    """The comments that start with `aispec:`, none of them inside a quoted or block text.

    `quoted` are the places of such texts, in the order in which they stand.
    """
    starts = [marks[:2] for marks in quoted]
    found = []
    for number, line in enumerate(lines):
        if "aispec:" not in line:
            continue
        for match in _ADDRESSED.finditer(line):
            before = bisect_right(starts, (number, match.start()))
            if not before or not _inside(number, match.start(), quoted[before - 1], lines):
                code = line[: match.start()].strip()
                found.append(Comment(number + 1, match[1].strip(), bool(code)))
                break
    return found


def _inside(line: int, column: int, marks: Marks, lines: list[str]) -> bool:
    first, start, last, end = marks
    if lines[first][start : start + 1] in ("|", ">"):
        return first < line <= last
    return (line, column) < (last, end)
