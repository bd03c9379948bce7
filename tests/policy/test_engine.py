from __future__ import annotations

import pytest

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.engine import Subject, from_problem, judge
from aispec.policy.finding import Finding
from aispec.policy.rule import Rule
from aispec.record import replace
from aispec.spec.document import Document, parse
from aispec.spec.location import Span
from aispec.spec.problem import Problem

SPEC = """\
version: 1
name: chat
precision: bf16
hardware: {accelerator: h100-sxm-80gb, count: 2}
engine:
  name: vllm
"""

RULE = Rule(
    code="FIT001",
    name="memory-overcommit",
    summary="The deployment needs more memory than its hardware has.",
    severity="error",
    when="memory.needed > memory.offered",
    at="hardware",
    also=(("precision", "weights, {{ memory.weights }}"), ("budget", "unwritten")),
    message="{{ name }} needs {{ memory.needed }}, which is over {{ memory.offered }}",
    note="{{ memory.sequences_that_fit }} sequences fit",
    help="use a larger device",
    unknown="write hardware.memory",
)
NEEDED: dict[str, Fact] = {
    "name": "chat",
    "memory.needed": Quantity(80, "GiB"),
    "memory.offered": Quantity(71.3, "GiB"),
    "memory.weights": Quantity(65.7, "GiB"),
}


def document(text: str = SPEC) -> Document:
    documents, problems = parse(text)
    assert not problems
    return documents[0]


def subject(facts: dict[str, Fact] | None = None, text: str = SPEC) -> Subject:
    return Subject("deploy/ai-deploy.yaml", document(text), "chat", {**NEEDED, **(facts or {})})


def only(rule: Rule, facts: dict[str, Fact] | None = None, *, strict: bool = False) -> Finding:
    (finding,) = judge([rule], subject(facts), strict=strict)
    return finding


def test_a_certain_finding_has_the_severity_of_its_rule() -> None:
    finding = only(RULE)
    assert (finding.severity, finding.certainty) == ("error", "certain")
    assert finding.message == "chat needs 80 GiB, which is over 71.3 GiB"
    assert (finding.path, finding.deployment) == ("deploy/ai-deploy.yaml", "chat")
    assert finding.span == Span(4, 11, 4, 49)
    assert finding.help == "use a larger device"
    assert finding.data == {"facts": ("memory.needed", "memory.offered"), "at": "hardware"}


def test_labels_point_at_what_is_written() -> None:
    (label,) = only(RULE).labels
    assert (label.span, label.text) == (Span(3, 12, 3, 16), "weights, 65.7 GiB")


def test_a_note_is_left_out_when_a_figure_is_missing() -> None:
    assert only(RULE).note is None
    assert only(RULE, {"memory.sequences_that_fit": Quantity(4)}).note == "4 sequences fit"


@pytest.mark.parametrize(
    ("severity", "less"), [("error", "warning"), ("warning", "note"), ("note", "note")]
)
def test_a_possible_finding_counts_one_step_less(severity: str, less: str) -> None:
    facts: dict[str, Fact] = {"memory.needed": Quantity(71, "GiB", low=60, high=80)}
    finding = only(replace(RULE, severity=severity), facts)  # type: ignore[arg-type]
    assert (finding.severity, finding.certainty) == (less, "possible")
    assert finding.message == "possibly: chat needs 60 to 80 GiB, which is over 71.3 GiB"


def test_a_rule_can_say_in_its_own_words_that_something_is_possible() -> None:
    facts: dict[str, Fact] = {"memory.needed": Quantity(71, "GiB", low=60, high=80)}
    rule = replace(RULE, message_possible="{{ name }} may need {{ memory.needed | high }}")
    assert only(rule, facts).message == "chat may need 80 GiB"


def test_what_nobody_can_tell_is_a_note_and_with_strict_counts_in_full() -> None:
    facts: dict[str, Fact] = {"memory.needed": Quantity.unknown("GiB", "the model is not known")}
    finding = only(RULE, facts)
    assert (finding.severity, finding.certainty) == ("note", "unknown")
    assert finding.message == (
        "cannot tell whether the deployment needs more memory than its hardware has: "
        "the model is not known"
    )
    assert finding.note == "write hardware.memory"
    assert finding.help is None
    assert only(RULE, facts, strict=True).severity == "error"


def test_the_reasons_of_several_facts_are_said_once_each() -> None:
    facts: dict[str, Fact] = {
        "memory.needed": Quantity.unknown("GiB", "one"),
        "memory.offered": Quantity.unknown("GiB", "one"),
        "memory.fits": Answer.UNKNOWN,
        "model.license": Unknown("two"),
    }
    rule = replace(RULE, when=f'{RULE.when} or memory.fits or model.license == "mit"')
    assert only(rule, facts).message.endswith("has: memory.fits is unknown; one; two")


def test_what_certainly_does_not_hold_or_is_absent_finds_nothing() -> None:
    assert judge([RULE], subject({"memory.needed": Quantity(3, "GiB")})) == []
    assert judge([replace(RULE, when="latency.ttft > sla.ttft")], subject()) == []


def test_a_rule_that_does_not_apply_is_silent_even_when_nobody_could_tell() -> None:
    unknown: dict[str, Fact] = {"memory.needed": Quantity.unknown("GiB", "why")}
    rule = replace(RULE, applies="given(hardware.accelerator)")
    assert judge([rule], subject(unknown)) == []
    assert len(judge([rule], subject({**unknown, "hardware.accelerator": "h100"}))) == 1


def test_reader_rules_are_not_judged() -> None:
    assert judge([replace(RULE, reader=True, when="")], subject()) == []


def test_a_missing_field_is_looked_for_in_its_parents() -> None:
    def span(at: str) -> Span:
        return only(replace(RULE, at=at)).span

    assert span("hardware.count") == Span(4, 47, 4, 48)
    assert span("hardware.replicas") == Span(4, 11, 4, 49)
    assert span("engine.max_model_len") == Span(5, 1, 5, 7)  # the key: its value is a block
    assert span("budget.monthly") == Span(1, 1, 1, 8)


def test_the_more_specific_rule_speaks() -> None:
    specific = replace(RULE, code="FIT002", name="weights-overcommit", instead_of=("FIT001",))
    assert [f.code for f in judge([RULE, specific], subject())] == ["FIT002"]
    silent = replace(specific, when="memory.weights > memory.offered")
    assert [f.code for f in judge([RULE, silent], subject())] == ["FIT001"]
    unsure = replace(specific, when="cost.month > 1 USD/month")
    facts: dict[str, Fact] = {"cost.month": Quantity.unknown("USD/month", "no price")}
    assert [f.code for f in judge([RULE, unsure], subject(facts))] == ["FIT001", "FIT002"]


def test_findings_come_in_the_order_of_the_file() -> None:
    rules = [
        replace(RULE, code=code, at=at)
        for code, at in (("LAT001", "engine"), ("FIT002", "hardware"), ("FIT001", "hardware"))
    ]
    assert [f.code for f in judge(rules, subject())] == ["FIT001", "FIT002", "LAT001"]


def test_fingerprints_name_the_rule_file_deployment_and_node_but_no_line() -> None:
    def mark(rule: Rule = RULE, text: str = SPEC, **changes: str) -> str:
        judged = replace(subject(text=text), **changes)  # type: ignore[arg-type]
        return judge([rule], judged)[0].fingerprint

    moved = "# a comment\n\n" + SPEC.replace("version: 1\n", "version: 1\nowner: team\n")
    assert mark() == mark(text=moved) == "567e87077eab1cbd"
    others = {
        mark(replace(RULE, code="FIT002")),
        mark(replace(RULE, at="engine")),
        mark(path="b.yaml"),
        mark(name="b"),
    }
    assert len(others | {mark()}) == 5


def test_a_problem_of_reading_is_a_finding_with_the_name_of_its_rule() -> None:
    problem = Problem("SPEC002", "unknown key 'modle'", Span(3, 1, 3, 6), ("modle",), help="model?")
    rule = Rule("SPEC002", "unknown-key", "A key is not part of a spec.", "error", reader=True)
    finding = from_problem(problem, "a.yaml", "chat", {"SPEC002": rule})
    assert (finding.name, finding.severity, finding.unreadable) == ("unknown-key", "error", True)
    assert (finding.message, finding.help) == ("unknown key 'modle'", "model?")
    assert finding.fingerprint != from_problem(problem, "b.yaml", "chat", {}).fingerprint
