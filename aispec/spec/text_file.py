"""Texts that may be too long to be read whole: prompts, and what `aispec tokens` is given.

A long one is read in passages, one from each of as many even stretches, so that what it takes does
not grow with its size.
"""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, BinaryIO

from aispec.record import made, record

MOST = 64 << 20
"""Bytes of the longest text that is read: more than any model's context has room for."""

PASSAGE = 4 << 10
"""Bytes of a passage."""

_GOLDEN = 0.6180339887498949  # multiples of it, without their whole part, are spread evenly


@record
class Passage:
    """A part of a text, and the bytes that it was."""

    text: str
    size: int


@record(eq=False)
class TextFile:
    """A text of `size` bytes that is opened when it is read.

    `kept` is for what is found out of it, which several deployments may ask for.
    """

    size: int
    opened: Callable[[], BinaryIO]
    kept: dict[str, Any] = made(default_factory=dict)

    def passages(self, most: int) -> list[Passage]:
        """Return the whole text where it has at most so many bytes, else passages of it.

        Raises OSError where it can't be read.
        """
        with self.opened() as file:
            if self.size <= most:
                return [_decoded(file.read(most))]
            starts = _starts(self.size, most // PASSAGE)
            return [_decoded(_read_at(file, start)) for start in starts]


def of_text(text: str | bytes) -> TextFile:
    """Return a text that is at hand."""
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return TextFile(len(raw), lambda: BytesIO(raw))


def of_file(path: str) -> TextFile:
    """Return the text of a file. Raises OSError where it can't be opened."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
    return TextFile(size, lambda: open(path, "rb"))


def _starts(size: int, count: int) -> Iterator[int]:
    """Where passages begin: in even stretches, in each at another place, lest they keep step."""
    stretch = size / count
    for number in range(count):
        within = number * _GOLDEN % 1 * (stretch - PASSAGE)
        yield int(number * stretch + within)


def _read_at(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    raw = file.read(PASSAGE)
    within = 0  # the rest of a character that began before
    while start and within < min(3, len(raw)) and raw[within] & 0xC0 == 0x80:
        within += 1
    return raw[within:]


def _decoded(raw: bytes) -> Passage:
    """The characters that are whole; bytes that are no UTF-8 are replaced."""
    decoder = getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(raw)
    return Passage(text, len(raw) - len(decoder.getstate()[0]))
