"""Files that `.gitignore` leaves out, nested ones included.

The patterns may be a stranger's: they become the expressions of `globs`, none of which takes long.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aispec.late import pattern
from aispec.spec.globs import expression

_MOST_CHARACTERS = 1 << 18
_MOST_PATTERNS = 2_000
_ESCAPED = pattern(r"\\(.)")
_STARS = pattern(r"(?<=[^/*])\*{2,}|(?<!\*)\*{2,}(?=[^/*])")  # two of them inside a name


class _Pattern(NamedTuple):
    expression: re.Pattern[str]
    leaves_out: bool


class Ignored:
    """The patterns that hold in a folder: its own, then those of the folders above."""

    __slots__ = ("_above", "_base", "_patterns")

    def __init__(self, base: str, lines: Iterable[str], above: Ignored | None) -> None:
        self._base = base
        self._patterns = list(_patterns(lines))[-_MOST_PATTERNS:][::-1]
        self._above = above

    def covers(self, path: str, is_dir: bool) -> bool:
        """Whether an absolute path is left out; the nearest file that says anything decides."""
        relative = os.path.relpath(path, self._base).replace(os.sep, "/") + "/" * is_dir
        for each in self._patterns:  # the last one that says anything decides
            if each.expression.fullmatch(relative):
                return each.leaves_out
        return self._above is not None and self._above.covers(path, is_dir)


def _patterns(lines: Iterable[str]) -> Iterator[_Pattern]:
    for line in lines:
        wanted = re.sub(r"(?<!\\) +$", "", line)
        if not wanted or wanted.startswith("#"):
            continue
        leaves_out = not wanted.startswith("!")
        glob = wanted if leaves_out else wanted[1:]
        below = "/.*" if glob.endswith("/") else "(?:/.*)?"  # only a folder, or a file as well
        glob = glob.rstrip("/")
        if glob.strip("/"):
            rooted = glob.removeprefix("/") if "/" in glob else f"**/{glob}"
            yield _Pattern(re.compile(expression(_unescaped(rooted)) + below, re.S), leaves_out)


def _unescaped(glob: str) -> str:
    """A pattern of git's as a glob of ours, which has no escapes."""
    plain = _ESCAPED.sub(lambda found: f"[{found[1]}]" if found[1] in "*?[" else found[1], glob)
    return _STARS.sub("*", plain.replace("[^", "[!"))


def with_folder(folder: str, above: Ignored | None) -> Ignored | None:
    """The patterns inside a folder that has a `.gitignore`."""
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = file.read(_MOST_CHARACTERS).splitlines()
            if file.read(1):
                del lines[-1]  # it may be half a pattern
    except OSError:
        return above
    return Ignored(folder, lines, above)


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
