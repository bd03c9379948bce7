"""A file's own text, the places of its nodes in it, and edits that change nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from aispec.adopt.scalars import scalar
from aispec.spec.document import Document
from aispec.spec.location import Path
from aispec.spec.node import Marks

_BREAKS = re.compile(r"\r\n|\r|\n")
_QUOTES = ("'", '"')


class Edit(NamedTuple):
    """Text that takes the place of what stands from `start` up to `end`; offsets of characters."""

    start: int
    end: int
    text: str


class Number(str):
    """A number as its author wrote its digits: 0.10 stays 0.10, and needs no quotes."""

    __slots__ = ()


class RefusedError(Exception):
    """A change that cannot be made by changing only the bytes concerned; says why."""


class Source:
    """The text of a file as it is on disk, and where its lines begin.

    Nodes' marks count lines as the reader does: a byte order mark is no column, and every kind of
    line end is one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        first = 1 if text.startswith("\ufeff") else 0
        self.starts = [first, *(match.end() for match in _BREAKS.finditer(text))]
        found = _BREAKS.search(text)
        self.newline = found[0] if found else "\n"

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place counted from zero."""
        return self.starts[line] + column if line < len(self.starts) else len(self.text)

    def slice(self, marks: Marks) -> tuple[int, int]:
        """Return the offsets of a node."""
        return self.offset(marks[0], marks[1]), self.offset(marks[2], marks[3])

    def line_end(self, line: int) -> int:
        """Return the offset behind a line, before what ends it."""
        match = _BREAKS.search(self.text, self.starts[line])
        return match.start() if match else len(self.text)

    def next_line(self, line: int) -> int:
        """Return the offset at which the line after this one begins."""
        return self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with edits made; of two that touch the same place the first counts."""
    done: list[str] = []
    reached = 0
    for edit in sorted(set(edits)):
        if edit.start < reached:
            continue
        done += [text[reached : edit.start], edit.text]
        reached = edit.end
    return "".join((*done, text[reached:]))


def scalar_edit(source: Source, document: Document, path: Path, value: object) -> Edit:
    """Return the edit that writes another value for a scalar, quoted as the old one was.

    Raises RefusedError for an alias, a text of several lines, and what is no scalar.
    """
    node = document.node(path)
    if node is None or node.parts is not None or node.text is None:
        raise RefusedError(f"{shown(path)} is no plain value")
    start, end = source.slice(node.marks)
    raw = source.text[start:end]
    if (
        raw[:1] in _QUOTES
        and raw[-1:] == raw[:1]
        and len(raw) > 1
        and node.marks[0] == node.marks[2]
    ):
        return Edit(start, end, requoted(raw, value))
    if raw.startswith("*"):
        raise RefusedError(f"{shown(path)} is {raw}, which stands for a value written elsewhere")
    if raw != node.text or not raw:
        raise RefusedError(f"{shown(path)} goes over several lines, or has no text of its own")
    return Edit(start, end, value if isinstance(value, Number) else scalar(value))


def requoted(raw: str, value: object) -> str:
    """Return a value in the quotes that another had; what is no text has none, as has nothing."""
    if not raw or not isinstance(value, str):
        return scalar(value)
    if raw[0] == "'":
        return "'" + value.replace("'", "''") + "'"
    import json

    return json.dumps(value, ensure_ascii=False)


def shown(path: Path) -> str:
    """Return a path as messages name it."""
    return ".".join(map(str, path)) or "the deployment"
