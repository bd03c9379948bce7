"""What people see of a plan, in every format."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.report import plan_html, plan_json, plan_markdown, plan_text
from aispec.report.json_format import dumps
from aispec.report.plan_chart import Axis, draw
from aispec.report.proposal import Plan
from tests.report.plans import a_plan, hostile, nothing_found


@pytest.mark.parametrize("made", [a_plan(), nothing_found()], ids=["plan", "nothing"])
def test_on_a_terminal(made: Plan, snapshot: SnapshotAssertion) -> None:
    assert plan_text.render(made, colour=False, width=100) == snapshot


def test_on_a_narrow_terminal_without_unicode(snapshot: SnapshotAssertion) -> None:
    shown = plan_text.render(a_plan(), colour=False, width=60, unicode=False)
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) <= 60
    assert shown == snapshot


def test_in_markdown(snapshot: SnapshotAssertion) -> None:
    assert plan_markdown.render(a_plan()) == snapshot


def test_in_html(snapshot: SnapshotAssertion) -> None:
    assert plan_html.render(a_plan()) == snapshot


def test_in_json(snapshot: SnapshotAssertion) -> None:
    assert dumps(plan_json.plan_json(a_plan())) == snapshot


class _Tags(HTMLParser):
    """Collects what a page would load or run, and whether its tags match."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "img", "object", "link"):
            self.live.append(tag)
        self.live += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        if tag not in ("meta", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("made", [a_plan(), hostile(), nothing_found()])
def test_a_page_needs_nothing_and_runs_nothing(made: Plan) -> None:
    page = plan_html.render(made)
    tags = _Tags()
    tags.feed(page)
    assert not tags.live
    assert not tags.open
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "default-src 'none'; style-src 'sha256-" in page


def test_strangers_texts_are_never_obeyed() -> None:
    text = plan_text.render(hostile(), colour=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    markdown = plan_markdown.render(hostile())
    assert "<script" not in markdown
    assert "@everyone" not in markdown
    data = dumps(plan_json.plan_json(hostile()))
    assert "\x1b" not in data
    assert json.loads(data)["name"].startswith("</title>")


def test_every_proposal_with_figures_has_its_mark() -> None:
    chart = "\n".join(draw(a_plan(), 100, unicode=True))
    assert {mark: chart.count(mark) for mark in "●○×"} == {"●": 3 + 1, "○": 1 + 1, "×": 1 + 1}


def test_one_point_is_no_chart() -> None:
    assert draw(nothing_found(), 100, unicode=True) == []


def test_an_axis_holds_its_values_and_labels_round_ones() -> None:
    axis = Axis.over([30.0, 4000.0])
    assert 0 < axis.place(30.0) < axis.place(4000.0) < 1
    assert [round(tick, 6) for tick in axis.ticks()] == [50, 100, 200, 500, 1000, 2000, 5000]
