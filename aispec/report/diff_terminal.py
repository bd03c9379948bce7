"""What a change does, for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.ansi import Paint, Style, painter
from aispec.report.cells import columns, counted, pad, safe, wrap
from aispec.report.change_words import money, side, told, turned
from aispec.report.comparison import Comparison, Pair
from aispec.report.words import cost, message

_TURNS: dict[str, Style] = {"unknown": "note", "possibly up": "note", "possibly down": "note"}


def render(comparison: Comparison, *, colour: bool, width: int = 100, unicode: bool = True) -> str:
    """Return what changed, deployment by deployment, and the sum of it."""
    drawn = _Drawn(painter(colour), max(width, 40), unicode)
    lines: list[str] = []
    for pair in comparison.pairs:
        if pair.kind != "same":
            lines += [*drawn.pair(pair), ""]
    own = frozenset(f for pair in comparison.pairs for f in (*pair.new, *pair.gone))
    loose = [*drawn.findings("new", [f for f in comparison.new if f not in own])]
    loose += drawn.findings("gone", [f for f in comparison.gone if f not in own])
    if loose:
        lines += [*loose, ""]
    if comparison.missing:
        lines.append(safe(f"nothing is compared: {comparison.missing}", unicode))
    lines += [safe(f"{note}", unicode) for note in comparison.notes]
    lines += _sum(comparison)
    return "".join(f"{line}\n" for line in lines)


class _Drawn:
    """How lines are drawn."""

    def __init__(self, paint: Paint, width: int, unicode: bool) -> None:
        self.paint = paint
        self.width = width
        self.unicode = unicode

    def pair(self, pair: Pair) -> Iterator[str]:
        """A deployment: its name, its figures before and after, and what is found anew."""
        each = pair.after or pair.before
        assert each is not None
        was = f", was {pair.before.name}" if pair.kind == "renamed" and pair.before else ""
        name = self.paint(self._safe(each.name), "strong")
        yield f"{name}  {self._safe(f'{each.path}:{each.line}')}  {pair.kind}{self._safe(was)}"
        rows = [
            (title, f"{side(s.name, s.before)} → {side(s.name, s.after)}", turned(s), s.turn)
            for title, s in told(pair)
        ]
        shown = [tuple(map(self._safe, row[:3])) for row in rows]
        sizes = columns(shown) if shown else []
        for (title, values, turn), row in zip(shown, rows, strict=True):
            line = f"  {pad(title, sizes[0])}  {pad(values, sizes[1])}".rstrip()
            last = self.paint(turn, _TURNS.get(row[3], "plain"))
            yield f"  {pad(title, sizes[0])}  {pad(values, sizes[1])}  {last}" if turn else line
        if pair.kind in ("added", "removed"):
            yield f"  {(each.cost and self._safe(cost_of(pair))) or 'no cost'}"
        yield from self.findings("new", pair.new)
        yield from self.findings("gone", pair.gone)

    def findings(self, word: str, found: Sequence[Finding]) -> Iterator[str]:
        """Findings that came or went, each on a line of its own."""
        for finding in found:
            style: Style = finding.severity if word == "new" else "good"
            kind = f"{word} {finding.severity}[{self._safe(finding.code)}]"
            text = f"  {kind}: {self._safe(message(finding))}"
            first, *rest = wrap(text, self.width, "    ")
            yield first.replace(kind, self.paint(kind, style), 1)
            yield from rest

    def _safe(self, text: str) -> str:
        return safe(text, self.unicode)


def cost_of(pair: Pair) -> str:
    """Return what a deployment that came or went costs."""
    from aispec.estimate.display import words

    each = pair.after or pair.before
    return words(each.cost) if each and each.cost is not None else ""


def _sum(comparison: Comparison) -> Iterator[str]:
    if comparison.base is None:
        return
    kinds = Counter(pair.kind for pair in comparison.pairs)
    parts = [f"{kinds[kind]:,} {kind}" for kind in ("changed", "renamed", "added", "removed")]
    said = [part for part in parts if not part.startswith("0 ")]
    found = Counter(f.severity for f in comparison.new)
    said += [counted(found[s], f"new {s}") for s in SEVERITIES if found[s]]
    if comparison.gone:
        said.append(f"{counted(len(comparison.gone), 'finding')} gone")
    bill = money(comparison.cost)
    now = cost(comparison.head)
    said += [f"{bill} ({now} now)" if bill and now else bill or now]
    if comparison.empty:
        said = ["nothing changed", *said]
    yield f"{', '.join(filter(None, said))}."
