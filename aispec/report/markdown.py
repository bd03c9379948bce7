"""The report as Markdown: for a pull request, an issue, a job summary or a wiki.

Everything that comes from specs, rules and catalogues goes through `aispec.report.escape`, which
the template's `finalize` applies to whatever was not made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from aispec.estimate.display import figure, words
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Finding
from aispec.record import record
from aispec.report.cells import counted
from aispec.report.derivation import steps
from aispec.report.escape import Raw, code, html_code, text, units
from aispec.report.overview import Row, gravest_first, row, spelled
from aispec.report.report import Judged, Report
from aispec.report.verdict import failing, verdict
from aispec.report.words import assumed, cost, message, scope

if TYPE_CHECKING:
    from jinja2 import Template

MAX_COMMENT = 65_000
"""UTF-16 units that fit a comment on a forge, with some to spare."""

_STEPS = ((100, True), (40, True), (40, False), (10, False), (3, False))
STATUS = {"error": "❌", "warning": "⚠️", "unknown": "❔", "note": "✅", "good": "✅"}
HEADS = ("GiB needed / offered", "Cost a month", "Tokens a minute / plan", "First token / target")
_PARTS = {
    "memory.weights": "Weights",
    "memory.kv_needed": "KV cache",
    "memory.activations": "Activations",
    "memory.graphs": "CUDA graphs",
    "memory.runtime": "Runtime",
}
NEEDED = "**Needed**"
_NAMES = {"memory.needed": NEEDED, "memory.offered": "Offered"}


@record
class _Scale:
    """How much of a report is written: deployments and findings, with details or without."""

    most: int
    details: bool
    blob: str


def render(report: Report, *, blob: str = "", limit: int | None = None) -> str:
    """Return a report as Markdown.

    `blob` is the address under which a forge shows the files, such as
    `https://github.com/acme/ai/blob/main/`; places link there. `limit` is the most UTF-16 units
    that the result may have: details go first, then deployments and findings, and what was left
    out is counted.
    """
    result = ""
    for most, details in _STEPS:
        result = template("report.md.j2").render(_view(report, _Scale(most, details, blob)))
        if limit is None or units(result) <= limit:
            break
    return result


@cache
def template(name: str) -> Template:
    """Return a template of this folder; it escapes whatever was not made here."""
    from pathlib import Path

    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Raw) else text(value),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters.update(code=code, html_code=html_code)
    source = Path(__file__).with_name("templates") / name
    return environment.from_string(source.read_text(encoding="utf-8"))


def _view(report: Report, scale: _Scale) -> dict[str, object]:
    name, said = verdict(report)
    every = report.counted()
    shown = gravest_first(report.deployments)[: scale.most]
    told = (failing(report) or shown)[: scale.most] if scale.details else []
    groups = [(kind, [f for f in every if f.severity == kind]) for kind in ("warning", "note")]
    return {
        "about": name,
        "verdict": said,
        "table": _table(report, shown),
        "more": len(report.deployments) - len(shown),
        "failures": _findings([f for f in every if f.severity == "error"], scale),
        "asides": [
            (counted(len(found), kind), _findings(found, scale)) for kind, found in groups if found
        ],
        "silenced": [_silenced(f, scale) for f in report.silenced()[: scale.most]],
        "silenced_count": counted(len(report.silenced()), "silenced finding"),
        "memory": [_memory(each) for each in told if has_memory(each)],
        "costs": [(each.name, [*cost_lines(each)]) for each in told if has_cost(each)],
        "assumptions": [
            (each.name, given)
            for each in (shown if scale.details else [])
            if (given := [*assumed(each)])
        ],
        "prices": prices(shown),
        "footer": f"aispec {report.version} · {scope(report)}",
    }


def _table(report: Report, shown: Sequence[Judged]) -> list[Raw]:
    """The header, and a row a deployment: columns that no deployment has a figure for are left."""
    rows = [(each, row(each)) for each in shown]
    cells = [[*_cells(of)] for _, of in rows]
    kept = [n for n in range(len(HEADS)) if any(line[n] for line in cells)]
    table = [[Raw(" "), Raw("Deployment"), *(Raw(HEADS[n]) for n in kept)]]
    for (each, of), line in zip(rows, cells, strict=True):
        head = [Raw(STATUS[of.status]), code(each.name)]
        table.append([*head, *(line[n] or Raw("—") for n in kept)])
    if len(report.deployments) > 1 and 1 in kept:
        total = Raw(f"**{text(cost(report).replace(' a month', '', 1))}**")
        sums = [total if n == 1 else Raw(" ") for n in kept]
        table.append([Raw(" "), Raw(f"**All {len(report.deployments)}**"), *sums])
    table.insert(1, [Raw(":-:"), *[Raw(":--")] * (len(kept) + 1)])
    return [Raw(f"| {' | '.join(line)} |") for line in table]


def _cells(of: Row) -> Iterator[Raw]:
    yield _limit(of.memory, of.fits == "does not fit")
    yield text(spelled(of.cost))
    yield _limit(of.tokens)
    yield _limit(of.first)


def _limit(pair: tuple[str, str], over: bool = False) -> Raw:
    """A figure and its limit; the figure stands out where it is over."""
    first, second = (text(spelled(part)) for part in pair)
    if first and over:
        first = Raw(f"**{first}**")
    return Raw(f"{first} / {second}") if first and second else Raw(first)


def _findings(found: Sequence[Finding], scale: _Scale) -> dict[str, object]:
    return {
        "shown": [finding_view(finding, scale.blob) for finding in found[: scale.most]],
        "more": max(len(found) - scale.most, 0),
    }


def finding_view(finding: Finding, blob: str) -> dict[str, object]:
    """Return what a template writes of a finding."""
    return {
        "code": finding.code,
        "message": message(finding),
        "place": place(finding, blob),
        "note": finding.note or "",
        "help": finding.help or "",
        "remedies": [(remedy.change, remedy.effect) for remedy in finding.remedies],
    }


def place(finding: Finding, blob: str) -> Raw:
    """Return a finding's file and line, linked where a forge shows it under `blob`."""
    shown = code(f"{finding.path}:{finding.span.line}")
    return linked(shown, finding.path, finding.span.line, blob)


def linked(shown: Raw, path: str, line: int, blob: str) -> Raw:
    """Return a text linked to a line of a file under `blob`; no path leads out of it."""
    if not blob or path.startswith(("/", "<")) or ".." in path.split("/"):
        return shown
    from urllib.parse import quote

    inside = quote(path.encode("utf-8", "replace"), safe="/")
    return Raw(f"[{shown}]({blob.rstrip('/')}/{inside}#L{line})")


def _silenced(finding: Finding, scale: _Scale) -> dict[str, object]:
    silence = finding.silenced
    return {
        **finding_view(finding, scale.blob),
        "reason": silence.reason if silence else "",
        "until": (silence.until or "") if silence else "",
    }


def has_memory(each: Judged) -> bool:
    """Whether it can be said what the memory goes to."""
    needed = each.facts.get("memory.needed")
    return isinstance(needed, Quantity) and needed.known


def memory_parts(each: Judged) -> Iterator[tuple[str, Raw, Quantity]]:
    """Yield what the memory goes to, by fact and title: the sum's parts, the sum, and the offer."""
    needed = each.facts["memory.needed"]
    assert isinstance(needed, Quantity)
    for name, title in {**_PARTS, **_NAMES}.items():
        part = each.facts.get(name)
        if isinstance(part, Quantity) and part.known:
            if name in _PARTS and needed.inputs and not any(part is one for one in needed.inputs):
                continue
            yield name, Raw(title), part


def _memory(each: Judged) -> tuple[str, str, list[tuple[Raw, str, str]]]:
    parts = [*memory_parts(each)]
    rows = [(title, figure(part, style="number"), part.how) for _, title, part in parts]
    return each.name, next(shown for title, shown, _ in rows if title == NEEDED), rows


def has_cost(each: Judged) -> bool:
    """Whether it can be said how the cost is made."""
    month = each.facts.get("cost.month")
    return isinstance(month, Quantity) and month.known


def cost_lines(each: Judged) -> Iterator[tuple[str, str, str]]:
    """Yield the month's cost and what it was made from, line by line."""
    month = each.facts["cost.month"]
    assert isinstance(month, Quantity)
    yield "cost.month", words(month), month.how
    for step in steps("cost.month", each.facts):
        if step.how:
            yield step.name, step.figure, step.how


def prices(shown: Sequence[Judged]) -> dict[str, object]:
    """Return where prices are from, and how old and of when the oldest is."""
    months = [each.facts.get("cost.month") for each in shown]
    sources = chain.from_iterable(m.sources for m in months if isinstance(m, Quantity))
    ages = [each.facts.get("cost.price_age_days") for each in shown]
    known = [age for age in ages if isinstance(age, Quantity) and age.known]
    oldest = max(known, key=lambda age: age.high, default=None)
    return {
        "sources": [*dict.fromkeys(sources)],
        "age": words(oldest) if oldest else "",
        "dates": oldest.how if oldest else "",
    }
