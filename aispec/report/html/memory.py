"""What stands in the memory of the fullest device, stacked against what it offers and has."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html.bar import Bar, at, bar, likely, span
from aispec.report.words import fits

PARTS = {
    "memory.weights": "Weights",
    "memory.kv_needed": "KV cache",
    "memory.activations": "Activations",
    "memory.graphs": "CUDA graphs",
    "memory.runtime": "Runtime",
}
_LEAST = 0.005  # share of what is needed below which a rest is rounding


@record
class Row:
    """One line of the stack, in GiB."""

    kind: str  # part, needed, free, short, offered, kept or card
    title: str
    likely: str
    span: str
    bar: Bar
    number: int = 0  # of a part, in the stack


@record
class Memory:
    """The stack, the two marks across all its rows in percent, and the verdict in words."""

    rows: tuple[Row, ...]
    stack: tuple[Bar, ...]
    offered: float | None
    card: float | None
    verdict: str
    deciding: str


def memory(facts: Facts) -> Memory | str:
    """Return a deployment's memory, or the reason why there is none to show."""
    needed = facts.get("memory.needed")
    if not (isinstance(needed, Quantity) and needed.known):
        return why_not(needed)
    offered, card = _figure(facts, "memory.offered"), _figure(facts, "hardware.memory_per_device")
    most = max(of.high for of in (needed, offered, card) if of)
    parts = [*_parts(facts, needed, most)]
    deciding = facts.get("memory.decided_by")
    return Memory(
        rows=(*parts, *_sums(needed, _figure(facts, "memory.headroom"), offered, card, most)),
        stack=tuple(row.bar for row in parts),
        offered=at(offered.value, most) if offered else None,
        card=at(card.value, most) if card else None,
        verdict=fits(facts.get("memory.fits")),
        deciding=deciding if isinstance(deciding, str) else "",
    )


def why_not(fact: Fact | None) -> str:
    """Return why a figure can't be shown: it is unknown, or it does not apply."""
    if isinstance(fact, Quantity | Unknown):
        return f"Unknown: {fact.reason}."
    return f"Does not apply: {fact.reason}." if isinstance(fact, Absent) else "Not computed."


def _figure(facts: Facts, name: str) -> Quantity | None:
    fact = facts.get(name)
    return fact.to("GiB") if isinstance(fact, Quantity) and fact.known else None


def _parts(facts: Facts, needed: Quantity, most: float) -> Iterator[Row]:
    """The parts that the sum was made from, each beginning where the one before ends."""
    start, number = 0.0, 0
    for name, title in PARTS.items():
        part = facts.get(name)
        if not (isinstance(part, Quantity) and part.known):
            continue
        if needed.inputs and not any(part is one for one in needed.inputs):
            continue
        number += 1
        yield _row("part", title, part, bar(part, most, start), number)
        start += part.value
    rest = needed.value - start
    if rest > _LEAST * needed.value:
        part = Quantity(rest, "GiB", how="what is needed less the parts above")
        yield _row("part", "Everything else", part, bar(part, most, start), number + 1)


def _sums(
    needed: Quantity,
    headroom: Quantity | None,
    offered: Quantity | None,
    card: Quantity | None,
    most: float,
) -> Iterator[Row]:
    yield _row("needed", "Needed", needed, bar(needed, most))
    if offered:
        left = headroom or offered - needed
        if left.value >= 0:
            yield _row("free", "Left over", left, bar(left, most, needed.value))
        else:
            yield _row("short", "Short by", -left, bar(-left, most, offered.value))
        yield _row("offered", "Offered", offered, bar(offered, most))
    if card and offered and card.value > offered.value:
        kept = card - offered
        yield _row("kept", "Not offered", kept, bar(kept, most, offered.value))
    if card:
        yield _row("card", "The device", card, bar(card, most))


def _row(kind: str, title: str, of: Quantity, drawn: Bar, number: int = 0) -> Row:
    return Row(kind, title, likely(of), span(of), drawn, number)
