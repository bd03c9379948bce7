from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aispec.policy.finding import Finding, Silence
from aispec.policy.rule import Rule
from aispec.policy.selection import Selection
from aispec.policy.waiver import apply
from aispec.spec.document import parse
from aispec.spec.location import Span

RULES = [
    Rule(code, name, "A summary.", "error")
    for code, name in (
        ("FIT001", "memory-overcommit"),
        ("FIT003", "little-headroom"),
        ("COST001", "over-budget"),
        ("SPEC002", "unknown-key"),
    )
]
TODAY = date(2026, 6, 1)


def finding(code: str, line: int, name: str = "", **more: Any) -> Finding:
    return Finding(
        code, name, "error", "certain", "words", "a.yaml", Span(line, 3, line, 9), **more
    )


def silence(text: str, *findings: Finding, **more: Any) -> list[Finding]:
    (document,), problems = parse(text)
    assert not problems
    options: dict[str, Any] = {"path": "a.yaml", "rules": RULES, "today": TODAY, **more}
    return apply(findings, document.comments, **options)


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.message) for f in findings if f.code.startswith("OPS")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hardware: h100 # aispec: allow FIT003 -- waiting, team-infra", 1),
        ("# aispec: allow FIT003 -- waiting, team-infra\nhardware: h100", 2),
        ("# aispec: allow FIT003 -- waiting, team-infra\n# aispec: allow FIT001 -- b\na: b", 3),
        ("a: b\n#aispec:allow FIT001,FIT003 -- waiting, team-infra\nc: d", 3),
        ("# aispec: allow little-headroom -- waiting, team-infra\nhardware: h100", 2),
    ],
)
def test_a_comment_silences_on_its_line_or_the_next(text: str, line: int) -> None:
    result = silence(text, finding("FIT003", line, "little-headroom"), finding("FIT001", 9))
    (own,) = [f for f in result if f.code == "FIT003"]
    (other,) = [f for f in result if f.code == "FIT001"]
    assert own.silenced is not None
    assert own.silenced.reason == "waiting, team-infra"
    assert own.severity == "error"
    assert other.silenced is None


def test_a_date_counts_through_its_day() -> None:
    text = "a: b # aispec: allow FIT003 until 2026-06-01 -- soon"
    (result,) = silence(text, finding("FIT003", 1))
    assert result.silenced == Silence("soon", "2026-06-01", 1)
    expired = silence(text, finding("FIT003", 1), today=date(2026, 6, 2))
    assert [f.silenced for f in expired] == [None, None]
    assert told(expired) == [("OPS902", "FIT003 was allowed until 2026-06-01: soon")]


def test_a_trailing_comment_does_not_reach_the_next_line() -> None:
    result = silence("a: b # aispec: allow FIT003 -- why\nc: d", finding("FIT003", 2))
    assert told(result) == [("OPS903", "FIT003 is allowed here and finds nothing")]
    assert all(f.silenced is None for f in result)


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("allow FIT003", ("OPS901", "FIT003 is allowed without a reason")),
        ("allow FIT003 --", ("OPS901", "FIT003 is allowed without a reason")),
        ("allow FIT003 until 2027-01-31", ("OPS901", "FIT003 is allowed without a reason")),
        ("allow FIT003 until tomorrow -- why", ("OPS904", "tomorrow is not a date")),
        ("allow FIT003 until 2027-02-30 -- why", ("OPS904", "2027-02-30 is not a date")),
        ("ignore FIT003 -- why", ("OPS904", "this comment cannot be read")),
        ("allow -- why", ("OPS904", "this comment cannot be read")),
        ("allow FIT003 FIT001 -- why", ("OPS904", "this comment cannot be read")),
        ("allow FIT999 -- why", ("OPS904", "there is no rule FIT999")),
        ("allow SPEC002 -- why", ("OPS905", "SPEC002 cannot be silenced")),
        ("allow COST001 -- why", ("OPS905", "the settings keep COST001 from being silenced")),
        ("allow over-budget -- why", ("OPS905", "the settings keep COST001 from being silenced")),
    ],
)
def test_what_is_wrong_with_a_comment_is_a_finding(comment: str, problem: tuple[str, str]) -> None:
    given = [finding(code, 1) for code in ("FIT003", "COST001", "SPEC002")]
    result = silence(f"a: b # aispec: {comment}", *given, forbidden=["COST"])
    assert told(result) == [problem]
    assert all(f.silenced is None for f in result)
    assert len(result) == 4


def test_severities_and_places() -> None:
    text = "a: b # aispec: allow FIT003 -- why\nc: d # aispec: allow FIT003"
    unused, without = silence(text)
    assert (unused.code, unused.severity, unused.span.line) == ("OPS903", "warning", 1)
    assert (without.code, without.severity, without.span.line) == ("OPS901", "error", 2)
    assert unused.fingerprint != without.fingerprint


def test_a_nearby_name_is_suggested() -> None:
    (result,) = silence("a: b # aispec: allow memory-overcomit -- why")
    assert result.help == "did you mean memory-overcommit?"


def test_what_a_reader_finds_stays() -> None:
    text = "a: b # aispec: allow FIT003 -- why"
    result = silence(text, finding("SPEC002", 1, unreadable=True))
    assert [(f.code, f.silenced) for f in result] == [("SPEC002", None)]


def test_a_rule_that_was_not_selected_leaves_no_unused_comment() -> None:
    text = "a: b # aispec: allow COST001 -- why"
    assert silence(text, selection=Selection(select=("FIT", "OPS"))) == []
    assert told(silence(text, selection=Selection(select=("COST", "OPS903"))))
    assert silence(text, selection=Selection(ignore=("OPS903",))) == []


def test_long_comments_are_read_in_bounded_time() -> None:
    for body in ("allow " + "a," * 200_000, "allow a" + " " * 200_000, "allow " + "x" * 400_000):
        (document,), _ = parse(f"a: b # aispec: {body}")
        (result,) = apply([], document.comments, path="a", rules=RULES)
        assert result.code == "OPS904" or len(result.message) < 300
