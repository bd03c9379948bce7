"""Families that need a reading of their own, against the counts their makers and hubs publish."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.local.config import describe
from aispec.catalog.local.model import LocalError
from aispec.estimate.architecture.parameters import count
from tests.catalog.local.configs import CONFIGS

WHISPER = {
    "model_type": "whisper",
    "d_model": 384,
    "decoder_attention_heads": 6,
    "decoder_layers": 4,
    "encoder_layers": 4,
    "decoder_ffn_dim": 1536,
    "vocab_size": 51865,
}
BERT = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "hidden_size": 768,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "intermediate_size": 3072,
    "vocab_size": 30522,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}
PUBLISHED: dict[str, tuple[int, dict[str, Any]]] = {
    "gpt2": (
        124_439_808,
        {"n_embd": 768, "n_head": 12, "n_layer": 12, "vocab_size": 50257, "n_positions": 1024},
    ),
    "opt": (
        125_239_296,
        {
            "hidden_size": 768,
            "num_attention_heads": 12,
            "num_hidden_layers": 12,
            "vocab_size": 50272,
            "ffn_dim": 3072,
            "max_position_embeddings": 2048,
        },
    ),
    "gpt_neo": (
        125_198_592,
        {
            "hidden_size": 768,
            "num_heads": 12,
            "num_layers": 12,
            "vocab_size": 50257,
            "max_position_embeddings": 2048,
        },
    ),
    "gpt_bigcode": (
        15_517_456_384,  # StarCoder
        {
            "n_embd": 6144,
            "n_head": 48,
            "n_layer": 40,
            "n_inner": 24576,
            "vocab_size": 49152,
            "n_positions": 8192,
        },
    ),
    "falcon": (
        6_921_720_704,
        {
            "hidden_size": 4544,
            "num_attention_heads": 71,
            "num_hidden_layers": 32,
            "vocab_size": 65024,
            "multi_query": True,
        },
    ),
    "nomic_bert": (
        136_731_648,
        {
            "n_embd": 768,
            "n_head": 12,
            "n_layer": 12,
            "n_inner": 3072,
            "vocab_size": 30528,
            "n_positions": 8192,
            "type_vocab_size": 2,
        },
    ),
}


def read(**config: Any) -> dict[str, Any]:
    found = describe(config)
    assert found.architecture is not None
    assert found.notes == ()
    return found.architecture


@pytest.mark.parametrize("kind", PUBLISHED)
def test_older_families_have_the_parameters_published(kind: str) -> None:
    parameters, config = PUBLISHED[kind]
    assert count(read(model_type=kind, **config)).total == parameters


def test_whisper_has_the_parameters_published() -> None:
    assert count(read(**WHISPER)).total == 37_760_640
    large = {
        **WHISPER,
        "d_model": 1280,
        "decoder_attention_heads": 20,
        "decoder_layers": 32,
        "encoder_layers": 32,
        "decoder_ffn_dim": 5120,
        "vocab_size": 51866,
        "num_mel_bins": 128,
    }
    assert count(read(**large)).total == 1_543_490_560


def test_bert_has_a_pooler_where_its_class_does() -> None:
    assert count(read(**BERT)).total == 109_482_240
    masked = read(**{**BERT, "architectures": ["BertForMaskedLM"]})
    assert count(masked).total == 109_482_240 - (768 * 768 + 768)


@pytest.mark.parametrize(
    "config",
    [
        {**WHISPER, "encoder_layers": None},
        {**WHISPER, "decoder_layers": 10_001},
        {**BERT, "vocab_size": None},
        {**BERT, "num_hidden_layers": 10_001},
    ],
)
def test_what_says_too_little_or_too_much_has_no_architecture(config: dict[str, Any]) -> None:
    found = describe(config)
    assert found.architecture is None
    assert len(found.notes) == 1


LLAMA = {
    "hidden_size": 64,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 4,
    "intermediate_size": 128,
    "vocab_size": 300,
    "max_position_embeddings": 4096,
}


def test_a_dense_llama_4_has_its_own_width() -> None:
    made = read(model_type="llama4_text", **LLAMA, intermediate_size_mlp=256)
    assert made["intermediate_size"] == 256
    assert "experts" not in made
    assert read(model_type="llama4_text", **LLAMA)["intermediate_size"] == 128


def test_gemma_3n_lists_the_width_of_every_layer() -> None:
    made = read(
        model_type="gemma3n_text",
        **{**LLAMA, "intermediate_size": [512, 512, 512, 512]},
        num_kv_shared_layers=2,
    )
    assert (made["intermediate_size"], made["num_kv_shared_layers"]) == (512, 2)
    assert made["incomplete"] is True
    with pytest.raises(LocalError, match=r"^config\.json has no usable intermediate_size\.$"):
        read(model_type="gemma3n_text", **{**LLAMA, "intermediate_size": [512, 512, 512, 256]})


def test_gemma_4_s_embeddings_of_each_layer_are_not_counted() -> None:
    plain = read(model_type="gemma4_text", **LLAMA, head_dim=16)
    assert "incomplete" not in plain
    assert "global_override" not in plain
    more = read(
        model_type="gemma4_text",
        **LLAMA,
        head_dim=16,
        global_head_dim=32,
        attention_k_eq_v=True,
        hidden_size_per_layer_input=8,
        num_kv_shared_layers=2,
    )
    assert more["incomplete"] is True
    assert more["num_kv_shared_layers"] == 2
    assert more["global_override"] == {"num_kv_heads": 2, "head_dim": 32, "k_eq_v": True}


NEMOTRON = {
    **LLAMA,
    "model_type": "nemotron_h",
    "mamba_num_heads": 4,
    "mamba_head_dim": 32,
    "ssm_state_size": 16,
    "n_groups": 2,
    "conv_kernel": 4,
}


def test_a_hybrid_s_pattern_in_letters_and_in_words_is_the_same() -> None:
    letters = read(**NEMOTRON, hybrid_override_pattern="M-*-")
    words = read(**NEMOTRON, layers_block_type=["mamba", "mlp", "attention", "mlp"])
    assert letters == words
    assert (letters["attention_layers"], letters["mlp_layers"]) == (1, 2)


@pytest.mark.parametrize("pattern", ["M-*", ""])
def test_a_hybrid_whose_pattern_is_short_is_incomplete(pattern: str) -> None:
    made = read(**NEMOTRON, hybrid_override_pattern=pattern)
    assert made["incomplete"] is True
    assert "hybrid_pattern" not in made


DEEPSEEK = CONFIGS["deepseek-ai/DeepSeek-V4-Flash"]


def test_a_window_that_no_layer_list_names_holds_for_all() -> None:
    made = read(**DEEPSEEK)
    assert made["sliding_window"]["layers"] == made["layers"]


@pytest.mark.parametrize(
    "less",
    [
        {"compress_ratios": DEEPSEEK["compress_ratios"][:5]},
        {"compress_ratios": [7] * len(DEEPSEEK["compress_ratios"])},
        {"sliding_window": None},
        {"index_topk": 0},
        {"o_groups": None},
    ],
)
def test_a_deepseek_v4_that_leaves_something_out_is_incomplete(less: dict[str, Any]) -> None:
    made = read(**{**DEEPSEEK, **less})
    assert made["incomplete"] is True
    assert "dsv4" not in made


SEARCHED = {**LLAMA, "model_type": "nemotron-nas", "num_key_value_heads": None}


def test_searched_blocks_are_counted_each_by_its_widths() -> None:
    plain = {"attention": {"n_heads_in_group": 2}, "ffn": {"ffn_mult": 3.0}}
    made = read(
        **SEARCHED,
        block_configs=[
            plain,
            "no block",
            plain,
            {"attention": {"no_op": True}, "ffn": {"ffn_mult": 1.5}},
            {"attention": {"n_heads_in_group": 4}, "ffn": {"no_op": True}},
        ],
    )
    assert made["block_list"] == [
        {"count": 2, "num_kv_heads": 2, "intermediate_size": 256},
        {"count": 1, "intermediate_size": 256},
    ]
    assert "incomplete" not in made


def test_a_searched_block_that_is_linear_is_incomplete() -> None:
    linear = {"attention": {"replace_with_linear": True}, "ffn": {"ffn_mult": 3.0}}
    assert read(**SEARCHED, block_configs=[linear] * 4)["incomplete"] is True


def test_without_blocks_the_usual_widths_hold() -> None:
    made = read(**SEARCHED)
    assert "block_list" not in made
    assert made["intermediate_size"] == 128
