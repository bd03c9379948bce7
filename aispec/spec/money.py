"""US dollars: amounts, prices of hours, prices of tokens."""

from __future__ import annotations

import re

from aispec.late import pattern
from aispec.spec.numerals import SCALES, bounded, period, split, wrong

_TOKENS = {"mtok": 1.0, "ktok": 1e3, "tok": 1e6}

_MONEY = pattern(r"\s*(\$)?\s*(.*?)\s*(?:([A-Z]{3}|[$€£¥])\s*)?(?:(?:/|per )\s*(.+?))?\s*", re.S)


def money(value: object, per: str) -> float:
    """US dollars: 500, "500 USD", "$500", "500 USD/month"; the period may be said or left out."""
    what = "an amount in US dollars such as 500 USD"
    amount, said = _dollars(value, what)
    if said and period(said) != per:
        raise wrong(value, f"US dollars a {per} such as 500 USD/{per}")
    return amount


def hourly_price(value: object) -> float:
    """US dollars an hour: 2.99, "2.99 USD/hour", "$2.99/h"."""
    what = "a price in US dollars an hour such as 2.99 USD/hour"
    amount, said = _dollars(value, what)
    if said and period(said) != "hour":
        raise wrong(value, what)
    return amount


def token_price(value: object) -> float:
    """US dollars a million tokens: 0.15, "0.15 USD/Mtok", "0.00015 USD/ktok"."""
    what = "a price in US dollars a million tokens such as 0.15 USD/Mtok"
    amount, unit = _dollars(value, what)
    per = re.sub(r"^1?\s*(M|million|k|K)?\s*tok(?:en)?s?$", r"\1tok", unit.replace("Tok", "tok"))
    scale = _TOKENS.get(per.lower().replace("million", "m"), 0.0) if unit else 1.0
    if not scale:
        raise wrong(value, what)
    return bounded(amount * scale, value)


def _dollars(value: object, what: str) -> tuple[float, str]:
    if not isinstance(value, str):
        return bounded(split(value, what)[0], value), ""
    match = _MONEY.fullmatch(value)
    if match is None or not match[2] or (match[1] or "") + (match[3] or "") not in ("", "$", "USD"):
        raise wrong(value, what)
    number, unit = split(match[2], what, value)
    if unit not in SCALES:
        raise wrong(value, what)
    return bounded(number * SCALES[unit], value), match[4] or ""
