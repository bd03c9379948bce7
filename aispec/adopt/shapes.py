"""Looking into data that may have any shape: what is not as expected is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aispec.spec.document import Document
from aispec.spec.location import Path


def table(data: Any, *way: str) -> Mapping[str, Any]:
    """Return the mapping that a way of keys leads to, else an empty one."""
    for step in way:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def items(data: Any, *way: str) -> list[Any]:
    """Return the list that a way of keys leads to, else an empty one."""
    *front, last = way if way else ("",)
    found = table(data, *front).get(last) if way else data
    return found if isinstance(found, list) else []


def text(value: Any) -> str:
    """Return a scalar as text; empty for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def whole(value: Any) -> int | None:
    """Return a whole number above zero, written as a number or as text."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:12])
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 100_000
    return value if good else None


def words(value: Any) -> tuple[str, ...]:
    """Return a list of scalars as texts."""
    return tuple(text(each) for each in value) if isinstance(value, list) else ()


def variables(data: Any) -> dict[str, str]:
    """Return variables written as a mapping, as NAME=value, or as name and value."""
    if isinstance(data, dict):
        return {name: text(value) for name, value in data.items() if not _nested(value)}
    found: dict[str, str] = {}
    for each in data if isinstance(data, list) else ():
        if isinstance(each, dict) and "name" in each:
            if "value" in each:
                found[text(each["name"])] = text(each["value"])
        elif isinstance(each, str):
            name, _, value = each.partition("=")
            found[name] = value
    return found


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list) or value is None


def line_of(document: Document, path: Path) -> int:
    """Return the line of a value."""
    return document.locate(path).line


def walk(data: Any, most: int = 20_000) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every mapping within, with the way to it, the outer before the inner."""
    waiting: list[tuple[Path, Any]] = [((), data)]
    seen = 0
    while waiting and seen < most:
        seen += 1
        path, node = waiting.pop(0)
        if isinstance(node, dict):
            yield path, node
            waiting.extend(((*path, str(key)), part) for key, part in node.items())
        elif isinstance(node, list):
            waiting.extend(((*path, number), part) for number, part in enumerate(node))
