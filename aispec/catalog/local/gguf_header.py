"""The header of a GGUF file: metadata and where each tensor lies.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3. Long
arrays, as a vocabulary of 128,000 tokens is, are stepped over and only counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from struct import Struct, unpack_from
from typing import Any, BinaryIO

from aispec.catalog.gguf import block_type
from aispec.catalog.local.files import LARGEST_HEADER, opened, shown
from aispec.catalog.local.model import LocalError, Tensor
from aispec.record import record

_KINDS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1",
    10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS",
    17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S",
    23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16",
    34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0",
}  # fmt: skip
_PLAIN = {"I8": (1, 1), "I16": (1, 2), "I32": (1, 4), "I64": (1, 8), "F64": (1, 8)}
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_LONG = Struct("<Q")
_CHUNK = 2**20
_MOST_METADATA, _MOST_TENSORS, _MOST_KEPT = 4096, 200_000, 10_000
_LONGEST_NAME, _LONGEST_TEXT = 256, 4096
_LARGEST = 2**50


@record
class GgufHeader:
    """Metadata without what is long (of which `lengths` has the length), and the tensors."""

    metadata: Mapping[str, Any]
    lengths: Mapping[str, int]
    tensors: tuple[Tensor, ...]


def read_gguf(path: Path) -> GgufHeader:
    """The header of a GGUF file; raises LocalError where it does not fit the file."""
    with opened(path) as (stream, size):
        reader = _Reader(stream, size, path.name)
        tensors, keys = _start(reader)
        metadata: dict[str, Any] = {}
        lengths: dict[str, int] = {}
        for _ in range(keys):
            key = reader.text(_LONGEST_NAME)
            if key in metadata or key in lengths:
                raise reader.broken(f"{shown(key)} stands in it twice")
            value, length = _value(reader)
            if length is None:
                metadata[key] = value
            else:
                lengths[key] = length
        placed = [_tensor(reader) for _ in range(tensors)]
        _check(reader, placed, metadata.get("general.alignment", 32))
    return GgufHeader(metadata, lengths, tuple(tensor for tensor, _ in placed))


class _Reader:
    """A window that moves over the header; nothing behind it is kept."""

    def __init__(self, stream: BinaryIO, size: int, name: str) -> None:
        self.stream, self.size, self.name = stream, size, name
        self.data, self.at, self.base = b"", 0, 0

    @property
    def place(self) -> int:
        return self.base + self.at

    def broken(self, detail: str) -> LocalError:
        return LocalError(f"{shown(self.name)} is a damaged GGUF file.", detail)

    def need(self, count: int) -> None:
        """Have the next `count` bytes at hand."""
        if len(self.data) - self.at >= count:
            return
        self.base += self.at
        if self.base + count > min(self.size, LARGEST_HEADER):
            raise self._short()
        self.stream.seek(self.base)
        self.data, self.at = self.stream.read(max(count, _CHUNK)), 0
        if len(self.data) < count:
            raise self._short()

    def _short(self) -> LocalError:
        if self.size > LARGEST_HEADER:
            return self.broken(f"its header is longer than {LARGEST_HEADER} bytes")
        return LocalError(
            f"{shown(self.name)} is cut off inside its header.", f"it has {self.size} bytes"
        )

    def skip(self, count: int) -> None:
        if self.place + count > min(self.size, LARGEST_HEADER):
            raise self._short()
        self.at += count
        if self.at > len(self.data):
            self.base, self.at, self.data = self.place, 0, b""

    def numbers(self, form: str, count: int = 1) -> tuple[Any, ...]:
        whole = f"<{count}{form}"
        size = count * Struct(f"<{form}").size
        self.need(size)
        found = unpack_from(whole, self.data, self.at)
        self.at += size
        return found

    def long(self) -> int:
        self.need(8)
        found: int = _LONG.unpack_from(self.data, self.at)[0]
        self.at += 8
        return found

    def text(self, longest: int) -> str:
        length = self.long()
        if length > longest:
            raise self.broken(f"a name in it would have {length} bytes")
        self.need(length)
        raw = self.data[self.at : self.at + length]
        self.at += length
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.broken("a name in it is not UTF-8 text") from error

    def skip_strings(self, count: int) -> None:
        """Step over strings: the vocabulary and its merges, most of a header's time."""
        unpack = _LONG.unpack_from
        while count:
            data, at, end = self.data, self.at, len(self.data) - 8
            while count and at <= end:
                at += 8 + unpack(data, at)[0]
                count -= 1
            self.skip(at - self.at)
            if count:
                self.need(8)


def _start(reader: _Reader) -> tuple[int, int]:
    reader.need(24)
    if reader.data[:4] != b"GGUF":
        raise LocalError(f"{shown(reader.name)} is not a GGUF file.", "it does not begin with GGUF")
    reader.at = 4
    (version,) = reader.numbers("I")
    if version not in (2, 3):
        if version and version & 0xFFFF == 0:
            raise LocalError(
                f"{shown(reader.name)} is big-endian, which is not read.", "convert it first"
            )
        raise LocalError(
            f"{shown(reader.name)} has a GGUF version that is not read.",
            f"version {version}; 2 and 3 are read",
        )
    tensors, keys = reader.long(), reader.long()
    if tensors > _MOST_TENSORS or keys > _MOST_METADATA:
        raise reader.broken(f"it would have {tensors} tensors and {keys} metadata keys")
    return tensors, keys


def _value(reader: _Reader) -> tuple[Any, int | None]:
    """A value, or nothing and the length of what was stepped over."""
    (kind,) = reader.numbers("I")
    if kind in _SCALARS:
        return reader.numbers(_SCALARS[kind])[0], None
    if kind == _STRING:
        return _text(reader)
    if kind != _ARRAY:
        raise reader.broken(f"a value has the unknown type {kind}")
    (item,) = reader.numbers("I")
    count = reader.long()
    if item == _STRING:
        reader.skip_strings(count)
        return None, count
    if item not in _SCALARS:
        raise reader.broken(f"an array in it has items of type {item}")
    if count <= _MOST_KEPT:
        return reader.numbers(_SCALARS[item], count), None
    reader.skip(count * Struct(f"<{_SCALARS[item]}").size)
    return None, count


def _text(reader: _Reader) -> tuple[str | None, int | None]:
    reader.need(8)
    length = _LONG.unpack_from(reader.data, reader.at)[0]
    if length <= _LONGEST_TEXT:
        return reader.text(_LONGEST_TEXT), None
    reader.skip(8 + length)
    return None, length


def _tensor(reader: _Reader) -> tuple[Tensor, int]:
    name = reader.text(_LONGEST_NAME)
    (dimensions,) = reader.numbers("I")
    if dimensions > 4:
        raise reader.broken(f"{shown(name)} would have {dimensions} dimensions")
    shape = reader.numbers("Q", dimensions)
    (code,) = reader.numbers("I")
    offset = reader.long()
    kind = _KINDS.get(code)
    block = (_PLAIN.get(kind) or block_type(kind)) if kind else None
    if kind is None or block is None:
        raise reader.broken(f"{shown(name)} has the unknown type {code}")
    count = prod(shape)
    if count > _LARGEST or (shape and shape[0] % block[0]):
        raise reader.broken(f"{shown(name)} has a shape that {kind} cannot hold")
    return Tensor(name, kind, shape, count // block[0] * block[1]), offset


def _check(reader: _Reader, placed: list[tuple[Tensor, int]], alignment: Any) -> None:
    if type(alignment) is not int or not 0 < alignment <= 2**20 or alignment & (alignment - 1):
        raise reader.broken("its alignment is not a power of two")
    if len({tensor.name for tensor, _ in placed}) < len(placed):
        raise reader.broken("two tensors have the same name")
    start = -(-reader.place // alignment) * alignment
    at = 0
    for tensor, offset in sorted(placed, key=lambda each: (each[1], each[0].bytes)):
        if offset < at:
            raise reader.broken(f"{shown(tensor.name)} overlaps another tensor")
        at = offset + tensor.bytes
    if start + at > reader.size and placed:
        raise LocalError(
            f"{shown(reader.name)} is cut off: tensors lie beyond its end.",
            f"they need {start + at} bytes, the file has {reader.size}",
        )
