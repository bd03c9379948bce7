"""Where a finding points: from a field's path to a stretch of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aispec.spec.location import Path, Span


class Places(Protocol):
    """What a document has to tell of places."""

    @property
    def values(self) -> Mapping[Path, Span]:
        """The place of every value by its path."""

    @property
    def keys(self) -> Mapping[Path, Span]:
        """The place of every key by the path of its value."""

    def locate(self, path: Path | str) -> Span:
        """The place of a value or of the nearest thing above it."""


def nearest(places: Places, at: str) -> Path:
    """Return the path of a field, or of the nearest parent that is written; `()` for none."""
    steps: Path = tuple(int(s) if s.isdecimal() else s for s in at.split(".")) if at else ()
    while steps and steps not in places.values:
        steps = steps[:-1]
    return steps


def place(places: Places, at: str) -> Span:
    """Return the stretch to underline for a field.

    It is the value, or the key where the value is a block below it: a block is too much to
    underline, and a comment above the key should count for it.
    """
    steps = nearest(places, at)
    if not steps:
        return places.locate(())
    value, key = places.values[steps], places.keys.get(steps)
    return key if key is not None and key.line < value.line else value
