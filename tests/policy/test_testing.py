from __future__ import annotations

from datetime import date
from typing import Any

from aispec.policy.finding import Finding
from aispec.policy.rule import Rule, from_data
from aispec.policy.testing import run_examples


def rule(*examples: dict[str, Any], reader: bool = False) -> Rule:
    return Rule("FIT001", "a-name", "A summary.", "error", reader=reader, examples=examples)


def found(message: str = "too much", code: str = "FIT001", **more: Any) -> Finding:
    return Finding(code, "a-name", more.pop("severity", "error"), "certain", message, "a.yaml")


BAD = {"title": "bad", "spec": {"name": "bad"}, "finds": "too much"}
GOOD = {"title": "good", "spec": {"name": "good"}, "finds": "nothing"}


def judged(spec: Any, today: date | None) -> list[Finding]:
    return [found()] if spec["name"] == "bad" else []


def test_examples_that_hold() -> None:
    assert run_examples(rule(BAD, GOOD), judged) == []


def test_both_polarities_are_required() -> None:
    assert run_examples(rule(BAD), judged) == ["FIT001 has no example in which it finds nothing"]
    assert run_examples(rule(GOOD), judged) == ["FIT001 has no example in which it finds something"]
    assert run_examples(rule(BAD, reader=True), judged) == []


def test_failures_in_words() -> None:
    wanted = {**BAD, "finds": {"message": "too much", "severity": "warning"}}
    other = [found("x", "COST001")]
    assert run_examples(rule(BAD, GOOD), lambda spec, today: []) == [
        "FIT001, bad: it finds nothing, not: too much"
    ]
    assert run_examples(rule(BAD, GOOD), lambda spec, today: [found("much")]) == [
        "FIT001, bad: its message is 'much', not 'too much'",
        "FIT001, good: it finds something: much",
    ]
    assert run_examples(rule(wanted, GOOD), judged) == [
        "FIT001, bad: its severity is 'error', not 'warning'"
    ]
    assert run_examples(rule(BAD, GOOD), lambda spec, today: judged(spec, today) + other) == [
        "FIT001, bad: another rule finds an error: COST001: x",
        "FIT001, good: another rule finds an error: COST001: x",
    ]


def test_texts_and_days_are_handed_on() -> None:
    seen: list[Any] = []
    example = {"title": "a", "text": "version: [", "finds": "too much", "today": "2026-01-02"}

    def judge(subject: Any, today: date | None) -> list[Finding]:
        seen.append((subject, today))
        return [found()]

    assert run_examples(rule(example, reader=True), judge) == []
    assert seen == [("version: [", date(2026, 1, 2))]


def test_a_rule_comes_from_data() -> None:
    made = from_data(
        {
            "code": "FIT001",
            "name": "a-name",
            "summary": "A summary.",
            "severity": "note",
            "also": [{"at": "precision", "say": "weights"}],
            "examples": [BAD],
            "path": "fit/a-name.yaml",
        }
    )
    assert made.also == (("precision", "weights"),)
    assert (made.topic, made.prefix) == ("fit", "FIT")
