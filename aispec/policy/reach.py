"""Conditions that can never hold: comparisons that contradict each other or compare nothing."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from aispec.estimate.answer import Answer
from aispec.estimate.quantity import Quantity
from aispec.estimate.units import ratio
from aispec.policy.amiss import ExpressionError
from aispec.policy.operand import Operand
from aispec.record import record

_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


@record
class Constraint:
    """What one comparison leaves of a term: numbers between two ends, or some words."""

    term: str
    text: str
    column: int
    end_column: int
    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False
    words: frozenset[str] | None = None

    def apart(self, other: Constraint) -> bool:
        """Whether nothing satisfies both."""
        if self.term != other.term:
            return False
        if self.words is not None and other.words is not None:
            return not self.words & other.words
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low != high:
            return low > high
        return any(
            (each.open_low and each.low == low) or (each.open_high and each.high == high)
            for each in (self, other)
        )


def constraint(one: Operand, symbol: str, other: Operand) -> Constraint | None:
    """Return what a comparison leaves of its term; none where it is not with a constant."""
    if one.term is None or other.constant is None:
        if other.term is None or one.constant is None:
            return None
        one, other, symbol = other, one, _MIRRORED[symbol]
    term, constant = one.term, other.constant
    assert term is not None
    start, end = min(one.column, other.column), max(one.end_column, other.end_column)
    text = f"{one.text} {symbol} {other.text}"
    if isinstance(constant, Quantity) and symbol != "!=":
        value = constant.value * ratio(other.unit, one.unit)
        return Constraint(
            *(term, text, start, end),
            low=value if symbol in (">", ">=", "==") else -inf,
            high=value if symbol in ("<", "<=", "==") else inf,
            open_low=symbol == ">",
            open_high=symbol == "<",
        )
    word = constant.value if isinstance(constant, Answer) else constant
    if isinstance(word, str) and symbol == "==":
        return Constraint(term, text, start, end, words=frozenset((word,)))
    return None


def require_difference(one: Operand, symbol: str, other: Operand) -> None:
    """Raise an ExpressionError where both sides are literals, or one and the same name."""
    whole = f"{one.text} {symbol} {other.text}"
    if one.constant is not None and other.constant is not None:
        message = f"{whole} is always the same: it compares two literals"
        raise ExpressionError(message, one.column, other.end_column)
    if one.term is not None and one.term == other.term:
        message = f"{whole} is always the same: it compares {one.term} with itself"
        raise ExpressionError(message, one.column, other.end_column)


def require_together(constraints: Iterable[Constraint]) -> None:
    """Raise an ExpressionError where comparisons that are joined by `and` contradict."""
    before: list[Constraint] = []
    for each in constraints:
        for other in before:
            if each.apart(other):
                message = f"{other.text} and {each.text} never hold together"
                raise ExpressionError(
                    message,
                    min(each.column, other.column),
                    max(each.end_column, other.end_column),
                )
        before.append(each)
