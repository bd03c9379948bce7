"""What a change leads to, in words: memory, cost and latency."""

from __future__ import annotations

from aispec.estimate.answer import Answer
from aispec.estimate.display import figure
from aispec.estimate.fact import Fact, Facts
from aispec.estimate.quantity import Quantity

_SAME = 0.005  # of a month's cost: less than anyone would call a difference
_FASTER = 0.03  # of a latency


def effect(before: Facts, after: Facts) -> str:
    """Return `fits with 18.1 GiB to spare, same cost, first token in 210 ms`."""
    parts = [_memory(after), _cost(before, after), *_latency(before, after)]
    return ", ".join(part for part in parts if part)


def known(fact: Fact | None) -> Quantity | None:
    """Return a figure that has a value; none for anything else."""
    return fact if isinstance(fact, Quantity) and fact.known else None


def _memory(after: Facts) -> str:
    spare, fits = known(after.get("memory.headroom")), after.get("memory.fits")
    if spare is None or fits is not Answer.YES:
        return "may fit" if fits is Answer.MAYBE else ""
    return f"fits with {figure(spare, 'value', digits=1)} to spare"


def _cost(before: Facts, after: Facts) -> str:
    old, new = known(before.get("cost.month")), known(after.get("cost.month"))
    if new is None:
        return "cost unknown" if old else ""
    if old is None:
        return f"{_money(new.value)} a month"
    difference = new.value - old.value
    if abs(difference) <= _SAME * max(abs(old.value), 1.0):
        return "same cost"
    return f"{'+' if difference > 0 else '-'}{_money(abs(difference))} a month"


def _money(amount: float) -> str:
    return f"${amount:,.0f}" if amount >= 10 else f"${amount:,.2f}"


def _latency(before: Facts, after: Facts) -> list[str]:
    """The times that change, or that there was nothing to say of before."""
    words = (
        ("latency.ttft", "first token in {}"),
        ("latency.tps", "{} for each user"),
    )
    said = []
    for name, sentence in words:
        old, new = known(before.get(name)), known(after.get(name))
        if new and (old is None or abs(new.value - old.value) > _FASTER * old.value):
            digits = 0 if new.value >= 10 else 1
            said.append(sentence.format(figure(new, "value", digits=digits)))
    return said
