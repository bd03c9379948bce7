"""Where a finding points: from a field's path to a stretch of the file."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from aispec.spec.location import Path, Span


class Places(Protocol):
    """What a document has to tell of places."""

    def written(self, path: Path) -> Path:
        """The part of a path that is written, from its start."""

    def locate(self, path: Path | str) -> Span:
        """The place of a value or of the nearest thing above it."""

    def locate_key(self, path: Path | str) -> Span:
        """The place of the key that a value stands under."""


def nearest(places: Places, at: str) -> Path:
    """Return the path of a field, or of the nearest parent that is written; `()` for none."""
    return places.written(_steps(at))


def place(places: Places, at: str) -> Span:
    """Return the stretch to underline for a field.

    It is the value, or the key where the value is a block below it: a block is too much to
    underline, and a comment above the key should count for it.
    """
    steps = nearest(places, at)
    value = places.locate(steps)
    if not steps:
        return value
    key = places.locate_key(steps)
    return key if key.line < value.line else value


@lru_cache(maxsize=1024)
def _steps(at: str) -> Path:
    return tuple(int(s) if s.isdecimal() else s for s in at.split(".")) if at else ()
