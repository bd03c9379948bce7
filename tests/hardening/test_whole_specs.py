"""What must hold of any spec that the reader accepts, from its text to what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
import yaml

from aispec.pipeline import Options, check
from aispec.record import fields
from aispec.report.comparison import compare
from aispec.report.report import Report
from aispec.spec.model import Spec as Built
from aispec.spec.reader import read
from tests.estimate.sound import sound
from tests.hardening.specs import Path, Spec, valid, write
from tools.rewriting import TODAY

JUDGED = 40
READ = 100
MENDED = 12


@cache
def some(count: int) -> tuple[Spec, ...]:
    draw = Random(count)
    return tuple(valid(draw) for _ in range(count))


def report(spec: Spec, *, remedies: bool = False) -> Report:
    run = Options(root="/nonexistent", today=TODAY, remedies=remedies)
    return check((), run, {"ai-deploy.yaml": json.dumps(spec)})


def built(text: str) -> Built:
    file = read(text, "ai-deploy.yaml")
    assert not file.problems, (file.problems, text)
    [located] = file.deployments
    return located.spec


def test_every_fact_of_a_report_is_sound() -> None:
    for spec in some(JUDGED):
        [judged] = report(spec).deployments
        sound(judged.facts)


def test_a_spec_does_not_differ_from_itself() -> None:
    for spec in some(JUDGED):
        first = report(spec)
        for again in (first, report(json.loads(json.dumps(spec)))):
            comparison = compare(first, again, new_only=True)
            assert comparison.empty, spec
            assert not comparison.counted
            assert not any(pair.shifts for pair in comparison.pairs)


def test_a_spec_that_is_written_again_says_the_same() -> None:
    for spec in some(READ):
        block = built(write(spec).text)
        assert built(json.dumps(spec)) == block
        assert built(json.dumps(spec, indent=2, ensure_ascii=False)) == block
        assert built(yaml.safe_dump(spec, sort_keys=True)) == block
        assert built(yaml.safe_dump(spec, default_flow_style=True, width=30)) == block


COUNTS = {40000: "40k", 2000000: "2M", 1000: "1k", 100000: "100k", 5000: "5e3"}
TWINS: dict[str, list[Any]] = {
    "90k": [90000, "90 k", "90e3", "0.09M"],
    "2M": [2_000_000, "2000k", "2e6"],
    "350ms": [350, "0.35s", "0.35 sec", "350 ms"],
    "300ms": ["0.3s", "300.0ms", "0.005min"],
    "99.9%": [0.999, "99.90%"],
    "60%": [0.6, "60 %", "0.6"],
    "70%": [0.7, "70.0%"],
    "30%": [0.3, "30.0%"],
    "500 USD": [500, "$500", "0.5k USD", "500 USD/month"],
    "20k USD": [20000, "20000 USD", "$20k"],
    "2.99 USD/hour": [2.99, "$2.99/hour", "2.99 USD/h"],
}
"""Other spellings of the values that specs are drawn with."""

SHORT: dict[Path, str] = {
    ("model",): "id",
    ("precision",): "weights",
    ("engine",): "name",
    ("workload", "users"): "daily",
    ("sla", "ttft"): "p95",
}
"""Parts that may be written as the one value in them."""


def respelled(spec: Spec, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield each place of a value that has another spelling, with both."""
    for key, value in spec.items():
        here = (*path, key)
        if isinstance(value, dict):
            if list(value) == [SHORT.get(here)]:
                yield here, value, value[SHORT[here]]
            if list(value) == ["accelerator", "count"]:
                yield here, value, f"{value['count']}x {value['accelerator']}"
            yield from respelled(value, here)
        elif isinstance(value, str):
            yield from ((here, value, twin) for twin in TWINS.get(value, ()))
        elif value in COUNTS and here != ("version",):
            yield here, value, COUNTS[value]


def put(spec: Spec, path: Path, value: Any) -> Spec:
    made = json.loads(json.dumps(spec))
    node = made
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return made  # type: ignore[no-any-return]


def same(one: Any, other: Any) -> bool:
    """Whether two parts of specs say the same, to a part in 10^12."""
    if hasattr(one, "__match_args__") and type(one) is type(other):
        return all(same(getattr(one, name), getattr(other, name)) for name in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return type(one) is type(other) and bool(other == pytest.approx(one, rel=1e-12))
    return bool(one == other)


def test_short_forms_and_other_units_say_the_same() -> None:
    tried: set[tuple[str, str]] = set()
    for spec in some(READ):
        plain = built(json.dumps(spec))
        for path, value, twin in respelled(spec):
            other = built(json.dumps(put(spec, path, twin)))
            assert same(plain, other), (path, value, twin)
            tried.add((".".join(path), str(twin)))
    assert {path for path, _ in tried} >= {"hardware", *(".".join(path) for path in SHORT)}
    assert {twin for _, twin in tried} >= {str(twin) for each in TWINS.values() for twin in each}


def test_remedies_of_any_severity_keep_their_word() -> None:
    tried = 0
    for spec in some(MENDED):
        found = report(spec, remedies=True)
        for finding in found.every():
            for remedy in finding.remedies[:2]:
                made = spec
                for path, value in remedy.set.items():
                    made = _set(made, path.split("."), value)
                after = {f.code for f in report(made).every() if f.severity != "note"}
                assert finding.code not in after, (finding.code, remedy, spec)
                tried += 1
    assert tried >= MENDED


def _set(spec: Spec, steps: list[str], value: object) -> Spec:
    made = json.loads(json.dumps(spec))
    node = made
    for name in steps[:-1]:
        node = node.setdefault(name, {})
    node.pop(steps[-1], None)
    if value is not None:
        node[steps[-1]] = value
    return made  # type: ignore[no-any-return]
