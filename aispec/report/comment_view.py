"""The parts of a comment on a pull request, each drawn by itself so that some can be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aispec.estimate.display import figure
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import SEVERITIES, Finding
from aispec.record import record, replace
from aispec.report.cells import counted
from aispec.report.change_words import money, side, told, turned, verdict
from aispec.report.comment_table import table
from aispec.report.comparison import Comparison, Pair
from aispec.report.escape import Raw, html_code, text
from aispec.report.markdown import (
    cost_lines,
    finding_view,
    has_cost,
    has_memory,
    memory_parts,
    prices,
    template,
)
from aispec.report.overview import gravest_first
from aispec.report.report import Judged
from aispec.report.shift import Shift
from aispec.report.words import assumed, cost

_BEFORE = "was there before"


@record
class Scale:
    """The most deployments in the table, findings shown open and in a section, and accounts."""

    rows: int
    open: int
    folded: int
    accounts: int


@record
class Part:
    """A section that is folded; one that is `always` there is never left out for its length."""

    title: str
    text: str
    always: bool = False


@record
class Drawn:
    """A comment in its parts, as Markdown with the tags of HTML that GitHub keeps."""

    heading: str
    open: tuple[str, ...]
    parts: tuple[Part, ...]
    footer: str


def drawn(comparison: Comparison, scale: Scale, blob: str, commits: str) -> Drawn:
    """Draw a comment; `blob` is where the forge shows files, `commits` what is compared."""
    errors = _errors(comparison)
    kept = frozenset(comparison.kept if comparison.base else ())
    view = _View(comparison, scale, blob, kept)
    return Drawn(
        heading=_heading(comparison),
        open=tuple(view.open(errors)),
        parts=tuple(part for part in view.parts(errors[scale.open :]) if part.text),
        footer=f"<sub>{' · '.join(filter(None, _footer(comparison, commits)))}</sub>",
    )


def _footer(comparison: Comparison, commits: str) -> tuple[str, str, str]:
    """Who wrote it, of what, and how the table's cells are read."""
    cells = "now / limit" if comparison.base is None else "before → **now** / limit"
    return f"aispec {comparison.head.version}", commits, cells


def _heading(comparison: Comparison) -> str:
    names, said = verdict(comparison)
    change = money(comparison.cost)
    if comparison.base is None:
        change = cost(comparison.head)
    return _macro("heading", names, said, change)


def _macro(name: str, *given: object) -> str:
    """Draw a part by its macro; what was not made here is escaped in it."""
    module: Any = template("comment.md.j2").module
    made: str = getattr(module, name)(*given)
    return made.strip("\n")


def _errors(comparison: Comparison) -> list[Finding]:
    """The errors that count, the new ones first."""
    fresh = frozenset(comparison.new)
    errors = [f for f in comparison.counted if f.severity == "error"]
    return sorted(errors, key=lambda finding: finding not in fresh)


@record
class _View:
    comparison: Comparison
    scale: Scale
    blob: str
    kept: frozenset[Finding]  # what was found before, too

    def open(self, errors: Sequence[Finding]) -> Iterator[str]:
        """What everyone sees: the table, what limits the comparison, and what fails."""
        lines = table(self.comparison, self.scale.rows, self.blob)
        if lines:
            yield "\n".join(lines)
        if self.comparison.missing:
            yield f"Nothing is compared: {text(self.comparison.missing)}."
        for note in self.comparison.notes:
            yield f"{text(note)}."
        for finding in errors[: self.scale.open]:
            yield _macro("failure", self._finding(finding))

    def parts(self, errors: Sequence[Finding]) -> Iterator[Part]:
        """What is folded, in the order in which it is shown; the last is left out first."""
        if errors:
            yield self._found(counted(len(errors), "more error"), errors)
        for severity in SEVERITIES:
            rest = [f for f in self._aside() if f.severity == severity]
            if rest:
                yield self._found(self._title(severity, rest), rest)
        yield from self._changes()
        yield from self._accounts()
        gone = self.comparison.gone
        if gone:
            past = replace(self, blob="")  # their lines are not those of today
            yield past._found(
                f"{counted(len(gone), 'finding')} gone", [replace(f, remedies=()) for f in gone]
            )
        yield from self._silenced()
        yield from self._assumed()

    def _aside(self) -> list[Finding]:
        """All findings but the errors that count."""
        counting = frozenset(self.comparison.counted)
        every = self.comparison.head.counted()
        return [f for f in every if f.severity != "error" or f not in counting]

    def _title(self, severity: str, found: Sequence[Finding]) -> str:
        if self.comparison.base is None:
            return counted(len(found), severity)
        old = len([f for f in found if self._since(f)])
        if old == len(found):
            return f"{counted(old, severity)} from before"
        fresh = counted(len(found) - old, f"new {severity}")
        return f"{fresh}, {old} from before" if old else fresh

    def _since(self, finding: Finding) -> str:
        return _BEFORE if finding in self.kept else ""

    def _finding(self, finding: Finding) -> dict[str, object]:
        return {**finding_view(finding, self.blob), "since": self._since(finding)}

    def _found(self, title: str, found: Sequence[Finding]) -> Part:
        kept = found[: self.scale.folded]
        shown = [self._finding(finding) for finding in kept]
        return _part(text(title), _macro("findings", shown, len(found) - len(kept)))

    def _moved(self) -> list[Pair]:
        return [p for p in self.comparison.pairs if p.kind in ("changed", "renamed")]

    def _changes(self) -> Iterator[Part]:
        moved = [(pair, lines) for pair in self._moved() if (lines := [*told(pair)])]
        kept = moved[: self.scale.rows]
        shown = [(pair.name, [_line(*line) for line in lines]) for pair, lines in kept]
        if shown:
            body = _macro("changes", shown, len(moved) - len(kept))
            yield _part(text("What changed"), body)

    def _worth(self) -> list[tuple[Judged | None, Judged]]:
        """Deployments that are accounted for: those that fail, then those that changed."""
        failed = {f.deployment for f in self.comparison.counted if f.severity == "error"}
        pairs = [
            pair
            for pair in self.comparison.pairs
            if pair.after and (pair.kind != "same" or pair.after.name in failed)
        ]
        pairs = pairs or [pair for pair in self.comparison.pairs if pair.after]
        pairs.sort(key=lambda pair: pair.name not in failed)
        return [(p.before, p.after) for p in pairs if p.after][: self.scale.accounts]

    def _accounts(self) -> Iterator[Part]:
        """Where the memory goes and how the cost is made."""
        worth = self._worth()
        for before, after in worth:
            if has_memory(after):
                yield _memory(before, after)
        costs = [(after.name, [*cost_lines(after)]) for _, after in worth if has_cost(after)]
        if costs:
            yield _part(text("How the cost is made"), _macro("costs", costs))

    def _silenced(self) -> Iterator[Part]:
        silenced = self.comparison.head.silenced()
        kept = silenced[: self.scale.folded]
        shown = [
            {
                **self._finding(finding),
                "reason": finding.silenced.reason if finding.silenced else "",
                "until": (finding.silenced.until or "") if finding.silenced else "",
            }
            for finding in kept
        ]
        if shown:
            title = text(counted(len(silenced), "silenced finding"))
            yield _part(title, _macro("silenced", shown, len(silenced) - len(kept)))

    def _assumed(self) -> Iterator[Part]:
        """What was assumed, and of when the prices are: the changed and the failing first."""
        first = [after for _, after in self._worth()]
        every = self.comparison.head.deployments
        rest = gravest_first([each for each in every if each not in first])
        given = [(each.name, a) for each in (*first, *rest) if (a := [*assumed(each)])]
        kept = given[: self.scale.accounts]
        body = _macro("assumptions", kept, len(given) - len(kept), prices(every))
        yield _part(text("What was assumed"), body, always=True)


def _line(title: str, shift: Shift) -> tuple[str, str, str, str]:
    before, after = side(shift.name, shift.before), side(shift.name, shift.after)
    return title, before, after, turned(shift)


def _memory(before: Judged | None, after: Judged) -> Part:
    """Where a deployment's memory goes, beside where it went before that is known."""
    was = before.facts if before else {}
    needed = after.facts["memory.needed"]
    rows = [
        (title, _amount(was.get(name)), _amount(part), part.how)
        for name, title, part in memory_parts(after)
    ]
    compared = any(old != now for _, old, now, _ in rows) and before is not None
    title = Raw(f"Where {html_code(after.name)}’s {text(_amount(needed))} GiB go")
    return _part(title, _macro("memory", rows, compared))


def _amount(fact: Fact | None) -> Raw:
    if isinstance(fact, Quantity) and fact.known:
        return text(figure(fact, style="number"))
    return Raw("—")


def _part(title: Raw, body: str, always: bool = False) -> Part:
    return Part(title, _macro("section", title, Raw(body)) if body else "", always)
