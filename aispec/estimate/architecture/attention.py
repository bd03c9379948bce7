"""Parameters of one attention layer, by kind of attention.

Counted from the projections that each kind has; fields are those of `schemas/model.schema.json`.
Sources: the models' `config.json` and modelling code in Transformers, named per model in the
catalogue, against whose published totals the counts are tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def linear(inputs: int, outputs: int, bias: bool = False) -> int:
    """Parameters of a dense projection."""
    return inputs * outputs + (outputs if bias else 0)


def grouped(fields: Fields, changed: Fields | None = None) -> int:
    """Return the parameters of one MHA, GQA or MQA layer.

    `changed` holds what some layers of a hybrid have different: their heads and widths.
    """
    own = {**fields, **{k: v for k, v in (changed or {}).items() if v is not None}}
    hidden, heads, width = own["hidden_size"], own["num_heads"], own["head_dim"]
    kv_heads = own.get("num_kv_heads") or heads
    value_width = own.get("v_head_dim") or width
    bias = own.get("attention_bias") or {}
    gate = 2 if own.get("attn_output_gate") else 1
    count = linear(hidden, heads * width * gate, bias.get("q", False))
    count += linear(hidden, kv_heads * width, bias.get("k", False))
    if not own.get("k_eq_v"):
        count += linear(hidden, kv_heads * value_width, bias.get("v", False))
    count += linear(heads * value_width, hidden, bias.get("o", False))
    return count + _attention_extras(own, heads, kv_heads, width)


def _attention_extras(own: Fields, heads: int, kv_heads: int, width: int) -> int:
    norm = own.get("qk_norm")
    count: int = {"per_head": 2 * width, "full": (heads + kv_heads) * width}.get(str(norm), 0)
    count += own["hidden_size"] * heads if own.get("head_gate") else 0
    return count + (heads if own.get("attn_sinks") else 0)


def latent(fields: Fields) -> int:
    """Return the parameters of one multi-head latent attention layer (DeepSeek-V2, §2.1)."""
    hidden, heads, low = fields["hidden_size"], fields["num_heads"], fields["mla"]
    value_width, rank, kv_rank = fields["v_head_dim"], low.get("q_lora_rank"), low["kv_lora_rank"]
    query_width = low["qk_nope_head_dim"] + low["qk_rope_head_dim"]
    if rank:
        count: int = linear(hidden, rank) + rank + linear(rank, heads * query_width)
    else:
        count = linear(hidden, heads * query_width)
    count += linear(hidden, kv_rank + low["qk_rope_head_dim"]) + kv_rank
    count += linear(kv_rank, heads * (low["qk_nope_head_dim"] + value_width))
    count += linear(heads * value_width, hidden)
    count += linear(hidden, heads * value_width) if fields.get("mla_output_gate") else 0
    return count


def indexer(fields: Fields) -> int:
    """Return the parameters of a sparse-attention indexer (DeepSeek-V3.2 `dsa`, MiniMax `msa`)."""
    index = fields.get("indexer")
    if not index:
        return 0
    hidden, heads, width = fields["hidden_size"], index["n_heads"], index["head_dim"]
    shared: int = linear(hidden, width) + 2 * width
    if index.get("kind", "dsa") == "msa":
        return linear(hidden, heads * width) + shared
    return linear(fields["mla"]["q_lora_rank"], heads * width) + shared + linear(hidden, heads)


def compressed(fields: Fields, layer_type: str) -> int:
    """Return the parameters of one layer of DeepSeek-V4's attention: `hca`, `csa` or `swa`."""
    own, hidden, heads = fields["dsv4"], fields["hidden_size"], fields["num_heads"]
    width, rank, groups = fields["head_dim"], own["q_lora_rank"], own["o_groups"]
    count: int = linear(hidden, rank) + rank + linear(rank, heads * width)
    count += linear(hidden, width) + width
    count += heads * width // groups * groups * own["o_lora_rank"]
    count += linear(groups * own["o_lora_rank"], hidden) + heads
    if layer_type == "hca":
        count += 2 * linear(hidden, width) + own["hca_rate"] * width + width
    if layer_type == "csa":
        index_width, index_heads = own["index_head_dim"], own["index_n_heads"]
        rate = own["csa_rate"]
        count += 2 * linear(hidden, 2 * width) + rate * 2 * width + width
        count += 2 * linear(hidden, 2 * index_width) + rate * 2 * index_width + index_width
        count += linear(rank, index_heads * index_width) + linear(hidden, index_heads)
    return count
