"""How a figure differs from what it was, and how sure that is.

Two runs of the same estimators share their errors: a price that nobody has agreed on yet, or a load
that was assumed, is the same unknown before and after. Where errors are shared, bounds are compared
end by end, so that twice the hardware is twice the cost whatever it is; where they are not, each
end is compared with the other's farthest.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import Literal

from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.record import record

Trend = Literal[
    "same",
    "about the same",
    "up",
    "possibly up",
    "down",
    "possibly down",
]

NO_BASE = Absent("there is no base to compare with: aispec check --diff BASE")
"""What was before, where nobody said."""

_SETTING = ("model.id", "precision.weights", "hardware.accelerator", "engine.id")
_SHARED_WHERE: dict[str, tuple[str, ...]] = {
    "memory": _SETTING,
    "latency": _SETTING,
    "throughput": _SETTING,
    "cost": ("hardware.price_per_hour",),
}
"""The facts that have to agree for a group's errors to be the same; other groups always share."""


@record
class Difference:
    """What a figure rose or fell by: the amount in its own unit, and as a share of what it was."""

    trend: Trend
    amount: Quantity
    share: Quantity


def shared(name: str, before: Facts, after: Facts) -> bool:
    """Say whether a fact errs in the same way on both sides."""
    needed = _SHARED_WHERE.get(name.partition(".")[0], ())
    return all(same(before.get(one), after.get(one)) for one in needed)


def same(one: Fact | None, other: Fact | None) -> bool:
    """Say whether two facts are the same; figures by value, bounds and unit, not by how."""
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _key(one) == _key(other)
    return type(one) is type(other) and one == other


def difference(before: Quantity, after: Quantity, shared: bool) -> Difference:
    """Compare two known figures. Raises `ValueError` for an unknown one, `UnitError` for unlike."""
    after = after.to(before.unit)
    trend: Trend
    if _key(before) == _key(after):
        nothing = Quantity(0.0, before.unit)
        return Difference("same", nothing, Quantity(0.0))
    amount = _amount(before, after, shared)
    if amount.low > 0 or amount.high < 0:
        trend = "up" if amount.low > 0 else "down"
    elif _within(before, after) and _within(after, before):
        trend = "about the same"
    else:
        trend = "possibly up" if amount.value > 0 else "possibly down"
    return Difference(trend, amount, _share(before, after, shared))


def cost_increase(before: Facts | Absent, after: Facts) -> Fact:
    """Return the share by which a month costs more than before, below zero where it costs less."""
    if isinstance(before, Absent):
        return before
    old, new = before.get("cost.month"), after.get("cost.month")
    if not (isinstance(old, Quantity) and isinstance(new, Quantity)):
        return Absent("there is no cost to compare")
    if not (old.known and new.known):
        return Quantity.unknown("", new.reason or f"before, {old.reason}")
    made = difference(old, new, shared("cost.month", before, after))
    return made.share.told("cost of a month / what it was - 1", inputs=(old, new))


def _within(one: Quantity, other: Quantity) -> bool:
    return other.low <= one.value <= other.high


def _key(of: Quantity) -> tuple[float | None, float, float, str]:
    return of.value if of.known else None, of.low, of.high, of.unit.name


def _amount(before: Quantity, after: Quantity, shared: bool) -> Quantity:
    middle = after.value - before.value
    if not _bounded(before, after):
        return Quantity(middle, before.unit, low=-inf, high=inf)
    ends = (
        (after.low - before.low, after.high - before.high)
        if shared
        else (after.low - before.high, after.high - before.low)
    )
    low, high = min(*ends, middle), max(*ends, middle)
    return Quantity(middle, before.unit, low=low, high=high, how="after - before")


def _share(before: Quantity, after: Quantity, shared: bool) -> Quantity:
    if before.low <= 0:
        return Quantity.unknown("", "what was there before may be nothing")
    middle = after.value / before.value - 1
    if not _bounded(before, after):
        return Quantity(middle, low=-inf, high=inf)
    ends = (
        (after.low / before.low - 1, after.high / before.high - 1)
        if shared
        else (after.low / before.high - 1, after.high / before.low - 1)
    )
    low, high = min(*ends, middle), max(*ends, middle)
    return Quantity(middle, low=low, high=high, how="after / before - 1")


def _bounded(*figures: Quantity) -> bool:
    return all(isfinite(one.low) and isfinite(one.high) for one in figures)
