"""From bytes to text: what can be read as YAML at all, and where it cannot."""

from __future__ import annotations

import re
from typing import IO

from aispec.spec.dialect import MAX_BYTES
from aispec.spec.location import START, Span
from aispec.spec.problem import Problem

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_BEYOND_ASCII = "[\x80-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
_OLD_BREAKS = "[\x85\u2028\u2029]"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NAMES = {"\x00": "a NUL byte", "\x1b": "an escape character", "\ufeff": "a byte order mark"}

_USUAL = 1 << 14
"""Bytes that few specs have: room for all that one may have takes longer to get than to fill."""


def taken(file: IO[bytes]) -> bytes:
    """The bytes of a file, at most one more than a spec may have."""
    raw = file.read(_USUAL)
    return raw if len(raw) < _USUAL else raw + file.read(MAX_BYTES + 1 - _USUAL)


def decode(raw: str | bytes) -> tuple[str, Problem | None]:
    """The text as `normalise` has it, and the problem with it: then it is for showing only."""
    if len(raw) > MAX_BYTES:
        return "", Problem("SPEC001", "the file has more than the 1 MiB that a spec may have")
    if isinstance(raw, bytes):
        text, problem = _from_utf8(raw)
        if problem:
            return text, problem
    else:
        text = raw
    text = normalise(text)
    bad = _CONTROL.search(text)
    if bad is None and not text.isascii():
        bad = re.search(_BEYOND_ASCII, text)
    return (text, _unprintable(text, bad.start())) if bad else (text, None)


def normalise(text: str) -> str:
    """The text with line feeds for line breaks and without a leading byte order mark.

    NEL, LS and PS are ordinary characters in YAML 1.2 and line breaks to parsers of YAML 1.1: they
    are read as spaces, so that lines are counted as editors count them.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else re.sub(_OLD_BREAKS, " ", text)


def place(text: str, offset: int) -> Span:
    """The one character at an offset of the text."""
    start = text.rfind("\n", 0, offset) + 1
    line, column = text.count("\n", 0, offset) + 1, offset - start + 1
    return Span(line, column, line, column + 1)


def _from_utf8(raw: bytes) -> tuple[str, Problem | None]:
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError as error:
        if raw.startswith(_UTF16):
            return "", Problem("SPEC001", "the file is UTF-16", START, help="save it as UTF-8")
        before = normalise(raw[: error.start].decode("utf-8"))
        shown = normalise(raw.decode("utf-8", "replace"))
        return shown, Problem(
            "SPEC001",
            f"the byte 0x{raw[error.start]:02x} here is not UTF-8",
            place(before, len(before)),
            help="save the file as UTF-8",
        )


def _unprintable(text: str, offset: int) -> Problem:
    character = text[offset]
    name = _NAMES.get(character, f"the character U+{ord(character):04X}")
    binary = offset < 1024 and text.count("\x00", 0, 4096) > 1
    return Problem(
        "SPEC001",
        "the file is binary, not a text" if binary else f"{name} cannot stand in a spec",
        place(text, offset),
    )
