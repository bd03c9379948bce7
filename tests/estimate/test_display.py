from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.display import Show, Style, figure, words
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity

Q = Quantity


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (Q(14.9583, "GiB"), "14.96 GiB"),
        (Q(105.21, "GiB"), "105.2 GiB"),
        (Q(999.96, "GiB"), "1,000 GiB"),
        (Q(71.3, "GiB", low=70, high=72), "71.3 GiB"),
        (Q(71.3, "GiB", low=60, high=72), "60 to 72 GiB"),
        (Q(-4.2, "GiB", low=-5, high=3.1), "-5 to 3.1 GiB"),
        (Q(0, "GiB"), "0 GiB"),
        (Q(0.5, "GiB", low=0, high=1), "0 to 1 GiB"),
        (Q(45, "tokens/s", low=38.4, high=52.1), "38 to 52 tokens/s"),
        (Q(100, "ms", low=95, high=106), "95 to 106 ms"),
        (Q(300, "ms", low=291, high=512.4), "290 to 510 ms"),
        (Q(3, low=0.4, high=30), "0.4 to 30"),
        (Q(5, low=1, high=inf), "at least 1"),
        (Q(5, "GiB", low=-inf, high=9), "at most 9 GiB"),
        (Q(4380.2, "USD/month"), "$4,380 a month"),
        (Q(437.6, "USD/month"), "$437.60 a month"),
        (Q(999.999, "USD/month"), "$1,000 a month"),
        (Q(480, "USD/month", low=431, high=523.4), "$431 to $523 a month"),
        (Q(-5, "USD/month"), "-$5 a month"),
        (Q(0.3, "USD/day"), "$0.30 a day"),
        (Q(2.99, "USD/hour"), "$2.99 an hour"),
        (Q(2, "USD/hour"), "$2 an hour"),
        (Q(0.15, "USD/Mtok"), "$0.15 per million tokens"),
        (Q(0.0123, "USD/session"), "$0.012 a session"),
        (Q(1.2, "USD/user·month"), "$1.20 per user and month"),
        (Q(8192, "tokens"), "8,192 tokens"),
        (Q(1, "tokens"), "1 token"),
        (Q(13107200, "tokens"), "13,107,200 tokens"),
        (Q(123456.7, "tokens", low=123000, high=124000), "123,500 tokens"),
        (Q(40000, "tokens/min"), "40,000 tokens/min"),
        (Q(2, "day"), "2 days"),
        (Q(1, "days"), "1 day"),
        (Q(131072, "bytes"), "131,072 bytes"),
        (Q(8.03e9, "parameters"), "8.03 B parameters"),
        (Q(1.04e12, "parameters", low=0.9e12, high=1.2e12), "0.9 to 1.2 T parameters"),
        (Q(350e6, "parameters"), "350 M parameters"),
        (Q(1e6, "parameters"), "1 M parameters"),
        (Q(1e9, "parameters"), "1 B parameters"),
        (Q(1e12, "parameters"), "1 T parameters"),
        (Q(999_999, "parameters"), "999,999 parameters"),
        (Q(7.2e23, "FLOP"), "7.2e23 FLOP"),
        (Q(1e25, "FLOP"), "1e25 FLOP"),
        (Q(7.2e23, "FLOP", low=1e23, high=9e23), "1e23 to 9e23 FLOP"),
        (Q(1.606e10, "FLOP/token"), "1.6e10 FLOP/token"),
        (Q(312, "TFLOP/s"), "312 TFLOP/s"),
        (Q(4.5, "bits/weight"), "4.5 bits/weight"),
        (Q(10, "%"), "10%"),
        (Q(0.42), "0.42"),
        (Q.unknown("GiB", "no price"), "unknown (no price)"),
        (Q.unknown("GiB", ""), "unknown"),
        (Unknown("no licence is known"), "unknown (no licence is known)"),
        (Absent(), "not stated"),
        (Answer.MAYBE, "maybe"),
        (True, "yes"),
        ("h100-sxm-80gb", "h100-sxm-80gb"),
        ("a\x1b[31mb\n\nc\u202ed", "a [31mb c d"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_words(fact: Fact, text: str) -> None:
    assert words(fact) == text


@pytest.mark.parametrize(
    ("fact", "show", "style", "digits", "text"),
    [
        (Q(45, "tokens/s", low=38.4, high=52.1), "value", "unit", None, "45 tokens/s"),
        (Q(45, "tokens/s", low=38.4, high=52.1), "low", "unit", None, "38.4 tokens/s"),
        (Q(45, "tokens/s", low=38.4, high=52.1), "high", "number", None, "52.1"),
        (Q(45, "tokens/s", low=38.4, high=52.1), "auto", "number", None, "38 to 52"),
        (Q(45, "tokens/s", low=38.4, high=52.1), "auto", "unit", 1, "38.4 to 52.1 tokens/s"),
        (Q(71.3, "GiB", low=70, high=72), "range", "unit", None, "70 to 72 GiB"),
        (Q(71.3, "GiB"), "range", "unit", None, "71.3 GiB"),
        (Q(71.35, "GiB"), "auto", "unit", 0, "71 GiB"),
        (Q(0.42), "auto", "percent", None, "42%"),
        (Q(0.42, low=0.3, high=0.6), "auto", "percent", None, "30% to 60%"),
        (Q(4380, "USD/month"), "auto", "number", None, "4,380"),
        (Q(2.5, "USD/hour"), "auto", "unit", 2, "$2.50 an hour"),
        (Q(-0.001, "GiB"), "auto", "unit", 1, "0.0 GiB"),
    ],
)
def test_filters(fact: Q, show: Show, style: Style, digits: int | None, text: str) -> None:
    assert figure(fact, show, style, digits) == text


@given(
    st.lists(st.floats(-1e40, 1e40), min_size=3, max_size=3).map(sorted),
    st.sampled_from(["", "GiB", "USD/month", "FLOP", "parameters", "tokens"]),
    st.sampled_from(["auto", "value", "range", "low", "high"]),
    st.sampled_from(["unit", "number", "percent"]),
)
def test_every_figure_has_words(ends: list[float], unit: str, show: Show, style: Style) -> None:
    text = figure(Q(ends[1], unit, low=ends[0], high=ends[2]), show, style)
    assert text.isprintable()
    assert len(text) < 200
