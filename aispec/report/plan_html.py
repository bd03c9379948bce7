"""A plan as one HTML page that needs nothing else: the trade-off as SVG, and a table of it."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.record import record
from aispec.report.cells import safe
from aispec.report.html.markup import dressed, page
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
    view = {
        "plan": plan,
        "said": f"from {cost(best)}" if best else "nothing meets every target",
        "judged": judged(plan),
        "chart": _chart(plan),
        "rows": [*_rows(plan)],
        "winners": [_winner(plan, each) for each in awarded(plan)],
        "misses": [{"title": miss.title, "why": "; ".join(miss.reasons)} for miss in plan.misses],
        "notes": [*notes(plan)],
    }
    return page("plan.html.j2", "plan.css", view)


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
        "spec": dressed(map(safe, each.spec.split("\n"))),
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
