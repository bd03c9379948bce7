"""Cost against latency: the points of a plan, the axes, and the picture on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log10

from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.plan_words import numbers, won
from aispec.report.proposal import Plan, Proposal, Standing

_LEAST = 0.01  # USD: an axis of powers has no zero
_MARKS: dict[Standing, tuple[str, str]] = {
    "meets": ("●", "*"),
    "possibly": ("○", "o"),
    "cannot tell": ("◌", "?"),
    "fails": ("×", "x"),
}
_ROWS = 13
_MARGIN = 9  # cells for the labels of the axis of latency


@record
class Point:
    """A proposal in the picture. USD a month, and seconds of a whole answer."""

    number: int  # 0 is the deployment as it is written
    cost: float
    seconds: float
    standing: Standing
    title: str
    awards: tuple[str, ...]


@record
class Axis:
    """An axis of powers of ten, a little longer than its values."""

    low: float
    high: float

    @classmethod
    def over(cls, values: list[float]) -> Axis:
        """Return the axis that holds some values."""
        least, most = log10(min(values)), log10(max(values))
        room = max((most - least) * 0.06, 0.05)
        return cls(least - room, most + room)

    def place(self, value: float) -> float:
        """Return where a value lies, 0 at the lower end and 1 at the upper."""
        return (log10(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round values to label: 1, 2 and 5 of each power, or 1 alone where many fit."""
        powers = range(floor(self.low), ceil(self.high) + 1)
        steps = (1, 2, 5) if self.high - self.low < 2.5 else (1,)
        every = [step * 10.0**power for power in powers for step in steps]
        return [value for value in every if self.low <= log10(value) <= self.high]


def points(plan: Plan) -> list[Point]:
    """Return what has a price and a latency: the proposals, and the deployment as written."""
    number_of = numbers(plan)
    every = [(0, plan.now), *((number_of[each.spec], each) for each in plan.numbered())]
    return [point for number, each in every if (point := _point(number, each, plan))]


def _point(number: int, each: Proposal, plan: Plan) -> Point | None:
    month, whole = each.facts.get("cost.month"), each.facts.get("latency.e2e")
    if not (isinstance(month, Quantity) and isinstance(whole, Quantity)):
        return None
    if not (month.known and whole.known):
        return None
    cost, seconds = max(month.value, _LEAST), max(whole.to("s").value, 1e-3)
    return Point(number, cost, seconds, each.standing, each.title, won(plan, each))


def money(value: float) -> str:
    """Return a label for an amount of USD: $20, $5k, $1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"${value / size:g}{letter}"
    return f"${value:g}"


def seconds(value: float) -> str:
    """Return a label for a time: 20 ms, 5 s."""
    return f"{value * 1000:g} ms" if value < 1 else f"{value:g} s"


def draw(plan: Plan, width: int, *, unicode: bool) -> list[str]:
    """Return the picture in lines of at most so many cells; none where there is little to see."""
    shown = points(plan)
    if len({point.number for point in shown}) < 2:
        return []
    columns = max(min(width - _MARGIN - 2, 72), 20)
    across, up = Axis.over([p.cost for p in shown]), Axis.over([p.seconds for p in shown])
    grid = [[" "] * columns for _ in range(_ROWS)]
    for point in sorted(shown, key=lambda p: (-len(p.awards), -p.number)):
        _mark(grid, point, across, up, unicode)
    return [*_framed(grid, up, unicode), *_costs(across, columns, unicode), *_legend(unicode)]


def _mark(grid: list[list[str]], point: Point, across: Axis, up: Axis, unicode: bool) -> None:
    """Put a point's mark, and its number beside it where there is room."""
    columns = len(grid[0])
    row = min(int((1 - up.place(point.seconds)) * _ROWS), _ROWS - 1)
    column = min(int(across.place(point.cost) * columns), columns - 1)
    if grid[row][column] != " ":
        return
    grid[row][column] = _MARKS[point.standing][not unicode]
    label = str(point.number) if point.number else "now"
    place = column + 1
    if place + len(label) <= columns and all(c == " " for c in grid[row][place : place + 4]):
        grid[row][place : place + len(label)] = label


def _framed(grid: list[list[str]], up: Axis, unicode: bool) -> Iterator[str]:
    edge = "│" if unicode else "|"
    labels = {min(int((1 - up.place(t)) * _ROWS), _ROWS - 1): seconds(t) for t in up.ticks()}
    for number, row in enumerate(grid):
        yield f"{labels.get(number, ''):>{_MARGIN - 1}} {edge}{''.join(row)}".rstrip()


def _costs(across: Axis, columns: int, unicode: bool) -> list[str]:
    corner, line = ("└", "─") if unicode else ("+", "-")
    labels = [" "] * columns
    for tick in across.ticks():
        text = money(tick)
        start = min(int(across.place(tick) * columns), columns - len(text))
        if all(c == " " for c in labels[max(start - 1, 0) : start + len(text) + 1]):
            labels[start : start + len(text)] = text
    margin = " " * _MARGIN
    return [f"{margin}{corner}{line * columns}", f"{margin} {''.join(labels)}".rstrip()]


def _legend(unicode: bool) -> list[str]:
    marks = {name: pair[not unicode] for name, pair in _MARKS.items()}
    margin = " " * _MARGIN
    return [
        f"{margin} a whole answer's time over USD a month",
        f"{margin} {marks['meets']} meets, {marks['possibly']} possibly,"
        f" {marks['cannot tell']} can't tell, {marks['fails']} fails",
    ]
