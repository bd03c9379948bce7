"""Families whose configuration needs more than other names for the usual fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aispec.catalog.local.fields import Config
from aispec.catalog.local.parts import MOST_LAYERS

Made = dict[str, Any]


def speech(config: Config) -> Made | None:
    """Whisper: an encoder of audio and a decoder of text."""
    width, heads = config.number("hidden"), config.number("heads")
    layers, encoder_layers = config.number("decoder_layers"), config.number("encoder_layers")
    if not (width and heads and layers and encoder_layers) or layers > MOST_LAYERS:
        return None
    return {
        "type": "encoder-decoder",
        "layers": layers,
        "encoder_layers": encoder_layers,
        "hidden_size": width,
        "intermediate_size": config.number("intermediate") or 4 * width,
        "attention": "mha",
        "num_heads": heads,
        "num_kv_heads": heads,
        "head_dim": width // heads,
        "vocab_size": config.number("vocabulary") or 51865,
        "num_mel_bins": config.number("num_mel_bins") or 80,
        "max_source_positions": config.number("max_source_positions") or 1500,
        "max_target_positions": config.number("max_target_positions") or 448,
        "tie_word_embeddings": True,
    }


def encoder(config: Config, name: str) -> Made | None:
    """BERT and what came of it."""
    layers, hidden, heads = config.number("layers"), config.number("hidden"), config.number("heads")
    vocabulary = config.number("vocabulary")
    if not (layers and hidden and heads and vocabulary) or layers > MOST_LAYERS:
        return None
    rotary = name == "nomic_bert"
    made: Made = {
        "type": "encoder",
        "layers": layers,
        "hidden_size": hidden,
        "intermediate_size": config.number("intermediate") or 4 * hidden,
        "attention": "mha",
        "num_heads": heads,
        "num_kv_heads": heads,
        "head_dim": hidden // heads,
        "vocab_size": vocabulary,
        "position_embeddings": 0 if rotary else config.number("context"),
        "type_vocab_size": config.number("type_vocab_size") or None,
        "pooler": not rotary and _pooled(config),
        "tie_word_embeddings": True,
    }
    made = {key: value for key, value in made.items() if value is not None}
    return {**made, "bias": False, "mlp": "gated"} if rotary else made


def _pooled(config: Config) -> bool:
    names = config.items("architectures")
    return not names or any(isinstance(name, str) and name.endswith("Model") for name in names)


def adjust(name: str, config: Config, made: Made) -> None:
    """Put right what the usual reading of a configuration misses in this family."""
    change = _CHANGES.get(name)
    if change:
        change(config, made)


def _falcon(config: Config, made: Made) -> None:
    if config.values.get("parallel_attn", True) and not config.flag("new_decoder_architecture"):
        made["norms_per_layer"] = 1


def _opt(config: Config, made: Made) -> None:
    made["position_embeddings"] = config.number("context") + 2


def _learned_positions(config: Config, made: Made) -> None:
    made["position_embeddings"] = config.number("context")


def _plain_attention_output(config: Config, made: Made) -> None:
    made["attention_bias"] = {"q": False, "k": False, "v": False, "o": True}
    _learned_positions(config, made)


def _gpt_oss(config: Config, made: Made) -> None:
    made.get("experts", {}).update(router_linear_bias=True, expert_bias=True)


def _llama4(config: Config, made: Made) -> None:
    made["intermediate_size"] = config.number("intermediate_size_mlp") or made.get(
        "intermediate_size"
    )
    if "experts" in made:
        made["experts"]["shared"] = 1
        made["experts"]["moe_intermediate_size"] = config.number("intermediate_size")
        made["experts"].setdefault("moe_layers", made["layers"])
        made["experts"].setdefault("dense_layers", 0)
        made["experts"]["first_dense_layers"] = 0


def _minimax_m3(config: Config, made: Made) -> None:
    made["intermediate_size"] = config.number("dense_intermediate_size") or made.get(
        "intermediate_size"
    )


def _granite_hybrid(config: Config, made: Made) -> None:
    if "experts" in made:
        made.pop("intermediate_size", None)
    elif config.number("shared_size"):
        made["intermediate_size"] = config.number("shared_size")


def _gemma4(config: Config, made: Made) -> None:
    if config.number("hidden_size_per_layer_input"):
        made["incomplete"] = True
    wide = config.number("global_head_dim")
    if wide and wide != made["head_dim"]:
        kv_heads = config.number("num_global_key_value_heads") or made["num_kv_heads"]
        made["global_override"] = {"num_kv_heads": kv_heads, "head_dim": wide}
        if config.flag("attention_k_eq_v"):
            made["global_override"]["k_eq_v"] = True
    if config.number("num_kv_shared_layers"):
        made["num_kv_shared_layers"] = config.number("num_kv_shared_layers")
    mixture = made.get("experts")
    if mixture:
        size = config.number("intermediate_size")
        mixture.update(shared=1, shared_intermediate_size=size)
        mixture["extra_per_layer"] = made["hidden_size"] + mixture["total"]
        made.update(intermediate_size=size, dense_mlp_parallel=True, norms_per_layer=7)


def _gemma3n(config: Config, made: Made) -> None:
    if config.number("num_kv_shared_layers"):
        made["num_kv_shared_layers"] = config.number("num_kv_shared_layers")


def _mimo(config: Config, made: Made) -> None:
    made["v_head_dim"] = config.number("v_head_dim") or made["head_dim"]
    fields = ("num_heads", "num_kv_heads", "head_dim", "v_head_dim")
    names = ("num_attention_heads", "num_key_value_heads", "head_dim", "v_head_dim")
    own = {field: config.number(f"swa_{name}") for field, name in zip(fields, names, strict=True)}
    if "sliding_window" in made and all(own.values()):
        made["swa_override"] = own


def _nemotron_h(config: Config, made: Made) -> None:
    pattern = config.text("hybrid_override_pattern")
    if not pattern:
        letters = {"mamba": "M", "attention": "*", "moe": "E", "mlp": "-"}
        kinds = config.items("layers_block_type")
        pattern = "".join(letters.get(kind, "?") for kind in kinds if isinstance(kind, str))
    pattern = pattern[: made["layers"]]
    if len(pattern) != made["layers"]:
        made["incomplete"] = True
        return
    made["hybrid_pattern"] = pattern
    made["attention_layers"] = pattern.count("*")
    if "experts" in made and "E" in pattern:
        counts = {"moe_layers": pattern.count("E"), "dense_layers": pattern.count("-")}
        made["experts"].update(counts, first_dense_layers=0, router_correction_bias=True)
    else:
        made.pop("experts", None)
        made.update(type="dense", mlp_layers=pattern.count("-"))
        made["intermediate_size"] = config.number("intermediate")


def _deepseek_v4(config: Config, made: Made) -> None:
    rates = config.items("compress_ratios")[: made["layers"]]
    counts = {"hca": rates.count(128), "csa": rates.count(4), "swa": rates.count(0)}
    if sum(counts.values()) != made["layers"] or "sliding_window" not in made:
        window = config.number("sliding_window")
        if sum(counts.values()) != made["layers"] or not window:
            made["incomplete"] = True
            return
        made["sliding_window"] = {"size": window, "layers": made["layers"]}
    names = ("q_lora_rank", "o_groups", "o_lora_rank", "index_head_dim", "index_n_heads")
    own = {name: config.number(name) for name in (*names, "index_topk")}
    if not all(own.values()):
        made["incomplete"] = True
        return
    made["dsv4"] = {**own, "hca_rate": 128, "csa_rate": 4, "layer_types": counts}
    made.pop("indexer", None)
    made["attention"] = "hybrid"
    if config.number("hc_mult"):
        made["hyper_connections"] = {"mult": config.number("hc_mult")}


def _searched(config: Config, made: Made) -> None:
    """Nemotron's searched layers: `block_configs` gives each its own widths."""
    runs: list[Made] = []
    for block in config.items("block_configs")[: made["layers"]]:
        if not isinstance(block, Mapping):
            continue
        inside = Config(block)
        run = _block(inside.table("attention"), inside.table("ffn"), made)
        if runs and {**runs[-1], "count": 1} == run:
            runs[-1]["count"] += 1
        else:
            runs.append(run)
    if runs:
        made["block_list"] = runs
        made.pop("intermediate_size", None)
        kv_heads = max(run.get("num_kv_heads", 1) for run in runs)
        made.update(num_kv_heads=kv_heads, attention="gqa")


def _block(attention: Config, ffn: Config, made: Made) -> Made:
    run: Made = {"count": 1}
    group = attention.number("n_heads_in_group")
    if attention.flag("replace_with_linear") or ffn.flag("replace_with_linear"):
        made["incomplete"] = True
    elif group and not attention.flag("no_op"):
        run["num_kv_heads"] = max(made["num_heads"] // group, 1)
    mult = ffn.values.get("ffn_mult")
    if isinstance(mult, int | float) and 0 < mult < 1024 and not ffn.flag("no_op"):
        wide = int(2 * mult * made["hidden_size"] / 3)
        run["intermediate_size"] = -(-wide // 256) * 256
    return run


_CHANGES: dict[str, Callable[[Config, Made], None]] = {
    "deci": _searched,
    "deepseek_v4": _deepseek_v4,
    "falcon": _falcon,
    "gemma3n": _gemma3n,
    "gemma4": _gemma4,
    "gpt2": _learned_positions,
    "gpt_bigcode": _learned_positions,
    "gpt_neo": _plain_attention_output,
    "gpt_oss": _gpt_oss,
    "granitemoehybrid": _granite_hybrid,
    "llama4": _llama4,
    "mimo_v2_flash": _mimo,
    "minimax_m3": _minimax_m3,
    "nemotron_h": _nemotron_h,
    "nemotron_nas": _searched,
    "opt": _opt,
}
