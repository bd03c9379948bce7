"""Quantities as the reader's own examples spell them: "80 gb" is 80GB, "5 seconds" is 5s."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aispec.spec.document import Document
from aispec.spec.location import Path
from aispec.spec.schema import Schema, is_type
from aispec.spec.units import KINDS, UnitError, read

_QUANTITY = re.compile(
    r"(?P<dollar>(?:\$|US\$|USD)\s*)?(?P<number>[0-9][0-9,_' ]*(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?P<power>[eE][-+]?[0-9]+)?\s*(?P<unit>\S.*)?",
    re.S,
)
_GROUPED = re.compile(r"(?<=[0-9])[,_' ](?=[0-9]{3}(?![0-9]))")


def _words(table: Mapping[str, str]) -> dict[str, str]:
    return {each: unit for unit, names in table.items() for each in (unit.lower(), *names.split())}


_TIMES = _words(
    {
        "ms": "msec msecs millis millisecond milliseconds",
        "s": "sec secs second seconds",
        "min": "m mins minute minutes",
        "h": "hr hrs hour hours",
        "d": "day days",
    }
)
_SIZES = _words(
    {
        "B": "byte bytes",
        "kB": "kilobyte kilobytes",
        "MB": "megabyte megabytes",
        "GB": "gigabyte gigabytes",
        "TB": "terabyte terabytes",
        "KiB": "ki kibibyte kibibytes",
        "MiB": "mi mebibyte mebibytes",
        "GiB": "gi gibibyte gibibytes",
        "TiB": "ti tebibyte tebibytes",
    }
)
_SCALES = _words({"k": "thousand", "M": "million mio", "B": "billion bn"})
_PERIODS = _words(
    {
        "/min": "/m /minute /minutes /mins",
        "/day": "/d /days",
        "/month": "/mo /months",
        "/hour": "/h /hr /hours",
        "/session": "/sessions",
    }
)
_SPEEDS = dict.fromkeys(
    ("tokens/s", "token/s", "tok/s", "toks/s", "t/s", "tps", "tokens/sec", "tokens/second",
     "tok/sec", "/s", "/sec", "/second"),
    " tokens/s",
)  # fmt: skip
_PRICED = _words(
    {"/Mtok": "/mtoken /mtokens /1mtok /milliontokens /millontok", "/ktok": "/ktokens"}
)
_NOUN = re.compile(r"(?:users?|people|requests?|reqs?|tokens?|toks?)$", re.I)
_MONEY = ("usd", "us$", "$", "dollar", "dollars")


def respelled(kind: str, value: object) -> str | None:
    """Return the better spelling of a quantity; None where there is none, or it is in doubt.

    What could be read before means the same after; what could not is read now.
    """
    before = _read(kind, value)
    if kind in ("share", "positive_share", "growth") and before is None:
        return _percent(kind, value)
    if not isinstance(value, str):
        return None
    match = _QUANTITY.fullmatch(value.strip())
    better = _joined(kind, match, before is not None) if match else None
    after = _read(kind, better) if better else None
    if better is None or better == value or after is None:
        return None
    return better if before is None or before == after else None


def _percent(kind: str, value: object) -> str | None:
    """A bare number from ten on that was meant as a percentage: 60 is 60%.

    Smaller ones are in doubt: 1.1 may be a slip for 1.0 or for 11%.
    """
    text = str(value).strip()
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", text) and 10 <= float(text) <= 100:
        return f"{text}%" if kind != "growth" else None
    worded = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?)\s*(?:percent|pct|per cent)", text, re.I)
    return f"{worded[1]}%" if worded and _read(kind, f"{worded[1]}%") is not None else None


def _joined(kind: str, match: re.Match[str], readable: bool) -> str | None:
    number = match["number"].strip()
    if not readable:
        number = _GROUPED.sub("", number)
    if not re.fullmatch(r"[0-9]*\.?[0-9]*", number):
        return None
    number += match["power"] or ""
    unit = " ".join((match["unit"] or "").split())
    if kind.startswith("usd"):  # "$500" and "500 USD" are both good
        return None if readable else _money(number, unit, bool(match["dollar"]))
    return None if match["dollar"] else _united(kind, number, unit)


def _united(kind: str, number: str, unit: str) -> str | None:
    squeezed = unit.replace(" ", "").replace("per", "/")
    if kind in ("milliseconds", "seconds"):
        return _known(number, _TIMES, squeezed)
    if "size" in kind:
        return None if re.fullmatch(r"[KMGT]b", squeezed) else _known(number, _SIZES, squeezed)
    if squeezed == "%":
        return f"{number}%"
    amount, slash, period = squeezed.partition("/")
    if kind == "tokens_per_second":
        scale = _SCALES.get(amount.lower(), "") if amount.lower() in _SCALES else ""
        speed = _SPEEDS.get(squeezed[len(amount) if scale else 0 :].lower())
        return (
            f"{number}{scale}{speed}" if speed else _scaled(number, amount) if not slash else None
        )
    if kind == "hours_per_month":
        amount = re.sub(r"^(h|hrs?|hours?)$", "", amount, flags=re.I)
    scaled = _scaled(number, _NOUN.sub("", amount))
    if not slash or scaled is None:
        return scaled
    told = _PERIODS.get(f"/{period.lower()}")
    return scaled + told if told else None


def _known(number: str, units: Mapping[str, str], written: str) -> str | None:
    if not written:
        return number
    found = units.get(written.lower())
    return number + found if found else None


def _scaled(number: str, scale: str) -> str | None:
    if not scale:
        return number
    found = _SCALES.get(scale.lower())
    # A small m is a thousandth to some and a million to others.
    return number + found if found and scale != "m" else None


def _money(number: str, unit: str, dollar: bool) -> str | None:
    squeezed = unit.replace(" ", "").replace("per", "/")
    amount, slash, period = squeezed.partition("/")
    lower = amount.lower()
    name = next((each for each in _MONEY if lower.endswith(each)), "")
    scaled = _scaled(number, amount[: len(amount) - len(name)])
    if scaled is None or not (dollar or name):
        return None
    if not slash:
        return f"{scaled} USD"
    told = _PERIODS.get(f"/{period.lower()}") or _PRICED.get(f"/{period.lower()}")
    return f"{scaled} USD{told}" if told else None


def _read(kind: str, value: object) -> float | None:
    try:
        return read(kind, value)
    except UnitError:
        return None


def quantities(document: Document, schema: Schema) -> Iterator[tuple[Path, str, Any]]:
    """Yield every quantity of a document with its path and kind, as the schema has them."""
    waiting: list[tuple[Path, Any, Schema]] = [((), document.data, schema)]
    while waiting:
        path, value, part = waiting.pop()
        kind, part = _resolved(part, schema)
        if kind and not isinstance(value, dict | list):
            yield path, kind, value
            continue
        for branch in part.get("anyOf", ()) if "type" not in part else ():
            waiting += _branch(path, value, branch, schema)
        if isinstance(value, dict):
            known, other = part.get("properties", {}), part.get("additionalProperties")
            for name, inner in value.items():
                below = known.get(name, other)
                if isinstance(below, dict):
                    waiting.append(((*path, name), inner, below))
        elif isinstance(value, list) and isinstance(part.get("items"), dict):
            waiting += [((*path, n), each, part["items"]) for n, each in enumerate(value)]


def _branch(
    path: Path, value: Any, branch: Schema, schema: Schema
) -> list[tuple[Path, Any, Schema]]:
    """Return the branch of a choice that a value belongs to by its type."""
    kind, part = _resolved(branch, schema)
    kinds = part.get("type", "")
    names = kinds if isinstance(kinds, list) else [kinds]
    fits = any(is_type(value, name) for name in names if name) or (
        bool(kind) and not isinstance(value, dict | list)
    )
    return [(path, value, branch)] if fits else []


def _resolved(part: Schema, schema: Schema) -> tuple[str, Schema]:
    while "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        if name in KINDS:
            return name, schema["$defs"][name]
        part = schema["$defs"][name]
    return "", part
