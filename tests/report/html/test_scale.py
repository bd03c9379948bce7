from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aispec.report.html.scale import Scale, fitted, spanned

VALUES = st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([4, 42, 95], [0, 20, 40, 60, 80, 100]),
        ([144], [0, 50, 100, 150]),
        ([0.7], [0, 0.2, 0.4, 0.6, 0.8]),
        ([300, 50_000], [200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]),
        ([1, 1e6], [1, 10, 100, 1e3, 1e4, 1e5, 1e6]),
    ],
)
def test_ticks_are_round(values: list[float], ticks: list[float]) -> None:
    assert fitted(values).ticks() == ticks


def test_a_wide_span_is_logarithmic_and_a_narrow_one_starts_at_zero() -> None:
    assert fitted([10, 400]).log
    assert fitted([10, 200]) == Scale(0, 200)


def test_nothing_to_show_still_has_a_scale() -> None:
    assert fitted([]).ticks()
    assert fitted([0.0, float("inf")]).at(0.5) == 0.5


def test_a_load_axis_of_one_load() -> None:
    assert spanned([4.0]) == Scale(4, 8, log=True)


@given(VALUES)
def test_all_values_lie_on_the_scale(values: list[float]) -> None:
    scale = fitted(values)
    assert scale.low <= min(values)
    assert scale.high >= max(values) * (1 - 1e-9)


@given(VALUES)
def test_there_are_some_ticks_and_not_many_all_on_the_scale(values: list[float]) -> None:
    scale = fitted(values)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert all(scale.low - 1e-9 <= tick <= scale.high * (1 + 1e-9) for tick in ticks)


@given(VALUES, st.floats(1e-6, 1e12), st.floats(1e-6, 1e12))
def test_a_greater_value_never_lies_lower(values: list[float], one: float, other: float) -> None:
    assume(one <= other)
    for scale in (fitted(values), spanned(values)):
        assert 0 <= scale.at(one) <= scale.at(other) <= 1


def test_on_a_logarithmic_scale_equal_steps_are_equal_factors() -> None:
    scale = Scale(1, 10_000, log=True)
    assert [scale.at(value) for value in (1, 10, 100, 1_000, 10_000)] == [0, 0.25, 0.5, 0.75, 1]
