"""Nodes of a YAML document: values with their places."""

from __future__ import annotations

from typing import Any

from aispec.spec.location import Path, Span

Marks = tuple[int, int, int, int]
"""First line, first column, last line, column after the last: counted from zero."""

_NO_KEYS: dict[str, Marks] = {}  # of all nodes that are no mapping: a mapping gets its own


class Node:
    """A value as it is written, with its place and, where it is a collection, its parts.

    `size` counts the node and everything below it, `height` the levels; a node whose height is zero
    is still being read. `text` is a scalar as written, without quotes.
    """

    __slots__ = ("data", "height", "keys", "marks", "parts", "size", "text")

    def __init__(self, data: Any, marks: Marks, text: str | None = None) -> None:
        self.data = data
        self.marks = marks
        self.text = text
        self.size = 1
        self.height = 1
        self.parts: dict[str, Node] | list[Node] | None = None
        self.keys = _NO_KEYS

    def at(self, marks: Marks) -> Node:
        """The same value at another place: what an alias stands for."""
        other = Node(self.data, marks, self.text)
        other.size, other.height = self.size, self.height
        other.parts, other.keys = self.parts, self.keys
        return other

    def part(self, step: str | int) -> Node | None:
        """The part under a key or index."""
        if isinstance(self.parts, dict):
            return self.parts.get(str(step))
        if isinstance(self.parts, list):
            index = int(step) if str(step).isdecimal() else -1
            return self.parts[index] if 0 <= index < len(self.parts) else None
        return None


def span(marks: Marks) -> Span:
    """Marks as people count them."""
    return Span(marks[0] + 1, marks[1] + 1, marks[2] + 1, marks[3] + 1)


def index(root: Node) -> tuple[dict[Path, Span], dict[Path, Span]]:
    """The places of all values and of all keys, by path."""
    values: dict[Path, Span] = {}
    keys: dict[Path, Span] = {}
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        values[path] = span(node.marks)
        if isinstance(node.parts, dict):
            keys.update({(*path, key): span(marks) for key, marks in node.keys.items()})
            waiting.extend(((*path, key), part) for key, part in node.parts.items())
        elif node.parts is not None:
            waiting.extend(((*path, number), part) for number, part in enumerate(node.parts))
    return values, keys
