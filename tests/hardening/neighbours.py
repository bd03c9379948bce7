"""The files beside a spec that strangers write, one of them changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from aispec.resources import schema
from tests.catalog.local.writers import Named, gguf_header, llama_gguf, safetensors_header
from tests.hardening.bytes import KINDS
from tests.hardening.drawn import Drawer

_ROOT = Path(__file__).parents[2]
_RULE = "examples/policy/rules/models/unapproved-model.yaml"
_DATA = _ROOT / "aispec" / "catalog" / "data"
_ODD = ("2**63", "NaN", "-1", "null", "[]", "{}", '"x"', "1e999", "[[[[]]]]", "true", '"\\ud800"')
SPECS = """\
version: 1
name: named
model: arcee-ai/AFM-4.5B
hardware: 1x l4
workload: {users: 1000/day, prompts: {system: prompts/system.txt}, tokens_per_session: 2000}
---
version: 1
name: folder
model: {id: mine, path: ./model}
hardware: 2x h100-sxm-80gb
workload: {users: {concurrent: 20}, tokens: {input: 500, output: 100}}
---
version: 1
name: file
model: {id: mine, path: ./tiny.gguf}
hardware: 1x rtx-4090
workload: {users: {concurrent: 2}, tokens: {input: 500, output: 100}}
---
version: 1
name: closed
model: gpt-4o-mini
api: openai
workload: {users: 1000/day, tokens_per_session: 2000}
"""


@cache
def files() -> dict[str, bytes]:
    """A repository with every kind of file that a run reads; all of them as they should be."""
    settings = {"extends": ["policy"], "overlays": ["catalog"], "prices": "prices.yaml"}
    price = {"provider": "openai", "model": "gpt-4o-mini", "input": 1.0, "output": 2.0}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 512,
        "intermediate_size": 1024,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 1024,
        "max_position_embeddings": 4096,
        "torch_dtype": "bfloat16",
    }
    return {
        "ai-deploy.yaml": SPECS.encode(),
        ".aispec.yaml": json.dumps(settings, indent=1).encode(),
        "policy/rule.yaml": (_ROOT / _RULE).read_bytes(),
        "catalog/models/afm.yaml": (_DATA / "models/afm-4.5b.yaml").read_bytes(),
        "catalog/accelerators/l4.yaml": (_DATA / "accelerators/nvidia-l4-24gb.yaml").read_bytes(),
        "prices.yaml": json.dumps(
            {"as_of": "2026-11-01", "source": "contract", "tokens": [price], "hours": []}, indent=1
        ).encode(),
        ".aispec-baseline.json": b'{"version": 1, "findings": []}',
        "prompts/system.txt": b"You answer questions about invoices.\n" * 20,
        "model/config.json": json.dumps(config, indent=1).encode(),
        "model/model.safetensors": _safetensors()[0],
        "tiny.gguf": gguf_header(*llama_gguf())[0],
    }


def _safetensors() -> tuple[bytes, int]:
    tensors: list[Named] = [
        ("model.embed_tokens.weight", "BF16", (1024, 512)),
        ("lm_head.weight", "BF16", (1024, 512)),
        ("model.norm.weight", "BF16", (512,)),
    ]
    for layer in range(2):
        shapes = {
            "input_layernorm": (512,),
            "post_attention_layernorm": (512,),
            **{f"self_attn.{part}_proj": (512, 512) for part in "qo"},
            **{f"self_attn.{part}_proj": (256, 512) for part in "kv"},
            **{f"mlp.{part}_proj": (1024, 512) for part in ("gate", "up")},
            "mlp.down_proj": (512, 1024),
        }
        named = ((f"model.layers.{layer}.{name}.weight", shapes[name]) for name in shapes)
        tensors += [(name, "BF16", shape) for name, shape in named]
    return safetensors_header(tensors)


def put(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files below a folder that is a repository; weights are holes behind their headers."""
    (root / ".git").mkdir(exist_ok=True)
    weights = {
        "model/model.safetensors": _safetensors()[1],
        "tiny.gguf": gguf_header(*llama_gguf())[1],
    }
    for name, data in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
        if name in weights:
            os.truncate(root / name, len(data) + weights[name])


_SCHEMAS = {
    ".aispec.yaml": "config",
    "policy/rule.yaml": "rule",
    "catalog/models/afm.yaml": "model",
    "catalog/accelerators/l4.yaml": "accelerator",
    "prices.yaml": "prices",
}
CHANGED = tuple(name for name in files() if name != "ai-deploy.yaml")
"""The files that are changed, one at a time."""


def changes(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield the name of a file and other bytes for it: the same for a seed, on every machine."""
    draw = Random(seed)
    for number in range(count):
        name = CHANGED[number % len(CHANGED)]
        yield name, _changed(draw, name, files()[name])


def _changed(draw: Random, name: str, data: bytes) -> bytes:
    if name.startswith("prompts/") and draw.random() < 0.6:
        return _long(draw)
    if name in _SCHEMAS and draw.random() < 0.4:
        return json.dumps(Drawer(draw, _schema(_SCHEMAS[name])).data()).encode()
    if name.endswith((".gguf", ".safetensors")) or draw.random() < 0.1:
        return _bent(draw, data)
    if name.endswith(".json") and draw.random() < 0.5:
        return _replaced(draw, data.decode())
    kind = draw.choice(list(KINDS))
    made = KINDS[kind][1](draw, data.decode("utf-8", "replace"))
    return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


def _long(draw: Random) -> bytes:
    """A text of up to 8 MiB of one piece over and over, a character or a page, or of noise."""
    size = 1 << draw.randrange(12, 24)
    if draw.random() < 0.2:
        return draw.randbytes(size)
    letters = draw.choice(["a", " ", "\n", "=", "\0", "'", "Aa1 ", "\u0915\u094d", "\U0001f600"])
    piece = "".join(draw.choices(letters, k=draw.choice([1, 7, 100, 19_990]))) + draw.choice(
        ["", "x"]
    )
    return (piece.encode() * (size // len(piece) + 1))[:size]


@cache
def _schema(name: str) -> dict[str, Any]:
    return schema(name)


def _bent(draw: Random, data: bytes) -> bytes:
    """Bytes changed, cut or put in between: most of them where lengths and counts stand."""
    made = bytearray(data)
    for _ in range(draw.choice([1, 2, 8])):
        at = draw.randrange(min(len(made), draw.choice([32, 400, 10**9])) or 1)
        change = draw.choice(["byte", "many", "cut", "put"])
        if change == "byte":
            made[at : at + 1] = bytes([draw.choice([0, 1, 127, 128, 255, draw.randrange(256)])])
        elif change == "many":
            made[at : at + 8] = draw.choice([b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f"])
        elif change == "cut":
            del made[at : at + draw.choice([1, 8, 10**9])]
        else:
            made[at:at] = draw.randbytes(draw.choice([1, 8, 64]))
    return bytes(made)


def _replaced(draw: Random, text: str) -> bytes:
    """JSON in which one value is another, or one key is."""
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    key, colon, value = lines[at].partition(":")
    comma = "," if value.endswith(",") else ""
    lines[at] = f"{key}{colon} {draw.choice(_ODD)}{comma}" if colon else draw.choice(_ODD)
    return "\n".join(lines).encode()


def sources(seed: int, count: int) -> Iterator[bytes]:
    """Yield manifests, values and commands of public guides, each changed: the same for a seed."""
    draw = Random(seed)
    known = sorted((_ROOT / "tests/adopt/sources").iterdir())
    for _ in range(count):
        data = draw.choice(known).read_bytes()
        made: str | bytes = data.decode()
        for kind in draw.choices(list(KINDS), k=draw.choice([1, 2, 4])):
            if isinstance(made, str):
                made = KINDS[kind][1](draw, made)
        yield made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
