"""How the facts of a deployment differ from what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from aispec.estimate.answer import Answer
from aispec.estimate.difference import Difference, Trend, difference, same, shared
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import TERMS
from aispec.record import record

Turn = (
    Trend
    | Literal[
        "changed",  # a text or an answer
        "appeared",  # it did not apply before
        "vanished",  # it does not apply any more
        "unknown",  # one side is not known, so nobody can tell
    ]
)

_ASIDE = frozenset(("name", "cost.increase"))
"""Facts that name a deployment or compare it: a difference in them is none of the deployment."""


@record
class Shift:
    """One fact before and after; `difference` where both are figures that are known."""

    name: str
    before: Fact | None
    after: Fact | None
    turn: Turn
    difference: Difference | None = None


def shifts(old: Facts, new: Facts) -> Iterator[Shift]:
    """Yield what differs between two deployments' facts, in the vocabulary's order."""
    for name in TERMS:
        if name not in _ASIDE and not same(old.get(name), new.get(name)):
            shift = _shift(name, old, new)
            if shift.turn != "same":
                yield shift


def _shift(name: str, old: Facts, new: Facts) -> Shift:
    before, after = old.get(name), new.get(name)
    if _unknown(before) or _unknown(after):
        still = _unknown(before) and _unknown(after)
        return Shift(name, before, after, "same" if still else "unknown")
    if _absent(before) or _absent(after):
        still = _absent(before) and _absent(after)
        came: Turn = "appeared" if _absent(before) else "vanished"
        return Shift(name, before, after, "same" if still else came)
    if isinstance(before, Quantity) and isinstance(after, Quantity):
        made = difference(before, after, shared(name, old, new))
        return Shift(name, before, after, made.trend, made)
    return Shift(name, before, after, "changed")


def _unknown(fact: Fact | None) -> bool:
    missing = isinstance(fact, Quantity) and not fact.known
    return missing or isinstance(fact, Unknown) or fact is Answer.UNKNOWN


def _absent(fact: Fact | None) -> bool:
    return fact is None or isinstance(fact, Absent)
