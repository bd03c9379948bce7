"""Facts in words, for people: `14.96 GiB`, `38 to 52 tokens/s`, `$4,380 a month`.

The same fact always reads the same, whatever the machine's locale.
"""

from __future__ import annotations

from math import floor, inf, log10
from typing import Literal

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity

Show = Literal["auto", "value", "range", "low", "high"]
Style = Literal["unit", "number", "percent"]

NARROW = 0.10
"""A figure whose bounds are no further apart than this share of it is shown as one number."""

MAX_TEXT = 200

_MONEY_PER = {
    "": "",
    "hour": " an hour",
    "Mtok": " per million tokens",
    "user·month": " per user and month",
}
_SINGULAR = {
    "tokens": "token",
    "requests": "request",
    "sequences": "sequence",
    "sessions": "session",
    "users": "user",
    "hours": "hour",
    "days": "day",
    "parameters": "parameter",
    "bytes": "byte",
    "bits": "bit",
}
_PLURAL = {one: many for many, one in _SINGULAR.items()}
_LARGE = ((1e12, " T"), (1e9, " B"), (1e6, " M"))


_LONG = 10_000.0  # milliseconds


def words(fact: Fact) -> str:
    """Return a fact as a sentence would have it."""
    if isinstance(fact, Quantity):
        return figure(fact)
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, Answer):
        return fact.value
    if isinstance(fact, Unknown):
        return unknown(fact.reason)
    return plain(fact.reason if isinstance(fact, Absent) else fact)


def unknown(reason: str) -> str:
    """Return the words for what can't be told."""
    return f"unknown ({plain(reason)})" if reason else "unknown"


def plain(text: str) -> str:
    """Return a text on one line, without characters that steer a terminal, and not too long."""
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def figure(
    quantity: Quantity, show: Show = "auto", style: Style = "unit", digits: int | None = None
) -> str:
    """Return a quantity in words.

    `auto` shows the likely value, or the range where the bounds are more than 10% apart; `digits`
    fixes the decimals; `percent` is for shares.
    """
    if not quantity.known:
        return unknown(quantity.reason)
    quantity = _readable(quantity, style)
    if show == "range" or (show == "auto" and not narrow(quantity)):
        return range_words(quantity, style, digits)
    value = {"low": quantity.low, "high": quantity.high}.get(show, quantity.value)
    scaled = value * 100 if style == "percent" else value
    number = _fixed(scaled, digits) if digits is not None else None
    return _dressed(quantity, value, style, number or _one(scaled, quantity, style))


def _readable(quantity: Quantity, style: Style) -> Quantity:
    """The same figure in seconds where it has five digits of milliseconds."""
    long = style == "unit" and quantity.unit.name == "ms" and quantity.value >= _LONG
    return quantity.to("s") if long else quantity


def narrow(quantity: Quantity) -> bool:
    """Whether one number says enough."""
    return quantity.exact or quantity.high - quantity.low <= NARROW * abs(quantity.value)


def range_words(quantity: Quantity, style: Style = "unit", digits: int | None = None) -> str:
    """Return the bounds of a known quantity: `38 to 52 tokens/s`."""
    low, high = quantity.low, quantity.high
    if low == high or low == -inf == -high:
        return figure(quantity, "value", style, digits)
    if inf in (high, -low):
        end: Show = "low" if high == inf else "high"
        return ("at least " if high == inf else "at most ") + figure(quantity, end, style, digits)
    scale = 100.0 if style == "percent" else 1.0
    first, second = _ends(low * scale, high * scale, quantity, style, digits)
    if first == second:
        return _dressed(quantity, quantity.value, style, first)
    if style == "percent" or (style == "unit" and _is_money(quantity)):
        first = _dressed(quantity, low, style, first).removesuffix(_per(quantity))
    return f"{first} to {_dressed(quantity, high, style, second)}"


def _ends(
    low: float, high: float, of: Quantity, style: Style, digits: int | None
) -> tuple[str, str]:
    if digits is not None:
        return _fixed(low, digits), _fixed(high, digits)
    scale = _scale(of, style, high)
    if scale == "e":
        return _scientific(low), _scientific(high)
    if scale:
        size = {name: size for size, name in _LARGE}[scale]
        first, second = _stepped(low / size, high / size)
        return first, second + scale
    return _stepped(low, high)


def _stepped(low: float, high: float) -> tuple[str, str]:
    step = floor(log10(high - low)) - 1
    shown = []
    for end in (low, high):
        own = min(step, floor(log10(abs(end)))) if end else step
        shown.append(_grouped(round(end, -own), max(-own, 0)))
    return shown[0], shown[1]


def _one(value: float, of: Quantity, style: Style) -> str:
    if style == "unit" and _is_money(of):
        return _money(value)
    scale = _scale(of, style, value)
    if scale == "e":
        return _scientific(value)
    for size, name in _LARGE:
        if name == scale:
            return _significant(value / size, 3) + name
    if value == int(value) and abs(value) < 1e15 and of.exact:
        return f"{int(value):,}"
    return _significant(value, 4)


def _scale(of: Quantity, style: Style, value: float) -> str:
    if style != "unit":
        return "e" if abs(value) >= 1e15 else ""
    atoms = of.unit.name.split("/")
    if "FLOP" in atoms and abs(value) >= 1e6:
        return "e"
    if of.unit.name == "parameters":
        return next((name for size, name in _LARGE if abs(value) >= size), "")
    return "e" if abs(value) >= 1e15 else ""


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    places = digits - 1 - floor(log10(abs(value)))
    return _grouped(round(value, places), max(places, 0))


def _grouped(value: float, places: int) -> str:
    text = f"{value:,.{min(places, 12)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _fixed(value: float, digits: int) -> str:
    text = f"{value:,.{max(digits, 0)}f}"
    return text.lstrip("-") if not text.strip("-0.") else text


def _scientific(value: float) -> str:
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def _money(value: float) -> str:
    size = abs(value)
    if size >= 1000 or size == int(size):
        return f"{round(value):,}"
    return f"{value:,.2f}".removesuffix(".00") if size >= 0.1 else _significant(value, 2)


def _is_money(quantity: Quantity) -> bool:
    return quantity.unit.name.split("/")[0] == "USD"


def _per(quantity: Quantity) -> str:
    """How money's unit goes on: " a month"; nothing for other units."""
    if not _is_money(quantity):
        return ""
    below = quantity.unit.name.partition("/")[2]
    return _MONEY_PER.get(below, f" a {below}")


def _dressed(quantity: Quantity, value: float, style: Style, number: str) -> str:
    if style == "percent":
        return number + "%"
    name = quantity.unit.name
    if style == "number" or not name:
        return number
    if name == "%":
        return number + "%"
    if _is_money(quantity):
        sign, amount = ("-", number[1:]) if number.startswith("-") else ("", number)
        return f"{sign}${amount}{_per(quantity)}"
    names = _SINGULAR if number == "1" else _PLURAL
    return f"{number} {names.get(name, name)}"
