"""Headers of safetensors files: eight bytes of length, then JSON that places every tensor.

The format: https://huggingface.co/docs/safetensors, "Format".
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from aispec.catalog.local.files import LARGEST_HEADER, opened, parse_json, shown
from aispec.catalog.local.model import LocalError, Tensor

_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
    **dict.fromkeys(("F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}
_MOST_DIMENSIONS = 16
_LARGEST = 2**50


def read_safetensors(path: Path) -> list[Tensor]:
    """The tensors of a file, in the order of its header; their data is not read.

    Raises LocalError where the header does not fit the file.
    """
    with opened(path) as (stream, size):
        start = stream.read(8)
        if len(start) < 8:
            raise LocalError(
                f"{shown(path.name)} is cut off before its header.", f"it has {size} bytes, not 8"
            )
        length = int.from_bytes(start, "little")
        if length > LARGEST_HEADER or length > size - 8:
            raise LocalError(
                f"{shown(path.name)} is cut off or is not a safetensors file.",
                f"its header would have {length} bytes, the file has {size}",
            )
        header = parse_json(stream.read(length), path.name)
    header.pop("__metadata__", None)
    found = [_placed(name, entry, path.name) for name, entry in header.items()]
    _check_places(found, size - 8 - length, path.name)
    return [tensor for tensor, _ in found]


def _placed(name: str, entry: Any, file: str) -> tuple[Tensor, int]:
    try:
        kind, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise _lie(file, f"{shown(name)} is not described by type, shape and place") from error
    bits = _BITS.get(kind) if isinstance(kind, str) else None
    if bits is None:
        raise _lie(file, f"{shown(name)} has the unknown type {shown(str(kind))}")
    numbers = (*shape, begin, end)
    if len(shape) > _MOST_DIMENSIONS or not all(
        type(number) is int and 0 <= number <= _LARGEST for number in numbers
    ):
        raise _lie(file, f"{shown(name)} has a shape or place that is not whole numbers")
    if prod(shape) * bits != (end - begin) * 8:
        raise _lie(file, f"{shown(name)} has {end - begin} bytes, its shape needs another number")
    return Tensor(name, kind, shape, end - begin), begin


def _check_places(found: list[tuple[Tensor, int]], data: int, file: str) -> None:
    at = 0
    for tensor, begin in sorted(found, key=lambda each: (each[1], each[0].bytes)):
        if begin < at:
            raise _lie(file, f"{shown(tensor.name)} overlaps another tensor")
        at = begin + tensor.bytes
    if at > data:
        raise LocalError(
            f"{shown(file)} is cut off: tensors lie beyond its end.",
            f"they need {at} bytes after the header, {data} are there",
        )


def _lie(file: str, detail: str) -> LocalError:
    return LocalError(f"{shown(file)} describes a tensor that cannot be.", detail)
