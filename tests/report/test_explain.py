from __future__ import annotations

import json

from syrupy.assertion import SnapshotAssertion

from aispec.policy.rule import Rule
from aispec.record import replace
from aispec.report.cells import width
from aispec.report.explain import (
    explain_fact,
    explain_rule,
    explain_rule_json,
    explain_rule_markdown,
)

from .runs import bot_facts, chat_facts, unknown_facts

SPEC = {"version": 1, "name": "chat", "precision": "bf16", "workload": {"users": "9/day"}}
RULE = Rule(
    code="FIT001",
    name="memory-overcommit",
    summary="The deployment needs more accelerator memory than its hardware has.",
    severity="error",
    since="0.1.0",
    when="memory.needed > memory.offered",
    applies="given(hardware.accelerator)",
    at="hardware",
    message="{{ name }} needs {{ memory.needed }}",
    why="A server that cannot hold its weights does not start.\n\nNo setting changes that.\n",
    sources=("https://docs.vllm.ai/en/latest/configuration/conserving_memory.html",),
    examples=(
        {"title": "16 bits are too many", "spec": SPEC, "finds": "chat needs 80 GiB"},
        {"title": "8 are not", "spec": {**SPEC, "precision": "fp8"}, "finds": "nothing"},
    ),
    path="fit/memory-overcommit.yaml",
)
READER = Rule(
    code="SPEC005",
    name="unknown-key",
    summary="A key is not one that a spec knows.",
    severity="error",
    reader=True,
    why="It would be ignored.",
    examples=(
        {
            "title": "a typo",
            "text": "modle: x\n\x1b[31m",
            "finds": {"message": "unknown key 'modle'", "severity": "error"},
        },
    ),
    path="spec/unknown-key.yaml",
)


def test_a_rule(snapshot: SnapshotAssertion) -> None:
    assert explain_rule(RULE) == snapshot


def test_a_rule_on_a_narrow_terminal(snapshot: SnapshotAssertion) -> None:
    shown = explain_rule(RULE, width=50)
    assert shown == snapshot
    assert all(width(line) <= 50 or "https://" in line for line in shown.split("\n"))


def test_a_rule_of_the_reader(snapshot: SnapshotAssertion) -> None:
    assert explain_rule(READER) == snapshot


def test_a_rule_as_a_page(snapshot: SnapshotAssertion) -> None:
    assert explain_rule_markdown(RULE) == snapshot


def test_a_rule_as_data() -> None:
    data = json.loads(json.dumps(explain_rule_json(RULE)))
    assert data["code"] == "FIT001"
    assert data["topic"] == "fit"
    assert data["examples"][0]["spec"] == SPEC


def test_a_fence_is_longer_than_those_in_the_text() -> None:
    rule = replace(READER, examples=({"title": "t", "text": "```\n", "finds": "x"},))
    assert "````yaml\n```\n````" in explain_rule_markdown(rule)


def test_a_figure_is_derived_line_by_line(snapshot: SnapshotAssertion) -> None:
    assert explain_fact("memory.needed", chat_facts(), title="support-chat") == snapshot


def test_a_derivation_names_facts_and_sources() -> None:
    shown = explain_fact("cost.month", chat_facts())
    assert "  cost.hour   $6 an hour   2 accelerators x 3 USD an hour\n" in shown
    assert shown.endswith("  sources\n    price list, 2026-11-02\n")


def test_bounds_are_told() -> None:
    first = explain_fact("cost.month", bot_facts()).split("\n")[0]
    assert first == "cost.month  $16 a month, between $12 a month and $21 a month"


def test_an_unknown_fact_has_its_reason() -> None:
    shown = explain_fact("memory.needed", unknown_facts())
    assert shown == "memory.needed  unknown (the model is not known)\n"


def test_a_deep_derivation_ends() -> None:
    facts = chat_facts()
    figure = facts["memory.needed"]
    for _ in range(500):
        figure = figure + figure  # type: ignore[operator]
    facts["memory.needed"] = figure
    assert len(explain_fact("memory.needed", facts).split("\n")) < 80
