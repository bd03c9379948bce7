"""Repositories that repackage or tune a model lead to it, with the format their name says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.catalog.derived import Derived, Inside, derive, named_within
from aispec.catalog.formats import weight_format
from aispec.catalog.names import key, organisation
from aispec.catalog.store import Catalog, Match, Missing, load_data

LLAMA = "meta-llama/Llama-3.1-8B"

READ = [
    ("RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic", LLAMA, "fp8"),
    ("neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", LLAMA, "int8"),
    ("neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", LLAMA, "int4-gptq"),
    ("neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a16", LLAMA, "int8-gptq"),
    ("RedHatAI/Llama-3.3-70B-Instruct-FP8-block", "Llama-3.3-70B-Instruct", "fp8-block"),
    ("RedHatAI/Qwen2.5-1.5B-quantized.w8a8", "Qwen2.5-1.5B-Instruct", "int8"),
    ("nm-testing/SmolLM-1.7B-Instruct-quantized.w4a16", "SmolLM-1.7B-Instruct", "int4-gptq"),
    ("unsloth/Llama-3.3-70B-Instruct-bnb-4bit", "Llama-3.3-70B-Instruct", "nf4"),
    ("unsloth/gemma-4-E4B-it-unsloth-bnb-4bit", "gemma-4-E4B-it", "nf4"),
    ("unsloth/Qwen3-14B-unsloth-bnb-4bit", "Qwen3-14B", "nf4"),
    ("unsloth/mistral-7b-v0.3-bnb-4bit", "Mistral-7B-Instruct-v0.3", "nf4"),
    ("gabor-hosu/e5-mistral-7b-instruct-bnb-4bit", "e5-mistral-7b-instruct", "nf4"),
    ("TheBloke/Mistral-7B-Instruct-v0.2-AWQ", "Mistral-7B-Instruct-v0.2", "int4-awq"),
    ("TheBloke/Mistral-7B-Instruct-v0.2-GPTQ", "Mistral-7B-Instruct-v0.2", "int4-gptq"),
    ("TheBloke/Mistral-7B-Instruct-v0.2-GGUF", "Mistral-7B-Instruct-v0.2", "gguf:Q4_K_M"),
    ("mistral-7b-instruct-v0.2.Q5_K_S.gguf", "Mistral-7B-Instruct-v0.2", "gguf:Q5_K_S"),
    ("TheBloke/CodeLlama-34B-Instruct-GPTQ", "CodeLlama-34b-Instruct-hf", "int4-gptq"),
    ("TheBloke/deepseek-coder-33B-instruct-AWQ", "deepseek-coder-33b-instruct", "int4-awq"),
    ("TheBloke/zephyr-7B-beta-AWQ", "zephyr-7b-beta", "int4-awq"),
    ("TheBloke/dolphin-2.5-mixtral-8x7b-GGUF", "Mixtral-8x7B-Instruct-v0.1", "gguf:Q4_K_M"),
    ("bartowski/Qwen2.5-32B-Instruct-GGUF", "Qwen2.5-32B-Instruct", "gguf:Q4_K_M"),
    ("bartowski/google_gemma-3-27b-it-GGUF", "gemma-3-27b-it", "gguf:Q4_K_M"),
    ("bartowski/mistralai_Devstral-Small-2507-GGUF", "Devstral-Small-2507", "gguf:Q4_K_M"),
    ("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q6_K_L", "Llama-3.2-3B", "gguf:Q6_K_L"),
    ("unsloth/gpt-oss-20b-GGUF:F16", "gpt-oss-20b", "gguf:F16"),
    ("unsloth/gpt-oss-20b-BF16", "gpt-oss-20b", "bf16"),
    ("unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M", "Qwen3-30B-A3B", "gguf:Q4_K_M"),
    ("unsloth/Qwen3-30B-A3B-GGUF:UD-Q4_K_XL", "Qwen3-30B-A3B", "gguf:UD-Q4_K_XL"),
    ("unsloth/DeepSeek-R1-GGUF:UD-IQ1_S", "DeepSeek-R1", "gguf:UD-IQ1_S"),
    ("mradermacher/Llama-3.3-70B-Instruct-i1-GGUF:IQ3_XS", "Llama-3.3-70B-Instruct", "gguf:IQ3_XS"),
    ("nvidia/Llama-3.3-70B-Instruct-FP4", "Llama-3.3-70B-Instruct", "nvfp4"),
    ("nvidia/Qwen3.6-35B-A3B-NVFP4", "Qwen3.6-35B-A3B", "nvfp4"),
    ("nvidia/Gemma-4-31B-IT-NVFP4", "gemma-4-31B-it", "nvfp4"),
    ("nvidia/Qwen2.5-VL-7B-Instruct-NVFP4", "Qwen2.5-VL-7B-Instruct", "nvfp4"),
    ("nvidia/Llama-3.1-405B-Instruct-FP8", "meta-llama/Llama-3.1-405B", "fp8"),
    ("unsloth/Qwen3.6-35B-A3B-NVFP4-Fast", "Qwen3.6-35B-A3B", "nvfp4"),
    ("gittensor-model-hub/Qwen3.8-27B-NVFP4-RTX5090", "Qwen3.8-27B", "nvfp4"),
    ("amd/MiniMax-M3-MXFP4", "MiniMax-M3", "mxfp4"),
    ("MiniMaxAI/MiniMax-M3-MXFP8", "MiniMax-M3", "mxfp8"),
    ("mlx-community/Llama-3.2-3B-Instruct-4bit", "Llama-3.2-3B", "mlx-4bit"),
    ("mlx-community/Qwen2.5-7B-Instruct-8bit-mlx", "Qwen2.5-7B-Instruct", "mlx-8bit"),
    ("mlx-community/MiniMax-M2.1-3bit", "MiniMax-M2.1", "mlx-3bit"),
    ("lmstudio-community/Qwen3.8-27B-MLX-6bit", "Qwen3.8-27B", "mlx-6bit"),
    ("lmstudio-community/gemma-4-26B-A4B-it-QAT-MLX-4bit", "gemma-4-26B-A4B-it", "mlx-4bit"),
    ("Brooooooklyn/Qwen3.6-27B-UD-Q6_K_XL-mlx", "Qwen3.6-27B", "mlx-6bit"),
    ("mlx-community/bge-m3-mlx-fp16", "bge-m3", "fp16"),
    ("turboderp/Llama-3.1-8B-Instruct-exl2", LLAMA, "exl2-4.0bpw"),
    ("turboderp/Llama-3.1-8B-Instruct-exl2:5.0bpw", LLAMA, "exl2-5.0bpw"),
    ("LoneStriker/Meta-Llama-3-8B-Instruct-6.0bpw-h6-exl2", "Meta-Llama-3-8B", "exl2-6.0bpw"),
    ("Mia-AiLab/Qwen3.8-27B-EXL3-3.5bpw", "Qwen3.8-27B", "exl3-3.5bpw"),
    ("WatchDG/Qwen3.8-27B-ABLITERATED-EXL3-3.75bpw", "Qwen3.8-27B", "exl3-3.75bpw"),
    ("Lygodactylus/Qwen3.8-27B-Uncensored-exl3-6bpw", "Qwen3.8-27B", "exl3-6.0bpw"),
    ("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4", "Qwen2.5-32B-Instruct", "int4-gptq"),
    ("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int8", "Qwen2.5-32B-Instruct", "int8-gptq"),
    ("Qwen/Qwen2.5-7B-Instruct-AWQ", "Qwen2.5-7B-Instruct", "int4-awq"),
    ("Qwen/Qwen3.6-35B-A3B-FP8", "Qwen3.6-35B-A3B", "fp8"),
    ("zai-org/GLM-5.3-FP8", "GLM-5.3", "fp8"),
    ("cyankiwi/Qwen3.6-35B-A3B-AWQ-4bit", "Qwen3.6-35B-A3B", "int4-gptq-g32"),
    ("hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "meta-llama/Llama-3.1-70B", "int4-awq"),
    ("cyankiwi/gemma-4-26B-A4B-it-AWQ-8bit", "gemma-4-26B-A4B-it", "int8-gptq"),
    ("ISTA-DASLab/gemma-3-27b-it-GPTQ-4b-128g", "gemma-3-27b-it", "int4-gptq"),
    ("Lorbus/Qwen3.6-27B-int4-AutoRound", "Qwen3.6-27B", "int4-gptq"),
    ("RedHatAI/Qwen3.8-27B-INT4", "Qwen3.8-27B", "int4-gptq"),
    ("lued/Qwen3.8-27B-INT8-W8A16-MTP", "Qwen3.8-27B", "int8-gptq"),
    ("OpenVINO/Phi-3.5-vision-instruct-int8-ov", "Phi-3.5-vision-instruct", "int8"),
    ("google/gemma-3-27b-it-qat-q4_0-gguf", "gemma-3-27b-it", "gguf:Q4_0"),
    ("google/gemma-4-31B-it-qat-q4_0-unquantized", "gemma-4-31B-it", "bf16"),
    ("google/gemma-4-12B-it-qat-w4a16-ct", "gemma-4-12B-it", "int4-gptq"),
    ("baichuan-inc/Baichuan2-13B-Chat-4bits", "Baichuan2-13B-Chat", "nf4"),
    ("unsloth/gemma-3-270m-it-qat", "gemma-3-270m-it", None),
    ("gemma3:27b-it-qat", "gemma-3-27b-it", "gguf:Q4_0"),
    ("llama3.1:8b-instruct-q4_K_M", LLAMA, "gguf:Q4_K_M"),
    ("qwen2.5:32b-instruct-q8_0", "Qwen2.5-32B-Instruct", "gguf:Q8_0"),
    ("phi3:mini", "Phi-3-mini-4k-instruct", None),
    ("llama3.1", LLAMA, None),
    ("llama3:latest", "Meta-Llama-3-8B", None),
    ("mistral", "Mistral-7B-Instruct-v0.3", None),
    ("dolphin-mixtral:8x7b", "Mixtral-8x7B-Instruct-v0.1", None),
    ("dphn/dolphin-2.9.1-yi-1.5-34b", "Yi-1.5-34B-Chat", None),
    ("lmsys/vicuna-13b-v1.5", "Llama-2-13b-hf", None),
    ("google/medgemma-4b-it", "gemma-3-4b-it", None),
    ("NousResearch/Hermes-3-Llama-3.1-8B", LLAMA, None),
    ("NousResearch/Hermes-4-70B", "meta-llama/Llama-3.1-70B", None),
    ("OBLITERATUS/Qwen3.8-27B-OBLITERATED", "Qwen3.8-27B", None),
    ("acme/Llama-3.1-8B-Instruct-support-v3", LLAMA, None),
    ("acme/Llama-3.1-8B-Instruct-support-v3-FP8", LLAMA, "fp8"),
    ("natfii/Qwen3.5-27B-NVFP4-Opus-GB10", "Qwen3.5-27B", "nvfp4"),
]

UNREAD = [
    "llama-3.1-9b",
    "meta-llama/Llama-3.1-9B-Instruct-AWQ",
    "llama-3.1",
    "gpt-4o-micro",
    "gpt-4-32k",
    "gpt-4o-AWQ",
    "mistral-large-9",
    "claude-9-opus",
    "deepseek-v9",
    "qwen4-32b",
    "qwen2.5-33b-instruct-q8_0",
    "gemma-3-28b-it-GGUF",
    "mistralai/Mistral-7B-v0.9",
    "acme/support-bot",
    "acme/support-bot-8b-FP8",
    "acme/Llama-3.1-8B-vision",
    "acme/Llama-3.1-8B-Instruct-lora",
    "acme/tiny-random-Llama-3.1-8B",
    "acme/Llama-3.1-8B-pruned-4b",
    "acme/Llama-3.1-8B-Qwen2.5-7B-merge",
    "amd/PARD-Qwen3-0.6B",
    "yuhuili/EAGLE3-LLaMA3.1-Instruct-8B",
    "RadixArk/Qwen3.8-27B-DSpark",
    "z-lab/Qwen3.6-27B-PARO",
    "TelperionAI/Qwen3.8-27B-INT4-AWQ-GPTQ-gdn4",
    "RedHatAI/Qwen3.8-2.4T-A95B-NVFP4-REAP-25",
    "rdtand/Qwen3.8-27B-PrismaAQUA-5.5bit-vllm",
    "AIDC-AI/Ovis1.6-Llama3.2-3B",
    "awq",
    "gguf",
    "q4_K_M",
    "-4bit",
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.default()


@pytest.mark.parametrize(("name", "base", "stored"), READ)
def test_a_repository_is_read_as_its_base(
    catalog: Catalog, name: str, base: str, stored: str | None
) -> None:
    found = catalog.model(name)
    assert isinstance(found, Match)
    assert (found.entry.id.rpartition("/")[2], found.format) == (base.rpartition("/")[2], stored)
    assert found.how == "inferred"
    assert found.note is not None
    assert found.entry.id in found.note
    assert stored is None or f" in {stored}." in found.note


@pytest.mark.parametrize("name", UNREAD)
def test_a_name_without_a_known_base_is_not_read(catalog: Catalog, name: str) -> None:
    assert isinstance(catalog.model(name), Missing)


def test_the_note_is_one_sentence() -> None:
    found = derive("RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic")
    assert found is not None
    assert found.note == (
        "RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic is read as "
        "Meta-Llama-3.1-8B-Instruct in fp8."
    )
    assert Derived("x" * 999, "b").note == "x" * 200 + " is read as b."


def test_a_plain_name_says_nothing() -> None:
    for name in ("meta-llama/Llama-3.1-8B-Instruct", "gpt-4o", "", "/", "🦙", "fp8", "gguf"):
        assert derive(name) is None


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("gradientai/Llama-3-8B-Instruct-Gradient-1048k", 1_048_576),
        ("gradientai/Llama-3-8B-Instruct-262k", 262_144),
        ("01-ai/Yi-34B-200K", 200_000),
        ("lmsys/vicuna-13b-v1.5-16k", 16_384),
        ("acme/Llama-3-8B-1M", 1_048_576),
        ("acme/Llama-3.1-8B-Instruct-8k", 131_072),
    ],
)
def test_a_longer_context_is_taken_and_a_shorter_is_not(
    catalog: Catalog, name: str, tokens: int
) -> None:
    found = catalog.model(name)
    assert isinstance(found, Match)
    assert found.entry.context_length == tokens
    assert found.note is not None
    assert (f"{tokens:,}" in found.note) is (not name.endswith("-8k"))


def test_the_catalogue_s_own_entry_keeps_its_context(catalog: Catalog) -> None:
    catalog.model("gradientai/Llama-3-8B-Instruct-Gradient-1048k")
    plain = catalog.model("llama-3-8b")
    assert isinstance(plain, Match)
    assert plain.entry.context_length == 8192


def test_the_longest_name_within_wins() -> None:
    known = {key(each): each for each in ("mistral-7b", "mistral-7b-v0.1", "qwen3-8b", "phi-4")}
    assert named_within("acme-mistral-7b-v0.1-chatty", known.get) == Inside("mistral-7b-v0.1", None)
    assert named_within("my-qwen3-8b-w4a16-tuned", known.get) == Inside("qwen3-8b", "int4-gptq")
    assert named_within("qwen3-8b-mistral-7b", known.get) is None
    assert named_within("phi-4-tuned", known.get) is None
    assert named_within("myqwen3-8b", known.get) is None


def test_formats_are_canonical_and_bases_known(catalog: Catalog) -> None:
    table = load_data("derived")
    for name in {*table["formats"].values(), *table["mlx"].values(), table["gguf"], table["qat"]}:
        found = weight_format(name)
        assert found is not None
        assert found.name == name
    for base in {*table["tags"].values(), *table["tuned"].values()}:
        found_model = catalog.model(base)
        assert isinstance(found_model, Match), base
        assert found_model.note is None, base
    assert not any(organisation(base) for base in table["tuned"])


@given(st.text(alphabet="llama-3.1:8b/gGqQ4_KMexlbpw ", max_size=300))
def test_any_name_is_read_in_bounded_time(name: str) -> None:
    started = time.process_time()
    found = derive(name)
    named_within(name, lambda _: None)
    assert time.process_time() - started < 0.1
    assert found is None or (found.base and len(found.note) < 600)
