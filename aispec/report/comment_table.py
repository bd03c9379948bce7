"""The table of a comment: a row a deployment, `before → **after** / limit` in its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aispec.estimate.answer import Answer
from aispec.estimate.display import Style, narrow
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.report.cells import counted
from aispec.report.change_words import percent
from aispec.report.comparison import Comparison, Pair
from aispec.report.escape import Raw, code, text
from aispec.report.markdown import STATUS, linked
from aispec.report.overview import UNKNOWN, short, shown, status
from aispec.report.shift import Shift
from aispec.report.words import cost

_HEADS = ("Memory, GiB", "Cost a month", "Tokens a minute", "First token")
"""Short, since a forge's comments are narrow; the comment's last line says what `→` and `/` are."""

_FEW = 6
"""With so many deployments or fewer, those that did not change have a row, too."""


def table(comparison: Comparison, most: int, blob: str) -> list[Raw]:
    """Return the lines of the table, and of what it leaves out, for `most` deployments."""
    rows = _worth_a_row(comparison)
    chosen = rows[:most]
    cells = [[*_cells(pair)] for pair in chosen]
    kept = [n for n in range(len(_HEADS)) if any(line[n] for line in cells)]
    lines = [[Raw(" "), Raw("Deployment"), *(Raw(_HEADS[n]) for n in kept)]]
    lines.append([Raw(":-:"), *[Raw(":--")] * (len(kept) + 1)])
    for pair, line in zip(chosen, cells, strict=True):
        lines.append([*_head(pair, blob), *(line[n] or Raw("—") for n in kept)])
    if len(comparison.pairs) > 1 and comparison.head.deployments and 1 in kept:
        lines.append(_sum(comparison, kept))
    drawn = [Raw(f"| {' | '.join(line)} |") for line in lines] if chosen else []
    return [*drawn, *_left_out(comparison, rows, len(chosen))]


def _worth_a_row(comparison: Comparison) -> list[Pair]:
    """What fails or changed, the gravest first; all where they are few."""
    order = ("error", "warning", "unknown", "note", "good")
    pairs = sorted(
        comparison.pairs,
        key=lambda p: (order.index(status(p.after)) if p.after else len(order), p.kind == "same"),
    )
    if len(pairs) <= _FEW or comparison.base is None:
        return pairs
    return [p for p in pairs if p.kind != "same" or (p.after and status(p.after) == "error")]


def _left_out(comparison: Comparison, rows: Sequence[Pair], drawn: int) -> Iterator[Raw]:
    still = len(comparison.pairs) - len(rows)
    if still:
        yield Raw(f"\n{counted(still, 'more deployment')} did not change.")
    if drawn < len(rows):
        more = counted(len(rows) - drawn, "more deployment")
        yield Raw(f"\n{more} {'is' if len(rows) - drawn == 1 else 'are'} not shown.")


def _head(pair: Pair, blob: str) -> list[Raw]:
    each = pair.after or pair.before
    assert each is not None
    name = linked(code(each.name), each.path, each.line, blob) if pair.after else code(each.name)
    if pair.kind == "renamed" and pair.before:
        name = Raw(f"{name} was {code(pair.before.name)}")
    if pair.kind in ("added", "removed"):
        name = Raw(f"{name} {'new' if pair.kind == 'added' else 'removed'}")
    return [Raw(STATUS[status(pair.after)] if pair.after else "–"), name]


def _sum(comparison: Comparison, kept: Sequence[int]) -> list[Raw]:
    number = len(comparison.head.deployments)
    shift = comparison.cost
    now = cost(comparison.head).replace(" a month", "", 1) or "$0"
    moved = shift.turn not in ("same", "about the same")
    before = cost(comparison.base).replace(" a month", "", 1) if comparison.base and moved else ""
    made = Raw(f"{text(before)} → **{text(now)}**" if before else f"**{text(now)}**")
    if before and _sure(shift):
        made = Raw(f"{made} ({text(percent(shift))})")
    sums = [made if n == 1 else Raw(" ") for n in kept]
    return [Raw(" "), Raw(f"**All {number}**"), *sums]


def _sure(shift: Shift) -> bool:
    """Whether the share by which the bill changes is one number and not a wide range."""
    made = shift.difference
    return made is not None and made.share.known and narrow(made.share) and bool(percent(shift))


def _cells(pair: Pair) -> Iterator[Raw]:
    over = bool(pair.after and pair.after.facts.get("memory.fits") is Answer.NO)
    yield _limited(pair, "memory.needed", "memory.offered", "number", over)
    money = _moved(pair, "cost.month", "unit")
    shift = pair.shift("cost.month")
    share = percent(shift) if shift else ""
    yield Raw(f"{money} ({text(share)})") if share else money
    yield _limited(pair, "limits.tpm_needed", "limits.tpm_plan", "number")
    yield _limited(pair, "latency.ttft", "sla.ttft", "unit")


def _limited(pair: Pair, name: str, limit: str, style: Style, over: bool = False) -> Raw:
    """A figure and its limit; the figure stands out where it moved or is over."""
    first, second = _moved(pair, name, style), _moved(pair, limit, style, like=name)
    if first and over and "**" not in first:
        first = Raw(f"**{first}**")
    return Raw(f"{first} / {second}") if first and second else first


def _moved(pair: Pair, name: str, style: Style, like: str = "") -> Raw:
    """A figure as it is now, after what it was where that is another."""
    shift = pair.shift(name)
    if shift is None or shift.turn == "about the same":
        now = pair.after is not None
        return _shown(name, _fact(pair, name, now), style, _fact(pair, like, now))
    return _arrow(shift, style, _fact(pair, like, False), _fact(pair, like, True))


def _arrow(shift: Shift, style: Style, like_before: Fact | None, like_after: Fact | None) -> Raw:
    before = _shown(shift.name, shift.before, style, like_before)
    after = _shown(shift.name, shift.after, style, like_after) or Raw("—")
    if before == after:
        return after
    return Raw(f"{before} → **{after}**" if before else f"**{after}**")


def _fact(pair: Pair, name: str, after: bool) -> Fact | None:
    each = pair.after if after else pair.before
    if each is None or not name:
        return None
    return each.facts.get(name, each.stated.get(name))


def _shown(name: str, fact: Fact | None, style: Style, like: Fact | None) -> Raw:
    """A fact in few words, in the unit of a figure that it stands beside."""
    if isinstance(fact, Quantity) and isinstance(like, Quantity) and fact.known and style == "unit":
        fact = fact.to(like.unit)
    words = shown(fact, style).removesuffix(" a month")
    if words == UNKNOWN:
        return text("unknown")
    return text(short(words) if name.startswith("limits.") else words)
