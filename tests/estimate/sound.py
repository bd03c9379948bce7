"""What must hold of the facts of any deployment."""

from __future__ import annotations

from math import isfinite

import pytest

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.units import unit
from aispec.estimate.vocabulary import FACTS


def sound(facts: Facts) -> None:
    assert list(facts) == list(FACTS)
    for name, fact in facts.items():
        term = FACTS[name]
        if isinstance(fact, Quantity):
            assert term.kind == "number", name
            assert fact.unit.dimensions == unit(term.unit).dimensions, name
            assert fact.unit.factor == pytest.approx(unit(term.unit).factor), name
            assert fact.unit.name == term.unit, name
            if fact.known:
                assert isfinite(fact.low), name
                assert isfinite(fact.high), name
                assert fact.low <= fact.value <= fact.high, name
            else:
                assert fact.reason, name
            assert isinstance(fact.how, str)
        elif isinstance(fact, Answer):
            assert term.kind == "answer", name
            assert fact is not Answer.UNKNOWN, name
        elif isinstance(fact, Unknown | Absent):
            assert fact.reason, name
            assert isinstance(fact, Absent) or term.kind != "number", name
        else:
            assert term.kind in ("text", "flag"), name
            assert fact not in ("", None), name
