"""From the parser's events to nodes, without recursion and within bounds."""

from __future__ import annotations

import sys
from typing import Any

from aispec.late import pattern
from aispec.spec import dialect
from aispec.spec.dialect import COLLECTION_TAGS, RefusedError
from aispec.spec.location import Path
from aispec.spec.node import Marks, Node, span
from aispec.spec.parser import events
from aispec.spec.problem import Problem
from aispec.spec.words import clean

_PROPERTIES = pattern(r"(?:[&!]\S*\s+)+")
_MERGE = "<<"


class TooMuchError(Exception):
    """A bound of the dialect was passed; nothing after this place is read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("flow", "key", "last", "merges", "node")

    def __init__(self, node: Node, flow: bool) -> None:
        self.node = node
        self.flow = flow
        self.last = node.marks
        self.key: Node | None = None
        self.merges: list[Node] = []


class Composer:
    """Takes the events of one document after the other and holds the root of the last one."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.quoted: list[Marks] = []
        self.budget = dialect.MAX_NODES_PER_FILE
        self._start()
        self.handlers = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.MappingStartEvent: self._open_mapping,
            events.SequenceStartEvent: self._open_sequence,
            events.MappingEndEvent: self._close_mapping,
            events.SequenceEndEvent: self._close_sequence,
        }

    def _start(self) -> None:
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.problems = []
        self.size = 0

    def take(self, event: events.Event) -> bool:
        """Adds what an event says; true where it ends a document."""
        handler = self.handlers.get(event.__class__)
        if handler is not None:
            handler(event)
            return False
        if event.__class__ is events.DocumentStartEvent:
            self._start()
        return event.__class__ is events.DocumentEndEvent

    def path(self) -> Path:
        """The way to the node that is being read."""
        steps: list[str | int] = []
        for above in self.stack:
            if isinstance(above.node.parts, list):
                steps.append(len(above.node.parts))
            elif above.key is not None:
                steps.append(above.key.text or "")
        return tuple(steps)

    def _refuse(self, message: str, marks: Marks, code: str = "SPEC003", advice: str = "") -> None:
        self.problems.append(
            Problem(code, message, span(marks), path=self.path(), help=advice or None)
        )

    def _scalar(self, event: Any) -> None:
        text, style = event.value, event.style
        if event.tag or event.anchor:
            marks = self._marks(event)
            node = Node(self._value(event, marks), marks, text)
            if event.anchor:
                self.anchors[event.anchor] = node
        else:
            marks = self._usual_marks(event)
            # Most scalars are words, which mean themselves.
            itself = style or (text[:1].isalpha() and text not in dialect.CONSTANTS)
            node = Node(text if itself else self._value(event, marks), marks, text)
        if style:
            self.quoted.append(marks)
        self._add(node, merge=text == _MERGE and not style)

    def _value(self, event: Any, marks: Marks) -> dialect.Scalar:
        try:
            if event.tag:
                return dialect.tagged(event.tag, event.value)
            return event.value if event.style else dialect.plain(event.value)
        except RefusedError as refused:
            self._refuse(str(refused), _whole(event) if event.tag else marks)
            return None

    def _usual_marks(self, event: Any) -> Marks:
        """The place of a scalar without tag or anchor, which most often stands on one line."""
        start, end = event.start_mark, event.end_mark
        line = start.line
        if line == end.line < len(self.lines):
            return line, min(start.column, end.column), line, end.column
        return self._marks(event)

    def _marks(self, event: Any) -> Marks:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        if event.anchor or event.tag:
            column = self._after_properties(line, column)
        if line == end.line < len(self.lines):
            return line, min(column, end.column), line, end.column
        if line >= len(self.lines):
            # The parser places what is missing at the end of a text behind its last line.
            line, column = len(self.lines) - 1, len(self.lines[-1])
        return line, column, *self._trim(line, end.line, end.column)

    def _trim(self, first: int, line: int, column: int) -> tuple[int, int]:
        """The end of a text of several lines, without the blank ones the parser counts to it."""
        if not column or line >= len(self.lines):
            line, column = min(line, len(self.lines)) - 1, sys.maxsize
        while line > first and not self.lines[line].strip():
            line, column = line - 1, sys.maxsize
        return line, min(column, len(self.lines[line]))

    def _after_properties(self, line: int, column: int) -> int:
        match = _PROPERTIES.match(self.lines[line], column)
        return match.end() if match else column

    def _alias(self, event: Any) -> None:
        marks = _whole(event)
        target = self.anchors.get(event.anchor)
        if target is None:
            message = f"*{event.anchor} has no anchor &{event.anchor} above it"
            self._refuse(message, marks, "SPEC002", "quote the value if the star belongs to it")
        elif not target.height:
            self._refuse(f"*{event.anchor} stands inside what it stands for", marks)
            target = None
        self._add(target.at(marks) if target else Node(None, marks, ""))

    def _open_mapping(self, event: Any) -> None:
        self._open(event, {}, {})

    def _open_sequence(self, event: Any) -> None:
        self._open(event, [], [])

    def _open(self, event: Any, data: Any, parts: Any) -> None:
        marks = self._marks(event)
        if len(self.stack) >= dialect.MAX_DEPTH:
            self._stop(f"values are nested more than {dialect.MAX_DEPTH} deep", marks)
        kind = "mapping" if isinstance(data, dict) else "list"
        if event.tag and event.tag != "!" and COLLECTION_TAGS.get(event.tag) != kind:
            tag = dialect.spell(event.tag)
            words = f"the tag {tag} is not taken: a spec holds plain values only"
            self._refuse(words, _whole(event))
        node = Node(data, marks)
        node.parts, node.keys, node.height = parts, {}, 0
        if event.anchor:
            self.anchors[event.anchor] = node
        self.stack.append(_Open(node, bool(event.flow_style)))

    def _close_sequence(self, event: Any) -> None:
        parts = self.stack[-1].node.parts
        assert isinstance(parts, list)
        self._close(event, parts)

    def _close_mapping(self, event: Any) -> None:
        top = self.stack[-1]
        parts = top.node.parts
        assert isinstance(parts, dict)
        for merge in top.merges:
            self._merge(top.node, merge)
        self._close(event, list(parts.values()))

    def _close(self, event: Any, parts: list[Node]) -> None:
        top = self.stack.pop()
        node = top.node
        node.size = 1 + sum([part.size for part in parts])
        node.height = 1 + max([part.height for part in parts], default=0)
        node.marks = self._extent(top, event)
        if node.height > dialect.MAX_DEPTH:
            self._stop(f"aliases nest values more than {dialect.MAX_DEPTH} deep", node.marks)
        if node.size > dialect.MAX_NODES:
            what = f"aliases make more than {dialect.MAX_NODES:,} values of this"
            self._stop(what, node.marks)
        self._add(node)

    def _extent(self, top: _Open, event: Any) -> Marks:
        line, column, _, _ = top.node.marks
        if top.flow:
            return line, column, event.end_mark.line, event.end_mark.column
        keys = top.node.keys
        if keys:
            # They are in the order in which they stand, but for those that were merged.
            first = min(keys.values()) if top.merges else next(iter(keys.values()))
            line, column = max(first[:2], (line, column))
        return line, column, *top.last[2:]

    def _add(self, node: Node, merge: bool = False) -> None:
        self.size += 1
        if self.size > dialect.MAX_NODES:
            self._stop(f"a document has more than {dialect.MAX_NODES:,} values", node.marks)
        if not self.stack:
            self._finish(node)
            return
        top = self.stack[-1]
        top.last = node.marks
        if top.key is not None:
            self._insert(top, top.key, node)
            top.key = None
        elif isinstance(top.node.parts, list):
            top.node.parts.append(node)
            top.node.data.append(node.data)
        else:
            usual = node.data.__class__ is str and not merge
            top.key = node if usual else self._key(node, merge)

    def _finish(self, node: Node) -> None:
        self.root = node
        self.budget -= node.size
        if self.budget < 0:
            self._stop(f"a file has more than {dialect.MAX_NODES_PER_FILE:,} values", node.marks)

    def _key(self, node: Node, merge: bool) -> Node:
        """The node of a key that is no text: its `data` is None for a merge, its name otherwise."""
        if node.text is None:
            self._refuse("a key must be text, not a list or a mapping", node.marks)
        elif node.data is None and node.text in dialect.CONSTANTS:
            self._refuse("a key is missing before this colon", node.marks)
        return Node(None if merge else node.text or "", node.marks, node.text)

    def _insert(self, top: _Open, key: Node, node: Node) -> None:
        keys, parts = top.node.keys, top.node.parts
        assert isinstance(parts, dict)
        if key.data is None:
            top.merges.append(node)
            return
        if key.data in keys:
            first = keys[key.data][0] + 1
            self._refuse(
                f"the key '{clean(key.data)}' stands twice, first on line {first}", key.marks
            )
            return
        line, column, last, end = node.marks
        if column == end and line == last:
            node = node.at(key.marks)
        keys[key.data], parts[key.data] = key.marks, node
        top.node.data[key.data] = node.data

    def _merge(self, into: Node, source: Node) -> None:
        many = source.parts if isinstance(source.parts, list) else [source]
        for one in many:
            if not isinstance(one.parts, dict) or not isinstance(into.parts, dict):
                self._refuse("'<<' merges mappings, and this is none", one.marks)
                continue
            self.size += len(one.parts)
            for name, part in one.parts.items():
                if name not in into.parts:
                    into.parts[name], into.keys[name] = part, one.keys[name]
                    into.data[name] = part.data

    def _stop(self, message: str, marks: Marks) -> None:
        raise TooMuchError(Problem("SPEC003", message, span(marks)))


def _whole(event: Any) -> Marks:
    """Where an event stands with its anchor and tag, up to the end of its first line."""
    start, end = event.start_mark, event.end_mark
    if start.line == end.line:
        return start.line, start.column, end.line, end.column
    return start.line, start.column, start.line, start.column + 1
