"""Where a value lies along an axis, and which values are written beside it. Pure geometry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, takewhile
from math import ceil, floor, isfinite, log10

from aispec.record import record

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_FEW = 8
_TOO_FEW = 4
_APART = 0.09  # of the axis
_WIDE = 30.0
"""From this ratio of the greatest to the least value on, a scale is logarithmic."""


@record
class Scale:
    """An axis from `low` to `high`; `log` where equal steps are equal factors."""

    low: float
    high: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return where a value lies, from 0 to 1; one beyond an end lies at that end."""
        if self.log:
            share = log10(max(value, self.low) / self.low) / log10(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Return the round values to write along the axis, at most eight."""
        return _thinned(self) if self.log else [*_even(self.low, self.high)]


def fitted(values: Iterable[float]) -> Scale:
    """Return the scale of an upright axis for some positive values.

    It starts at zero, and ends at a round value; where the values span more than a factor of
    thirty it is logarithmic.
    """
    given = [value for value in values if isfinite(value) and value > 0]
    if not given:
        return Scale(0.0, 1.0)
    least, greatest = min(given), max(given)
    if greatest / least > _WIDE:
        return Scale(_round_log(least, floor), _round_log(greatest, ceil), log=True)
    step = _step(greatest)
    return Scale(0.0, step * ceil(greatest / step - 1e-9))


def spanned(values: Iterable[float]) -> Scale:
    """Return a logarithmic scale that ends where the values do: an axis of load."""
    given = [value for value in values if value > 0]
    least, greatest = min(given), max(given)
    return Scale(least, greatest if greatest > least else 2 * least, log=True)


def _step(span: float) -> float:
    """The round step that divides a span into at most five parts."""
    size = 10.0 ** floor(log10(span / 5))
    return next(size * step for step in _STEPS if span / (size * step) <= 5 + 1e-9)


def _even(low: float, high: float) -> Iterator[float]:
    step = _step(high - low)
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    return (float(f"{number * step:.12g}") for number in range(first, last + 1))


def _round_log(value: float, to: Callable[[float], int]) -> float:
    """The next 1, 2 or 5 times a power of ten below (`floor`) or above (`ceil`) a value."""
    ladder = _round_values(value / 10, value * 10, (1, 2, 5))
    if to is floor:
        return max(step for step in ladder if step <= value * (1 + 1e-9))
    return min(step for step in ladder if step >= value * (1 - 1e-9))


def _round_values(low: float, high: float, factors: Sequence[float]) -> list[float]:
    """Return all of some factors times a power of ten between two values."""
    powers = count(floor(log10(low)))
    steps = (float(f"{factor}e{power}") for power in powers for factor in factors)
    fitting = takewhile(lambda step: step <= high * (1 + 1e-9), steps)
    return [step for step in fitting if step >= low * (1 - 1e-9)]


def _thinned(scale: Scale) -> list[float]:
    """Ones, twos and fives; more of them on a short scale, powers of ten on a long one."""
    every = _round_values(scale.low, scale.high, (1, 2, 5))
    if len(every) < _TOO_FEW:
        return _apart(scale, _round_values(scale.low, scale.high, (1, 1.5, 2, 3, 4, 5, 6, 8)))
    if len(every) <= _FEW:
        return every
    tens = _round_values(scale.low, scale.high, (1,))
    return tens[:: ceil(len(tens) / _FEW)]


def _apart(scale: Scale, ticks: Sequence[float]) -> list[float]:
    """The ticks whose words do not run into each other."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or scale.at(tick) - scale.at(kept[-1]) >= _APART:
            kept.append(tick)
    return kept
