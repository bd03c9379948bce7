"""Quantities with units: what is read, and what is said of what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.spec.units import KINDS, UnitError, read

GOOD = [
    *(
        ("count", "90k", 90_000),
        ("count", 1500, 1500),
        ("count", "1.5B", 1.5e9),
        ("count", "2M", 2e6),
    ),
    *(("count", "1e3", 1000), ("count", " 7 ", 7), ("count", 0, 0), ("count", ".5M", 500_000)),
    *(("per_day", "1000/day", 1000), ("per_day", "1k / d", 1000), ("per_day", 3, 3)),
    *(("per_minute", "60/min", 60), ("per_minute", "40k", 40_000)),
    *(("tokens_per_second", "15 tokens/s", 15), ("tokens_per_second", "15/s", 15)),
    *(("milliseconds", 300, 0.3), ("milliseconds", "300ms", 0.3), ("milliseconds", "1.5s", 1.5)),
    *(
        ("seconds", 10, 10),
        ("seconds", "2h", 7200),
        ("seconds", "90 min", 5400),
        ("seconds", "1d", 86400),
    ),
    *(("hours_per_month", "730/month", 730), ("hours_per_month", "24/day", 730)),
    *(("hours_per_month", 220, 220), ("hours_per_month", "12 h/day", 365)),
    *(
        ("size", "80GB", 80e9),
        ("size", "80GiB", 80 * 2**30),
        ("size", "128 MB", 128e6),
        ("size", 0, 0),
    ),
    *(
        ("size", "16Gi", 2**34),
        ("size", "1TiB", 2**40),
        ("size", "0GiB", 0),
        ("size", "512 kB", 512e3),
    ),
    *(("share", "60%", 0.6), ("share", 0.6, 0.6), ("share", 1, 1), ("share", "0%", 0)),
    *(("share", "99.9%", 0.999), ("growth", "250%", 2.5), ("growth", 0.25, 0.25)),
    *(
        ("usd_per_month", "500 USD", 500),
        ("usd_per_month", "$500", 500),
        ("usd_per_month", 500, 500),
    ),
    *(("usd_per_month", "500 USD/month", 500), ("usd_per_month", "$1.5k", 1500)),
    *(("usd_per_session", "0.02 USD", 0.02), ("usd_per_session", "0.02 USD/session", 0.02)),
    *(("usd_per_hour", "2.99 USD/hour", 2.99), ("usd_per_hour", "$2.99/h", 2.99)),
    *(("usd_per_mtok", "0.15 USD/Mtok", 0.15), ("usd_per_mtok", "0.00015 USD/ktok", 0.15)),
    *(("usd_per_mtok", "$3 per 1M tokens", 3), ("usd_per_mtok", 0.15, 0.15)),
    *(("figure", "15%", 0.15), ("figure", 4, 4)),
]

BAD = [
    ("count", "10,000", "SPEC009", "10000"),
    ("count", "10_000", "SPEC009", "10000"),
    ("count", "10 000", "SPEC009", "10000"),
    ("count", "90 apples", "SPEC009", None),
    ("count", "90m", "SPEC009", None),
    ("count", True, "SPEC009", None),
    ("count", -1, "SPEC010", None),
    ("count", "-1k", "SPEC010", None),
    ("count", 1e19, "SPEC010", None),
    ("count", 10**400, "SPEC010", None),
    ("count", "1e999", "SPEC010", None),
    ("count", "1e99999", "SPEC010", None),
    ("positive_count", "0k", "SPEC010", None),
    ("count", "٣", "SPEC009", None),
    ("per_day", "30000/month", "SPEC009", None),
    ("per_minute", "40k/day", "SPEC009", None),
    ("tokens_per_second", "900/min", "SPEC009", None),
    ("milliseconds", "1h30m", "SPEC009", None),
    ("milliseconds", "80GB", "SPEC009", None),
    ("milliseconds", 0, "SPEC010", None),
    ("hours_per_month", "25/day", "SPEC010", None),
    ("hours_per_month", "40/week", "SPEC009", None),
    ("size", 80, "SPEC009", "80GB (10^n bytes) or 80GiB (2^n bytes)"),
    ("size", "80G", "SPEC009", "80GB (10^n bytes) or 80GiB (2^n bytes)"),
    ("size", "80Gb", "SPEC009", None),
    ("size", "80", "SPEC009", "80GB (10^n bytes) or 80GiB (2^n bytes)"),
    ("positive_size", "0GB", "SPEC010", None),
    ("share", 60, "SPEC009", "60%"),
    ("share", "60", "SPEC009", "60%"),
    ("share", "101%", "SPEC010", None),
    ("share", "-5%", "SPEC010", None),
    ("positive_share", "0%", "SPEC010", None),
    ("growth", 25, "SPEC009", "25%"),
    ("usd_per_month", "500 EUR", "SPEC009", None),
    ("usd_per_month", "€500", "SPEC009", None),
    ("usd_per_month", "20 USD/day", "SPEC009", None),
    ("usd_per_month", "1,500 USD", "SPEC009", "1500 USD"),
    ("usd_per_hour", "72 USD/day", "SPEC009", None),
    ("usd_per_mtok", "1 USD/gtok", "SPEC009", None),
    ("usd_per_mtok", "0.15 USD/hour", "SPEC009", None),
]


@pytest.mark.parametrize(("kind", "value", "number"), GOOD)
def test_read(kind: str, value: object, number: float) -> None:
    assert read(kind, value) == pytest.approx(number, rel=1e-14)


@pytest.mark.parametrize(("kind", "value", "code", "meant"), BAD)
def test_refused(kind: str, value: object, code: str, meant: str | None) -> None:
    with pytest.raises(UnitError) as caught:
        read(kind, value)
    assert caught.value.code == code
    assert "read " in caught.value.message
    assert caught.value.help == (meant and f"write {meant}")


def test_bits_of_a_number_do_not_pile_up() -> None:
    assert read("share", "99.9%") == 0.999
    assert read("usd_per_mtok", "0.00015 USD/ktok") == 0.15


@given(st.sampled_from(sorted(KINDS)), st.one_of(st.text(max_size=30), st.floats(), st.integers()))
def test_anything_is_a_number_or_an_error(kind: str, value: object) -> None:
    try:
        number = read(kind, value)
    except UnitError:
        return
    assert 0 <= number <= 1e18


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 10**12), st.sampled_from(["", " "]))
def test_text_and_number_agree(kind: str, number: int, space: str) -> None:
    def told(value: object) -> object:
        try:
            return read(kind, value)
        except UnitError as error:
            return error.code

    assert told(number) == told(f"{space}{number}{space}")
