"""GGUF tensor by tensor: which type llama.cpp's quantizer gives each, and what it takes.

The rules are data (`formats/gguf_mixes`), read from llama.cpp's src/llama-quant.cpp; Falcon's own
exceptions are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aispec.catalog.store import load_data
from aispec.late import pattern
from aispec.record import record

# Tensors with the sensitivity of attention values.
_LIKE_ATTN_V = frozenset({"attn_v", "attn_qkv", "attn_kv_b"})
_UNQUANTIZED = pattern(r".*norm|.*bias|ffn_gate_inp.*|ssm_conv1d.*|.*rope_freqs.*")
_NAME = pattern(r"(?:blk\.\d+\.)?([a-z0-9_]+?)(_exps|_shexp)?(?:\.weight)?")


@record
class GgufShape:
    """What of a model the choice of types depends on; `gqa` is query heads per key-value head."""

    layers: int
    gqa: int = 1
    experts: int = 1
    tied_embeddings: bool = False
    imatrix: bool = True


def block_type(name: str) -> tuple[int, int] | None:
    """(weights in a block, bytes of a block) of a GGUF type, None if there is no such."""
    found = load_data("formats/gguf")["block_types"].get(name)
    return (found[0], found[1]) if found else None


def gguf_tensor_type(
    mix: str, tensor: str, shape: GgufShape, layer: int = 0, columns: int | None = None
) -> str | None:
    """The type of one tensor in a file of this mix, None where the mix has no published rules.

    `tensor` is GGUF's name with or without `blk.N.` and `.weight`; `columns` is its row length, for
    the fallback of rows that do not divide into blocks.
    """
    rules, role = _mix(mix), _role(tensor)
    if rules is None or role is None:
        return None
    name, routed, quantized = role
    if not quantized:
        return "F32"
    if rules["base"] in ("F32", "F16", "BF16"):
        return str(rules["base"])
    return _fitting(_choose(rules, name, shape, layer, routed), columns)


@lru_cache(maxsize=1024)
def _role(tensor: str) -> tuple[str, bool, bool] | None:
    """What a tensor does, whether it is of routed experts, and whether any mix quantizes it."""
    named = _NAME.fullmatch(tensor)
    if named is None:
        return None
    role = "attn_v" if named[1] in _LIKE_ATTN_V else named[1]
    return role, named[2] == "_exps", _UNQUANTIZED.fullmatch(role) is None


@lru_cache(maxsize=128)
def _mix(name: str) -> Mapping[str, Any] | None:
    mixes: Mapping[str, Any] = load_data("formats/gguf_mixes")["mixes"]
    rules = mixes.get(name)
    if rules is not None and "like" in rules:
        return {"name": rules["like"], **mixes[rules["like"]], **rules}
    return None if rules is None else {"name": name, **rules}


def _choose(rules: Mapping[str, Any], role: str, shape: GgufShape, layer: int, routed: bool) -> str:
    base: str = rules["base"]
    output: str = rules.get("output", "Q6_K")
    if role == "output" or (role == "token_embd" and shape.tied_embeddings):
        return output
    if role == "token_embd":
        return str(rules.get("token_embd", base))
    if routed and "experts" in rules:
        return str(rules["experts"])
    if shape.experts == 8:
        special = _eight_experts(rules["name"], role)
        if special:
            return special
    holding = (r["type"] for r in rules.get(role, ()) if _holds(r, shape, layer))
    chosen: str = next(holding, base)
    if role == "attn_v" and shape.layers == 80 and shape.gqa > 1 and chosen in ("Q3_K", "Q4_K"):
        # llama.cpp's 70B rule: eight heads share attn_v, so more bits cost next to nothing.
        return chosen if rules["name"] in _low_bit() else "Q5_K"
    return chosen


def _eight_experts(mix: str, role: str) -> str | None:
    special = load_data("formats/gguf_mixes")["eight_experts"]
    if mix in special["low_bit"]:
        return {"attn_k": "Q4_K", "attn_output": "Q5_K"}.get(role)
    if role in ("attn_k", "attn_v"):
        return "Q8_0"
    raised = role == "attn_output" and mix in special["attn_output_q5_k"]
    return "Q5_K" if raised else None


def _low_bit() -> list[str]:
    found: list[str] = load_data("formats/gguf_mixes")["eight_experts"]["low_bit"]
    return found


def _holds(rule: Mapping[str, Any], shape: GgufShape, layer: int) -> bool:
    return (
        _in_layers(rule.get("layers", "all"), layer, shape.layers)
        and shape.gqa >= rule.get("gqa", 0)
        and shape.experts >= rule.get("experts", 0)
        and rule.get("imatrix", shape.imatrix) == shape.imatrix
    )


def _in_layers(which: str, layer: int, layers: int) -> bool:
    eighth, last_eighth = layers // 8, 7 * layers // 8
    if which == "more":
        return layer < eighth or layer >= last_eighth or (layer - eighth) % 3 == 2
    if which == "middle":
        return eighth <= layer < last_eighth
    first = {"first-eighth": eighth, "first-sixteenth": layers // 16, "first-2": 2, "first-4": 4}
    return layer < first.get(which, layers)


def _fitting(chosen: str, columns: int | None) -> str:
    """The type itself, or the one its rows fall back to where they do not divide into blocks."""
    size = block_type(chosen)
    if columns is None or size is None or columns % size[0] == 0:
        return chosen
    fallback: str = load_data("formats/gguf_mixes")["fallbacks"].get(chosen, "F16")
    small = block_type(fallback)
    return fallback if small and columns % small[0] == 0 else "F16"
