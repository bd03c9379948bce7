"""When a figure with bounds is enough for a yes or a no.

Bounds hold nine in ten measurements, so a margin whose bounds lie on both sides of nothing has a
chance of being above it. It is read off two halves of a normal distribution, one for each side: a
bound is 1.645 deviations from the likely value. What needs several margins needs all of them, and
their chances multiply. A verdict is given where it is right at least nine times in ten, and is a
maybe in between.
"""

from __future__ import annotations

from math import erfc, prod, sqrt

from aispec.estimate.answer import Answer
from aispec.estimate.quantity import Quantity

_BOUND = 1.645  # deviations from the likely value to a bound that one in twenty lies beyond
_SURE = 0.9  # the chance from which it is a yes, and from whose opposite a no


def chance(margin: Quantity) -> float:
    """Return the chance that a known margin is not below zero."""
    value = margin.value
    distance = value - margin.low if value >= 0 else margin.high - value
    if distance <= 0:
        return 1.0 if value >= 0 else 0.0
    beyond = erfc(abs(value) * _BOUND / distance / sqrt(2)) / 2
    return 1 - beyond if value >= 0 else beyond


def suffices(*margins: Quantity) -> Answer:
    """Say whether there is enough of everything where `margins` are what is left over of each."""
    likely = prod(chance(margin) for margin in margins if margin.known)
    if likely <= 1 - _SURE:
        return Answer.NO
    if not all(margin.known for margin in margins):
        return Answer.UNKNOWN
    return Answer.YES if likely >= _SURE else Answer.MAYBE
