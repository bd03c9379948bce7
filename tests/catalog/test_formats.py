"""Formats: exact bits, engines' spellings, and GGUF files tensor by tensor."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from aispec.catalog.formats import (
    cache_format,
    format_names,
    weight_format,
)
from aispec.catalog.gguf import GgufShape, block_type, gguf_tensor_type
from aispec.catalog.store import load_data

ROOT = Path(__file__).resolve().parents[2]
LLAMA_8B_PARAMETERS = 8_030_261_248
# llama.cpp tools/quantize/README.md @311c2c9: bits per weight of Llama-3.1-8B files.
README_BITS = {
    "Q2_K": 3.159, "Q2_K_S": 2.970, "Q3_K_S": 3.643, "Q3_K_L": 4.298, "Q4_K_S": 4.667,
    "Q4_K_M": 4.894, "Q5_K_S": 5.570, "Q5_K_M": 5.704, "Q6_K": 6.563, "Q8_0": 8.501, "F16": 16.0,
    "IQ1_S": 2.004, "IQ1_M": 2.146, "IQ2_XXS": 2.382, "IQ2_XS": 2.588, "IQ2_S": 2.740,
    "IQ2_M": 2.929, "IQ3_XXS": 3.255, "IQ3_XS": 3.498, "IQ3_S": 3.661, "IQ3_M": 3.763,
}  # fmt: skip


@pytest.mark.parametrize("name", format_names())
def test_a_name_is_its_own_format(name: str) -> None:
    found = weight_format(name)
    assert found is not None
    assert found.name == name
    assert weight_format(found.name) is found
    assert weight_format(f"  {name.upper()} ") is found


def test_aliases_lead_to_one_format() -> None:
    for name in format_names():
        found = weight_format(name)
        assert found is not None
        for alias in found.aliases:
            if alias not in ("BF16", "F16", "F32", "MXFP4", "NVFP4"):
                assert weight_format(alias) is found


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("bfloat16", "bf16"),
        ("half", "fp16"),
        ("float16", "fp16"),
        ("float32", "fp32"),
        ("fp8_e4m3", "fp8"),
        ("w8a8", "int8"),
        ("w4a16", "int4-gptq"),
        ("awq", "int4-awq"),
        ("AWQ_Marlin", "int4-awq"),
        ("gptq", "int4-gptq"),
        ("bitsandbytes", "nf4"),
        ("bnb-nf4", "nf4"),
        ("Q4_K_M", "gguf:Q4_K_M"),
        ("gguf:q4_k_m", "gguf:Q4_K_M"),
        ("iq4_xs", "gguf:IQ4_XS"),
        ("UD-Q4_K_XL", "gguf:UD-Q4_K_XL"),
        ("f16", "fp16"),
        ("gguf:F16", "gguf:F16"),
        ("mxfp4", "mxfp4"),
        ("exl2-4bpw", "exl2-4.0bpw"),
        ("EXL2-4.65bpw", "exl2-4.65bpw"),
        ("exl3-3.5", "exl3-3.5bpw"),
    ],
)
def test_spellings(spelled: str, canonical: str) -> None:
    found = weight_format(spelled)
    assert found is not None
    assert found.name == canonical


@pytest.mark.parametrize(
    ("name", "bits", "embedding", "compute"),
    [
        ("bf16", 16, 16, "bf16"),
        ("fp8", 8, 16, "fp8"),
        ("int8", 8, 16, "int8"),
        ("int4-awq", 4.15625, 16, "fp16"),
        ("int4-gptq-g32", 4.625, 16, "fp16"),
        ("nf4", 4.5, 16, "fp16"),
        ("nf4-dq", pytest.approx(4.127, abs=1e-3), 16, "fp16"),
        ("mxfp4", 4.25, 16, "bf16"),
        ("nvfp4", 4.5, 16, "fp4"),
        ("gguf:Q6_K", 6.5625, 6.5625, "fp16"),
        ("gguf:Q8_0", 8.5, 8.5, "fp16"),
        ("mlx-4bit", 4.5, 4.5, "fp16"),
        ("exl2-4.65bpw", 4.65, 16, "fp16"),
    ],
)
def test_bits(name: str, bits: float, embedding: float, compute: str) -> None:
    found = weight_format(name)
    assert found is not None
    assert found.linear_bits == bits
    assert (found.embedding_bits, found.compute_dtype) == (embedding, compute)


def test_a_gguf_file_is_larger_than_its_block_type() -> None:
    found = weight_format("gguf:Q4_K_M")
    assert found is not None
    assert (found.linear_bits, found.effective_bits) == (4.5, 4.89)
    assert (found.effective_low or 0) < 4.832 < 5.507 < (found.effective_high or 0)


def test_bounds_hold_the_likely() -> None:
    for name in format_names():
        found = weight_format(name)
        assert found is not None
        if found.effective_bits is not None:
            assert (found.effective_low or 0) <= found.effective_bits
            assert found.effective_bits <= (found.effective_high or 0)


def test_only_the_experts() -> None:
    for name, rest in (("mxfp4", 16), ("mxfp4-fp8", 8), ("gguf:MXFP4_MOE", 8.5)):
        found = weight_format(name)
        assert found is not None
        assert (found.experts_only, found.rest_bits, found.linear_bits) == (True, rest, 4.25)


@pytest.mark.parametrize(
    "name", ["", "auto", "fp7", "exl2-0.5bpw", "exl2-99bpw", "Q4_K_Z", "q" * 999]
)
def test_unknown(name: str) -> None:
    assert weight_format(name) is None


@given(st.text(max_size=100))
@example("EXL2")
@example("exl3")
def test_any_text_is_answered(name: str) -> None:
    found = weight_format(name)
    assert found is None or weight_format(found.name) is found


@given(st.floats(min_value=2, max_value=8))
def test_any_exl2(bits: float) -> None:
    shown = round(bits, 2)
    found = weight_format(f"exl2-{shown}bpw")
    assert found is not None
    assert found.linear_bits == shown
    assert weight_format(found.name) is found


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("bf16", 2),
        ("fp8", 1),
        ("fp8_e5m2", 1),
        ("int8", 1),
        ("q8_0", 34 / 32),
        ("q5_1", 24 / 32),
        ("Q4_0", 18 / 32),
        ("iq4_nl", 18 / 32),
        ("nvfp4", 36 / 64),
        ("auto", None),
    ],
)
def test_cache(name: str, size: float | None) -> None:
    found = cache_format(name)
    assert found is not None
    assert found.bytes_per_element == size


def test_cache_names() -> None:
    for name in load_data("formats/cache")["cache"]:
        found = cache_format(name)
        assert found is not None
        assert found.name == name
    assert cache_format("q7") is None


def test_a_mix_tensor_by_tensor_is_the_real_file() -> None:
    assert _llama_bytes("Q4_K_M", layers=32) == pytest.approx(4.913e9, rel=1e-4)
    assert _llama_bytes("Q4_K_M", layers=80, hidden=8192, inner=28672, heads=64) == pytest.approx(
        42.51e9, rel=1e-3
    )


@pytest.mark.parametrize("mix", README_BITS)
def test_every_mix_comes_to_what_llama_cpp_prints(mix: str) -> None:
    bits = _llama_bytes(mix, layers=32) * 8 / LLAMA_8B_PARAMETERS
    assert bits == pytest.approx(README_BITS[mix], abs=0.0015)


def test_every_mix_lies_within_what_was_observed() -> None:
    for mix in load_data("formats/gguf_mixes")["mixes"]:
        if mix == "MXFP4_MOE":
            continue
        found = weight_format(f"gguf:{mix}")
        assert found is not None
        bits = _llama_bytes(mix, layers=32) * 8 / LLAMA_8B_PARAMETERS
        assert (found.effective_low or 0) <= bits * 1.002, mix
        assert bits <= (found.effective_high or 0) * 1.002, mix


def test_tensor_types() -> None:
    dense = GgufShape(layers=32, gqa=4)
    assert gguf_tensor_type("Q4_K_M", "blk.0.ffn_down.weight", dense, 0) == "Q6_K"
    assert gguf_tensor_type("Q4_K_M", "blk.4.ffn_down.weight", dense, 4) == "Q4_K"
    assert gguf_tensor_type("Q4_K_M", "blk.6.ffn_down.weight", dense, 6) == "Q6_K"
    assert gguf_tensor_type("Q4_K_M", "attn_norm", dense, 6) == "F32"
    assert gguf_tensor_type("Q4_K_M", "token_embd", dense) == "Q4_K"
    tied = GgufShape(layers=32, gqa=4, tied_embeddings=True)
    assert gguf_tensor_type("Q4_K_M", "token_embd", tied) == "Q6_K"
    assert gguf_tensor_type("UD-Q4_K_XL", "token_embd", dense) is None


def test_mixtures_of_experts() -> None:
    eight = GgufShape(layers=32, gqa=4, experts=8)
    assert gguf_tensor_type("Q4_K_M", "attn_v", eight, 9) == "Q8_0"
    assert gguf_tensor_type("Q4_K_M", "attn_output", eight, 9) == "Q5_K"
    many = GgufShape(layers=24, gqa=8, experts=128)
    assert gguf_tensor_type("MXFP4_MOE", "blk.3.ffn_up_exps.weight", many, 3) == "MXFP4"
    assert gguf_tensor_type("MXFP4_MOE", "blk.3.ffn_up_shexp.weight", many, 3) == "Q8_0"
    assert gguf_tensor_type("MXFP4_MOE", "blk.3.ffn_gate_inp.weight", many, 3) == "F32"


def test_rows_that_do_not_divide_fall_back() -> None:
    shape = GgufShape(layers=32, gqa=4)
    assert gguf_tensor_type("Q4_K_M", "ffn_up", shape, 9, columns=2688) == "Q5_0"
    assert gguf_tensor_type("Q2_K", "ffn_up", shape, 9, columns=2880) == "Q4_0"
    assert gguf_tensor_type("Q2_K", "ffn_up", shape, 9, columns=33) == "F16"


def test_every_file_has_the_schemas_form() -> None:
    schema = json.loads((ROOT / "schemas/formats.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in sorted((ROOT / "aispec/catalog/data/formats").glob("*.yaml")):
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def _llama_bytes(
    mix: str, layers: int, hidden: int = 4096, inner: int = 14336, heads: int = 32
) -> int:
    """Bytes of a Llama 3's tensors: vocabulary 128,256, heads of 128, eight of them key-value."""
    shape = GgufShape(layers=layers, gqa=heads // 8)
    block = {
        "attn_q": (heads * 128, hidden),
        "attn_k": (1024, hidden),
        "attn_v": (1024, hidden),
        "attn_output": (hidden, heads * 128),
        "ffn_gate": (inner, hidden),
        "ffn_up": (inner, hidden),
        "ffn_down": (hidden, inner),
        "attn_norm": (1, hidden),
        "ffn_norm": (1, hidden),
    }
    outer = {
        "token_embd": (128_256, hidden),
        "output": (128_256, hidden),
        "output_norm": (1, hidden),
    }
    tensors = [(0, role, size) for role, size in outer.items()]
    tensors += [(layer, role, size) for layer in range(layers) for role, size in block.items()]
    total = 0
    for layer, role, (rows, columns) in tensors:
        weights, size = block_type(gguf_tensor_type(mix, role, shape, layer, columns) or "") or (
            1,
            0,
        )
        total += rows * columns // weights * size
    return total
