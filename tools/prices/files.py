"""The catalogue's price files as text: the same rows always give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = """\
# yaml-language-server: $schema=../../../../../schemas/prices.schema.json
# USD per million tokens, list price. Field meanings: ../README.md
prices:
"""
_ORDER = (
    *("model", "serves", "input", "output", "cached_input", "cache_write"),
    *("batch_input", "batch_output", "long_context", "windows", "source", "second"),
)
_LISTS = ("long_context", "windows")


def render(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a file of price rows."""
    return HEAD + "".join(_row(row) for row in rows)


def _row(row: Mapping[str, Any]) -> str:
    lines = []
    for name in (name for name in _ORDER if name in row):
        if name in _LISTS:
            lines.append(f"{name}:")
            lines += [f"  - {_flow(each)}" for each in row[name]]
        else:
            lines.append(f"{name}: {_flow(row[name])}")
    return f"  - {lines[0]}\n" + "".join(f"    {line}\n" for line in lines[1:])


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) and ":" in value else str(value)
