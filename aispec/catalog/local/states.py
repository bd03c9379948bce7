"""Layers that keep a state: which a configuration has, and the bytes of one sequence's state.

The recurrent state is kept in fp32 and the convolution's in 16 bits, as vLLM and SGLang keep them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aispec.catalog.local.fields import Config

_NOTE = "fp32 state and bf16 convolution state, per sequence"


def states(config: Config, layers: int, hidden: int) -> dict[str, Any] | None:
    """The recurrent layers, None where all layers attend."""
    for found in (_delta_net(config, layers), _kimi(config, layers), _lightning(config, layers)):
        if found:
            return with_state(found)
    mamba = _mamba2(config, layers) or _mamba1(config, layers, hidden)
    return with_state(mamba) if mamba else None


def with_state(layer: dict[str, Any]) -> dict[str, Any]:
    """The layer with the bytes of state that one sequence needs over all such layers."""
    state, convolution = _SIZES[layer["kind"]](layer)
    total = layer["count"] * (4 * state + 2 * convolution * layer.get("d_conv", 0))
    return {**layer, "state_bytes": total, "state_note": _NOTE}


def _delta_net_state(layer: dict[str, Any]) -> tuple[int, int]:
    values = layer["num_v_heads"] * layer["v_head_dim"]
    keys = layer["num_k_heads"] * layer["k_head_dim"]
    return values * layer["k_head_dim"], 2 * keys + values


def _kimi_state(layer: dict[str, Any]) -> tuple[int, int]:
    inner = layer["num_heads"] * layer["head_dim"]
    return inner * layer["head_dim"], 3 * inner


def _lightning_state(layer: dict[str, Any]) -> tuple[int, int]:
    return layer["num_heads"] * layer["head_dim"] ** 2, 0


def _mamba2_state(layer: dict[str, Any]) -> tuple[int, int]:
    inner = layer["n_heads"] * layer["head_dim"]
    return inner * layer["d_state"], inner + 2 * layer["n_groups"] * layer["d_state"]


def _mamba1_state(layer: dict[str, Any]) -> tuple[int, int]:
    return layer["d_inner"] * layer["d_state"], layer["d_inner"]


_SIZES: dict[str, Callable[[dict[str, Any]], tuple[int, int]]] = {
    "gated_deltanet": _delta_net_state,
    "kda": _kimi_state,
    "lightning": _lightning_state,
    "mamba2": _mamba2_state,
    "mamba1": _mamba1_state,
}


def _delta_net(config: Config, layers: int) -> dict[str, Any] | None:
    if not config.number("linear_num_value_heads"):
        return None
    kinds = config.items("layer_types")[:layers]
    count = sum(kind == "linear_attention" for kind in kinds)
    if not kinds:
        count = layers - layers // (config.number("full_attention_interval") or 4)
    if not count:
        return None
    return {
        "kind": "gated_deltanet",
        "count": count,
        "num_k_heads": config.number("linear_num_key_heads"),
        "k_head_dim": config.number("linear_key_head_dim"),
        "num_v_heads": config.number("linear_num_value_heads"),
        "v_head_dim": config.number("linear_value_head_dim"),
        "d_conv": config.number("linear_conv_kernel_dim") or 4,
    }


def _kimi(config: Config, layers: int) -> dict[str, Any] | None:
    own = config.table("linear_attn_config")
    count = min(len(own.items("kda_layers")), layers)
    if not count:
        return None
    made: dict[str, Any] = {
        "kind": "kda",
        "count": count,
        "num_heads": own.number("num_heads"),
        "head_dim": own.number("head_dim"),
        "d_conv": own.number("short_conv_kernel_size") or 4,
    }
    return {**made, "full_rank_gate": True} if own.flag("use_full_rank_gate") else made


def _lightning(config: Config, layers: int) -> dict[str, Any] | None:
    count = sum(kind == 0 for kind in config.items("attn_type_list")[:layers])
    heads = config.number("heads")
    if not count or not heads:
        return None
    width = config.number("head_dim") or config.number("hidden") // heads
    return {"kind": "lightning", "count": count, "num_heads": heads, "head_dim": width}


def _mamba2(config: Config, layers: int) -> dict[str, Any] | None:
    heads = config.number("mamba_n_heads") or config.number("mamba_num_heads")
    kinds = config.items("layer_types") or config.items("layers_block_type")
    count = sum(kind in ("mamba", "mamba2") for kind in kinds[:layers] if isinstance(kind, str))
    count = count or config.text("hybrid_override_pattern")[:layers].count("M")
    if not heads or not count:
        return None
    bias = config.values.get("use_conv_bias", config.values.get("mamba_conv_bias"))
    return {
        "kind": "mamba2",
        "count": count,
        "n_heads": heads,
        "head_dim": config.number("mamba_head_dim") or config.number("mamba_d_head"),
        "d_state": config.number("ssm_state_size") or config.number("mamba_d_state"),
        "n_groups": config.number("n_groups") or config.number("mamba_n_groups") or 1,
        "d_conv": config.number("conv_kernel") or config.number("mamba_d_conv") or 4,
        "conv_bias": bias is not False,
    }


def _mamba1(config: Config, layers: int, hidden: int) -> dict[str, Any] | None:
    period, offset = config.number("attn_layer_period"), config.number("attn_layer_offset")
    if not period or not config.number("mamba_d_state"):
        return None
    rank = config.number("mamba_dt_rank") if config.text("mamba_dt_rank") != "auto" else 0
    return {
        "kind": "mamba1",
        "count": sum(number % period != offset for number in range(layers)) or 1,
        "d_inner": (config.number("mamba_expand") or 2) * hidden,
        "d_state": config.number("mamba_d_state"),
        "d_conv": config.number("mamba_d_conv") or 4,
        "dt_rank": rank or -(-hidden // 16),
        "bcdt_norms": True,
    }
