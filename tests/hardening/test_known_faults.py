"""A diagnosis points at the node that is wrong."""

from __future__ import annotations

from collections import Counter
from random import Random

from aispec.pipeline import Options, check
from tests.hardening.specs import Fault, faults, valid, write

OPTIONS = Options(remedies=False)
COUNT = 1000
ENOUGH = 0.99


def places(text: str) -> set[tuple[int, int]]:
    report = check((), OPTIONS, {"ai-deploy.yaml": text})
    return {
        (finding.span.line, finding.span.column)
        for finding in report.counted()
        if finding.code.startswith("SPEC") and finding.severity != "note"
    }


def test_the_specs_are_sound_before_the_fault() -> None:
    draw = Random(7)
    for _ in range(100):
        text = write(valid(draw)).text
        assert places(text) == set(), text


def test_a_thousand_faults_are_found_where_they_are() -> None:
    missed: list[Fault] = []
    kinds: Counter[str] = Counter()
    for fault in faults(Random(11), COUNT):
        kinds[fault.kind] += 1
        if not places(fault.text) & fault.places:
            missed.append(fault)
    assert len(kinds) == 8
    assert min(kinds.values()) >= 30
    shown = "\n---\n".join(f"{f.kind} at {sorted(f.places)}\n{f.text}" for f in missed[:3])
    assert len(missed) <= COUNT * (1 - ENOUGH), f"{Counter(f.kind for f in missed)}\n{shown}"
