"""From a `config.json` to an architecture in the catalogue's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aispec.catalog.local import variants
from aispec.catalog.local.families import (
    ENCODERS,
    QKV_ONLY,
    Family,
    family,
    family_name,
    family_of_class,
)
from aispec.catalog.local.fields import Config
from aispec.catalog.local.files import shown
from aispec.catalog.local.layers import experts, indexer, latent, window
from aispec.catalog.local.model import LocalError
from aispec.catalog.local.parts import MOST_LAYERS
from aispec.catalog.local.states import states

_NESTED = ("thinker_config", "text_config", "language_config", "llm_config")
_FLATTENED = ("attn_config", "ffn_config")
_FROM_OUTSIDE = ("tie_word_embeddings", "quantization_config", "torch_dtype", "dtype")
_WIDEST, _MOST_ROWS, _MOST_EXPERTS = 2**20, 2**26, 2**16


class Described(NamedTuple):
    """What a configuration says, and what was assumed; no architecture where it says too little."""

    architecture: dict[str, Any] | None
    context_length: int | None
    vocabulary: int | None
    notes: tuple[str, ...]


def innermost(values: Mapping[str, Any]) -> dict[str, Any]:
    """The text model's configuration, which multimodal models keep inside theirs."""
    found = dict(values)
    for name in _NESTED:
        inside = found.get(name)
        if isinstance(inside, Mapping):
            around = {key: found[key] for key in _FROM_OUTSIDE if found.get(key) is not None}
            kind = {"model_type": found["model_type"]} if "model_type" in found else {}
            found = {**kind, **around, **inside}
    for name in _FLATTENED:
        inside = found.get(name)
        if isinstance(inside, Mapping):
            found = {**inside, **found}
    return found


def describe(values: Mapping[str, Any]) -> Described:
    """The architecture of a configuration; raises LocalError where a number in it cannot be."""
    text = innermost(values)
    named = text.get("model_type")
    name = _family_of(named, text.get("architectures"))
    own = family(name)
    config = Config(text, own.defaults if own else {})
    if name == "whisper":
        made: dict[str, Any] | None = variants.speech(config)
    elif name in ENCODERS:
        made = variants.encoder(config, name)
    else:
        made = _decoder(config, name, own or Family())
    notes = _notes(name, known=own is not None or name in ENCODERS or name == "whisper")
    if made is None:
        return Described(None, context(config, name), None, (_UNREADABLE,))
    if isinstance(named, str) and 0 < len(named) <= 64:
        made["model_type"] = shown(named)
    return Described(bounded(made, "config.json"), context(config, name), made["vocab_size"], notes)


def _family_of(named: Any, classes: Any) -> str:
    """The family by `model_type`, or by the class where that is no family's."""
    name = family_name(named) if isinstance(named, str) else ""
    if family(name) or name in ENCODERS or not isinstance(classes, list):
        return name
    for each in classes[:4]:
        by_class = family_of_class(each) if isinstance(each, str) else ""
        if family(by_class):
            return by_class
    return name


_UNREADABLE = "config.json does not say how many layers, heads or tokens the model has."


def _notes(name: str, known: bool) -> tuple[str, ...]:
    if known:
        return ()
    said = f'model_type "{shown(name)}" is not known' if name else "no model_type is given"
    return (f"In config.json {said}; the model is read as a decoder like Llama's.",)


def context(config: Config, name: str) -> int | None:
    """Tokens the model takes: its positions, times what their scaling stretches them by."""
    length = config.number("context")
    if name in ("roberta", "xlm_roberta", "camembert"):
        return max(length - 2, 0) or None  # two positions are the padding's
    scaling = config.table("rope_scaling")
    if not scaling.values:
        scaling = config.table("rope_parameters")
    kind = scaling.text("rope_type") or scaling.text("type")
    factor = scaling.values.get("factor")
    if isinstance(factor, int | float) and 1 < factor <= 1024 and name != "gemma3":
        original = scaling.number("original_max_position_embeddings")
        if kind == "yarn" and original:
            return max(int(original * factor), length)
        if kind in ("linear", "dynamic"):
            return int(length * factor) or None
    return length or None


def _decoder(config: Config, name: str, own: Family) -> dict[str, Any] | None:
    layers = config.number("layers") or len(config.items("layers_block_type"))
    hidden, heads = config.number("hidden"), config.number("heads")
    vocabulary = config.number("vocabulary")
    if not (layers and hidden and heads and vocabulary) or layers > MOST_LAYERS:
        return None
    made: dict[str, Any] = {
        "type": "dense",
        "layers": layers,
        "hidden_size": hidden,
        "num_heads": heads,
        **_heads(config, name, hidden, heads),
        "vocab_size": vocabulary,
        "tie_word_embeddings": config.flag("tie_word_embeddings"),
        **own.fields,
        **_biases(config, name, own),
        **latent(config),
    }
    made |= _feedforward(config, name, layers, hidden)
    length = context(config, name) or 0
    wanted = {
        "sliding_window": window(config, layers, length, own.period),
        "linear_or_ssm_layers": states(config, layers, hidden),
        "indexer": indexer(config, layers),
    }
    compressed = "q_lora_rank" in made.get("mla", {})
    if not compressed and (wanted["indexer"] or {}).get("kind") == "dsa":
        wanted["indexer"] = None
    made |= {key: value for key, value in wanted.items() if value}
    if wanted["linear_or_ssm_layers"] and made["attention"] != "mla":
        made["attention"] = "hybrid"
    variants.adjust(name, config, made)
    return {key: value for key, value in made.items() if value is not None and value != {}}


def _heads(config: Config, name: str, hidden: int, heads: int) -> dict[str, Any]:
    kv_heads = config.number("kv_heads") or heads
    if config.flag("multi_query") and not config.flag("new_decoder_architecture"):
        # ChatGLM calls its groups so, and says how many; Falcon and StarCoder mean one head.
        kv_heads = 1
    elif config.flag("multi_query_attention"):
        kv_heads = config.number("multi_query_group_num") or 1
    elif name == "chatglm":
        kv_heads = heads
    kind = "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa"
    width = config.number("head_dim") or hidden // heads
    return {"attention": kind, "num_kv_heads": kv_heads, "head_dim": width}


def _biases(config: Config, name: str, own: Family) -> dict[str, Any]:
    made: dict[str, Any] = {}
    known = "attention_bias" in own.fields
    all_of_them = config.flag("attention_bias") or config.flag("use_bias") or config.flag("bias")
    if not known and (all_of_them or config.flag("qkv_bias")):
        out = all_of_them and name not in QKV_ONLY and not config.flag("qkv_bias")
        if config.values.get("attention_out_bias") is True:
            out = True
        made["attention_bias"] = {"q": True, "k": True, "v": True, "o": out}
    if config.flag("mlp_bias") or (name in ("starcoder2", "falcon") and all_of_them):
        made["mlp_bias"] = True
    if config.flag("lm_head_bias"):
        made["lm_head_bias"] = True
    if config.flag("use_qk_norm") and "qk_norm" not in own.fields and name != "llama4":
        full = config.text("qk_norm_type") == "per_layer" or name in ("cohere", "minimax_m2")
        made["qk_norm"] = "full" if full else "per_head"
    if name == "gpt_neox" and config.values.get("attention_bias") is False:
        made["attention_bias"] = None
    return made


def _feedforward(config: Config, name: str, layers: int, hidden: int) -> dict[str, Any]:
    size = config.number("intermediate") or _usual_size(config, name, hidden)
    mixture = experts(config, layers, hidden, size)
    if mixture is None:
        return {"intermediate_size": size} if size else {}
    dense = mixture.get("dense_layers") or mixture.get("first_dense_layers")
    made: dict[str, Any] = {"type": "moe", "experts": mixture}
    return {**made, "intermediate_size": size} if size and dense else made


def _usual_size(config: Config, name: str, hidden: int) -> int:
    """The feed-forward width of configurations that do not give one."""
    if name in ("granitemoehybrid", "granitemoeshared"):
        return config.number("shared_size")
    return hidden * (config.number("expansion_ratio") or 4)


def bounded(made: dict[str, Any], source: str) -> dict[str, Any]:
    """The architecture, refused with a LocalError where a width of it cannot be."""
    limits = {
        "hidden_size": _WIDEST,
        "head_dim": _WIDEST,
        "v_head_dim": _WIDEST,
        "intermediate_size": 2 * _WIDEST,
        "num_heads": _WIDEST,
        "num_kv_heads": _WIDEST,
        "vocab_size": _MOST_ROWS,
    }
    for name, most in limits.items():
        value = made.get(name, 1)
        if type(value) is not int or value < 1 or value > most:
            raise LocalError(f"{source} has no usable {name}.", f"it is {value}")
    for name in ("mla", "linear_or_ssm_layers", "indexer", "swa_override", "global_override"):
        numbers = [each for each in made.get(name, {}).values() if type(each) is int]
        if not all(0 < each < 2**50 for each in numbers):
            raise LocalError(f"{source} has no usable {name}.", shown(repr(made[name])))
    mixture = made.get("experts")
    if not mixture and not made.get("block_list") and "intermediate_size" not in made:
        raise LocalError(f"{source} has no usable intermediate_size.", "none is given")
    if mixture and not _usable(mixture):
        raise LocalError(f"{source} has no usable mixture of experts.", shown(repr(mixture)))
    return made


def _usable(mixture: Mapping[str, Any]) -> bool:
    size, active, total = (mixture[key] for key in ("moe_intermediate_size", "active", "total"))
    return bool(0 < size <= _WIDEST and 0 < active <= total <= _MOST_EXPERTS)
