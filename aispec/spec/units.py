"""Quantities with their units: "80GB", "1.5s", "90k", "1000/day", "0.15 USD/Mtok"."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from aispec.spec.money import hourly_price, money, token_price
from aispec.spec.numerals import SCALES, UnitError, bounded, period, show, split, wrong

__all__ = ["KINDS", "UnitError", "read", "show"]

_LONGEST = 100
_DAYS_A_MONTH = 730 / 24
_DURATIONS = {
    **dict.fromkeys(("ms",), 1e-3),
    **dict.fromkeys(("s", "sec"), 1.0),
    **dict.fromkeys(("min", "m"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
}
_SIZES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12} | {
    unit: 1024.0**power
    for power, units in enumerate(("", "k", "m", "g", "t"))
    if power
    for unit in (units + "ib", units + "i")
}
_SHORT = {"minute": "min", "day": "day"}


def count(value: object) -> float:
    """A number of things: 1500, "90k", "2M", "1.5B"."""
    what = "a number such as 1500, 90k or 2M"
    number, unit = split(value, what)
    if unit not in SCALES:
        raise wrong(value, what)
    return bounded(number * SCALES[unit], value)


def rate(value: object, per: str) -> float:
    """A number of things in each period named by `per`: 1000, "1000/day"."""
    return _rate(value, per, f"a number a {per} such as 1000/{_SHORT[per]}", value)


def _rate(value: object, per: str, what: str, whole: object) -> float:
    amount, slash, said = value.partition("/") if isinstance(value, str) else (value, "", "")
    number, unit = split(amount, what, whole)
    if unit not in SCALES or (slash and period(said) != per):
        raise wrong(whole, what)
    return bounded(number * SCALES[unit], whole)


def hours(value: object) -> float:
    """Hours a month of 730: 730, "730/month", "12/day"; at most all of them."""
    what = "hours a month such as 730/month, or a day such as 12/day"
    amount, scale = value, 1.0
    if isinstance(value, str):
        text, _, written = value.partition("/")
        amount = re.sub(r"\s*(h|hours?)\s*$", "", text)
        scale = {"month": 1.0, "day": _DAYS_A_MONTH}.get(period(written or "month"), 0.0)
    number, unit = split(amount, what)
    if unit or not scale:
        raise wrong(value, what)
    if number * scale > 744:
        raise UnitError("SPEC010", f"must be at most 730 hours a month, read {show(value)}")
    return bounded(number * scale, value)


def size(value: object) -> float:
    """Bytes: "80GB" is 10^9, "80GiB" 2^30; a bare number other than 0 is refused."""
    what = "a size with its unit such as 80GB or 80GiB"
    number, unit = split(value, what)
    if not unit and not number:
        return 0.0
    if re.fullmatch(r"[kKMGT]?", unit):
        unit = unit or "G"
        exact = f"{number:g}{unit}B (10^n bytes) or {number:g}{unit.upper()}iB (2^n bytes)"
        raise wrong(value, what, exact)
    if unit.lower() not in _SIZES or re.fullmatch(r"[KMGT]b", unit):
        raise wrong(value, what)
    return bounded(number * _SIZES[unit.lower()], value)


def duration(value: object, bare: str) -> float:
    """Seconds: "300ms", "1.5s", "2h"; a bare number has the unit named by `bare`."""
    what = "a duration such as 300ms, 1.5s or 2h"
    number, unit = split(value, what)
    unit = unit or bare
    if unit not in _DURATIONS:
        raise wrong(value, what)
    return bounded(number * _DURATIONS[unit], value)


def share(value: object, most: float = 1.0) -> float:
    """A part of one: "60%" or 0.6. A bare 60 is refused, and so is more than `most`."""
    what = "a percentage such as 60%"
    number, unit = split(value, what)
    if unit not in ("", "%"):
        raise wrong(value, what)
    if not unit and number > 1:
        raise wrong(value, what, f"{number:g}%" if number <= 100 * most else "")
    part = bounded(number / 100 if unit else number, value)
    if part > most:
        raise UnitError("SPEC010", f"must be at most {most:.0%}, read {show(value)}")
    return part


def figure(value: object) -> float:
    """A bare number or a percentage: what an assumption is set to."""
    return share(value, most=100.0) if isinstance(value, str) and "%" in value else count(value)


def tokens_per_second(value: object) -> float:
    """A speed of decoding: 15, "15/s", "15 tokens/s"."""
    spelled = re.sub(r"\s*tok(en)?s?\s*(/|$)", r"\2", value) if isinstance(value, str) else value
    return _rate(spelled, "second", "tokens a second such as 15 or 15 tokens/s", value)


def _positive(reader: Callable[[object], float]) -> Callable[[object], float]:
    def read(value: object) -> float:
        number = reader(value)
        if not number:
            raise UnitError("SPEC010", f"must be more than 0, read {show(value)}")
        return number

    return read


_READERS: dict[str, Callable[[object], float]] = {
    "count": count,
    "positive_count": _positive(count),
    "per_minute": _positive(lambda value: rate(value, "minute")),
    "per_day": _positive(lambda value: rate(value, "day")),
    "tokens_per_second": _positive(tokens_per_second),
    "milliseconds": _positive(lambda value: duration(value, "ms")),
    "seconds": _positive(lambda value: duration(value, "s")),
    "hours_per_month": _positive(hours),
    "size": size,
    "positive_size": _positive(size),
    "share": share,
    "positive_share": _positive(share),
    "growth": lambda value: share(value, most=100.0),
    "figure": figure,
    "usd_per_month": lambda value: money(value, "month"),
    "usd_per_session": lambda value: money(value, "session"),
    "usd_per_hour": hourly_price,
    "usd_per_mtok": token_price,
}
KINDS = frozenset(_READERS)
"""The kinds of united fields, by the names that their definitions have in the schema."""


@lru_cache(maxsize=4096, typed=True)
def read(kind: str, value: object) -> float:
    """A quantity of one of the `KINDS`, in the unit its reader names; raises `UnitError`."""
    if isinstance(value, str) and len(value) > _LONGEST:
        raise UnitError("SPEC009", f"must be one quantity, read {show(value)}")
    return _READERS[kind](value)
