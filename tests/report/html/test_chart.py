from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.report.html.chart import Spot, drawn, number
from aispec.report.html.scale import fitted, spanned

SPOTS = st.lists(
    st.tuples(st.floats(0.5, 500), st.floats(1, 1e4), st.floats(0.3, 1), st.floats(1, 3)),
    min_size=1,
    max_size=12,
    unique_by=lambda spot: round(spot[0], 3),
)


def points(path: str) -> list[tuple[float, float]]:
    assert re.fullmatch(r"M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)*Z?", path), path
    return [tuple(map(float, each.split())) for each in path.strip("MZ").split("L")]


@given(SPOTS)
def test_a_line_and_a_band_are_the_values_on_their_scales(
    given: list[tuple[float, float, float, float]],
) -> None:
    spots: list[Spot] = [(x, y * down, y, y * up) for x, y, down, up in sorted(given)]
    loads = [spot[0] for spot in spots]
    chart = drawn(spots, loads, loads[0], words=str)
    across, up = spanned(loads), fitted([v for spot in spots for v in spot[1:]])
    (line,), (band,) = chart.lines, chart.bands
    for (x, y), (load, _, likely, _) in zip(points(line), spots, strict=True):
        assert x == pytest.approx(100 * across.at(load), abs=0.006)
        assert y == pytest.approx(100 - 100 * up.at(likely), abs=0.006)
    edges = points(band)
    for (_, over), (_, under), (_, low, _, high) in zip(
        edges, reversed(edges), spots, strict=False
    ):
        assert over == pytest.approx(100 - 100 * up.at(high), abs=0.006)
        assert under == pytest.approx(100 - 100 * up.at(low), abs=0.006)
        assert over <= under


def test_a_line_is_broken_where_a_value_is_unknown() -> None:
    spots = [(1.0, 1.0, 2.0, 3.0), None, (4.0, 2.0, 3.0, 4.0), (8.0, 3.0, 4.0, 5.0)]
    chart = drawn(spots, [1, 2, 4, 8], 2, words=str)
    assert [len(points(line)) for line in chart.lines] == [1, 2]
    assert chart.value is None
    assert chart.now == pytest.approx(33.33)


def test_the_expected_load_and_the_target_are_marked() -> None:
    spots = [(1.0, 8.0, 10.0, 12.0), (10.0, 16.0, 20.0, 24.0)]
    chart = drawn(spots, [1, 10], 10, words="{:g} ms".format, target=(50.0, "target 50 ms"))
    assert chart.now == 100
    assert chart.value
    assert (chart.value.text, chart.value.at) == ("20 ms", 60)
    assert chart.target
    assert (chart.target.at, chart.target.text) == (0, "target 50 ms")


def test_what_lies_beyond_the_most_is_marked_only_where_it_is_seen() -> None:
    spots = [(1.0, 1.0, 1.0, 1.0), (100.0, 1.0, 1.0, 1.0)]
    assert drawn(spots, [1, 100], 1, words=str, beyond=10).beyond == 50
    assert drawn(spots, [1, 100], 1, words=str, beyond=200).beyond is None
    assert drawn(spots, [1, 100], 1, words=str).beyond is None


def test_nothing_known_is_an_empty_chart() -> None:
    chart = drawn([None, None], [1, 2], 1, words=str)
    assert chart.lines == chart.bands == ()


def test_numbers_of_an_axis() -> None:
    assert [number(value) for value in (0.5, 2, 20, 1500)] == ["0.5", "2", "20", "1,500"]
