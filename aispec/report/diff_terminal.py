"""What a change does, for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aispec.estimate.display import words
from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.ansi import Paint, Style, painter
from aispec.report.cells import clip, columns, counted, pad, safe, width, wrap
from aispec.report.change_words import money, side, told, turned
from aispec.report.comparison import Comparison, Pair
from aispec.report.words import cost, message

_DOUBTS = ("about the same", "possibly up", "possibly down")
_MOST_OF_BOTH = 80  # cells


def render(comparison: Comparison, *, colour: bool, cells: int = 100, unicode: bool = True) -> str:
    """Return what changed, deployment by deployment, and the sum, on a screen of so many cells."""
    drawn = _Drawn(painter(colour), max(cells, 40), unicode)
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
    lines += [safe(note, unicode) for note in comparison.notes]
    lines += [line for said in _sum(comparison) for line in wrap(safe(said, unicode), drawn.cells)]
    return "".join(f"{line}\n" for line in lines)


class _Drawn:
    """How lines are drawn."""

    def __init__(self, paint: Paint, cells: int, unicode: bool) -> None:
        self.paint = paint
        self.cells = cells
        self.unicode = unicode

    def pair(self, pair: Pair) -> Iterator[str]:
        """A deployment: its name, its figures before and after, and what is found anew."""
        each = pair.after or pair.before
        assert each is not None
        was = f", was {pair.before.name}" if pair.kind == "renamed" and pair.before else ""
        name = self.paint(self._safe(each.name), "strong")
        yield f"{name}  {self._safe(f'{each.path}:{each.line}')}  {pair.kind}{self._safe(was)}"
        yield from self._figures(pair)
        if pair.kind in ("added", "removed"):
            yield f"  {self._safe(words(each.cost) if each.cost else 'no cost')}"
        yield from self.findings("new", pair.new)
        yield from self.findings("gone", pair.gone)

    def _figures(self, pair: Pair) -> Iterator[str]:
        """What changed, in columns: its name, before and after, and how it moved."""
        rows = []
        for title, shift in told(pair):
            both = f"{side(shift.name, shift.before)} → {side(shift.name, shift.after)}"
            both = clip(self._safe(both), _MOST_OF_BOTH, self.unicode)
            rows.append((self._safe(title), both, self._safe(turned(shift))))
        if not rows:
            return
        sizes = columns(rows)
        for title, both, turn in rows:
            line = f"  {pad(title, sizes[0])}  {pad(both, sizes[1])}".rstrip()
            doubt: Style = "note" if turn in _DOUBTS else "plain"
            room = " " * (sum(sizes[:2]) + 6 - width(line))
            yield f"{line}{room}{self.paint(turn, doubt)}" if turn else line

    def findings(self, word: str, found: Sequence[Finding]) -> Iterator[str]:
        """Findings that came or went, each on a line of its own."""
        for finding in found:
            style: Style = finding.severity if word == "new" else "good"
            kind = f"{word} {finding.severity}[{self._safe(finding.code)}]"
            place = "" if finding.deployment else f" {finding.path}:{finding.span.line}"
            text = f"  {kind}{self._safe(place)}: {self._safe(message(finding))}"
            first, *rest = wrap(text, self.cells, "    ")
            yield first.replace(kind, self.paint(kind, style), 1)
            yield from rest

    def _safe(self, text: str) -> str:
        return safe(text, self.unicode)


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
