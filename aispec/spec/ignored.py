"""Files that `.gitignore` leaves out, nested ones included."""

from __future__ import annotations

import os
from typing import Any


class Ignored:
    """The patterns that hold in a folder: its own, then those of the folders above."""

    __slots__ = ("_above", "_base", "_spec")

    def __init__(self, base: str, spec: Any, above: Ignored | None) -> None:
        self._base = base
        self._spec = spec
        self._above = above

    def covers(self, path: str, is_dir: bool) -> bool:
        """Whether an absolute path is left out; the nearest file that says anything decides."""
        relative = os.path.relpath(path, self._base).replace(os.sep, "/")
        said: bool | None = self._spec.check_file(relative + "/" * is_dir).include
        if said is not None:
            return said
        return self._above is not None and self._above.covers(path, is_dir)


def with_folder(folder: str, above: Ignored | None) -> Ignored | None:
    """The patterns inside a folder that has a `.gitignore`."""
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.read(1 << 20).splitlines()
    except OSError:
        return above
    from pathspec import GitIgnoreSpec

    try:
        return Ignored(folder, GitIgnoreSpec.from_lines(lines), above)
    except ValueError:  # a pattern that git would not take either
        return above


def above(folder: str, root: str) -> Ignored | None:
    """The patterns that hold for a folder from those above it, the root's first."""
    held: Ignored | None = None
    steps = os.path.relpath(folder, root).split(os.sep)
    if steps[0] == os.pardir:
        return None
    path = root
    for step in steps if steps != [os.curdir] else []:
        held = with_folder(path, held)
        path = os.path.join(path, step)
    return held
