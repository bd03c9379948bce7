"""Families in GGUF whose headers say more than widths; counts are those of their tensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aispec.catalog.local import read_local
from aispec.catalog.local.gguf_model import describe_gguf
from aispec.catalog.local.model import Tensor
from aispec.estimate.architecture.cache import cache_shape
from tests.catalog.local.test_gguf import (
    WIDTHS,
    attention,
    block,
    gated,
    norms,
    outside,
    read,
    routed,
)
from tests.catalog.local.writers import Named, write_gguf


def test_too_little_is_said(tmp_path: Path) -> None:
    metadata = {"general.architecture": "llama", "llama.block_count": 2}
    found = read_local(write_gguf(tmp_path / "x.gguf", metadata, outside(64, 300)), tmp_path)
    assert (found.architecture, found.vocabulary) == (None, 300)
    assert found.notes == (
        "The GGUF file does not say how many layers, heads or tokens the model has.",
    )


def test_a_family_that_is_read_in_part_is_incomplete() -> None:
    fields = {"general.architecture": "lfm2", "vocab_size": 300}
    fields |= {f"lfm2.{key}": value for key, value in WIDTHS.items()}
    made = describe_gguf(fields, {"tokenizer.ggml.tokens": 300}, []).architecture
    assert made is not None
    assert made["incomplete"] is True


def test_an_older_decoder_with_positions(tmp_path: Path) -> None:
    own = [
        *norms(64),
        ("attn_norm.bias", (64,)),
        ("ffn_norm.bias", (64,)),
        ("attn_qkv.weight", (64, 192)),
        ("attn_qkv.bias", (192,)),
        ("attn_output.weight", (64, 64)),
        ("attn_output.bias", (64,)),
        ("ffn_up.weight", (64, 128)),
        ("ffn_up.bias", (128,)),
        ("ffn_down.weight", (128, 64)),
        ("ffn_down.bias", (64,)),
    ]
    more: list[Named] = [
        ("output_norm.bias", "F32", (64,)),
        ("output.bias", "F32", (300,)),
        ("position_embd.weight", "F16", (64, 1024)),
    ]
    fields = {**WIDTHS, "attention.head_count_kv": 4}
    tensors = outside(64, 300) + more + block(0, *own) + block(1, *own)
    made = read(tmp_path, "gpt2", fields, tensors).architecture
    assert made is not None
    assert (made["position_embeddings"], made["lm_head_bias"]) == (1024, True)
    assert (made["attention"], made["norm"]) == ("mha", "layernorm")


def test_values_narrower_than_keys(tmp_path: Path) -> None:
    own = [
        *norms(64),
        ("attn_q.weight", (64, 4 * 24)),
        ("attn_k.weight", (64, 2 * 24)),
        ("attn_v.weight", (64, 2 * 16)),
        ("attn_output.weight", (4 * 16, 64)),
        *gated(64, 128),
    ]
    fields = {**WIDTHS, "attention.key_length": 24, "attention.value_length": 16}
    tensors = outside(64, 300) + block(0, *own) + block(1, *own)
    made = read(tmp_path, "mimo2", fields, tensors).architecture
    assert made is not None
    assert (made["head_dim"], made["v_head_dim"]) == (24, 16)
    shape = cache_shape(made, 1)
    assert shape is not None
    assert sum(each.layers * each.elements for each in shape.groups) == 2 * 2 * (24 + 16)


def test_sinks_and_experts_with_biases(tmp_path: Path) -> None:
    own = [
        *norms(64),
        *attention(64, 64, 32),
        ("attn_q.bias", (64,)),
        ("attn_k.bias", (32,)),
        ("attn_v.bias", (32,)),
        ("attn_output.bias", (64,)),
        ("attn_sinks.weight", (4,)),
        *routed(64, 32, 4),
        ("ffn_gate_inp.bias", (4,)),
        ("ffn_gate_exps.bias", (32, 4)),
        ("ffn_up_exps.bias", (32, 4)),
        ("ffn_down_exps.bias", (64, 4)),
    ]
    fields = {
        **WIDTHS,
        "expert_count": 4,
        "expert_used_count": 2,
        "expert_feed_forward_length": 32,
        "attention.sliding_window": 128,
    }
    tensors = outside(64, 300) + block(0, *own) + block(1, *own)
    made = read(tmp_path, "gpt-oss", fields, tensors).architecture
    assert made is not None
    assert made["attn_sinks"] is True
    assert made["sliding_window"] == {"size": 128, "layers": 1, "pattern": "1 of 2 layers"}
    assert (made["experts"]["router_linear_bias"], made["experts"]["expert_bias"]) == (True, True)


def described(arch: str, fields: dict[str, Any], tensors: list[Named]) -> dict[str, Any]:
    """An architecture by itself, for what the catalogue's counts have no place for."""
    known = {key: tuple(each) if isinstance(each, list) else each for key, each in fields.items()}
    metadata = {"general.architecture": arch, **{f"{arch}.{key}": known[key] for key in known}}
    infos = [Tensor(name, kind, shape, 0) for name, kind, shape in tensors]
    made = describe_gguf(metadata, {}, infos).architecture
    assert made is not None
    return made


def test_dense_layers_after_experts_and_shared_ones_of_their_own_width(tmp_path: Path) -> None:
    common = [*norms(64), *attention(64, 64, 32)]
    shared = [
        ("ffn_gate_shexp.weight", (64, 48)),
        ("ffn_up_shexp.weight", (64, 48)),
        ("ffn_down_shexp.weight", (48, 64)),
        ("ffn_gate_inp_shexp.weight", (64,)),
    ]
    fields = {**WIDTHS, "expert_count": 4, "expert_used_count": 2}
    tensors = outside(64, 300) + block(0, *common, *routed(64, 32, 4), *shared)
    tensors += block(1, *common, *gated(64, 128))
    made = read(tmp_path, "qwen2moe", fields, tensors).architecture
    assert made is not None
    mixture = made["experts"]
    assert (mixture["shared"], mixture["shared_intermediate_size"]) == (1, 48)
    assert mixture["shared_gate"] is True
    assert made["intermediate_size"] == 128
    without = [*tensors, *block(2, *common)]
    mixture = described("qwen2moe", {**fields, "block_count": 3}, without)["experts"]
    assert [mixture[f"{kind}_layers"] for kind in ("moe", "dense", "first_dense")] == [1, 1, 0]


def test_layers_without_a_feed_forward() -> None:
    common = [*norms(64), *attention(64, 64, 32)]
    tensors = outside(64, 300) + block(0, *common) + block(1, *common, *gated(64, 128))
    assert described("nemotron", WIDTHS, tensors)["mlp_layers"] == 1


RECURRENT = {
    "ssm.inner_size": 128,
    "ssm.state_size": 16,
    "ssm.time_step_rank": 8,
    "ssm.conv_kernel": 4,
}
MAMBA = [
    ("attn_norm.weight", (64,)),
    ("ssm_in.weight", (64, 256)),
    ("ssm_conv1d.weight", (4, 128)),
    ("ssm_conv1d.bias", (128,)),
    ("ssm_x.weight", (128, 8 + 2 * 16)),
    ("ssm_dt.weight", (8, 128)),
    ("ssm_dt.bias", (128,)),
    ("ssm_dt_norm.weight", (8,)),
    ("ssm_b_norm.weight", (16,)),
    ("ssm_c_norm.weight", (16,)),
    ("ssm_a", (16, 128)),
    ("ssm_d", (128,)),
    ("ssm_out.weight", (128, 64)),
    ("ffn_norm.weight", (64,)),
    *gated(64, 128),
]


def test_jamba_s_recurrent_layers(tmp_path: Path) -> None:
    full = [*norms(64), *attention(64, 64, 32), *gated(64, 128)]
    tensors = outside(64, 300) + block(0, *MAMBA) + block(1, *full)
    fields = {**WIDTHS, **RECURRENT, "attention.head_count_kv": [0, 2]}
    made = read(tmp_path, "jamba", fields, tensors).architecture
    assert made is not None
    layer = made["linear_or_ssm_layers"]
    assert (layer["kind"], layer["count"], layer["bcdt_norms"]) == ("mamba1", 1, True)
    assert made["attention"] == "hybrid"


@pytest.mark.parametrize("left_out", ["inner_size", "state_size", "time_step_rank"])
def test_recurrent_layers_whose_widths_are_left_out_are_incomplete(left_out: str) -> None:
    fields = {**WIDTHS, **RECURRENT}
    del fields[f"ssm.{left_out}"]
    made = described("jamba", fields, outside(64, 300) + block(0, *MAMBA))
    assert made["incomplete"] is True
    assert "linear_or_ssm_layers" not in made


def test_recurrence_beside_latent_attention_is_incomplete() -> None:
    fields = {**WIDTHS, **RECURRENT, "attention.kv_lora_rank": 16, "rope.dimension_count": 8}
    made = described("kimi-linear", fields, outside(64, 300) + block(0, *MAMBA))
    assert (made["incomplete"], made["attention"]) == (True, "mla")


LATENT = {
    **WIDTHS,
    "attention.kv_lora_rank": 16,
    "attention.q_lora_rank": 24,
    "rope.dimension_count": 8,
    "attention.key_length_mla": 24,
    "attention.value_length_mla": 16,
    "attention.indexer.head_count": 2,
    "attention.indexer.key_length": 16,
    "attention.indexer.top_k": 64,
}


def test_an_indexer_is_seen_where_it_can_be_one() -> None:
    tensors = outside(64, 300) + block(1, ("indexer.attn_k.weight", (64, 16)))
    made = described("deepseek32", LATENT, tensors)
    assert made["indexer"] == {"kind": "dsa", "n_heads": 2, "head_dim": 16, "layers": 1, "topk": 64}
    without = {key: LATENT[key] for key in LATENT if key != "attention.q_lora_rank"}
    assert "indexer" not in described("deepseek32", without, tensors)


WINDOWED = {**WIDTHS, "block_count": 4, "attention.sliding_window": 512}


@pytest.mark.parametrize(
    ("fields", "layers"),
    [
        ({"attention.sliding_window_pattern": (True, True, False, True)}, 3),
        ({"attention.sliding_window_pattern": (1, 0, 0, 1)}, 2),
        ({"attention.sliding_window_pattern": 2}, 2),
        ({"attention.sliding_window_pattern": (False,) * 4}, None),
        ({"attention.sliding_window": 4096}, None),  # as long as the context
        ({}, None),  # nobody says which
    ],
)
def test_which_layers_have_a_window(fields: dict[str, Any], layers: int | None) -> None:
    made = described("llama", {**WINDOWED, **fields}, outside(64, 300))
    assert made.get("sliding_window", {}).get("layers") == layers


def wide_and_near(*, values: bool) -> list[Named]:
    """Two layers with a window and 16 wide heads, and one that sees all with 32 wide ones."""
    near = [*norms(64), *attention(64, 64, 32), *gated(64, 128)]
    full = [*norms(64), *attention(64, 128, 32), *gated(64, 128)]
    if not values:
        full = [each for each in full if each[0] != "attn_v.weight"]
    return outside(64, 300, tied=True) + block(0, *near) + block(1, *near) + block(2, *full)


@pytest.mark.parametrize("values", [True, False])
def test_layers_that_see_everything_have_heads_of_their_own(tmp_path: Path, values: bool) -> None:
    fields = {
        **WIDTHS,
        "block_count": 3,
        "attention.head_count_kv": [2, 2, 1],
        "attention.key_length": 32,
        "attention.value_length": 32,
        "attention.key_length_swa": 16,
        "attention.value_length_swa": 16,
        "attention.sliding_window": 512,
        "attention.sliding_window_pattern": [True, True, False],
    }
    made = read(tmp_path, "gemma4", fields, wide_and_near(values=values)).architecture
    assert made is not None
    assert (made["head_dim"], made["num_kv_heads"]) == (16, 2)
    alike = {} if values else {"k_eq_v": True}
    assert made["global_override"] == {"head_dim": 32, "num_kv_heads": 1, **alike}


def test_searched_layers_have_each_their_widths(tmp_path: Path) -> None:
    full = [*norms(64), *attention(64, 64, 32), *gated(64, 128)]
    blind = [("ffn_norm.weight", (64,)), *gated(64, 256)]
    tensors = outside(64, 300) + block(0, *full) + block(1, *full) + block(2, *blind)
    fields = {
        **WIDTHS,
        "block_count": 3,
        "attention.head_count": [4, 4, 0],
        "attention.head_count_kv": [2, 2, 0],
        "feed_forward_length": [128, 128, 256],
    }
    made = read(tmp_path, "deci", fields, tensors).architecture
    assert made is not None
    assert made["block_list"] == [
        {"count": 2, "num_kv_heads": 2, "intermediate_size": 128},
        {"count": 1, "intermediate_size": 256},
    ]
    assert "block_list" not in described("llama", fields, tensors)
