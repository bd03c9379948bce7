"""A plan as one HTML page that needs nothing else: the trade-off as SVG, and a table of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aispec.record import record
from aispec.report.cells import safe
from aispec.report.plan_chart import Axis, Point, money, points, seconds
from aispec.report.plan_words import (
    awarded,
    awards,
    behind_api,
    changes,
    cost,
    judged,
    listed,
    notes,
    numbers,
    outcome,
    verdict,
)
from aispec.report.proposal import Plan, Proposal

if TYPE_CHECKING:
    from jinja2 import Template

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 700, 24, 350


@record
class _Tick:
    at: float
    text: str


@record
class _Dot:
    x: float
    y: float
    kind: str
    label: str
    title: str


@record
class _Chart:
    points: list[_Dot]
    across: list[_Tick]
    up: list[_Tick]
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


def render(plan: Plan) -> str:
    """Return a plan as a page; every text is escaped, and nothing is fetched or run."""
    best = plan.cheapest
    return _template().render(
        plan=plan,
        said=f"from {cost(best)}" if best else "nothing meets every target",
        judged=judged(plan),
        chart=_chart(plan),
        rows=[*_rows(plan)],
        winners=[_winner(plan, each) for each in awarded(plan)],
        misses=[{"title": miss.title, "why": "; ".join(miss.reasons)} for miss in plan.misses],
        notes=[*notes(plan)],
    )


@cache
def _template() -> Template:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    source = Path(__file__).with_name("templates") / "plan.html.j2"
    return environment.from_string(source.read_text(encoding="utf-8"))


def _shown(value: object) -> object:
    """Texts without characters that turn the order of what is read; lines stay lines."""
    if not isinstance(value, str):
        return value
    return "\n".join(safe(line) for line in value.split("\n"))


def _rows(plan: Plan) -> Iterator[dict[str, str]]:
    number_of = numbers(plan)
    yield _row("now", plan.now)
    groups = (awarded(plan), listed(plan), behind_api(plan), plan.unpriced)
    for each in (one for group in groups for one in group):
        yield _row(f"{number_of[each.spec]} {awards(plan, each)}".strip(), each)


def _row(lead: str, each: Proposal) -> dict[str, str]:
    return {
        "lead": lead,
        "title": each.title,
        "outcome": outcome(each),
        "verdict": verdict(each),
        "kind": each.standing.replace(" ", "-"),
    }


def _winner(plan: Plan, each: Proposal) -> dict[str, object]:
    return {
        "names": awards(plan, each).capitalize(),
        "title": each.title,
        "changes": [*changes(each)],
        "spec": each.spec,
    }


def _chart(plan: Plan) -> _Chart | None:
    shown = points(plan)
    if len(shown) < 2:
        return None
    across, up = Axis.over([p.cost for p in shown]), Axis.over([p.seconds for p in shown])
    return _Chart(
        points=[_dot(point, across, up) for point in shown],
        across=[_Tick(_x(across, tick), money(tick)) for tick in across.ticks()],
        up=[_Tick(_y(up, tick), seconds(tick)) for tick in up.ticks()],
    )


def _dot(point: Point, across: Axis, up: Axis) -> _Dot:
    return _Dot(
        x=_x(across, point.cost),
        y=_y(up, point.seconds),
        kind=point.standing.replace(" ", "-"),
        label=str(point.number) if point.number else "now",
        title=f"{point.title}: {money(round(point.cost, 2))} a month,"
        f" {seconds(round(point.seconds, 3))}",
    )


def _x(axis: Axis, value: float) -> float:
    return round(_LEFT + axis.place(value) * (_RIGHT - _LEFT), 1)


def _y(axis: Axis, value: float) -> float:
    return round(_BOTTOM - axis.place(value) * (_BOTTOM - _TOP), 1)
