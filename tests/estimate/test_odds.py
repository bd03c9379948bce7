"""When a margin with bounds is a yes, and when a no."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.memory.odds import chance, suffices
from aispec.estimate.quantity import Quantity

FIGURES = st.floats(-100, 100)
LENGTHS = st.floats(0, 100)


def margin(value: float, low: float, high: float) -> Quantity:
    return Quantity(value, "GiB", low=low, high=high)


@pytest.mark.parametrize(
    ("value", "low", "high", "sure"),
    [
        (2.0, 1.0, 3.0, 1.0),
        (-2.0, -3.0, -1.0, 0.0),
        (1.0, 0.0, 9.0, 0.95),  # a bound is what one measurement in twenty lies beyond
        (-1.0, -9.0, 0.0, 0.05),
        (0.0, -1.0, 5.0, 0.5),
        (1.0, 1.0, 1.0, 1.0),
        (-1.0, -1.0, -1.0, 0.0),
    ],
)
def test_chance(value: float, low: float, high: float, sure: float) -> None:
    # Bounds that lie on one side leave less than one in twenty for the other.
    assert chance(margin(value, low, high)) == pytest.approx(sure, abs=0.0006)


@given(FIGURES, LENGTHS, LENGTHS)
def test_chance_is_that_of_two_halves_of_a_normal(value: float, down: float, up: float) -> None:
    side = down if value >= 0 else up
    found = chance(margin(value, value - down, value + up))
    assert 0 <= found <= 1
    assert (found >= 0.5) is (value >= 0) or value == pytest.approx(0)
    if side > 1e-3:
        deviation = side / NormalDist().inv_cdf(0.95)
        assert found == pytest.approx(NormalDist(value, deviation).cdf(2 * value), abs=1e-3)


@pytest.mark.parametrize(
    ("low", "answer"), [(0.0, "yes"), (-0.28, "yes"), (-0.30, "maybe"), (-9.0, "maybe")]
)
def test_a_verdict_is_right_nine_times_in_ten(low: float, answer: str) -> None:
    assert str(suffices(margin(1.0, low, 2.0))) == answer
    opposite = {"yes": "no", "maybe": "maybe"}[answer]
    assert str(suffices(margin(-1.0, -2.0, -low))) == opposite


def test_chances_of_all_that_is_needed_multiply() -> None:
    nearly = margin(1.0, 0.0, 2.0)
    assert suffices(nearly, nearly) is Answer.YES
    assert suffices(nearly, nearly, nearly) is Answer.MAYBE
    assert suffices(nearly, margin(-3.0, -4.0, -1.0)) is Answer.NO


def test_what_is_not_known_is_no_yes() -> None:
    unknown = Quantity.unknown("GiB", "nobody says")
    assert suffices(unknown) is Answer.UNKNOWN
    assert suffices(unknown, margin(1.0, 0.5, 2.0)) is Answer.UNKNOWN
    assert suffices(unknown, margin(-1.0, -2.0, -0.5)) is Answer.NO
