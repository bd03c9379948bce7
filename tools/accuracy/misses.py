"""Where the estimate fails: every miss with its reason, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from tools.accuracy.compare import EXACT, KV, Compared, Pair
from tools.accuracy.figures import Cases, comparable
from tools.accuracy.tables import line, table

LARGEST = {"weights": 0.06, "pool": 0.10, **dict.fromkeys(KV, EXACT)}
"""The error from which a figure is a miss; other kinds are one outside their bounds only."""


def misses(cases: Cases) -> str:
    """Return the table of misses: unrecognised, far off, outside the bounds, wrongly judged."""
    rows = [
        [f"[{each.case.id}]({each.case.url})", "<br>".join(found), _why(each)]
        for each in cases
        if each.case.counted and (found := list(_faults(each)))
    ]
    return table(["case", "miss", "why"], rows)


def _faults(each: Compared) -> Iterator[str]:
    if each.named and not each.recognised:
        yield f"{each.case.model if each.model is None else each.case.accelerator} is not known"
    for pair in each.pairs:
        if comparable(each, pair) and _missed(pair):
            yield line(each, pair)
    if (each.case.outcome, each.verdict) in {("fails", "yes"), ("runs", "no")}:
        yield f"it {each.case.outcome}, {each.case.judge}: {each.verdict}"


def _missed(pair: Pair) -> bool:
    if pair.likely is None:
        return False
    far = pair.kind in LARGEST and abs(pair.error or 0.0) > LARGEST[pair.kind]
    return far or (not pair.inside and pair.kind != "allocated")


def _why(each: Compared) -> str:
    missing = (
        "the catalogue does not have it" if each.named and not each.recognised else "not known"
    )
    return reasons().get(each.case.id) or each.case.note or missing


@cache
def reasons() -> dict[str, str]:
    """Return what was found out about a case's misses, by its id."""
    listed = yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
    return {name: each["why"] for each in listed for name in each["cases"]}
