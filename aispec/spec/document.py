"""YAML documents that remember where everything stood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aispec.spec import syntax
from aispec.spec.comments import Comment, addressed
from aispec.spec.compose import Composer, TooMuchError
from aispec.spec.dialect import MAX_DOCUMENTS
from aispec.spec.location import START, Path, Span
from aispec.spec.node import Node, index, span
from aispec.spec.parser import Parser, YAMLError
from aispec.spec.problem import Problem
from aispec.spec.text import decode


class Document:
    """One YAML document: plain data, and the place of every key and value."""

    __slots__ = ("_index", "_root", "broken", "comments")

    def __init__(self, root: Node, broken: bool = False) -> None:
        self._root = root
        self._index: tuple[dict[Path, Span], dict[Path, Span]] | None = None
        self.broken = broken
        self.comments: tuple[Comment, ...] = ()

    @property
    def data(self) -> Any:
        """The document as JSON would have it. Aliased parts are shared: do not change it."""
        return self._root.data

    @property
    def line(self) -> int:
        """The first line of the document's content."""
        return self._root.marks[0] + 1

    @property
    def values(self) -> dict[Path, Span]:
        """The place of every value by its path."""
        return self._places()[0]

    @property
    def keys(self) -> dict[Path, Span]:
        """The place of every key by the path of its value."""
        return self._places()[1]

    def _places(self) -> tuple[dict[Path, Span], dict[Path, Span]]:
        if self._index is None:
            self._index = index(self._root)
        return self._index

    def locate(self, path: Path | str) -> Span:
        """The place of a value, else of the nearest thing above it that is written.

        What was merged or aliased stands where its anchor is. The root is the first key's place.
        """
        node = self._nearest(path)
        if node is not self._root or not node.keys:
            return span(node.marks)
        return span(min(node.keys.values()))

    def locate_key(self, path: Path | str) -> Span:
        """The place of the key that a value stands under; for an item of a list, its own."""
        steps = split(path)
        above = self._find(steps[:-1])
        marks = above.keys.get(str(steps[-1])) if above is not None and steps else None
        return span(marks) if marks else self.locate(steps)

    def written(self, path: Path) -> Path:
        """The part of a path that is written, from its start."""
        node: Node | None = self._root
        for place, step in enumerate(path):
            node = node.part(step) if node is not None else None
            if node is None:
                return path[:place]
        return path

    def text(self, path: Path | str) -> str | None:
        """A scalar as it was written, without quotes: 0.10 stays "0.10"."""
        node = self._find(split(path))
        return None if node is None else node.text

    def node(self, path: Path | str) -> Node | None:
        """The node of a value, or None where nothing is written."""
        return self._find(split(path))

    def _find(self, steps: Path) -> Node | None:
        node: Node | None = self._root
        for step in steps:
            node = node.part(step) if node is not None else None
        return node

    def _nearest(self, path: Path | str) -> Node:
        node = self._root
        for step in split(path):
            part = node.part(step)
            if part is None:
                break
            node = part
        return node


def split(path: Path | str) -> Path:
    """The steps of a dotted path; `a.0.b` and `a[0].b` are the same."""
    if isinstance(path, tuple):
        return path
    return tuple(step for step in path.replace("[", ".").replace("]", "").split(".") if step)


def parse(text: str | bytes) -> tuple[list[Document], list[Problem]]:
    """The documents of a text, and what is wrong with it.

    A document that has a problem is `broken`; after an error of syntax or past a bound nothing more
    is read, and what came before still counts. Empty documents are left out.
    """
    text, unreadable = decode(text)
    return ([], [unreadable]) if unreadable else parse_decoded(text, text.split("\n"))


def parse_decoded(text: str, lines: list[str]) -> tuple[list[Document], list[Problem]]:
    """`parse` for a text that has been through `decode`, and its lines."""
    composer = Composer(lines)
    documents: list[Document] = []
    problems: list[Problem] = []
    try:
        for document, own in _documents(text, composer):
            documents.append(document)
            problems.extend(own)
    except YAMLError as error:
        problems.extend([*composer.problems, syntax.explain(error, lines)])
    except TooMuchError as error:
        problems.extend([*composer.problems, error.problem])
    documents = [document for document in documents if document.data is not None]
    if "aispec:" in text:
        _hand_out(documents, addressed(lines, composer.quoted))
    return documents, problems


def _documents(text: str, composer: Composer) -> Iterator[tuple[Document, list[Problem]]]:
    parser = Parser(text)
    count = 0
    while (event := parser.get_event()) is not None:
        if not composer.take(event):
            continue
        count += 1
        if composer.root is not None:
            yield Document(composer.root, bool(composer.problems)), composer.problems
            composer.problems = []
        if count >= MAX_DOCUMENTS:
            message = f"a file has more than {MAX_DOCUMENTS:,} documents"
            raise TooMuchError(Problem("SPEC003", message, START))


def _hand_out(documents: list[Document], comments: list[Comment]) -> None:
    """Gives each document the comments from its first line, or the file's, to the next document."""
    starts = [document.line for document in documents[1:]]
    for place, document in enumerate(documents):
        low = starts[place - 1] if place else 0
        high = starts[place] if place < len(starts) else float("inf")
        document.comments = tuple(c for c in comments if low <= c.line < high)
