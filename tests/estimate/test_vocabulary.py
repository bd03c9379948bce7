"""The names that rules, reports and `aispec facts` use: a contract with all who read them."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.estimate.units import unit
from aispec.estimate.vocabulary import FACTS, STATED, TERMS


def test_names_kinds_units_and_meanings(snapshot: SnapshotAssertion) -> None:
    assert snapshot == "\n".join(
        f"{name}: {term.kind}{' in ' if term.unit else ''}{term.unit}; {term.meaning}"
        for name, term in TERMS.items()
    )


def test_what_is_written_is_told_from_what_is_computed() -> None:
    assert not FACTS.keys() & STATED.keys()
    assert all(term.stated for term in STATED.values())
    assert not any(term.stated for term in FACTS.values())


@pytest.mark.parametrize("name", TERMS)
def test_a_unit_is_one_and_only_numbers_have_one(name: str) -> None:
    term = TERMS[name]
    assert term.kind in ("number", "text", "answer", "flag")
    assert unit(term.unit).name == term.unit
    assert not term.unit or term.kind == "number"
    assert term.meaning
