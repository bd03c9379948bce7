"""What a family's code does that its config.json does not say.

`fields` are architecture fields of every model in the family, `defaults` what its configuration
class fills in, and `period` how often a layer sees everything where the others see a window (1:
none does). Source: the configuration and modelling classes in Transformers 4.57 and, for the
families outside it, in the models' own repositories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aispec.record import made, record

_QKV = {"q": True, "k": True, "v": True, "o": False}
_ALL = {"q": True, "k": True, "v": True, "o": True}
_NONE: Mapping[str, Any] = {}
_TIED = {"tie_word_embeddings": True}


@record
class Family:
    """See the module's description."""

    fields: Mapping[str, Any] = made(default_factory=dict)
    defaults: Mapping[str, Any] = made(default_factory=dict)
    period: int = 0


def _old(**fields: Any) -> dict[str, Any]:
    """Fields of the families before Llama: plain feed-forward, layer norms, biases everywhere."""
    made = {"mlp": "plain", "mlp_bias": True, "norm": "layernorm", "attention_bias": _ALL}
    return {**made, **fields}


_GEMMA3 = {
    **_TIED,
    "vocab_size": 262208,
    "head_dim": 256,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "sliding_window": 4096,
    "max_position_embeddings": 131072,
}
_QWEN3 = {"qk_norm": "per_head"}
_GATED = {"qk_norm": "per_head", "attn_output_gate": True}

_FAMILIES: dict[str, Family] = {
    "baichuan": Family(),
    "bailing_moe": Family(),
    "bailing_moe_v2": Family(),
    "bloom": Family(_old(), _TIED),
    "chatglm": Family(),
    "cohere": Family({"norms_per_layer": 1, "parallel_block": True}, _TIED),
    "cohere2": Family({"norms_per_layer": 1, "parallel_block": True}, _TIED, 4),
    "dbrx": Family({"norm": "layernorm_nobias"}),
    "deci": Family(),
    "deepseek": Family(),
    "deepseek_v2": Family(),
    "deepseek_v3": Family(),
    "deepseek_v32": Family(),
    "deepseek_v4": Family(),
    "dots1": Family(_QWEN3),
    "ernie4_5": Family({}, _TIED),
    "ernie4_5_moe": Family({}, _TIED),
    "exaone": Family(),
    "exaone4": Family(_QWEN3, {}, 4),
    "falcon": Family({"mlp": "plain", "norm": "layernorm"}, _TIED),
    "falcon_h1": Family({"incomplete": True}),
    "gemma": Family({}, {**_TIED, "head_dim": 256}),
    "gemma2": Family({"norms_per_layer": 4}, {**_TIED, "head_dim": 256}, 2),
    "gemma3": Family({"norms_per_layer": 4, **_QWEN3}, _GEMMA3, 6),
    "gemma3n": Family({"incomplete": True}, {**_TIED, "head_dim": 256}, 5),
    "gemma4": Family({"norms_per_layer": 4, **_QWEN3}, _TIED, 6),
    "glm": Family({}, {"attention_bias": True}),
    "glm4": Family({"norms_per_layer": 4}),
    "glm4_moe": Family({}, {"router_bias": True}),
    "glm_moe_dsa": Family(),
    "gpt2": Family(_old(), _TIED),
    "gpt_bigcode": Family(_old(), {**_TIED, "multi_query": True}),
    "gpt_neo": Family(_old(attention_bias=_NONE), _TIED),
    "gpt_neox": Family(_old()),
    "gpt_oss": Family({"attention_bias": _ALL, "attn_sinks": True}, {}, 2),
    "gptj": Family(_old(attention_bias=_NONE, norms_per_layer=1, lm_head_bias=True)),
    "granite": Family(),
    "granitemoe": Family(),
    "granitemoehybrid": Family(),
    "granitemoeshared": Family(),
    "internlm2": Family(),
    "internlm3": Family(),
    "jamba": Family(),
    "kimi_k2": Family(),
    "kimi_linear": Family(),
    "lfm2": Family({"incomplete": True}, _TIED),
    "lfm2_moe": Family({"incomplete": True}, _TIED),
    "llama": Family({}, {"vocab_size": 32000}),
    "llama4": Family({}, {"attention_chunk_size": 8192}, 4),
    "mimo": Family({"attention_bias": _QKV}),
    "mimo_v2_flash": Family(),
    "minimax": Family(),
    "minimax_m1": Family(),
    "minimax_m2": Family(),
    "minimax_m3": Family(),
    "minimax_text_01": Family(),
    "ministral": Family({}, {}, 1),
    "ministral3": Family(),
    "mistral": Family({}, {}, 1),
    "mistral3": Family(),
    "mixtral": Family({}, {}, 1),
    "mpt": Family({"mlp": "plain", "norm": "layernorm_nobias"}, {**_TIED, "expansion_ratio": 4}),
    "nemotron": Family({"mlp": "plain", "norm": "layernorm"}),
    "nemotron_h": Family({"mlp": "plain", "norms_per_layer": 1}, {"use_conv_bias": True}),
    "nemotron_nas": Family(),
    "olmo": Family({"norm": "nonparametric"}),
    "olmo2": Family({"qk_norm": "full"}),
    "olmo3": Family({"qk_norm": "full"}, {}, 4),
    "olmoe": Family({"qk_norm": "full"}),
    "opt": Family(_old(), _TIED),
    "phi": Family(_old(norms_per_layer=1, lm_head_bias=True)),
    "phi3": Family({}, {}, 1),
    "phi3small": Family({"norm": "layernorm", "mlp_bias": True, "attention_bias": _ALL}, _TIED),
    "phi4mm": Family({"incomplete": True}, _TIED),
    "phimoe": Family({"norm": "layernorm"}, {}, 1),
    "qwen": Family({"attention_bias": _QKV}),
    "qwen2": Family({"attention_bias": _QKV}),
    "qwen2_5_vl": Family({"attention_bias": _QKV}),
    "qwen2_moe": Family({"attention_bias": _QKV}, {"shared_gated": True}),
    "qwen2_vl": Family({"attention_bias": _QKV}),
    "qwen3": Family(_QWEN3),
    "qwen3_5": Family(_GATED),
    "qwen3_5_moe": Family(_GATED, {"shared_gated": True}),
    "qwen3_moe": Family(_QWEN3),
    "qwen3_next": Family(_GATED, {"shared_gated": True}),
    "qwen3_vl": Family(_QWEN3),
    "qwen3_vl_moe": Family(_QWEN3),
    "seed_oss": Family({}, {"attention_out_bias": False}),
    "smollm3": Family({}, _TIED),
    "solar": Family(),
    "stablelm": Family({"norm": "layernorm"}),
    "starcoder2": Family({"mlp": "plain", "norm": "layernorm"}, {**_TIED, "use_bias": True}, 1),
}
_ALIASES = {
    "decilm": "deci",
    "glm4_moe_lite": "deepseek_v3",
    "kimi_k25": "deepseek_v3",
    "minimax_m3_vl": "minimax_m3",
    "moonlight": "deepseek_v3",
    "qwen2_5_omni_thinker": "qwen2_5_vl",
    "qwen3_omni_moe_thinker": "qwen3_moe",
    "refinedweb": "falcon",
    "refinedwebmodel": "falcon",
    "yi": "llama",
}
#: Families whose `attention_bias` does not reach the output projection.
QKV_ONLY = frozenset({"glm", "glm4", "glm4_moe", "seed_oss", "chatglm"})
ENCODERS = frozenset({"bert", "roberta", "xlm_roberta", "camembert", "nomic_bert", "mpnet"})


def family_name(model_type: str) -> str:
    """The family a `model_type` belongs to, itself where it is no known spelling of another."""
    plain = model_type.lower().replace("-", "_")
    plain = plain.removesuffix("_text")
    return _ALIASES.get(plain, plain)


def family_of_class(name: str) -> str:
    """The family a class as `DeepseekV3ForCausalLM` belongs to."""
    stem = name[:80].partition("For")[0].removesuffix("Model").removesuffix("LMHead")
    return family_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem))


def family(name: str) -> Family | None:
    """The family of this name, None for one that is not known."""
    return _FAMILIES.get(name)
