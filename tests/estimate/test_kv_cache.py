"""Cache per token and per sequence, against configurations and engine logs."""

from __future__ import annotations

import pytest

from aispec.catalog.store import Catalog
from aispec.estimate.architecture.cache import cache_shape
from tests.estimate.deployments import LLAMA_8B, LLAMA_70B, facts_of, figure, load, self_hosted

DEEPSEEK = "deepseek-ai/DeepSeek-V3"
GEMMA = "google/gemma-3-27b-it"


def per_token(model: str, tensor: int = 1, cache: str | None = None, engine: str = "vllm") -> float:
    spec = self_hosted(
        model, count=tensor, cache=cache, tensor=tensor, name=engine, max_model_len=8192
    )
    return figure(facts_of(spec), "memory.kv_per_token").value


@pytest.mark.parametrize(
    ("model", "bytes_"),
    [
        (LLAMA_8B, 131_072),  # 32 layers x 8 heads x 128 x 2 x 2 bytes
        (LLAMA_70B, 327_680),  # 80 layers
        ("Qwen/Qwen2.5-32B-Instruct", 262_144),  # 64 layers
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 131_072),
        ("Qwen/Qwen2.5-7B-Instruct", 57_344),  # 28 layers x 4 heads
        ("Qwen/Qwen3-30B-A3B", 98_304),  # 48 layers x 4 heads
        (DEEPSEEK, 70_272),  # 61 layers x (512 + 64) x 2 bytes, latent
        ("meta-llama/Llama-2-7b-chat-hf", 524_288),  # every head has its own keys and values
        ("CohereForAI/c4ai-command-r-v01", 1_310_720),
    ],
)
def test_bytes_of_a_token(model: str, bytes_: int) -> None:
    assert per_token(model) == bytes_


@pytest.mark.parametrize(
    ("model", "tensor", "bytes_"),
    [
        (LLAMA_8B, 8, 16_384),
        (LLAMA_8B, 16, 16_384),  # eight heads over sixteen devices: each keeps one
        (LLAMA_70B, 4, 81_920),
        (DEEPSEEK, 8, 70_272),  # a latent cache is whole on every device
    ],
)
def test_tensor_parallelism_splits_heads_but_not_latents(
    model: str, tensor: int, bytes_: int
) -> None:
    assert per_token(model, tensor) == bytes_


@pytest.mark.parametrize(("cache", "share"), [("fp8", 0.5), ("int8", 0.5), ("q8_0", 34 / 64)])
def test_cache_formats(cache: str, share: float) -> None:
    assert per_token(LLAMA_8B, cache=cache) == 131_072 * share


def test_vllm_pads_groups_of_layers_to_one_size() -> None:
    # 52 windowed and 10 full layers become seven groups of ten; measured +12.9% on Gemma 3 27B.
    plain = per_token(GEMMA, engine="transformers")
    assert plain == 62 * 2 * 16 * 128 * 2
    assert per_token(GEMMA) / plain == pytest.approx(70 / 62)
    small = per_token("google/gemma-3-4b-it") / per_token(
        "google/gemma-3-4b-it", engine="transformers"
    )
    assert small == pytest.approx(35 / 34)
    middle = per_token("google/gemma-3-12b-it") / per_token(
        "google/gemma-3-12b-it", engine="transformers"
    )
    assert middle == 1


def test_windowed_layers_stop_growing() -> None:
    short, long = (
        figure(
            facts_of(
                self_hosted(GEMMA, name="vllm", max_model_len=131072, workload=load(tokens, 512))
            ),
            "memory.kv_per_sequence",
        )
        for tokens in (30_000, 120_000)
    )
    # The ten full layers alone keep 163,840 bytes of each further token.
    grown = (long.low - short.low) * 2**30 / 90_000
    assert grown == pytest.approx(10 * 2 * 16 * 128 * 2, rel=0.001)


def test_gemma_reserve_at_128k_holds_what_vllm_reserves() -> None:
    # One step in flight, and two with asynchronous scheduling.
    spec = self_hosted(GEMMA, name="vllm", max_model_len=131072, workload=load(130_560, 512))
    reserve = figure(facts_of(spec), "memory.kv_per_sequence")
    assert (reserve.low, reserve.value, reserve.high) == pytest.approx((14.2, 14.2, 18.0), abs=0.1)


@pytest.mark.parametrize(
    ("model", "tokens", "gib"),
    [
        (LLAMA_8B, 8192, 1.0),
        (LLAMA_8B, 131072, 16.0),
        (LLAMA_70B, 32768, 10.0),
        ("Qwen/Qwen2.5-32B-Instruct", 8192, 2.0),
        (DEEPSEEK, 32768, 2.145),
    ],
)
def test_gib_of_a_sequence(model: str, tokens: int, gib: float) -> None:
    spec = self_hosted(model, name="vllm", max_model_len=tokens, workload=load(tokens - 512, 512))
    assert figure(facts_of(spec), "memory.kv_per_sequence").value == pytest.approx(gib, abs=0.001)


def test_llama_cpp_rounds_to_blocks_only() -> None:
    spec = self_hosted(
        LLAMA_8B,
        weights="gguf:Q4_K_M",
        cache="q8_0",
        name="llama.cpp",
        max_model_len=8192,
    )
    # 1 GiB of 16-bit cache is 544 MiB in q8_0, as llama.cpp logs it.
    assert figure(facts_of(spec), "memory.kv_per_sequence").to("MiB").value == pytest.approx(544)


def test_recurrent_state_does_not_grow() -> None:
    model = Catalog.default().model("Qwen/Qwen3-Next-80B-A3B-Instruct").entry
    shape = cache_shape(model.architecture or {}, 1)
    assert shape is not None
    attention = 12  # one layer in four attends
    assert sum(each.layers * each.elements for each in shape.groups) == attention * 2 * 2 * 256
    assert shape.state_bytes > 0


def test_encoders_keep_no_cache() -> None:
    for each in Catalog.default().models():
        fields = each.architecture
        if fields and fields["type"] in ("encoder", "encoder-decoder"):
            assert cache_shape(fields, 1) is None


@pytest.mark.parametrize(
    ("model", "version", "bytes_", "low", "high"),
    [
        ("nvidia/Llama-3.1-8B-Instruct-NVFP4", "0.13", 1, 1, 2),  # Model Optimizer says fp8
        ("RedHatAI/Llama-3.1-8B-Instruct-NVFP4", "0.13", 2, 1, 2),  # LLM Compressor says nothing
        ("nvidia/Llama-3.1-8B-Instruct-NVFP4", "0.12", 2, 2, 2),  # which vLLM did not heed then
    ],
)
def test_a_checkpoint_in_nvfp4_may_decide_the_cache(
    model: str, version: str, bytes_: int, low: int, high: int
) -> None:
    spec = self_hosted(model, "b200", weights="nvfp4", name="vllm", version=version)
    element = figure(facts_of(spec), "memory.kv_per_token")
    values = 32 * 2 * 8 * 128
    assert (element.value, element.low, element.high) == (
        *(bytes_ * values, low * values, high * values),
    )
