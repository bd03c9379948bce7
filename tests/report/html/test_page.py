from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from aispec.estimate.fact import Absent, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Silence
from aispec.record import fields, replace
from aispec.report import html
from aispec.report.html import page as pages
from aispec.report.html.markup import linked, slugs, style
from aispec.report.html.study import Studies, Study, key
from aispec.report.report import Report

from ..runs import OVERCOMMIT, RUNS, bot_facts, chat_facts, judged, run, unknown_facts
from .strict import Element, read, sound
from .test_sections import sweep

ATTACK = """"><script>alert(1)</script><img src=x onerror=alert(2)>'{{ 7*7 }}{% raw %}</style>"""
ATTACKS = [
    ATTACK,
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    'https://evil.example/" onclick="alert(1)',
    "</pre></details></section></main>",
    "<!--",
    "]]>",
    "\x01error\x02<b>\x03",
    "\u202egnp.exe",
    "&lt;script&gt;",
    "\ud800",
    "a\nb\x00c",
]
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section"),
    *("article", "div", "span", "p", "h1", "h2", "h3", "h4", "dl", "dt", "dd", "ul", "li", "b"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "details", "summary"),
    *("figure", "figcaption", "svg", "desc", "rect", "line", "path", "circle", "text"),
}


def studied(report: Report, name: str = "Hours") -> Studies:
    costs = {
        name: Quantity(4, "USD/month", how=name),
        "Energy": Quantity.unknown("USD/month", name),
    }
    return {key(each): Study(sweep(1, 2, 4, 8), costs) for each in report.deployments}


def safe(page: str) -> Element:
    """Read a page, and fail where something of it could be obeyed or fetched."""
    root = read(page)
    sound(root)
    assert {each.tag for each in root.all()} - {""} <= TAGS
    for each in root.all():
        for name, value in each.attributes.items():
            assert not name.startswith("on"), each
            assert name not in ("style", "src", "srcset", "action", "formaction", "xlink:href")
            if name == "href":
                assert re.fullmatch(r"#[a-z0-9-]+|https://[^\s\"'<>]+", value), value
    return root


@pytest.mark.parametrize("name", RUNS)
def test_every_page_is_well_formed_and_safe(name: str) -> None:
    report = RUNS[name]()
    root = safe(html.render(report, studies=studied(report)))
    for finding in report.every():
        assert finding.code in root.text()


def test_the_page_of_a_deployment_that_does_not_fit(snapshot: SnapshotAssertion) -> None:
    report = RUNS["does-not-fit"]()
    page = html.render(report, studies=studied(report))
    css, digest = style()
    assert page.replace(str(css), "STYLE").replace(digest, "HASH") == snapshot


def test_the_policy_lets_in_one_style_sheet_and_nothing_else() -> None:
    root = read(html.render(RUNS["fits"]()))
    policy = next(
        each["content"]
        for each in root.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    from base64 import b64decode
    from hashlib import sha256

    (sheet,) = root.all("style")
    digest = re.search(r"'sha256-([^']+)'", policy)
    assert digest
    assert b64decode(digest[1]) == sha256(sheet.text().encode()).digest()
    assert not re.search(r"url\(|@import|https?:", sheet.text())


def test_the_page_says_who_it_is_for_machines_and_readers() -> None:
    root = read(html.render(RUNS["does-not-fit"]()))
    assert root.all("html")[0]["lang"] == "en"
    assert len(root.all("main")) == len(root.all("header")) == len(root.all("footer")) == 1
    assert root.all("a")[0]["href"] == "#main"
    assert root.all("title")[0].text() == "aispec: support-chat does not fit"


def test_a_day_is_written_only_where_one_was_asked_for() -> None:
    report = RUNS["fits"]()
    assert "judged as on" not in html.render(report)
    assert "judged as on 2026-11-22" in html.render(report, today=date(2026, 11, 22))


def test_the_same_report_has_the_same_bytes() -> None:
    report = RUNS["two-documents"]()
    assert html.render(report, studies=studied(report)) == html.render(
        report, studies=studied(report)
    )


def test_findings_show_their_source_and_what_would_help() -> None:
    root = read(html.render(RUNS["does-not-fit"]()))
    (told,) = root.all("article")
    assert "hardware: {accelerator: h100-sxm-80gb, count: 2}" in told.text()
    carets = [each.text() for each in told.all("span") if each.attributes["class"] == "s-error"]
    assert carets == ["^" * 38]
    assert "precision.weights: fp8" in told.text()
    assert "4 of 40 sequences fit as written" in told.text()


def test_unknown_is_said_with_its_reason() -> None:
    words = read(html.render(RUNS["unknown-model"]())).words()
    assert "Unknown: the model is not known." in words
    assert "Unknown: no price is known." in words
    assert _tiles(html.render(RUNS["unknown-model"]()))[-1].all("dd")[0].text() == "unknown"


def _tiles(page: str) -> list[Element]:
    return [each for each in read(page).all("dl")[0].children if isinstance(each, Element)]


def test_the_cost_of_all_has_its_bounds_and_says_what_it_leaves_out() -> None:
    report = run(
        judged("support-chat", chat_facts()),
        judged("helper", bot_facts(), line=9),
        judged("lost", unknown_facts(), line=19),
    )
    told = {each.all("dt")[0].text(): each.all("dd")[0] for each in _tiles(html.render(report))}
    assert told["Cost a month"].text() == "$4,396 $4,392 to $4,401, without 1 unknown cost"


def test_a_run_without_deployments_is_a_page_too() -> None:
    root = safe(html.render(run(texts={})))
    assert root.all("h1")[0].text() == "Nothing to report"
    assert root.all("footer")[0].words().startswith("aispec 0.1.0 · no deployment in 0 files")


def test_silenced_findings_are_listed_with_reason_and_date() -> None:
    words = read(html.render(RUNS["two-documents"]())).words()
    assert "until 2027-01-31: waiting for the provider" in words


def test_charts_are_left_out_where_no_study_was_made() -> None:
    root = read(html.render(RUNS["fits"]()))
    assert not [each for each in root.all("svg") if each.attributes.get("class") == "plot"]
    assert "aispec report --format html" in root.words()


def _hostile(value: Any, text: str) -> Any:
    """The same data with every text of a stranger replaced."""
    if isinstance(value, str):
        return text
    if isinstance(value, Quantity):
        made = Quantity.unknown(value.unit, text)
        return made if not value.known else value.told(text, sources=(text,))
    if isinstance(value, tuple | list):
        return type(value)(_hostile(each, text) for each in value)
    if hasattr(value, "__match_args__"):
        kept = {"severity", "certainty", "span", "fail_on"}
        changed = {
            name: _hostile(getattr(value, name), text) for name in fields(value) if name not in kept
        }
        return replace(value, **changed)
    if isinstance(value, dict):
        return {name: _hostile(each, text) for name, each in value.items()}
    return value


def hostile(text: str) -> Report:
    """A report in which every text is an attacker's, those of the facts too."""
    silenced = replace(OVERCOMMIT, silenced=Silence("", "", 1))
    facts = {
        **chat_facts(),
        "model.name": Unknown(""),
        "model.license": Absent(""),
        "memory.decided_by": "",
        text: "",
    }
    report = run(
        judged("a", facts, OVERCOMMIT, replace(OVERCOMMIT, severity="note"), silenced, note="n"),
        texts={text: f"{text}\n" * 6},
        findings=(OVERCOMMIT, silenced),
    )
    made: Report = _hostile(report, text)
    return replace(made, lines={text: [text] * 6})


@pytest.mark.parametrize("text", ATTACKS)
def test_a_strangers_text_is_shown_and_not_obeyed(text: str) -> None:
    report = hostile(text)
    root = safe(html.render(report, studies=studied(report, text)))
    harmless = hostile("harmless")
    twin = safe(html.render(harmless, studies=studied(harmless, "harmless")))
    assert [each.tag for each in root.all()] == [each.tag for each in twin.all()]
    assert all(c.isprintable() or c == "\n" for c in root.all("body")[0].text())


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_at_all_keeps_the_page_whole(text: str) -> None:
    report = hostile(text)
    safe(html.render(report, studies=studied(report, text)))


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("https://docs.vllm.ai/en/v0.6/x?y=1#z", True),
        ("http://example.com", False),
        ("javascript:alert(1)", False),
        ("https://evil.example/ onclick=x", False),
        ('https://evil.example/"onclick="x', False),
        ("https://user@evil.example/", False),
        ("see https://example.com", False),
        ("data sheet, 2026-09", False),
    ],
)
def test_only_plain_addresses_are_links(source: str, link: bool) -> None:
    assert linked(source).startswith("<a ") is link


def test_anchors_are_unique_whatever_the_names() -> None:
    assert slugs(["Chat", "chat", "d-chat", "", "!!!", "é"]) == [
        "d-chat",
        "d-chat-2",
        "d-d-chat",
        "d-deployment",
        "d-deployment-2",
        "d-deployment-3",
    ]


def fleet(number: int) -> Report:
    each = judged("support-chat", None, OVERCOMMIT)
    return run(*(replace(each, name=f"chat-{n}", line=n) for n in range(number)))


def test_a_large_fleet_is_compact_past_a_number_and_says_so() -> None:
    report = fleet(pages.WHOLE + 5)
    root = safe(html.render(report))
    figures = [each for each in root.all("summary") if each.text() == "Every figure"]
    assert len(figures) == pages.WHOLE
    assert len(root.all("section")) == 1 + pages.WHOLE + 5
    assert f"The {pages.WHOLE} gravest have charts" in root.words()
    assert len(html.wanted(report)) == pages.WHOLE


def test_a_very_large_fleet_is_rows_and_then_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "WHOLE", 1)
    monkeypatch.setattr(pages, "COMPACT", 2)
    monkeypatch.setattr(pages, "ROWS", 5)
    root = safe(html.render(fleet(9)))
    assert len(root.all("section")) == 1 + 3
    assert len(root.all("tbody")[0].all("tr")) == 5
    assert "4 more deployments are not shown." in root.words()
    assert "the last 2 only this row" in root.words()


def test_findings_beyond_a_number_are_counted() -> None:
    findings = [replace(OVERCOMMIT, message=f"number {n}") for n in range(60)]
    root = safe(html.render(run(judged("support-chat", None, *findings))))
    assert len(root.all("article")) == 50
    assert "10 more are not shown." in root.words()


def test_a_long_text_is_cut() -> None:
    long = "x" * 100_000
    report = hostile(long)
    assert len(html.render(report)) < 400_000
