"""A figure that knows how sure it is, what it is measured in, and where it came from.

Every computed figure of aispec is a `Quantity`: the likely value with a low and a high bound, a
unit, a line that says how it was made, the quantities it was made from, and its sources. What can't
be computed is a quantity too, an unknown one with its reason, and whatever is computed from it is
unknown for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, isfinite

from aispec.estimate.answer import Answer
from aispec.estimate.units import NONE, Unit, UnitError, ratio, unit

How = str | Callable[[], str]
"""The line that says how a figure was made, or a function that writes it when it is asked for."""


class Quantity:
    """A value between two bounds.

    Arithmetic with `+ - * /` follows interval arithmetic: the bounds of the result hold whatever
    the true values are, as long as those of the operands do. Adding or comparing unlike units
    raises `UnitError`; like units are converted to the left operand's. A value that overflows is
    unknown: a spec may ask for a year's cost over the smallest of numbers.
    """

    __slots__ = ("_how", "_value", "high", "inputs", "low", "reason", "sources", "unit")

    def __init__(
        self,
        value: float | None,
        unit_name: str | Unit = NONE,
        *,
        low: float | None = None,
        high: float | None = None,
        how: How = "",
        inputs: tuple[Quantity, ...] = (),
        sources: tuple[str, ...] = (),
        reason: str = "",
    ) -> None:
        self.unit = unit_name if unit_name.__class__ is Unit else unit(unit_name)
        self._how = how
        self.inputs = inputs
        self.sources = sources
        self.reason = reason
        if value is None or not isfinite(value):
            self._value, self.low, self.high = None, -inf, inf
            if value is not None:
                self.reason = "it is beyond what can be computed"
            return
        if low is None:
            low = value
        if high is None:
            high = value
        if not low <= value <= high:
            raise ValueError(f"a quantity needs low <= value <= high, got {low}, {value}, {high}")
        self._value, self.low, self.high = value, low, high

    @classmethod
    def unknown(cls, unit_name: str | Unit, reason: str) -> Quantity:
        """Return a figure that can't be computed, for `reason`."""
        return cls(None, unit_name, reason=reason)

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self._value is not None

    @property
    def exact(self) -> bool:
        """Whether the value is known without any doubt."""
        return self.low == self.high

    @property
    def value(self) -> float:
        """The likely value. Raises `ValueError` for an unknown quantity."""
        if self._value is None:
            raise ValueError(f"unknown: {self.reason}")
        return self._value

    @property
    def how(self) -> str:
        """One line that says how the figure was made, or why it could not be."""
        if self._value is None:
            return self.reason
        return self._how if isinstance(self._how, str) else self._how()

    def told(
        self, how: How, *, inputs: Iterable[Quantity] = (), sources: Iterable[str] = ()
    ) -> Quantity:
        """Return the same figure with its own derivation, inputs and sources."""
        given = tuple(inputs) or self.inputs
        merged = dict.fromkeys(sources)
        for each in given:
            if each.sources:
                merged.update(dict.fromkeys(each.sources))
        told = object.__new__(Quantity)  # a copy: what holds for this figure holds for that one
        told.unit, told._value, told.low, told.high = self.unit, self._value, self.low, self.high
        told._how, told.inputs, told.reason = how, given, self.reason
        told.sources = tuple(merged) or self.sources
        return told

    def to(self, unit_name: str | Unit) -> Quantity:
        """Return the same figure in another unit of the same dimensions."""
        target = unit_name if isinstance(unit_name, Unit) else unit(unit_name)
        factor = ratio(self.unit, target)
        if self._value is None:
            return Quantity.unknown(target, self.reason)
        return Quantity(
            self._value * factor,
            target,
            low=self.low * factor,
            high=self.high * factor,
            how=self._how,
            inputs=self.inputs,
            sources=self.sources,
        )

    def within(self, low: float, high: float) -> Quantity:
        """Return the same figure with its bounds stretched by the factors `low` and `high`."""
        if self._value is None:
            return self
        bounds = sorted((self.low * low, self.high * low, self.low * high, self.high * high))
        return Quantity(
            self._value,
            self.unit,
            low=min(bounds[0], self._value),
            high=max(bounds[-1], self._value),
            how=self._how,
            inputs=self.inputs,
            sources=self.sources,
        )

    def __neg__(self) -> Quantity:
        return self * -1

    def __add__(self, other: Quantity | float) -> Quantity:
        return _sum(self, quantity(other), 1)

    __radd__ = __add__

    def __sub__(self, other: Quantity | float) -> Quantity:
        return _sum(self, quantity(other), -1)

    def __rsub__(self, other: Quantity | float) -> Quantity:
        return _sum(quantity(other), self, -1)

    def __mul__(self, other: Quantity | float) -> Quantity:
        right = quantity(other)
        product = self.unit * right.unit
        if self._value is None or right._value is None:
            return Quantity.unknown(product, self.reason or right.reason)
        ends = _ends(self, right, lambda a, b: a * b)
        factor = self.unit.factor * right.unit.factor / product.factor
        return _result(self._value * right._value, ends, product, (self, right), factor)

    __rmul__ = __mul__

    def __truediv__(self, other: Quantity | float) -> Quantity:
        right = quantity(other)
        quotient = self.unit / right.unit
        if self._value is None or right._value is None:
            return Quantity.unknown(quotient, self.reason or right.reason)
        if right.low <= 0 <= right.high:
            return Quantity.unknown(quotient, "division by what may be zero")
        ends = _ends(self, right, lambda a, b: a / b)
        factor = self.unit.factor / right.unit.factor / quotient.factor
        return _result(self._value / right._value, ends, quotient, (self, right), factor)

    def __rtruediv__(self, other: float) -> Quantity:
        return quantity(other) / self

    def above(self, other: Quantity | float) -> Answer:
        """Say whether this figure is greater than `other`."""
        right = other if isinstance(other, Quantity) else quantity(other)
        factor = 1.0 if right.unit is self.unit else ratio(right.unit, self.unit)
        if self._value is None or right._value is None:
            return Answer.UNKNOWN
        if self.low > right.high * factor:
            return Answer.YES
        return Answer.MAYBE if self.high > right.low * factor else Answer.NO

    def below(self, other: Quantity | float) -> Answer:
        """Say whether this figure is less than `other`."""
        return quantity(other).above(self)

    def equals(self, other: Quantity | float) -> Answer:
        """Say whether both figures are the same."""
        right = quantity(other)
        factor = ratio(right.unit, self.unit)
        if self._value is None or right._value is None:
            return Answer.UNKNOWN
        low, high = right.low * factor, right.high * factor
        if self.low > high or self.high < low:
            return Answer.NO
        return Answer.YES if self.low == self.high == low == high else Answer.MAYBE

    def __repr__(self) -> str:
        if self._value is None:
            return f"Quantity.unknown({self.unit.name!r}, {self.reason!r})"
        return (
            f"Quantity({self._value!r}, {self.unit.name!r}, low={self.low!r}, high={self.high!r})"
        )


def quantity(figure: Quantity | float) -> Quantity:
    """Return `figure` as a quantity; a plain number becomes an exact one without a unit."""
    return figure if isinstance(figure, Quantity) else Quantity(float(figure))


def total(
    unit_name: str, parts: Iterable[Quantity], how: How = "", sources: tuple[str, ...] = ()
) -> Quantity:
    """Return the sum of `parts` in one unit, unknown when one of them is."""
    given = tuple(parts)
    target = unit(unit_name)
    value = low = high = 0.0
    for part in given:
        if part._value is None:
            return Quantity.unknown(target, part.reason)
        factor = ratio(part.unit, target)
        value += part._value * factor
        low += part.low * factor
        high += part.high * factor
    return Quantity(value, target, low=low, high=high, how=how, inputs=given, sources=sources)


def combined(
    unit_name: str,
    plus: Iterable[Quantity],
    minus: Iterable[Quantity] = (),
    how: How = "",
) -> Quantity:
    """Return `plus` less `minus` where the parts err independently of each other.

    The distances of the parts' bounds from their values add up as errors do, in quadrature: that
    all parts are at their worst at once is far less likely than one in ten, which is what bounds
    mean here. Unknown when a part is.
    """
    added, taken = tuple(plus), tuple(minus)
    target = unit(unit_name)
    value = below = above = 0.0
    for part, sign in (*((p, 1.0) for p in added), *((p, -1.0) for p in taken)):
        if part._value is None:
            return Quantity.unknown(target, part.reason)
        factor = ratio(part.unit, target)
        value += sign * part._value * factor
        down, up = (part._value - part.low) * factor, (part.high - part._value) * factor
        if sign < 0:
            down, up = up, down
        below += down * down
        above += up * up
    return Quantity(
        value,
        target,
        low=value - below**0.5,
        high=value + above**0.5,
        how=how,
        inputs=(*added, *taken),
    )


def largest(first: Quantity, *others: Quantity) -> Quantity:
    """Return the greatest of some figures, bound by bound."""
    return _extreme(max, first, others)


def smallest(first: Quantity, *others: Quantity) -> Quantity:
    """Return the least of some figures, bound by bound."""
    return _extreme(min, first, others)


def _extreme(
    choose: Callable[[float, float], float], first: Quantity, others: tuple[Quantity, ...]
) -> Quantity:
    result = first
    for other in others:
        right = other.to(result.unit)
        if result._value is None or right._value is None:
            return Quantity.unknown(result.unit, result.reason or right.reason)
        result = Quantity(
            choose(result._value, right._value),
            result.unit,
            low=choose(result.low, right.low),
            high=choose(result.high, right.high),
            inputs=(first, *others),
        )
    return result


def _sum(left: Quantity, right: Quantity, sign: int) -> Quantity:
    factor = sign * ratio(right.unit, left.unit)
    if left._value is None or right._value is None:
        return Quantity.unknown(left.unit, left.reason or right.reason)
    ends = (right.low * factor, right.high * factor)
    return Quantity(
        left._value + right._value * factor,
        left.unit,
        low=left.low + min(ends),
        high=left.high + max(ends),
        inputs=(left, right),
    )


def _ends(
    left: Quantity, right: Quantity, combine: Callable[[float, float], float]
) -> tuple[float, ...]:
    if left.low == left.high and right.low == right.high:
        return (combine(left.low, right.low),)
    return (
        combine(left.low, right.low),
        combine(left.low, right.high),
        combine(left.high, right.low),
        combine(left.high, right.high),
    )


def _result(
    value: float, ends: tuple[float, ...], of: Unit, inputs: tuple[Quantity, ...], factor: float
) -> Quantity:
    # Rounding may put the product of two likely values a hair outside the products of their bounds.
    low, high = min(*ends, value) * factor, max(*ends, value) * factor
    return Quantity(value * factor, of, low=low, high=high, inputs=inputs)


__all__ = ["Quantity", "UnitError", "combined", "largest", "quantity", "smallest", "total"]
