"""Small safetensors and GGUF files, written as the formats say."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Any

from aispec.catalog.gguf import block_type

BITS = {"F32": 32, "BF16": 16, "F16": 16, "F8_E4M3": 8, "U8": 8, "I32": 32, "I64": 64}
GGUF_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 8, "Q4_K": 12, "Q6_K": 14, "BF16": 30}
Named = tuple[str, str, tuple[int, ...]]


def safetensors_header(tensors: Iterable[Named]) -> tuple[bytes, int]:
    """The header, and the bytes of data that must follow."""
    at, header = 0, {}
    for name, kind, shape in tensors:
        size = prod(shape) * BITS[kind] // 8
        header[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return struct.pack("<Q", len(text)) + text, at


def write_safetensors(path: Path, tensors: Iterable[Named]) -> Path:
    """A file with holes for data, which nobody reads."""
    header, size = safetensors_header(tensors)
    return write_sparse(path, header, size)


def write_sparse(path: Path, header: bytes, size: int) -> Path:
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(len(header) + size)
    return path


def write_config(folder: Path, config: Mapping[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def pair(key: str, value: Any) -> bytes:
    return string(key) + typed(value)


def typed(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + string(value)
    body = b"".join(typed(each)[4:] for each in value)
    item = struct.unpack("<I", typed(value[0])[:4])[0] if value else 8
    return struct.pack("<IIQ", 9, item, len(value)) + body


def gguf_header(metadata: Mapping[str, Any], tensors: Iterable[Named]) -> tuple[bytes, int]:
    """The header up to where data begins, and the bytes of data that must follow."""
    infos, at = [], 0
    for name, kind, shape in tensors:
        weights, size = block_type(kind) or (1, 1)
        place = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, GGUF_TYPES[kind], at)
        infos.append(string(name) + place)
        at += -(-prod(shape) // weights * size // 32) * 32
    pairs = [pair(key, value) for key, value in metadata.items()]
    start = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(pairs))
    header = start + b"".join(pairs) + b"".join(infos)
    return header + bytes(-len(header) % 32), at


def write_gguf(path: Path, metadata: Mapping[str, Any], tensors: Iterable[Named]) -> Path:
    return write_sparse(path, *gguf_header(metadata, tensors))


def llama_gguf(layers: int = 2, kind: str = "Q4_K") -> tuple[dict[str, Any], list[Named]]:
    """Metadata and tensors of a small model: 512 wide, 4 heads, 2 of keys, 1024 tokens."""
    metadata = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "general.file_type": 15,
        "llama.block_count": layers,
        "llama.embedding_length": 512,
        "llama.feed_forward_length": 1024,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.context_length": 4096,
        "tokenizer.ggml.tokens": [f"t{each}" for each in range(1024)],
    }
    tensors: list[Named] = [
        ("token_embd.weight", kind, (512, 1024)),
        ("output.weight", "Q6_K", (512, 1024)),
        ("output_norm.weight", "F32", (512,)),
    ]
    for each in range(layers):
        tensors += [
            (f"blk.{each}.attn_norm.weight", "F32", (512,)),
            (f"blk.{each}.ffn_norm.weight", "F32", (512,)),
            (f"blk.{each}.attn_q.weight", kind, (512, 512)),
            (f"blk.{each}.attn_k.weight", kind, (512, 256)),
            (f"blk.{each}.attn_v.weight", "Q6_K", (512, 256)),
            (f"blk.{each}.attn_output.weight", kind, (512, 512)),
            (f"blk.{each}.ffn_gate.weight", kind, (512, 1024)),
            (f"blk.{each}.ffn_up.weight", kind, (512, 1024)),
            (f"blk.{each}.ffn_down.weight", "Q6_K", (1024, 512)),
        ]
    return metadata, tensors
