from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.difference import NO_BASE, cost_increase, difference, same, shared
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity

FIGURES = st.builds(
    lambda low, more, most: Quantity(low + more, "ms", low=low, high=low + more + most),
    *[st.floats(0.001, 1e9)] * 3,
)


@given(FIGURES)
def test_a_figure_does_not_differ_from_itself(one: Quantity) -> None:
    for alike in (True, False):
        made = difference(one, one, alike)
        assert made.trend == "same"
        assert (made.amount.low, made.amount.high, made.share.value) == (0, 0, 0)


@given(FIGURES, FIGURES, st.booleans())
def test_bounds_hold_the_likely_difference(before: Quantity, after: Quantity, alike: bool) -> None:
    made = difference(before, after, alike)
    assert made.amount.low <= made.amount.value <= made.amount.high
    assert made.share.low <= made.share.value <= made.share.high
    if made.trend == "up":
        assert made.amount.low > 0
    if not alike and made.trend in ("up", "down"):
        assert before.high < after.low or after.high < before.low


@given(FIGURES, FIGURES)
def test_shared_errors_never_make_a_difference_less_sure(before: Quantity, after: Quantity) -> None:
    apart, alike = (difference(before, after, way) for way in (False, True))
    assert apart.amount.low <= alike.amount.low
    assert alike.amount.high <= apart.amount.high


def test_units_are_those_of_before() -> None:
    made = difference(Quantity(1500, "ms"), Quantity(3, "s"), shared=True)
    assert (made.amount.value, made.amount.unit.name) == (1500, "ms")
    assert made.share.value == 1


def test_open_bounds_tell_no_direction() -> None:
    made = difference(Quantity(1, "s"), Quantity(5, "s", low=2, high=inf), shared=True)
    assert (made.amount.low, made.amount.high) == (-inf, inf)
    assert made.trend == "possibly up"


def test_nothing_before_has_no_share() -> None:
    assert not difference(Quantity(0, "USD"), Quantity(5, "USD"), shared=True).share.known


@pytest.mark.parametrize(
    ("name", "changed", "alike"),
    [
        ("cost.month", "hardware.price_per_hour", False),
        ("cost.month", "model.id", True),
        ("latency.ttft", "hardware.accelerator", False),
        ("latency.ttft", "hardware.price_per_hour", True),
        ("memory.needed", "engine.id", False),
        ("limits.tpm_needed", "model.id", True),
    ],
)
def test_what_has_to_stay_for_errors_to_be_shared(name: str, changed: str, alike: bool) -> None:
    assert shared(name, {}, {changed: "another"}) is alike


def test_facts_are_the_same_by_what_they_say() -> None:
    assert same(Quantity(1, "s", how="one way"), Quantity(1, "s", how="another"))
    assert not same(Quantity(1, "s"), Quantity(1, "s", low=0.5))
    assert not same("1", Quantity(1, ""))
    assert not same(True, "yes")
    assert same(Absent("x"), Absent("x"))


def costing(month: Fact) -> Facts:
    return {"cost.month": month}


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        (Quantity(100, "USD/month"), Quantity(150, "USD/month"), 0.5),
        (Quantity(100, "USD/month"), Quantity(80, "USD/month"), -0.2),
        (
            Quantity(100, "USD/month", low=50, high=900),
            Quantity(200, "USD/month", low=100, high=1800),
            1.0,
        ),
    ],
)
def test_the_increase_is_exact_where_what_is_unknown_cancels_out(
    before: Quantity, after: Quantity, share: float
) -> None:
    made = cost_increase(costing(before), costing(after))
    assert isinstance(made, Quantity)
    assert made.exact
    assert made.value == pytest.approx(share)


def test_without_a_base_the_increase_is_beside_the_point() -> None:
    assert cost_increase(NO_BASE, costing(Quantity(1, "USD/month"))) is NO_BASE
    absent = cost_increase(costing(Absent("none")), costing(Quantity(1, "USD/month")))
    assert isinstance(absent, Absent)


def test_an_unknown_cost_has_no_increase_and_says_why() -> None:
    unknown = Quantity.unknown("USD/month", "no price is known")
    known = Quantity(1, "USD/month")
    for before, after in ((unknown, known), (known, unknown)):
        made = cost_increase(costing(before), costing(after))
        assert isinstance(made, Quantity)
        assert not made.known
        assert "no price is known" in made.reason


def test_a_share_reaches_from_the_least_over_the_most_to_the_most_over_the_least() -> None:
    before = Quantity(100.0, "ms", low=90.0, high=120.0)
    after = Quantity(200.0, "ms", low=150.0, high=270.0)
    apart, alike = (difference(before, after, way).share for way in (False, True))
    assert (apart.low, apart.value, apart.high) == (0.25, 1.0, 2.0)
    assert (alike.low, alike.value, alike.high) == (pytest.approx(2 / 3), 1.0, 1.25)
