"""A model in GGUF: one file, or a file split in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from aispec.catalog.formats import weight_format
from aispec.catalog.local.files import inside, is_pointer, listed, shown
from aispec.catalog.local.gguf_header import GgufHeader, read_gguf
from aispec.catalog.local.gguf_model import describe_gguf
from aispec.catalog.local.model import LocalError, LocalModel, Tensor
from aispec.catalog.local.parts import assigned, by_part

_SPLIT = re.compile(r"(.{0,200})-(\d{5})-of-(\d{5})\.gguf", re.IGNORECASE | re.DOTALL)
_MOST_PARTS = 1000
# llama.cpp include/llama.h, llama_ftype; 1024 marks a guess.
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE", 39: "NVFP4",
    40: "Q1_0",
}  # fmt: skip
_GUESSED = 1024


def choose(folder: str, names: Sequence[str]) -> str:
    """The one model among a folder's GGUF files; raises LocalError where there are several."""
    own = [name for name in names if "mmproj" not in name.lower() and _first(name)]
    if len(own) != 1:
        raise LocalError(
            f"{shown(folder)} holds {len(own) or 'no'} GGUF models; path must name one file.",
            ", ".join(shown(name) for name in (own or names)[:5]),
        )
    return own[0]


def read_gguf_model(file: Path, root: Path) -> LocalModel:
    """The model of a GGUF file and, where it is split, of the parts beside it."""
    files = _parts(file, root)
    headers = [_header(each) for each in files]
    tensors = [tensor for header in headers for tensor in header.tensors]
    _check(file, tensors)
    first = headers[0]
    described = describe_gguf(first.metadata, first.lengths, tensors)
    fields = described.architecture
    layers = fields["layers"] if fields else None
    counted: dict[str, int] = {}
    parts = assigned(tensors, layers)
    for tensor, where in parts:
        counted[where.name] = counted.get(where.name, 0) + prod(tensor.shape)
    if fields and counted.get("mtp"):
        own = {"params": counted["mtp"], "derived_from": "the file's tensors"}
        fields["extra_params"] = {"mtp": {**own, "counted_in_total": False}}
    fmt, why = _format(first.metadata, tensors)
    name = first.metadata.get("general.name")
    return LocalModel(
        name=shown(name) if isinstance(name, str) and name else shown(file.stem),
        source=f"{len(files)} GGUF header{'s' if len(files) > 1 else ''}",
        architecture=fields,
        context_length=described.context_length,
        vocabulary=first.lengths.get("tokenizer.ggml.tokens") or described.vocabulary,
        weights_format=fmt,
        weights_format_from=why,
        tensors=by_part(parts),
        parameters=sum(counted.values()) - counted.get("mtp", 0),
        notes=described.notes,
    )


def _header(file: Path) -> GgufHeader:
    if is_pointer(file):
        raise LocalError(
            f"{shown(file.name)} is a Git LFS pointer, not the file itself.",
            "fetch it: git lfs pull",
        )
    return read_gguf(file)


def _check(file: Path, tensors: Sequence[Tensor]) -> None:
    if not tensors:
        raise LocalError(f"{shown(file.name)} holds no tensors.", "a vocabulary or an empty file")
    if len({tensor.name for tensor in tensors}) < len(tensors):
        raise LocalError(f"Parts of {shown(file.name)} repeat a tensor.", "the same name twice")


def _first(name: str) -> bool:
    split = _SPLIT.fullmatch(name)
    return split is None or int(split[2]) == 1


def _parts(file: Path, root: Path) -> list[Path]:
    split = _SPLIT.fullmatch(file.name)
    if split is None:
        return [file]
    count = int(split[3])
    if not 1 <= int(split[2]) <= count <= _MOST_PARTS:
        raise LocalError(f"{shown(file.name)} is not one of its own parts.", f"{count} parts")
    names = [f"{split[1]}-{each:05d}-of-{count:05d}{file.suffix}" for each in range(1, count + 1)]
    there = set(listed(file.parent))
    missing = [name for name in names if name not in there]
    if missing:
        raise LocalError(
            f"{shown(file.name)} lacks {len(missing)} of its {count} parts.",
            f"the first is {shown(missing[0])}",
        )
    return [inside(file.parent / name, root) for name in names]


def _format(metadata: Mapping[str, Any], tensors: Sequence[Tensor]) -> tuple[str | None, str]:
    written = metadata.get("general.file_type")
    if type(written) is int:
        known = weight_format(f"gguf:{_FILE_TYPES.get(written & ~_GUESSED, '')}")
        if known:
            return known.name, f"general.file_type {written}"
    sizes: dict[str, int] = {}
    for tensor in tensors:
        sizes[tensor.kind] = sizes.get(tensor.kind, 0) + tensor.bytes
    kind = max(sorted(sizes), key=lambda each: sizes[each])
    known = weight_format(f"gguf:{kind}")
    share = sizes[kind] / max(sum(sizes.values()), 1)
    return (known.name if known else None), f"{kind}, {share:.0%} of the tensors' bytes"
