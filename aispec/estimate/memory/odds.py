"""When a figure with bounds is enough for a yes or a no.

Bounds hold nine in ten measurements, so a margin that lies between them has a chance of being above
nothing. It is read off two halves of a normal distribution, one for each side: a bound is 1.645
deviations from the likely value. A verdict is given where it is right at least nine times in ten,
and is a maybe in between. A share of that is no proof; it is what the bounds themselves promise.
"""

from __future__ import annotations

from math import erfc, sqrt

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


def suffices(margin: Quantity) -> Answer:
    """Say whether there is enough where `margin` is what is left over."""
    if not margin.known:
        return Answer.UNKNOWN
    likely = chance(margin)
    if likely >= _SURE:
        return Answer.YES
    return Answer.NO if likely <= 1 - _SURE else Answer.MAYBE
