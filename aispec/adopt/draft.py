"""A spec in the making: fields with their values, and where each value came from."""

from __future__ import annotations

import re
from typing import NamedTuple

from aispec.record import made, record

TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]{1,200}")
"""One line of text, as a spec takes it."""

Value = str | int | float | bool | list[object]


class Entry(NamedTuple):
    """A field's value, a comment for the reader, and whether the value is a guess."""

    value: Value
    comment: str = ""
    guess: bool = False


@record(frozen=False)
class Draft:
    """The fields of one deployment by dotted path, and what the reader should know besides.

    `source` says in a word or two what was read ("the manifest"), and is empty where people
    answered questions.
    """

    fields: dict[str, Entry] = made(default_factory=dict)
    notes: list[str] = made(default_factory=list)
    source: str = ""

    def put(self, path: str, value: Value | None, comment: str = "", guess: bool = False) -> None:
        """Set a field that has no value yet; nothing happens for None, or text no spec takes."""
        if isinstance(value, str) and not TEXT.fullmatch(value):
            return
        if value is not None and path not in self.fields:
            self.fields[path] = Entry(value, comment, guess)

    def value(self, path: str) -> Value | None:
        """Return a field's value, or None."""
        entry = self.fields.get(path)
        return entry.value if entry else None

    def text(self, path: str) -> str:
        """Return a field's value as text, empty where there is none."""
        found = self.value(path)
        return "" if found is None else str(found)

    def has(self, part: str) -> bool:
        """Whether a part of the spec (`hardware`) has any field."""
        return any(path == part or path.startswith(part + ".") for path in self.fields)

    def drop(self, part: str) -> None:
        """Take a part of the spec out."""
        gone = [path for path in self.fields if path == part or path.startswith(part + ".")]
        for path in gone:
            del self.fields[path]

    @property
    def guesses(self) -> list[str]:
        """The paths of fields that were guessed."""
        return [path for path, entry in self.fields.items() if entry.guess]


class AdoptError(Exception):
    """A source that no spec can be made from; the message says why and what to do."""
