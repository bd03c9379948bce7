"""Patterns that are compiled when they are first asked for something.

Compiling a pattern takes a tenth to half a millisecond, and most runs ask few of all that there
are: compiled at once they were a sixteenth of the time of a whole `aispec check` of one spec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


class _Pattern:
    """Does what a compiled pattern does."""

    def __init__(self, *asked: Any) -> None:
        self._asked = asked

    @property  # type: ignore[misc]  # nobody sets it
    def __class__(self) -> type:
        """What `isinstance` hears: functions such as `re.finditer` take patterns by it."""
        return re.Pattern

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._asked), name)
        setattr(self, name, found)
        return found


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` would, not compiled yet."""
    return cast("re.Pattern[str]", _Pattern(text, flags))


@contextmanager
def patterns_wait() -> Iterator[None]:
    """Let the patterns of modules that are imported meanwhile wait to be asked, too."""
    compile_now = re.compile
    re.compile = _Pattern  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = compile_now
