"""The table of all deployments, and what a run comes to."""

from __future__ import annotations

from aispec.estimate.display import figure
from aispec.estimate.fact import Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.cells import counted
from aispec.report.html.bar import Bar, at, bar
from aispec.report.html.gauges import Gauge, rates
from aispec.report.overview import NOTHING, UNKNOWN, row, shown, spelled
from aispec.report.report import Judged, Report

STATUS = {
    "error": "fails",
    "warning": "warning",
    "unknown": "cannot tell",
    "note": "passes",
    "good": "passes",
}


@record
class Line:
    """A deployment's row; texts are empty where a column does not apply."""

    slug: str
    name: str
    place: str
    on: str
    status: str
    said: str
    memory: str
    bar: Bar | None
    offered: float
    fits: str
    cost: str
    limit: Gauge | None
    first: str
    target: str
    speed: str


def line(each: Judged, status: str, slug: str) -> Line:
    """Return the row of one deployment."""
    of = row(each)
    drawn, offered = _bar(each.facts)
    return Line(
        slug=slug,
        name=each.name,
        place=f"{each.path}:{each.line}",
        on=on(each.facts),
        status=status,
        said=STATUS[status],
        memory=" / ".join(map(spelled, filter(None, of.memory))),
        bar=drawn,
        offered=offered,
        fits=of.fits,
        cost=spelled(of.cost),
        limit=_fullest(each),
        first=spelled(of.first[0]),
        target=spelled(of.first[1]),
        speed=spelled(shown(each.facts.get("latency.tps"))),
    )


def on(facts: Facts) -> str:
    """Return what a deployment is: its model, precision and hardware in one line."""
    count, replicas = _count(facts.get("hardware.count")), _count(facts.get("hardware.replicas"))
    device = shown(facts.get("hardware.accelerator"))
    times = f"{count} x " if count > 1 else ""
    parts = [
        shown(facts.get("model.id")),
        shown(facts.get("precision.weights")) if device else "",
        f"{times}{device}" if device else "",
        counted(replicas, "replica") if device and replicas > 1 else "",
        shown(facts.get("engine.id")) if device else "",
    ]
    return " · ".join(part for part in parts if part not in (NOTHING, UNKNOWN))


def tiles(report: Report) -> list[tuple[str, str, str, str]]:
    """Return the figures at the top: a title, its words, what they leave open, how grave it is."""
    errors, warnings = report.count("error"), report.count("warning")
    found = [
        ("Deployments", f"{len(report.deployments):,}", "", ""),
        ("Errors", f"{errors:,}", "", "error" if errors else ""),
        ("Warnings", f"{warnings:,}", "", "warning" if warnings else ""),
        ("Notes", f"{report.count('note'):,}", "", ""),
    ]
    return [*found, ("Cost a month", *_cost(report), "")] if report.costs else found


def _cost(report: Report) -> tuple[str, str]:
    """The likely cost of all deployments; its bounds, and how many costs it leaves out."""
    unknown = sum(not cost.known for cost in report.costs)
    if unknown == len(report.costs):
        return "unknown", ""
    month = report.cost_month
    asides = [
        "" if month.exact else figure(month, "range").removesuffix(" a month"),
        f"without {counted(unknown, 'unknown cost')}" if unknown else "",
    ]
    return figure(month, "value").removesuffix(" a month"), ", ".join(filter(None, asides))


def _bar(facts: Facts) -> tuple[Bar | None, float]:
    needed, offered = facts.get("memory.needed"), facts.get("memory.offered")
    if not (isinstance(needed, Quantity) and isinstance(offered, Quantity)):
        return None, 0.0
    if not (needed.known and offered.known):
        return None, 0.0
    most = max(needed.high, offered.value)
    return bar(needed, most), at(offered.value, most)


def _fullest(each: Judged) -> Gauge | None:
    """The rate limit that is nearest to being broken, or most broken."""
    order = ("error", "warning", "unknown", "good")
    return min(
        rates(each), key=lambda gauge: (order.index(gauge.state), -_size(gauge)), default=None
    )


def _size(gauge: Gauge) -> float:
    return gauge.bar.size / gauge.limit_at if gauge.bar and gauge.limit_at else 0.0


def _count(fact: Fact | None) -> int:
    return int(fact.value) if isinstance(fact, Quantity) and fact.known else 1
