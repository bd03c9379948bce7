"""Elements of KV cache that a model keeps: per token for ever, per token in a window, per sequence.

The unit is elements, not bytes, because the cache's format is the deployment's choice. Shares of a
device under tensor parallelism: KV heads are split, but never below one head a device; latent
caches (MLA) are whole on every device.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.estimate.architecture.parameters import attention_layers
from aispec.record import record

Fields = Mapping[str, Any]


@record
class LayerGroup:
    """Layers with the same cache. A window of 0 means that nothing is forgotten."""

    layers: int
    elements: float  # of one token in one layer on one device
    window: int = 0
    chunked: bool = False  # attention within fixed chunks, not a sliding window


@record
class CacheShape:
    """What one sequence keeps on one device of a tensor-parallel group, over all layers."""

    groups: tuple[LayerGroup, ...]
    state_bytes: float
    line: str
    state_layers: int = 0  # recurrent layers that the state is spread over


def cache_shape(fields: Fields, tensor: int) -> CacheShape | None:
    """Return the cache of an architecture, or `None` for a model that keeps none."""
    if fields["type"] in ("encoder", "encoder-decoder"):
        return None
    recurrent = fields.get("linear_or_ssm_layers") or {}
    state = recurrent.get("state_bytes") or 0
    groups, line = _groups(fields, tensor)
    return CacheShape(
        tuple(g for g in groups if g.layers and g.elements),
        state / tensor,
        line,
        int(recurrent.get("count", 0)) if state else 0,
    )


def _groups(fields: Fields, tensor: int) -> tuple[list[LayerGroup], str]:
    if fields.get("dsv4"):
        return _compressed(fields)
    if fields.get("attention") == "mla":
        return _latent(fields)
    if fields.get("block_list"):
        return _searched(fields, tensor)
    return _attended(fields, tensor)


def _latent(fields: Fields) -> tuple[list[LayerGroup], str]:
    low, layers = fields["mla"], attention_layers(fields)
    width = low["kv_lora_rank"] + low["qk_rope_head_dim"]
    line = f"{layers} layers x ({low['kv_lora_rank']} + {low['qk_rope_head_dim']}) latent"
    groups = [LayerGroup(layers, width)]
    index = fields.get("indexer")
    if index:
        groups.append(LayerGroup(index.get("layers", layers), index["head_dim"]))
        line += f" + {index['head_dim']} of the indexer"
    return groups, line


def expanded_latent(fields: Fields, tensor: int, head: int) -> CacheShape:
    """Return the cache of an engine that expands latents to whole heads, padded to one width."""
    layers, heads = attention_layers(fields), max(fields["num_heads"] / tensor, 1)
    line = f"{layers} layers x {fields['num_heads']} heads, expanded to {head} x 2"
    return CacheShape((LayerGroup(layers, 2 * heads * head),), 0.0, line)


def _compressed(fields: Fields) -> tuple[list[LayerGroup], str]:
    """DeepSeek-V4: one entry for `rate` tokens, and a window of recent ones in every layer."""
    own, width = fields["dsv4"], fields["head_dim"]
    kinds = own["layer_types"]
    window = fields["sliding_window"]["size"]
    groups = [
        LayerGroup(kinds.get("hca", 0), width / own["hca_rate"]),
        LayerGroup(kinds.get("csa", 0), (width + own["index_head_dim"]) / own["csa_rate"]),
        LayerGroup(fields["layers"], width, window),
    ]
    return groups, f"compressed entries of {width}, and a window of {window} tokens"


def _searched(fields: Fields, tensor: int) -> tuple[list[LayerGroup], str]:
    groups = [
        LayerGroup(b["count"], 2 * max(b["num_kv_heads"] / tensor, 1) * fields["head_dim"])
        for b in fields["block_list"]
        if b.get("num_kv_heads")
    ]
    layers = sum(group.layers for group in groups)
    return groups, f"{layers} attending layers with {fields['head_dim']} wide heads"


def _attended(fields: Fields, tensor: int) -> tuple[list[LayerGroup], str]:
    heads = fields.get("num_kv_heads") or fields["num_heads"]
    sliding = fields.get("sliding_window") or {}
    window = sliding.get("size") or 0
    local = sliding.get("layers", 0) if window else 0
    chunked = bool(sliding.get("chunked"))
    everywhere = attention_layers(fields) - local + fields.get("cross_attention_layers", 0)
    shared = fields.get("num_kv_shared_layers") or 0
    if shared:
        own = (attention_layers(fields) - shared) / attention_layers(fields)
        local = fields.get("kv_own_sliding_layers", round(local * own))
        everywhere = attention_layers(fields) - shared - local
    wide = _entry(fields, fields.get("global_override"), tensor)
    near = _entry(fields, fields.get("swa_override"), tensor)
    line = f"{everywhere} layers x {heads} KV heads x {fields['head_dim']} x 2"
    if local:
        line += f", {local} layers with a window of {window} tokens"
    return [LayerGroup(everywhere, wide), LayerGroup(local, near, window, chunked)], line


def _entry(fields: Fields, changed: Fields | None, tensor: int) -> float:
    """Elements of one token in one layer: its keys and its values."""
    own = changed or {}
    heads = own.get("num_kv_heads") or fields.get("num_kv_heads") or fields["num_heads"]
    width = own.get("head_dim") or fields["head_dim"]
    if changed is not None and "head_dim" in own:
        values = own.get("v_head_dim") or width
    else:
        values = fields.get("v_head_dim") or width
    return float(max(heads / tensor, 1) * (width + values))
