"""A figure derived line by line, down to what was read and not computed."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.estimate.display import figure, words
from aispec.estimate.fact import Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.ansi import Paint, painter
from aispec.report.cells import pad, safe, width, wrap

MAX_DEPTH = 6
MAX_STEPS = 60


@record
class Step:
    """One figure of a derivation: its name where it is a fact, and how it was made."""

    depth: int
    name: str
    figure: str
    how: str
    sources: tuple[str, ...] = ()


def steps(name: str, facts: Facts) -> Iterator[Step]:
    """Yield the figures that a fact was made from, depth first, at most `MAX_STEPS`.

    Raises `KeyError` for a name that is not a fact.
    """
    fact = facts[name]
    if not isinstance(fact, Quantity):
        return
    names = {_key(of): key for key, of in facts.items() if isinstance(of, Quantity) and of.how}
    waiting = [(0, part) for part in reversed(fact.inputs)]
    told = {_key(fact)}
    for _ in range(MAX_STEPS):
        part = _next(waiting, told)
        if part is None:
            return
        depth, figure_ = part
        told.add(_key(figure_))
        yield Step(
            depth, names.get(_key(figure_), ""), words(figure_), figure_.how, figure_.sources
        )
        if depth + 1 < MAX_DEPTH:
            waiting += [(depth + 1, below) for below in reversed(figure_.inputs)]


def _next(waiting: list[tuple[int, Quantity]], told: set[object]) -> tuple[int, Quantity] | None:
    """Take the next figure that says something; one that does not stands for its own inputs."""
    for _ in range(10 * MAX_STEPS):
        if not waiting:
            return None
        depth, part = waiting.pop()
        if _key(part) in told or (part.known and part.low == part.high == 0):
            continue
        if part.how:
            return depth, part
        waiting += [(depth, below) for below in reversed(part.inputs)]
    return None


def _key(of: Quantity) -> object:
    """What a figure is known by: an exact one by how it was made too, since many are 1."""
    if not of.known:
        return id(of)
    return of.value, of.low, of.high, of.unit.name, of.how if of.exact else ""


def explain_fact(
    name: str, facts: Facts, *, title: str = "", colour: bool = False, width: int = 100
) -> str:
    """Return a fact with its bounds, how it was made from what, and its sources.

    `title` names the deployment. Raises `KeyError` for a name that is not a fact.
    """
    paint = painter(colour)
    lines = [*_head(name, facts, title, paint, width)]
    below = [*steps(name, facts)]
    if below:
        lines += ["", *_tree(below, paint, width)]
    if sources := _sources(facts[name], below):
        lines += ["", paint("  sources", "dim")]
        lines += [line for text in sources for line in wrap(f"    {safe(text)}", width, "      ")]
    return "".join(f"{line}\n" for line in lines)


def _head(name: str, facts: Facts, title: str, paint: Paint, cells: int) -> Iterator[str]:
    fact = facts[name]
    of = paint(f"  for {safe(title)}", "dim") if title else ""
    if not isinstance(fact, Quantity) or not fact.known:
        yield f"{paint(name, 'strong')}  {safe(words(fact))}{of}"
        return
    yield f"{paint(name, 'strong')}  {safe(figure(fact, 'value'))}{_bounds(fact)}{of}"
    if fact.how:
        yield from wrap(f"  {safe(fact.how)}", cells, "  ")


def _bounds(fact: Quantity) -> str:
    if fact.exact:
        return ""
    return f", between {safe(figure(fact, 'low'))} and {safe(figure(fact, 'high'))}"


def _tree(below: list[Step], paint: Paint, cells: int) -> Iterator[str]:
    """Names and figures in aligned columns, each level further in."""
    heads = ["  " * step.depth + safe(step.name or "from") for step in below]
    figures = [safe(step.figure) for step in below]
    left, middle = max(map(width, heads)), min(max(map(width, figures)), 40)
    margin = 2 + left + 3 + middle + 3
    for head, shown, step in zip(heads, figures, below, strict=True):
        how = wrap(safe(step.how), max(cells - margin, 24), "")
        row = f"  {pad(head, left)}   {pad(shown, middle)}   "
        yield (row + paint(how[0], "dim")).rstrip()
        yield from (" " * margin + paint(line, "dim") for line in how[1:])


def _sources(fact: Fact, below: list[Step]) -> list[str]:
    """The sources of a figure and of all that it was made from, once each."""
    own = fact.sources if isinstance(fact, Quantity) else ()
    return [*dict.fromkeys([*own, *(source for step in below for source in step.sources)])]
