"""Texts on a terminal: made safe, measured in cells, clipped, padded and wrapped.

Whatever comes from a spec, a path or a rule goes through `safe` (or `cell` by cell) before it is
printed: no character of it steers the terminal or turns the order of what is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aispec.late import pattern

TAB = 4
"""Cells between tab stops."""

_PICTURES = 0x2400
_COMMAND = pattern(r"^([^\S\n]*):(?=:[A-Za-z])|#(?=#(?:vso)?\[)", re.MULTILINE | re.IGNORECASE)
_ASCII = {"…": "...", "×": "x", "·": "-", "—": "-", "–": "-", "→": "->", "’": "'", "µ": "u"}


def safe(text: str, unicode: bool = True) -> str:
    r"""Return a text on one line in which every character is printable.

    Line breaks and tabs become spaces, an escape `␛` (or `\x1b` where only ASCII can be shown).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(cell(character, unicode) for character in " ".join(text.splitlines()))


def muted(text: str) -> str:
    r"""Return a text no line of which a runner of workflows takes for a command.

    GitHub obeys `::error::` at the start of a line and `##[error]` anywhere, Azure `##vso[…]`; the
    first character of such a mark becomes `\x3a` or `\x23`.
    """
    if "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub(lambda found: f"{found[1] or ''}\\x{ord(found[0][-1]):02x}", text)


def harmless(text: str) -> str:
    """Return lines that neither a terminal nor a runner of workflows obeys."""
    return muted("\n".join(map(safe, text.split("\n"))))


def cell(character: str, unicode: bool = True) -> str:
    """Return what stands for one character of a stranger's text."""
    if character == "\t":
        return " "
    if character.isprintable() and (unicode or character.isascii()):
        return character
    code = ord(character)
    if unicode and code < 0x20:
        return chr(_PICTURES + code)
    if character.isspace() and code > 0x9F and character not in "\u2028\u2029":
        return " " * width_of(character)
    if character in _ASCII:
        return _ASCII[character]
    short = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return short if code < 0x10000 else f"\\U{code:08x}"


def width_of(character: str) -> int:
    """Return how many cells a printable character takes."""
    if character.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Return how many cells a safe text takes."""
    return len(text) if text.isascii() else sum(map(width_of, text))


def pad(text: str, cells: int) -> str:
    """Return a safe text with spaces up to so many cells."""
    return text + " " * (cells - width(text))


def clip(text: str, cells: int, unicode: bool = True) -> str:
    """Return a safe text in at most so many cells, with an ellipsis where it was cut."""
    if width(text) <= cells:
        return text
    mark = "…" if unicode else "..."
    kept, used = "", len(mark)
    for character in text:
        used += width_of(character)
        if used > cells:
            break
        kept += character
    return kept.rstrip() + mark


def wrap(text: str, cells: int, hang: str = "") -> list[str]:
    """Return a safe text in lines of at most so many cells, all but the first after `hang`.

    A word that is longer than a line stays whole, so that it can be copied.
    """
    lines: list[str] = []
    measure = len if text.isascii() else width
    if measure(text) <= cells:
        return [text]
    line, *rest = text.split(" ")
    used = measure(line)
    for word in rest:
        size = measure(word)
        if line.strip() and used + 1 + size > cells:
            lines.append(line)
            line, used = hang + word, len(hang) + size
        else:
            line, used = f"{line} {word}", used + 1 + size
    return [*lines, line]


def columns(rows: Iterable[tuple[str, ...]]) -> list[int]:
    """Return the cells that each column of safe texts takes."""
    return [max(map(width, column)) for column in zip(*rows, strict=True)]


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
