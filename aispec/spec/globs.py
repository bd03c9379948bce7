"""Globs over paths with `/`: `*` stays within a folder, `**` does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PIECES = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|[^*?\[]+|\[")
_SPECIAL = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


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
    # Runs of stars would make the expression slow, and mean no more than two.
    glob = re.sub(r"(\*\*/)+", "**/", re.sub(r"\*{3,}", "**", glob[:1000])).rstrip("/")
    body = "".join(_piece(piece) for piece in _PIECES.findall(glob))
    return re.compile(body + "(?:/.*)?", re.S)


def _piece(piece: str) -> str:
    if piece in _SPECIAL:
        return _SPECIAL[piece]
    if piece[0] == "[" and len(piece) > 2:
        inner = re.escape(piece[1:-1].removeprefix("!")).replace(r"\-", "-")
        return f"[{'^/' if piece[1] == '!' else ''}{inner}]"
    return re.escape(piece)
