"""Parameters of layers that keep a state of constant size in place of a cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aispec.estimate.architecture.attention import linear

Fields = Mapping[str, Any]


def mamba1(hidden: int, layer: Fields) -> int:
    """Return the parameters of one Mamba layer (arXiv 2312.00752)."""
    inner, state, rank = layer["d_inner"], layer["d_state"], layer["dt_rank"]
    count: int = linear(hidden, 2 * inner) + inner * layer["d_conv"] + inner
    count += linear(inner, rank + 2 * state) + linear(rank, inner, True)
    count += inner * state + inner + linear(inner, hidden)
    return count + (rank + 2 * state if layer.get("bcdt_norms") else 0)


def mamba2(hidden: int, layer: Fields) -> int:
    """Return the parameters of one Mamba-2 layer (arXiv 2405.21060)."""
    heads = layer["n_heads"]
    inner = heads * layer["head_dim"]
    channels = inner + 2 * layer["n_groups"] * layer["d_state"]
    count: int = linear(hidden, inner + channels + heads) + channels * layer["d_conv"]
    count += channels if layer.get("conv_bias", True) else 0
    count += 3 * heads + linear(inner, hidden)
    return count + (inner if layer.get("norm", True) else 0)


def gated_deltanet(hidden: int, layer: Fields) -> int:
    """Return the parameters of one gated DeltaNet layer (Qwen3-Next)."""
    keys = layer["num_k_heads"] * layer["k_head_dim"]
    heads = layer["num_v_heads"]
    values = heads * layer["v_head_dim"]
    count: int = linear(hidden, 2 * keys + 2 * values) + linear(hidden, 2 * heads)
    count += (2 * keys + values) * layer["d_conv"] + 2 * heads + layer["v_head_dim"]
    return count + linear(values, hidden)


def kimi_delta(hidden: int, layer: Fields) -> int:
    """Return the parameters of one Kimi Delta Attention layer (Kimi Linear)."""
    heads, width = layer["num_heads"], layer["head_dim"]
    inner = heads * width
    low_rank = linear(hidden, width) + linear(width, inner)
    gate = linear(hidden, inner) if layer.get("full_rank_gate") else low_rank
    count: int = 3 * linear(hidden, inner) + 3 * inner * layer["d_conv"] + low_rank + inner + heads
    count += linear(hidden, heads) + gate + width
    return count + linear(inner, hidden)


def lightning(hidden: int, layer: Fields) -> int:
    """Return the parameters of one lightning attention layer (MiniMax-01)."""
    inner = layer["num_heads"] * layer["head_dim"]
    gated: int = linear(hidden, inner) + inner
    return linear(hidden, 3 * inner) + gated + linear(inner, hidden)


_KINDS: dict[str, Callable[[int, Fields], int]] = {
    "mamba1": mamba1,
    "mamba2": mamba2,
    "gated_deltanet": gated_deltanet,
    "kda": kimi_delta,
    "lightning": lightning,
}


def recurrent(fields: Fields) -> int:
    """Return the parameters of all recurrent layers of a model; 0 for kinds without a count."""
    layer = fields.get("linear_or_ssm_layers")
    if not layer or layer["kind"] not in _KINDS:
        return 0
    return int(layer["count"]) * _KINDS[layer["kind"]](fields["hidden_size"], layer)
