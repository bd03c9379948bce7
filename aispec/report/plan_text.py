"""A plan on a terminal: the best by each measure, the trade-off drawn, and why others are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aispec.report.ansi import Style, painter
from aispec.report.cells import safe, wrap
from aispec.report.plan_chart import draw
from aispec.report.plan_words import (
    awarded,
    awards,
    behind_api,
    changes,
    doubt,
    judged,
    listed,
    notes,
    numbers,
    outcome,
    verdict,
)
from aispec.report.proposal import Plan, Proposal
from aispec.report.snippet import Frame

_STYLES: dict[str, Style] = {
    "meets": "good",
    "possibly": "warning",
    "cannot tell": "note",
    "fails": "error",
}
_INDENT = " " * 4


def render(plan: Plan, *, colour: bool, width: int = 100, unicode: bool = True) -> str:
    """Return a plan for a terminal of so many cells."""
    frame = Frame(painter(colour), max(width, 40), unicode)
    sections = [
        [*_head(plan, frame)],
        [*_winners(plan, frame)],
        [*_group("behind an API", behind_api(plan), plan, frame)],
        draw(plan, frame.width, unicode=unicode),
        [*_group("between them, none both cheaper and faster", listed(plan), plan, frame)],
        [*_group("price unknown, so not ranked", plan.unpriced, plan, frame)],
        [*_misses(plan, frame)],
        [*_foot(plan, frame)],
    ]
    return "\n".join(line for part in sections if part for line in [*part, ""])


def _head(plan: Plan, frame: Frame) -> Iterator[str]:
    place = safe(plan.path, frame.unicode)
    name = frame.paint(safe(plan.name, frame.unicode), "strong")
    yield f"{name}  {frame.paint(place, 'dim')}"
    yield from _lines(f"{judged(plan)}.", frame, "")
    yield ""
    yield from _entry("now", plan.now, frame)
    for reason in plan.now_reasons:
        yield from _lines(f"- {reason}", frame, _INDENT)


def _winners(plan: Plan, frame: Frame) -> Iterator[str]:
    number_of = numbers(plan)
    for place, each in enumerate(awarded(plan)):
        if place:
            yield ""
        lead = f"{number_of[each.spec]}  {awards(plan, each)}"
        yield from _entry(lead, each, frame)
        if each.changes:
            yield from _lines(f"set {', '.join(changes(each))}", frame, _INDENT)
        else:
            yield from _lines("as it is written", frame, _INDENT)


def _entry(lead: str, each: Proposal, frame: Frame) -> Iterator[str]:
    first, *rest = wrap(f"{lead}: {safe(each.title, frame.unicode)}", frame.width, _INDENT)
    yield frame.paint(f"{lead}:", "strong") + first.removeprefix(f"{lead}:")
    yield from rest
    yield from _lines(outcome(each), frame, _INDENT)
    for line in _lines(verdict(each), frame, _INDENT):
        yield frame.paint(line, _STYLES[each.standing])


def _group(head: str, every: Sequence[Proposal], plan: Plan, frame: Frame) -> Iterator[str]:
    """Proposals in short: what, what it comes to, and a doubt where there is one."""
    if not every:
        return
    number_of = numbers(plan)
    yield frame.paint(f"{head}:", "strong")
    for each in every:
        unsure = f" ({doubt(each)})" if doubt(each) else ""
        text = f"{number_of[each.spec]:>3}  {each.title}: {outcome(each)}{unsure}"
        yield from wrap(safe(text, frame.unicode), frame.width, " " * 5)


def _misses(plan: Plan, frame: Frame) -> Iterator[str]:
    if not plan.misses:
        return
    yield frame.paint("near, but no:", "strong")
    for miss in plan.misses:
        text = f"{miss.title}: {'; '.join(miss.reasons)}"
        yield from _lines(text, frame, "  ")


def _foot(plan: Plan, frame: Frame) -> Iterator[str]:
    for note in notes(plan):
        yield from (frame.paint(line, "dim") for line in _lines(note, frame, ""))
    if plan.numbered():
        line = "`--write N FILE` writes the spec of proposal N; --format html draws it all."
        yield from (frame.paint(part, "dim") for part in _lines(line, frame, ""))


def _lines(text: str, frame: Frame, lead: str) -> list[str]:
    room = max(frame.width - len(lead), 20)
    return [lead + line for line in wrap(safe(text, frame.unicode), room, "  ")]
