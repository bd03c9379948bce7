"""The report as Markdown: for a pull request, an issue, a job summary or a wiki.

Everything that comes from specs, rules and catalogues goes through `aispec.report.escape`, which
the template's `finalize` applies to whatever was not made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from aispec.estimate.display import figure, words
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Finding
from aispec.report.cells import counted
from aispec.report.derivation import steps
from aispec.report.escape import Raw, code, html_code, text
from aispec.report.overview import UNKNOWN, Row, gravest_first, row
from aispec.report.report import Judged, Report
from aispec.report.verdict import failing, verdict
from aispec.report.words import assumed, cost, message, scope

if TYPE_CHECKING:
    from jinja2 import Template

MAX_COMMENT = 65_000
"""UTF-16 units that fit a comment on a forge, with some to spare."""

_STEPS = ((100, True), (40, True), (40, False), (10, False), (3, False))
_STATUS = {"error": "❌", "warning": "⚠️", "unknown": "❔", "note": "✅", "good": "✅"}
_HEADS = ("GiB needed / offered", "Cost a month", "Tokens a minute / plan", "First token / target")
_PARTS = {
    "memory.weights": "Weights",
    "memory.kv_needed": "KV cache",
    "memory.activations": "Activations",
    "memory.graphs": "CUDA graphs",
    "memory.runtime": "Runtime",
}
_NAMES = {"memory.needed": "**Needed**", "memory.offered": "Offered"}


@dataclass(frozen=True, slots=True)
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
        result = _template().render(_view(report, _Scale(most, details, blob)))
        if limit is None or len(result.encode("utf-16-le", "replace")) // 2 <= limit:
            break
    return result


@cache
def _template() -> Template:
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
    source = Path(__file__).with_name("templates") / "report.md.j2"
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
        "memory": [(each.name, *_memory(each)) for each in told if _has_memory(each)],
        "costs": [(each.name, [*_cost(each)]) for each in told if _has_cost(each)],
        "assumptions": [
            (each.name, given)
            for each in (shown if scale.details else [])
            if (given := [*assumed(each)])
        ],
        "prices": _prices(shown),
        "footer": f"aispec {report.version} · {scope(report)}",
    }


def _table(report: Report, shown: Sequence[Judged]) -> list[Raw]:
    """The header, and a row a deployment: columns that no deployment has a figure for are left."""
    rows = [(each, row(each)) for each in shown]
    cells = [[*_cells(of)] for _, of in rows]
    kept = [n for n in range(len(_HEADS)) if any(line[n] for line in cells)]
    table = [[Raw(" "), Raw("Deployment"), *(Raw(_HEADS[n]) for n in kept)]]
    for (each, of), line in zip(rows, cells, strict=True):
        head = [Raw(_STATUS[of.status]), code(each.name)]
        table.append([*head, *(line[n] or Raw("—") for n in kept)])
    if len(report.deployments) > 1 and 1 in kept:
        total = Raw(f"**{text(cost(report).replace(' a month', '', 1))}**")
        sums = [total if n == 1 else Raw(" ") for n in kept]
        table.append([Raw(" "), Raw(f"**All {len(report.deployments)}**"), *sums])
    table.insert(1, [Raw(":-:"), *[Raw(":--")] * (len(kept) + 1)])
    return [Raw(f"| {' | '.join(line)} |") for line in table]


def _cells(of: Row) -> Iterator[Raw]:
    yield _limit(of.memory, of.fits == "does not fit")
    yield text(_known(of.cost))
    yield _limit(of.tokens)
    yield _limit(of.first)


def _limit(pair: tuple[str, str], over: bool = False) -> Raw:
    """A figure and its limit; the figure stands out where it is over."""
    first, second = (text(_known(part)) for part in pair)
    if first and over:
        first = Raw(f"**{first}**")
    return Raw(f"{first} / {second}") if first and second else Raw(first)


def _known(part: str) -> str:
    return "unknown" if part == UNKNOWN else part


def _findings(found: Sequence[Finding], scale: _Scale) -> dict[str, object]:
    return {
        "shown": [_finding(finding, scale) for finding in found[: scale.most]],
        "more": max(len(found) - scale.most, 0),
    }


def _finding(finding: Finding, scale: _Scale) -> dict[str, object]:
    return {
        "code": finding.code,
        "message": message(finding),
        "place": _place(finding, scale.blob),
        "note": finding.note or "",
        "help": finding.help or "",
        "remedies": [(remedy.change, remedy.effect) for remedy in finding.remedies],
    }


def _place(finding: Finding, blob: str) -> Raw:
    shown = code(f"{finding.path}:{finding.span.line}")
    if not blob:
        return shown
    from urllib.parse import quote

    path = quote(finding.path.encode("utf-8", "replace"), safe="/")
    return Raw(f"[{shown}]({blob.rstrip('/')}/{path}#L{finding.span.line})")


def _silenced(finding: Finding, scale: _Scale) -> dict[str, object]:
    silence = finding.silenced
    return {
        **_finding(finding, scale),
        "reason": silence.reason if silence else "",
        "until": (silence.until or "") if silence else "",
    }


def _has_memory(each: Judged) -> bool:
    needed = each.facts.get("memory.needed")
    return isinstance(needed, Quantity) and needed.known


def _memory(each: Judged) -> tuple[str, list[tuple[object, str, str]]]:
    """What the memory goes to: the parts that the sum was made from, the sum, and the offer."""
    needed = each.facts["memory.needed"]
    assert isinstance(needed, Quantity)
    rows: list[tuple[object, str, str]] = []
    for name, title in {**_PARTS, **_NAMES}.items():
        part = each.facts.get(name)
        if isinstance(part, Quantity) and part.known:
            if name in _PARTS and needed.inputs and not any(part is one for one in needed.inputs):
                continue
            rows.append((Raw(title), figure(part, style="number"), part.how))
    return figure(needed, style="number"), rows


def _has_cost(each: Judged) -> bool:
    month = each.facts.get("cost.month")
    return isinstance(month, Quantity) and month.known


def _cost(each: Judged) -> Iterator[tuple[str, str, str]]:
    """The month's cost and what it was made from, line by line."""
    month = each.facts["cost.month"]
    assert isinstance(month, Quantity)
    yield "cost.month", words(month), month.how
    for step in steps("cost.month", each.facts):
        if step.how:
            yield step.name, step.figure, step.how


def _prices(shown: Sequence[Judged]) -> dict[str, object]:
    """Where prices are from, and how old the oldest is."""
    months = [each.facts.get("cost.month") for each in shown]
    sources = chain.from_iterable(m.sources for m in months if isinstance(m, Quantity))
    ages = [each.facts.get("cost.price_age_days") for each in shown]
    known = [age for age in ages if isinstance(age, Quantity) and age.known]
    oldest = max(known, key=lambda age: age.high, default=None)
    return {"sources": [*dict.fromkeys(sources)], "age": words(oldest) if oldest else ""}
