"""From a GGUF header to an architecture in the catalogue's fields.

Widths come from the metadata; what a family's code does (biases, norms, gates, which layers attend)
is seen in which tensors are there. Keys and names: llama.cpp gguf-py/gguf/constants.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aispec.catalog.local.config import Described, bounded
from aispec.catalog.local.model import LocalError, Tensor
from aispec.catalog.local.parts import MOST_LAYERS
from aispec.catalog.local.states import with_state

_BLOCK = re.compile(r"blk\.(\d{1,5})\.(.+)")
_ENCODERS = frozenset({"bert", "nomic-bert", "jina-bert-v2", "modern-bert"})
_INCOMPLETE = frozenset({"gemma3n", "falcon-h1", "lfm2", "lfm2moe", "deepseek4", "plamo2"})
_DELTA_NET = frozenset({"qwen3next", "qwen35", "qwen35moe"})
# One of so many layers sees everything, where the file does not list which.
_PERIODS = {
    "gemma2": 2,
    "gpt-oss": 2,
    "cohere2": 4,
    "olmo2": 4,
    "exaone4": 4,
    "llama4": 4,
    "gemma3n": 5,
    "gemma3": 6,
    "gemma4": 6,
    "phi3": 1,
}
_LARGEST = 2**31
_NORMS = ("attn_norm.", "ffn_norm.", "post_attention_norm.", "post_ffw_norm.", "post_norm.")


class Gguf:
    """Metadata under the architecture's prefix, and the tensors of each block."""

    def __init__(
        self, metadata: Mapping[str, Any], lengths: Mapping[str, int], tensors: Iterable[Tensor]
    ) -> None:
        self.metadata, self.lengths = metadata, lengths
        name = metadata.get("general.architecture")
        self.name = name if isinstance(name, str) else ""
        self.shapes = {tensor.name: tensor.shape for tensor in tensors}
        self.predicting = self.number("nextn_predict_layers")
        self.layers = max(self.number("block_count") - self.predicting, 0)
        self.blocks: dict[int, dict[str, tuple[int, ...]]] = {}
        for full, shape in self.shapes.items():
            found = _BLOCK.fullmatch(full)
            if found and int(found[1]) < self.layers:
                self.blocks.setdefault(int(found[1]), {})[found[2]] = shape

    def number(self, key: str) -> int:
        """A whole number, the largest of a list, 0 where there is none."""
        value = self.metadata.get(f"{self.name}.{key}", 0)
        if isinstance(value, tuple):
            value = max((each for each in value if type(each) is int), default=0)
        if type(value) is not int:
            return 0
        if not 0 <= value <= _LARGEST:
            raise LocalError(f"The GGUF file has no usable {key}.", f"it is {value}")
        return value

    def each(self, key: str) -> tuple[Any, ...]:
        """A list with a value for each layer, empty where it is none."""
        value = self.metadata.get(f"{self.name}.{key}")
        found = value if isinstance(value, tuple) else ()
        return found[: self.layers] if len(found) >= self.layers else ()

    def count(self, *names: str) -> int:
        """Blocks that have a tensor whose name begins so."""
        return sum(self.has(block, *names) for block in self.blocks)

    def has(self, block: int, *names: str) -> bool:
        """Whether a block has a tensor whose name begins so."""
        return any(name.startswith(names) for name in self.blocks.get(block, ()))

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of that tensor in the first block that has it."""
        return next((own[name] for own in self.blocks.values() if name in own), ())


def describe_gguf(
    metadata: Mapping[str, Any], lengths: Mapping[str, int], tensors: Iterable[Tensor]
) -> Described:
    """The architecture of a GGUF file; raises LocalError where a number in it cannot be."""
    own = Gguf(metadata, lengths, tensors)
    rows = own.shapes.get("token_embd.weight", ())
    tokens = lengths.get("tokenizer.ggml.tokens") or own.number("vocab_size")
    vocabulary = rows[1] if len(rows) == 2 else tokens
    context = own.number("context_length") or None
    heads, hidden = own.number("attention.head_count"), own.number("embedding_length")
    if not (own.layers and heads and hidden and vocabulary) or own.layers > MOST_LAYERS:
        unread = "The GGUF file does not say how many layers, heads or tokens the model has."
        return Described(None, context, vocabulary or None, (unread,))
    made: dict[str, Any] = {
        "type": "encoder" if own.name in _ENCODERS else "dense",
        "layers": own.layers,
        "hidden_size": hidden,
        "num_heads": heads,
        **_heads(own, heads, hidden),
        "vocab_size": vocabulary,
        "tie_word_embeddings": "output.weight" not in own.shapes,
    }
    for read in (_code, _latent, _feedforward, _recurrent, _window, _searched):
        made |= read(own, made)
    if own.name in _INCOMPLETE:
        made["incomplete"] = True
    return Described(bounded(made, "The GGUF file"), context, vocabulary, ())


def _heads(own: Gguf, heads: int, hidden: int) -> dict[str, Any]:
    kv_heads = own.number("attention.head_count_kv") or heads
    width = own.number("attention.key_length") or hidden // heads
    made: dict[str, Any] = {"num_kv_heads": kv_heads, "head_dim": width}
    made["attention"] = "mha" if kv_heads == heads else "mqa" if kv_heads == 1 else "gqa"
    values = own.number("attention.value_length")
    return {**made, "v_head_dim": values} if values and values != width else made


def _code(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    """What the model's code has, by the tensors that are there."""
    found: dict[str, Any] = {}
    fused = bool(own.count("attn_qkv.bias"))
    names = {"q": "attn_q.bias", "k": "attn_k.bias", "v": "attn_v.bias", "o": "attn_output.bias"}
    biases = {each: bool(own.count(name)) for each, name in names.items()}
    biases |= dict.fromkeys("qkv", True) if fused else {}
    if any(biases.values()):
        found["attention_bias"] = biases
    norms = own.shape("attn_q_norm.weight")
    if norms:
        found["qk_norm"] = "per_head" if norms[0] == made["head_dim"] else "full"
    if own.count("attn_sinks"):
        found["attn_sinks"] = True
    queries = own.shape("attn_q.weight")
    if len(queries) == 2 and queries[1] == 2 * made["num_heads"] * made["head_dim"]:
        found["attn_output_gate"] = True
    if "output_norm.bias" in own.shapes or own.count("attn_norm.bias", "attn_output_norm.bias"):
        found["norm"] = "layernorm"
    total = sum(
        name.startswith(_NORMS) and name.endswith(".weight")
        for b in own.blocks.values()
        for name in b
    )
    if total and round(total / own.layers) != 2 and made["type"] != "encoder":
        found["norms_per_layer"] = max(round(total / own.layers), 1)
    if "output.bias" in own.shapes:
        found["lm_head_bias"] = True
    positions = own.shapes.get("position_embd.weight", ())
    if len(positions) == 2:
        found["position_embeddings"] = positions[1]
    kinds = own.shapes.get("token_types.weight", ())
    return {**found, "type_vocab_size": kinds[1]} if len(kinds) == 2 else found


def _latent(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    rank, rope = own.number("attention.kv_lora_rank"), own.number("rope.dimension_count")
    if not rank:
        return {}
    width = own.number("attention.key_length_mla") or made["head_dim"]
    values = own.number("attention.value_length_mla") or own.number("attention.value_length")
    low = {"kv_lora_rank": rank, "qk_rope_head_dim": rope, "qk_nope_head_dim": max(width - rope, 1)}
    if own.number("attention.q_lora_rank"):
        low["q_lora_rank"] = own.number("attention.q_lora_rank")
    found: dict[str, Any] = {"attention": "mla", "mla": low, "head_dim": width}
    index = own.number("attention.indexer.head_count")
    if index and own.number("attention.indexer.key_length") and "q_lora_rank" in low:
        found["indexer"] = {
            "kind": "dsa",
            "n_heads": index,
            "head_dim": own.number("attention.indexer.key_length"),
            "layers": own.count("indexer.") or own.layers,
            "topk": own.number("attention.indexer.top_k") or 1,
        }
    return {**found, "v_head_dim": values or width, "num_kv_heads": made["num_heads"]}


def _feedforward(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    down = own.shape("ffn_down.weight")
    size = own.number("feed_forward_length") or (down[0] if down else 0)
    gated = own.count("ffn_gate.", "ffn_gate_exps.", "ffn_gate_up_exps.")
    up = own.shape("ffn_up.weight")
    merged = len(up) == 2 and size and up[1] == 2 * size
    found: dict[str, Any] = {} if gated or merged else {"mlp": "plain"}
    if own.count("ffn_down.bias"):
        found["mlp_bias"] = True
    dense = sum(own.has(b, "ffn_down.") and not own.has(b, "ffn_down_exps.") for b in own.blocks)
    total = own.number("expert_count")
    if total <= 1 or not own.count("ffn_down_exps."):
        if dense and dense < own.layers:
            found["mlp_layers"] = dense
        return {**found, "intermediate_size": size} if size else found
    mixture = _experts(own, total, size, dense)
    found |= {"type": "moe", "experts": mixture}
    return {**found, "intermediate_size": size} if dense and size else found


def _experts(own: Gguf, total: int, size: int, dense: int) -> dict[str, Any]:
    down = own.shape("ffn_down_exps.weight")
    moe = own.count("ffn_down_exps.")
    mixture: dict[str, Any] = {
        "total": total,
        "active": own.number("expert_used_count") or 1,
        "shared": own.number("expert_shared_count"),
        "moe_intermediate_size": down[0] if down else own.number("expert_feed_forward_length"),
        "first_dense_layers": dense,
    }
    if moe + dense != own.layers:
        mixture |= {"first_dense_layers": 0, "moe_layers": moe, "dense_layers": dense}
    shared = own.shape("ffn_down_shexp.weight")
    if shared:
        mixture["shared"] = mixture["shared"] or 1
        if shared[0] != mixture["shared"] * mixture["moe_intermediate_size"]:
            mixture["shared_intermediate_size"] = shared[0]
    seen = {
        "shared_gate": "ffn_gate_inp_shexp.",
        "router_correction_bias": "exp_probs_b",
        "router_linear_bias": "ffn_gate_inp.bias",
        "expert_bias": "ffn_down_exps.bias",
    }
    mixture |= {field: True for field, name in seen.items() if own.count(name)}
    latent = own.number("moe_latent_size")
    return {**mixture, "latent_size": latent} if latent else mixture


def _recurrent(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    count = own.count("ssm_")
    if not count or made.get("mla"):
        return {"incomplete": True} if count else {}
    inner, state = own.number("ssm.inner_size"), own.number("ssm.state_size")
    rank, groups = own.number("ssm.time_step_rank"), own.number("ssm.group_count") or 1
    common = {"count": count, "d_conv": own.number("ssm.conv_kernel") or 4}
    if not inner or not state or not rank:
        return {"incomplete": True}
    if own.name in _DELTA_NET:
        layer = {
            "kind": "gated_deltanet",
            "num_k_heads": groups,
            "k_head_dim": state,
            "num_v_heads": rank,
            "v_head_dim": inner // rank,
        }
    elif own.count("ssm_x."):
        layer = {"kind": "mamba1", "d_inner": inner, "d_state": state, "dt_rank": rank}
        layer |= {"bcdt_norms": True} if own.count("ssm_dt_norm") else {}
    else:
        layer = {"kind": "mamba2", "n_heads": rank, "head_dim": inner // rank, "d_state": state}
        layer |= {"n_groups": groups, "conv_bias": bool(own.count("ssm_conv1d.bias"))}
    attending = sum(own.has(b, "attn_q") and not own.has(b, "ssm_") for b in own.blocks)
    found = {"attention": "hybrid", "linear_or_ssm_layers": with_state({**layer, **common})}
    return found if attending == own.layers - count else {**found, "attention_layers": attending}


def _window(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    size = own.number("attention.sliding_window") or (8192 if own.name == "llama4" else 0)
    if not size or size >= (own.number("context_length") or size + 1):
        return {}
    listed, period = own.each("attention.sliding_window_pattern"), _PERIODS.get(own.name, 0)
    if not listed:
        period = own.number("attention.sliding_window_pattern") or period
        local = own.layers if period == 1 else own.layers - own.layers // period if period else 0
        listed = tuple((b + 1) % period != 0 for b in range(own.layers)) if period > 1 else ()
    else:
        local = sum(each is True or each == 1 for each in listed)
    if not local:
        return {}
    pattern = f"{local} of {own.layers} layers"
    found = {"sliding_window": {"size": size, "layers": local, "pattern": pattern}}
    return {**found, **_wide(own, made, listed)}


def _wide(own: Gguf, made: dict[str, Any], local: tuple[Any, ...]) -> dict[str, Any]:
    """Heads of the layers that see everything, where they differ from the windowed ones."""
    kv_heads, near = own.each("attention.head_count_kv"), own.number("attention.key_length_swa")
    if not near or near == made["head_dim"] or False not in local:
        return {}
    full, some = local.index(False), local.index(True) if True in local else 0
    wide: dict[str, Any] = {"head_dim": made["head_dim"], "num_kv_heads": made["num_kv_heads"]}
    found: dict[str, Any] = {"head_dim": near, "global_override": wide}
    if kv_heads and all(type(each) is int and each > 0 for each in kv_heads):
        wide["num_kv_heads"] = kv_heads[full]
        found["num_kv_heads"] = kv_heads[some]
    if not own.has(full, "attn_v."):
        wide["k_eq_v"] = True
    return found


def _searched(own: Gguf, made: dict[str, Any]) -> dict[str, Any]:
    """Layers that were searched one by one have a list of widths."""
    kv_heads, sizes = own.each("attention.head_count_kv"), own.each("feed_forward_length")
    if own.name != "deci" or not kv_heads or not sizes:
        return {}
    runs: list[dict[str, Any]] = []
    for heads, size in zip(kv_heads, sizes, strict=True):
        run = {"count": 1}
        run |= {"num_kv_heads": heads} if type(heads) is int and heads > 0 else {}
        run |= {"intermediate_size": size} if type(size) is int and size > 0 else {}
        if runs and {**runs[-1], "count": 1} == run:
            runs[-1]["count"] += 1
        else:
            runs.append(run)
    return {"block_list": runs}
