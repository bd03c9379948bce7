"""What a configuration says of single layers: windows, experts, latent and recurrent layers."""

from __future__ import annotations

from typing import Any

from aispec.catalog.local.fields import Config

_WINDOWED = frozenset({"sliding_attention", "chunked_attention", "local_attention", "sliding"})


def window(config: Config, layers: int, context: int, period: int) -> dict[str, Any] | None:
    """The sliding window and how many layers have it, None where all see everything."""
    size = config.number("sliding_window") or config.number("attention_chunk_size")
    if (
        not size
        or (context and size >= context)
        or config.values.get("use_sliding_window") is False
    ):
        return None
    kinds = config.items("layer_types")[:layers]
    if kinds:
        local = sum(kind in _WINDOWED for kind in kinds if isinstance(kind, str))
    elif config.items("hybrid_layer_pattern"):
        local = sum(kind == 1 for kind in config.items("hybrid_layer_pattern")[:layers])
    elif config.flag("use_sliding_window"):
        local = max(layers - config.number("max_window_layers"), 0)
    else:
        period = config.number("sliding_window_pattern") if _patterned(config) else period
        local = layers if period == 1 else layers - layers // period if period else 0
    if not local:
        return None
    return {"size": size, "layers": local, "pattern": f"{local} of {layers} layers"}


def _patterned(config: Config) -> bool:
    return type(config.values.get("sliding_window_pattern")) is int


def experts(config: Config, layers: int, hidden: int, dense_size: int) -> dict[str, Any] | None:
    """The mixture of experts, None in a dense model."""
    total = config.number("experts")
    if total <= 1 or config.values.get("enable_moe_block") is False:
        return None
    made: dict[str, Any] = {
        "total": total,
        "active": config.number("active") or 1,
        "shared": config.number("shared"),
        "moe_intermediate_size": _expert_size(config) or dense_size,
        **_which(config, layers),
    }
    shared_size = config.number("shared_size")
    if shared_size:
        made |= {"shared": made["shared"] or 1, "shared_intermediate_size": shared_size}
        if config.flag("shared_gated"):
            made["shared_gate"] = True
    if _balanced(config):
        made["router_correction_bias"] = True
    latent = config.number("moe_latent_size") or config.number("routed_expert_hidden_size")
    if latent and latent != hidden:
        made["latent_size"] = latent
        if config.flag("latent_moe_use_norm"):
            made["latent_norm"] = True
    return made


def _expert_size(config: Config) -> int:
    several = config.items("moe_intermediate_size")
    if several:
        return int(several[0]) if type(several[0]) is int and several[0] > 0 else 0
    return config.number("expert_size")


def _balanced(config: Config) -> bool:
    sigmoid = (config.text("scoring_func"), config.text("moe_router_activation_func"))
    return (
        any(each in ("sigmoid", "sqrtsoftplus") for each in sigmoid)
        or config.text("topk_method") == "noaux_tc"
        or any(
            config.flag(name)
            for name in (
                *("use_routing_bias", "router_bias", "moe_router_enable_expert_bias"),
                *("moe_use_aux_free", "use_expert_bias"),
            )
        )
    )


def _which(config: Config, layers: int) -> dict[str, int]:
    """Which layers have experts, as a dense beginning or as two counts."""
    sparse = _sparse(config, layers)
    moe = sum(sparse)
    first = sparse.index(True) if moe else 0
    if moe == layers - first:
        return {"first_dense_layers": first}
    return {"first_dense_layers": 0, "moe_layers": max(moe, 1), "dense_layers": layers - moe}


def _sparse(config: Config, layers: int) -> list[bool]:
    kinds = config.items("mlp_layer_types")[:layers]
    if len(kinds) == layers:
        return [kind == "sparse" for kind in kinds]
    listed = config.items("moe_layer_freq")[:layers]
    if len(listed) == layers:
        return [kind == 1 for kind in listed]
    first = config.number("first_dense")
    dense = {each for each in config.items("mlp_only_layers") if type(each) is int}
    step = max(config.number("interleave_moe_layer_step"), config.number("decoder_sparse_step"), 1)
    period, offset = config.number("expert_layer_period"), config.number("expert_layer_offset")
    if period:
        return [number % period == offset for number in range(layers)]
    return [
        number >= first and number not in dense and (number + 1) % step == 0
        for number in range(layers)
    ]


def latent(config: Config) -> dict[str, Any]:
    """Multi-head latent attention's fields, none where a model has another kind."""
    rank = config.number("kv_lora_rank")
    if not rank:
        return {}
    rope, nope = config.number("qk_rope_head_dim"), config.number("qk_nope_head_dim")
    low = {"kv_lora_rank": rank, "qk_rope_head_dim": rope, "qk_nope_head_dim": nope}
    if config.number("q_lora_rank"):
        low["q_lora_rank"] = config.number("q_lora_rank")
    made: dict[str, Any] = {"attention": "mla", "mla": low, "head_dim": rope + nope}
    made["v_head_dim"] = config.number("v_head_dim") or nope
    if config.flag("mla_use_output_gate"):
        made["mla_output_gate"] = True
    return made


def indexer(config: Config, layers: int) -> dict[str, Any] | None:
    """The indexer of sparse attention, None where there is none."""
    sparse = config.table("sparse_attention_config")
    if sparse.flag("use_sparse_attention"):
        every = sparse.items("sparse_attention_freq")[:layers]
        return {
            "kind": "msa",
            "n_heads": sparse.number("sparse_num_index_heads"),
            "head_dim": sparse.number("sparse_index_dim"),
            "layers": sum(each == 1 for each in every) or layers,
            "topk_blocks": sparse.number("sparse_topk_blocks") or 1,
            "block": sparse.number("sparse_block_size") or 1,
        }
    heads, width = config.number("index_n_heads"), config.number("index_head_dim")
    if not heads or not width:
        return None
    kinds = config.items("indexer_types")[:layers]
    own = sum(kind == "full" for kind in kinds) or layers
    topk = config.number("index_topk") or 1
    return {"kind": "dsa", "n_heads": heads, "head_dim": width, "layers": own, "topk": topk}
