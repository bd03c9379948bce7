"""Globs over paths with `/`: `*` stays within a folder, `**` does not.

A glob may be a stranger's, and so may a path: each star takes what lies before the first place at
which the text after it stands, and is not tried again, so that no glob takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from aispec.late import pattern

_PIECES = pattern(r"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|/|[^*?\[/]+|\[")
_FOLDERS, _ANYTHING, _NAME = "(?:[^/]+/)*", ".*", "[^/]*"
_WIDE = (_FOLDERS, _ANYTHING)


def is_glob(path: str) -> bool:
    """Whether a path has a glob's characters in it."""
    return any(character in path for character in "*?[")


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path is one of those that the globs name; a folder's name takes all below it."""
    return any(_compiled(glob.removeprefix("./")).fullmatch(path) for glob in globs)


def fixed_part(glob: str) -> str:
    """The folder that everything a glob can match lies in."""
    steps = glob.split("/")
    fixed = []
    for step in steps[:-1]:
        if is_glob(step):
            break
        fixed.append(step)
    return "/".join(fixed) or ("/" if glob.startswith("/") else ".")


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(expression(glob.rstrip("/")) + "(?:/.*)?", re.S)


def expression(glob: str) -> str:
    """Return a regular expression for what a glob names, without what lies below it."""
    # Runs of stars mean no more than two.
    glob = re.sub(r"(\*\*/)+", "**/", re.sub(r"\*{3,}", "**", glob[:1000]))
    pieces: list[str] = []
    for piece in _PIECES.findall(glob):
        pieces += _piece(piece, not pieces or pieces[-1] in ("/", _FOLDERS))
    return _settled(pieces, _WIDE)


def _piece(piece: str, begins: bool) -> list[str]:
    """The expression for a piece; `begins` where it stands at the start of a folder's name."""
    if piece == "**/":
        return [_FOLDERS] if begins else [_ANYTHING, "/"]
    if piece in ("**", "*", "?"):
        return [{"**": _ANYTHING, "*": _NAME, "?": "[^/]"}[piece]]
    if piece[0] == "[" and len(piece) > 2:
        inner = re.escape(piece[1:-1].removeprefix("!")).replace(r"\-", "-")
        return [f"[{'^/' if piece[1] == '!' else ''}{inner}]"]
    return [re.escape(piece)]


def _settled(pieces: Sequence[str], stars: Sequence[str], ends: bool = True) -> str:
    """Join pieces so that each star ends where what follows it first stands.

    Only the last one may go on, where the glob `ends` with these pieces. Between stars that cross
    folders stand those that do not, which are settled for themselves: what one of the former could
    take later, the next of them can take as well.
    """
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for piece in pieces:
        if piece in stars:
            blocks.append((piece, []))
        else:
            blocks[-1][1].append(piece)
    made = []
    for number, (star, block) in enumerate(blocks, 1):
        last = ends and number == len(blocks)
        inner = _settled(block, (_NAME,), last) if stars == _WIDE else "".join(block)
        made.append(f"{star}{inner}" if last or not star else f"(?>{star}?{inner})")
    return "".join(made)
