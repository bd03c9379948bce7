"""What names a finding from run to run, and how findings are made of a reader's problems."""

from __future__ import annotations

import pytest

from aispec.policy.change import changed, step
from aispec.policy.engine import from_problem
from aispec.policy.finding import Finding, fingerprint, in_order
from aispec.spec.location import Span
from aispec.spec.model import Api, Hardware, ModelRef, Spec, Workload
from aispec.spec.problem import Problem


@pytest.mark.parametrize(
    ("parts", "name"),
    # Baselines and code scanning keep these: they may never move.
    [
        (("FIT001", "a/ai-deploy.yaml", "chat", "hardware"), "ad217a19f6c781ad"),
        (("SPEC001", "a.yaml", None, ""), "6fcea5f78e05d14a"),
        (("SPEC001", "a.yaml", "", ""), "6fcea5f78e05d14a"),
    ],
)
def test_a_fingerprint_is_the_same_for_ever(
    parts: tuple[str, str, str | None, str], name: str
) -> None:
    assert fingerprint(*parts) == name


def test_each_part_makes_another_fingerprint() -> None:
    parts = ("FIT001", "a.yaml", "chat", "hardware")
    others = {fingerprint(*parts[:n], "else", *parts[n + 1 :]) for n in range(4)}
    assert len(others | {fingerprint(*parts)}) == 5
    assert fingerprint("A", "b", "c", "d") != fingerprint("A", "bc", "", "d")


def test_findings_stand_by_file_place_and_code() -> None:
    def finding(path: str, line: int, column: int, code: str, deployment: str | None) -> Finding:
        span = Span(line, column, line, column)
        return Finding(code, "n", "error", "certain", "m", path, span, deployment=deployment)

    ordered = [
        finding("a", 1, 1, "FIT001", None),
        finding("a", 1, 1, "FIT001", "b"),
        finding("a", 1, 1, "FIT002", "a"),
        finding("a", 1, 2, "COST001", None),
        finding("a", 2, 1, "COST001", None),
        finding("b", 1, 1, "COST001", None),
    ]
    assert in_order(reversed(ordered)) == ordered


def test_a_reader_s_problem_is_a_finding_with_all_it_says() -> None:
    span = Span(3, 5, 3, 9)
    problem = Problem(
        "SPEC004", "no such unit", span, ("sla", "ttft"), note="a note", help="write 300ms"
    )
    found = from_problem(problem, "a.yaml", "chat")
    assert (found.code, found.name) == ("SPEC004", found.name)
    assert found.name != "spec004"
    assert (found.severity, found.certainty, found.unreadable) == ("error", "certain", True)
    assert (found.message, found.note, found.help) == ("no such unit", "a note", "write 300ms")
    assert (found.path, found.span, found.deployment) == ("a.yaml", span, "chat")
    assert found.fingerprint == fingerprint("SPEC004", "a.yaml", "chat", "sla.ttft")
    assert from_problem(problem, "a.yaml", rules={}).name == "spec004"


def test_a_part_that_was_not_written_is_begun() -> None:
    bare = Spec(1, "a")
    assert changed(bare, {"model.id": step("x")}).model == ModelRef("x")
    assert changed(bare, {"api.provider": step("x")}).api == Api("x")
    assert changed(bare, {"hardware.count": step(3)}).hardware == Hardware(count=3)
    made = changed(bare, {"workload.requests_per_session": step(3)}).workload
    assert made == Workload(requests_per_session=3)
    gone = changed(Spec(1, "a", hardware=Hardware("h100", 2)), {"hardware.count": step(None)})
    assert gone.hardware == Hardware("h100")
