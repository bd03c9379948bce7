"""Colour for terminals, written by hand because libraries for it take long to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Style = Literal[
    "error", "warning", "note", "label", "gutter", "strong", "dim", "good", "plain", "frame"
]
Paint = Callable[[str, Style], str]
"""Dresses a text that was made safe before; the text's own escapes would be obeyed."""

RESET = "\x1b[0m"

_CODES: dict[Style, str] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "label": "\x1b[36m",
    "gutter": "\x1b[2;34m",
    "frame": "\x1b[34m",
    "strong": "\x1b[1m",
    "dim": "\x1b[2m",
    "good": "\x1b[32m",
    "plain": "",
}


def painter(colour: bool) -> Paint:
    """Return what dresses a text in a style, or leaves it alone without `colour`."""
    return _paint if colour else _leave


def linked(text: str, path: str) -> str:
    """Return a text that terminals open a file from (OSC 8); the path is absolute."""
    from urllib.parse import quote

    target = quote(path.encode("utf-8", "surrogateescape"))
    return f"\x1b]8;;file://{target}\x1b\\{text}\x1b]8;;\x1b\\"


def _paint(text: str, style: Style) -> str:
    code = _CODES[style]
    return f"{code}{text}{RESET}" if code and text.strip() else text


def _leave(text: str, style: Style) -> str:
    return text
