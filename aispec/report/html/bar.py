"""Bars with their bounds, in percent of the room that they have."""

from __future__ import annotations

from aispec.estimate.display import figure
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html.chart import percent

_SEEN = 4.0  # percent of the room
_LONG = 10_000.0  # ms, from which `display.figure` shows seconds


@record
class Bar:
    """A bar from `start`, `size` long; its bounds run from `low` to `high`. All in percent."""

    start: float
    size: float
    low: float
    high: float

    @property
    def doubt(self) -> bool:
        """Whether the bounds are far enough apart to be seen."""
        return self.high - self.low >= _SEEN


def bar(of: Quantity, most: float, start: float = 0.0) -> Bar:
    """Return the bar of a known figure that begins at `start`, where `most` is the whole room."""
    return Bar(
        start=_share(start, most),
        size=percent(min(max(of.value, 0.0) / most, 1.0)) if most else 0.0,
        low=_share(start + of.low, most),
        high=_share(start + of.high, most),
    )


def at(value: float, most: float) -> float:
    """Return where a value lies in percent of `most`, no further than its end."""
    return _share(value, most)


def likely(of: Quantity) -> str:
    """Return the likely value as a number."""
    return figure(of, "value", "number")


def span(of: Quantity) -> str:
    """Return the bounds as numbers, or nothing where there is no doubt."""
    return "" if of.exact else figure(readable(of), "range", "number")


def readable(of: Quantity) -> Quantity:
    """Return a figure in the unit that its value is shown in: long times in seconds."""
    return of.to("s") if of.known and of.unit.name == "ms" and of.value >= _LONG else of


def _share(value: float, most: float) -> float:
    return percent(min(max(value / most, 0.0), 1.0)) if most else 0.0
