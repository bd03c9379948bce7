"""PyYAML's parser, without what only its other half needs.

Importing PyYAML compiles the patterns of the readers and resolvers that are written in Python, one
of them of every printable character: a ninth of the time of a whole `aispec check` of one spec, for
patterns that libyaml's parser never asks. They are compiled when somebody does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Late:
    """Does what a compiled pattern does, and is compiled when that is first asked of it."""

    def __init__(self, *asked: Any) -> None:
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._asked), name)
        setattr(self, name, found)
        return found


@contextmanager
def _patterns_wait() -> Iterator[None]:
    compile_now = re.compile
    re.compile = _Late  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = compile_now


with _patterns_wait():
    from yaml import YAMLError, events

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined]
except ImportError:  # a PyYAML that was built without libyaml
    from yaml import Loader as Parser  # type: ignore[assignment]

__all__ = ["Parser", "YAMLError", "events"]
