"""A deployment as the search for remedies sees it, and the numbers it steps by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil, floor, log10

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.record import record


@record
class Situation:
    """What is deployed now, and what is known of it."""

    deployment: Deployment
    facts: Facts

    def known(self, name: str) -> Quantity | None:
        """Return a figure that has a value; none for anything else."""
        fact = self.facts.get(name)
        return fact if isinstance(fact, Quantity) and fact.known else None

    def high(self, name: str) -> float | None:
        """Return a figure's upper bound."""
        fact = self.known(name)
        return fact.high if fact else None

    def value(self, name: str) -> float | None:
        """Return a figure's likely value."""
        fact = self.known(name)
        return fact.value if fact else None


def powers(least: float, most: float) -> list[int]:
    """Return the powers of two between two bounds, both included, upwards."""
    return [1 << n for n in range(31) if least <= 1 << n <= most]


def two_digits_up(value: float) -> float:
    """Return a figure rounded up to two digits: what one would write for it."""
    # A hair off, so that 450 in binary does not become 460.
    return _in_units(value, lambda steps: ceil(steps - 1e-9))


def two_digits_down(value: float) -> float:
    """Return a figure rounded down to two digits."""
    return _in_units(value, lambda steps: floor(steps + 1e-9))


def _in_units(value: float, whole: Callable[[float], int]) -> float:
    if value <= 0:
        return 0.0
    unit = 10.0 ** (floor(log10(value)) - 1)
    return round(whole(value / unit) * unit, 6)


def plain(value: float) -> int | float:
    """Return a whole number as one."""
    return int(value) if value == int(value) else value


def upwards(values: Iterable[float], above: float) -> list[int]:
    """Return the whole numbers above a bound, each once, upwards."""
    return sorted({ceil(value) for value in values if value > above})
