"""Latency over a range of load: three charts on one axis, and their figures as a table."""

from __future__ import annotations

from aispec.estimate.display import figure
from aispec.estimate.fact import Fact, Facts, above_zero
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html.bar import span
from aispec.report.html.chart import Chart, Spot, drawn, number
from aispec.report.html.study import Point, Sweep

_FIGURES = (
    ("ttft", "Time to first token", "ms"),
    ("tpot", "Time per output token", "ms"),
    ("e2e", "Time to the last token", "s"),
)


@record
class Panel:
    """One chart with its words."""

    name: str
    title: str
    unit: str
    chart: Chart
    told: str  # what the chart shows, for those who do not see it


@record
class Line:
    """The latencies at one load, for the table."""

    load: str
    now: bool
    cells: tuple[str, ...]


@record
class Curves:
    """The charts of a deployment, and the same figures as a table."""

    axis: str
    now: str
    most: str
    panels: tuple[Panel, ...]
    lines: tuple[Line, ...]


def curves(sweep: Sweep, stated: Facts) -> Curves:
    """Return the charts of a sweep; `stated` holds the targets."""
    return Curves(
        axis=sweep.axis,
        now=load(sweep.now),
        most=_most(sweep.most) if sweep.most else "",
        panels=tuple(_panel(sweep, stated, *each) for each in _FIGURES),
        lines=tuple(_line(point, sweep.now) for point in sweep.points),
    )


def _most(of: Quantity) -> str:
    return figure(of, "value") + ("" if of.exact else f" ({span(of)})")


def load(value: float) -> str:
    """Return a load in words: three digits are enough."""
    return number(float(f"{value:.3g}"))


def _panel(sweep: Sweep, stated: Facts, name: str, title: str, unit: str) -> Panel:
    spots = [_spot(point, f"latency.{name}", unit) for point in sweep.points]
    target = _target(name, stated, unit)
    chart = drawn(
        spots,
        [point.load for point in sweep.points],
        sweep.now,
        words=lambda value: figure(Quantity(value, unit)),
        target=target,
        beyond=sweep.most.value if sweep.most else None,
    )
    return Panel(name, title, unit, chart, _told(sweep, spots, target, unit))


def _spot(point: Point, name: str, unit: str) -> Spot | None:
    fact = point.latency.get(name)
    if not (isinstance(fact, Quantity) and fact.known):
        return None
    of = fact.to(unit)
    return point.load, of.low, of.value, of.high


def _target(name: str, stated: Facts, unit: str) -> tuple[float, str] | None:
    """The target in the chart's unit, as the spec has it: tokens a second are a time per token."""
    target = above_zero(stated.get(f"sla.{name}"))
    if target:
        shown = target.to(unit)
        return shown.value, f"target {figure(shown, 'value')}"
    rate = above_zero(stated.get("sla.tps")) if name == "tpot" else None
    if rate:
        return 1000 / rate.value, f"target {figure(rate, 'value')}"
    return None


def _told(
    sweep: Sweep, spots: list[Spot | None], target: tuple[float, str] | None, unit: str
) -> str:
    known = [spot for spot in spots if spot]
    if not known:
        return f"No value is known at any of {len(spots)} loads."
    first, last = known[0], known[-1]
    parts = [
        f"From {_in(first[2], unit)} at {load(first[0])} to {_in(last[2], unit)} at"
        f" {load(last[0])} {sweep.axis}",
        next(
            (
                f"{_in(spot[2], unit)}, between {_in(spot[1], unit)} and {_in(spot[3], unit)},"
                f" at the expected {load(sweep.now)}"
                for spot in known
                if spot[0] == sweep.now
            ),
            f"unknown at the expected {load(sweep.now)}",
        ),
    ]
    if target:
        parts.append(f"the {target[1]} is {_kept(known, target[0])}")
    return "; ".join(parts) + "."


def _kept(known: list[Spot], target: float) -> str:
    met = [spot[0] for spot in known if spot[2] <= target]
    return f"met up to {load(max(met))}" if met else "met at none of these loads"


def _in(value: float, unit: str) -> str:
    return figure(Quantity(float(f"{value:.4g}"), unit))


def _line(point: Point, now: float) -> Line:
    return Line(
        load(point.load),
        point.load == now,
        tuple(_cell(point.latency.get(f"latency.{name}"), unit) for name, _, unit in _FIGURES),
    )


def _cell(fact: Fact | None, unit: str) -> str:
    if not (isinstance(fact, Quantity) and fact.known):
        return "unknown"
    of = fact.to(unit)
    return f"{figure(of, 'value', 'number')} ({figure(of, 'range', 'number')})"
