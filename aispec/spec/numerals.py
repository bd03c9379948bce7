"""Numbers and the words after them, as people write quantities."""

from __future__ import annotations

import re

from aispec.late import pattern
from aispec.spec.words import clean

LARGEST = 1e18
SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9}
_PERIODS = {
    "s": "second", "sec": "second", "min": "minute", "m": "minute", "h": "hour", "d": "day",
    "mo": "month", "session": "session",
}  # fmt: skip

_QUANTITY = pattern(
    r"\s*(-?)\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([-+]?[0-9]+))?\s*([^0-9\s].*?)?\s*", re.S
)
_GROUPED = pattern(r"(?<=[0-9])[,_' ](?=[0-9])")


class UnitError(ValueError):
    """A quantity that was not understood: a code, what is wrong, and what to write."""

    def __init__(self, code: str, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = advice


def show(value: object) -> str:
    """A value as a message shows it: short, and quoted where it is text."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"'{clean(value)}'"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def period(text: str) -> str:
    """The name of a period: `min` and `minutes` are a `minute`."""
    text = text.strip().lower()
    name = _PERIODS.get(text, text)
    return name[:-1] if name.endswith("s") and name[:-1] in _PERIODS.values() else name


def split(value: object, what: str, whole: object = None) -> tuple[float, str]:
    """The number and the unit of a quantity; bare numbers have none. Raises `UnitError`."""
    whole = value if whole is None else whole
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _in_range(value, whole), ""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or _GROUPED.search(str(value)):
        raise _ungrouped(whole, what)
    sign, digits, exponent, unit = match.groups()
    exponent = exponent or "0"
    sane = len(exponent.lstrip("+-")) <= 3
    number = float(f"{sign}{digits}e{exponent}") if sane else LARGEST * 10
    return _in_range(number, whole), unit or ""


def _ungrouped(value: object, what: str) -> UnitError:
    plain = _GROUPED.sub("", value) if isinstance(value, str) else ""
    if plain != value and plain[:1].isdigit() and len(plain) <= 30:
        return wrong(value, what, plain)
    return wrong(value, what)


def _in_range(number: float, value: object) -> float:
    if number < 0:
        raise UnitError("SPEC010", f"must not be negative, read {show(value)}")
    if not number <= LARGEST:
        raise UnitError("SPEC010", f"is larger than any figure here can be, read {show(value)}")
    return float(number)


def bounded(number: float, value: object) -> float:
    """The number, where it is one that a deployment can have; raises `UnitError`."""
    # 0.1 * 3600 and its like carry the dust of binary fractions into every figure that follows.
    return float(f"{_in_range(number, value):.15g}")


def wrong(value: object, what: str, exact: str = "") -> UnitError:
    """The error of a value that is not what it must be; `exact` is what its author meant."""
    words = f"must be {what}, read {show(value)}"
    return UnitError("SPEC009", words, f"write {exact}" if exact else None)
