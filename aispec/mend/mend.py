"""Mending a file: spellings that have one right form, and remedies, without making it worse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from aispec.mend.canonical import renames
from aispec.mend.placing import Value, set_field
from aispec.mend.text import Edit, Number, RefusedError, Source, applied, requoted, scalar_edit
from aispec.mend.units import quantities, respelled
from aispec.record import made, record
from aispec.resources import schema
from aispec.spec.document import Document, parse, split
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile, read

_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_ROUNDS = 8
_UNREAD = frozenset(("SPEC001", "SPEC002", "SPEC003", "SPEC004"))


@record(frozen=False)
class Mended:
    """A file's text after mending, and what was left alone, with the line and the reason."""

    text: str
    left: list[tuple[int, str]] = made(default_factory=list)


def mended(text: str, path: str) -> Mended:
    """Return a text with names, keys and units as they are spelled right.

    Mending one thing may bring another to light, so this goes on until nothing changes; the result
    of mending it again is the same text. A change after which the file reads worse is not made.
    """
    made = Mended(text)
    before = read(text, path)
    for _ in range(_ROUNDS):
        left: list[tuple[int, str]] = []
        edits = list(_edits(made.text, before, left))
        made.left = left
        changed = applied(made.text, edits)
        if changed == made.text:
            break
        after = read(changed, path)
        if worse(before, after):
            changed, after = _one_by_one(made, edits, before, path)
            if changed == made.text:
                break
        made.text, before = changed, after
    return made


def _one_by_one(
    made: Mended, edits: Sequence[Edit], before: SpecFile, path: str
) -> tuple[str, SpecFile]:
    """Make those edits that do no harm by themselves, the last first, so that places stay."""
    text, now = made.text, before
    for edit in sorted(set(edits), reverse=True):
        tried = applied(text, [edit])
        after = read(tried, path)
        if worse(now, after):
            line = text.count("\n", 0, edit.start) + 1
            made.left.append((line, f"'{edit.text}' would make the file read worse"))
        else:
            text, now = tried, after
    return text, now


def worse(before: SpecFile, after: SpecFile) -> bool:
    """Whether a file reads worse than it did: fewer deployments, or problems of another depth."""
    if len(after.deployments) < len(before.deployments):
        return True
    if not before.problems:
        return bool(after.problems)
    grave = Counter(p.code for p in before.problems if p.code in _UNREAD)
    now = Counter(p.code for p in after.problems if p.code in _UNREAD)
    return bool(now - grave)


def with_fields(text: str, path: str, deployment: str, fields: Mapping[str, Value]) -> str:
    """Return a text in which a deployment's fields have other values; None takes one out.

    Raises RefusedError where that can't be done by changing only the bytes concerned, and where
    the file would read worse after it.
    """
    before = read(text, path)
    for name, value in fields.items():
        document = _document(text, path, deployment)
        text = applied(text, set_field(Source(text), document, split(name), value))
    if worse(before, read(text, path)):
        raise RefusedError("the file would read worse after it")
    return text


def _document(text: str, path: str, deployment: str) -> Document:
    """Return the document that has a deployment's name; half-made ones have theirs, too."""
    for document in parse(text)[0]:
        if isinstance(document.data, dict) and document.data.get("name") == deployment:
            return document
    raise RefusedError(f"there is no deployment '{deployment}' in {path}")


def _edits(text: str, file: SpecFile, left: list[tuple[int, str]]) -> Iterator[Edit]:
    source = Source(text)
    yield from _offered(source, file.problems)
    for document in parse(text)[0]:
        if not document.broken and isinstance(document.data, dict):
            yield from _spelled(source, document, left)


def _offered(source: Source, problems: Sequence[Problem]) -> Iterator[Edit]:
    """Yield what the reader itself offers: one key or value in the place of another."""
    for problem in problems:
        if problem.instead is None:
            continue
        span = problem.span
        start = source.offset(span.line - 1, span.column - 1)
        end = source.offset(span.end_line - 1, span.end_column - 1)
        raw = source.text[start:end]
        if span.line != span.end_line or not raw or raw[0] in "*|>{[":
            continue
        quoted = raw[0] in "'\"" and len(raw) > 1
        yield Edit(start, end, requoted(raw if quoted else "", problem.instead))


def _spelled(source: Source, document: Document, left: list[tuple[int, str]]) -> Iterator[Edit]:
    """Yield names and quantities in their right spelling."""
    wanted = renames(document)
    for path, kind, value in quantities(document, schema("ai-deploy")):
        better = respelled(kind, document.text(path) if _bare(value) else value)
        if better is not None:
            wanted.append((path, Number(better) if _DIGITS.fullmatch(better) else better))
    for path, better in wanted:
        try:
            yield scalar_edit(source, document, path, better)
        except RefusedError as refused:
            left.append((document.locate(path).line, str(refused)))


def _bare(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
