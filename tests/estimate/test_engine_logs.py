"""Memory against what engines printed when they started.

vLLM rows: start-up logs of 0.19.0 on an H100 80GB (79.19 GiB) at utilization 0.95, 1,024 sequences
and 8,192 tokens of a step, from llm-d-planner pull request 205. The pool is what vLLM calls
`Available KV cache memory`; all in GiB of one device.
"""

from __future__ import annotations

from typing import Any

import pytest

from aispec.estimate.fact import Facts
from aispec.spec.model import Spec
from tests.estimate.deployments import LLAMA_8B, facts_of, figure, load, self_hosted

LLAMA_3 = "meta-llama/Meta-Llama-3-8B"
VLLM: dict[str, Any] = {
    "name": "vllm",
    "version": "0.19.0",
    "gpu_memory_utilization": 0.95,
    "max_num_seqs": 1024,
    "max_num_batched_tokens": 8192,
    "max_model_len": 8192,
}


def logged(model: str, weights: str = "bf16", tensor: int = 1, **changed: Any) -> Facts:
    return facts_of(self_hosted(model, count=tensor, weights=weights, **{**VLLM, **changed}))


def gguf(weights: str = "gguf:Q4_K_M", **knobs: Any) -> Spec:
    return self_hosted(
        LLAMA_3,
        "rtx-4080",
        weights=weights,
        name="llama.cpp",
        max_model_len=8192,
        max_num_seqs=1,
        **knobs,
    )


def left_out(facts: Facts) -> float:
    """What the engine's share has beside the cache, weights, activations and runtime."""
    parts = ("weights", "activations", "runtime", "kv_available")
    used = sum(figure(facts, f"memory.{part}").value for part in parts)
    return figure(facts, "memory.offered").value - used


@pytest.mark.parametrize(
    ("model", "format_", "tensor", "weights", "activations", "pool"),
    [
        (LLAMA_8B, "bf16", 1, 14.99, 1.89, 58.11),
        (LLAMA_8B, "fp8", 1, 8.49, 1.89, 64.61),
        (LLAMA_8B, "bf16", 2, 7.51, 1.89, 63.76),
        (LLAMA_8B, "bf16", 4, 3.77, 1.89, 67.44),
        ("Qwen/Qwen2.5-7B-Instruct", "bf16", 1, 14.25, 2.21, 58.53),
        ("Qwen/Qwen2.5-72B-Instruct", "bf16", 2, 67.80, 2.29, 3.04),
        ("microsoft/phi-4", "bf16", 1, 27.39, 1.52, 46.08),
    ],
)
def test_vllm_on_an_h100(
    model: str, format_: str, tensor: int, weights: float, activations: float, pool: float
) -> None:
    facts = logged(model, format_, tensor)
    for name, measured in (
        ("weights", weights),
        ("activations", activations),
        ("kv_available", pool),
    ):
        q = figure(facts, f"memory.{name}")
        assert q.low - 0.01 <= measured <= q.high + 0.01, name
    assert figure(facts, "memory.weights").value == pytest.approx(weights, rel=0.01)
    assert figure(facts, "memory.activations").value == pytest.approx(activations, rel=0.06)
    assert figure(facts, "memory.kv_available").value == pytest.approx(pool, rel=0.02, abs=0.2)


def test_vllm_capacity_in_tokens() -> None:
    plain, halved = (
        logged(LLAMA_8B),
        facts_of(self_hosted(LLAMA_8B, weights="bf16", cache="fp8", **VLLM)),
    )
    assert figure(plain, "memory.kv_capacity_tokens").value == pytest.approx(476_016, rel=0.02)
    assert figure(halved, "memory.kv_capacity_tokens").value == pytest.approx(952_032, rel=0.02)
    assert figure(halved, "memory.kv_available").value == pytest.approx(
        figure(plain, "memory.kv_available").value
    )


@pytest.mark.parametrize("tensor", [1, 2])
def test_mixture_in_four_bits_is_padded_by_its_kernels(tensor: int) -> None:
    # 13.64 GiB on one device and 7.01 on each of two, where the tensors themselves have 12.8.
    weights = figure(logged("openai/gpt-oss-20b", "mxfp4", tensor), "memory.weights")
    measured = {1: 13.64, 2: 7.01}[tensor]
    assert weights.low <= measured <= weights.high
    assert weights.value == pytest.approx(measured, rel=0.1)


@pytest.mark.parametrize(
    ("version", "activations"),
    [("0.15.0", 5.64), ("0.16.0", 5.64), ("0.17.0", 2.23), ("0.19.0", 2.23)],
)
def test_the_sampler_s_peak_fell_in_vllm_0_17(version: str, activations: float) -> None:
    facts = logged("Qwen/Qwen3-14B", version=version)
    peak = figure(facts, "memory.activations")
    assert peak.low <= activations <= peak.high
    assert peak.value == pytest.approx(activations, rel=0.06)


def test_graphs_are_inside_the_budget_from_vllm_0_21_on() -> None:
    before, after = logged(LLAMA_8B), logged(LLAMA_8B, version="0.21.0")
    assert left_out(before) == pytest.approx(0, abs=1e-9)
    assert left_out(after) == pytest.approx(figure(after, "memory.graphs").value)
    eager = logged(LLAMA_8B, version="0.21.0", enforce_eager=True)
    assert figure(eager, "memory.graphs").value == 0


def test_a_version_that_is_not_said_widens_the_bounds() -> None:
    said = figure(logged(LLAMA_8B, version="0.33.0"), "memory.kv_available")
    unsaid = figure(logged(LLAMA_8B, version=None), "memory.kv_available")
    assert unsaid.low <= said.low
    assert said.high <= unsaid.high


def test_vllm_without_chunked_prefill_holds_a_whole_prompt() -> None:
    # Up to 0.6.3 what the allocator holds counts: twice the widest layer. Chunks from 32k on.
    def peak(length: int, **knobs: Any) -> float:
        facts = facts_of(
            self_hosted(
                LLAMA_3,
                "rtx-3090",
                name="vllm",
                version="0.6.3",
                max_model_len=length,
                max_num_seqs=8,
                **knobs,
            )
        )
        return figure(facts, "memory.activations").value

    assert peak(20_000) == pytest.approx(2 * (3 * 14336 + 2 * 4096) * 20_000 * 2 / 2**30)
    assert peak(29_000) > peak(20_000) > peak(35_000)
    assert peak(20_000, enable_chunked_prefill=True) == peak(35_000)


@pytest.mark.parametrize(("flash", "mebibytes"), [(True, 258.5), (False, 560.0)])
def test_llama_cpp_compute_buffer(flash: bool, mebibytes: float) -> None:
    buffer = figure(facts_of(gguf(flash_attention=flash)), "memory.activations")
    assert buffer.to("MiB").value == pytest.approx(mebibytes, abs=0.1)
    assert buffer.low < buffer.value < buffer.high


def test_llama_cpp_keeps_the_input_embedding_on_the_host() -> None:
    # The file has 4.58 GiB, of which 4.30 are on the GPU.
    facts = facts_of(self_hosted(LLAMA_8B, "rtx-4060", weights="gguf:Q4_K_M", name="llama.cpp"))
    assert figure(facts, "memory.weights").value == pytest.approx(4.30, rel=0.01)
    whole = figure(facts_of(gguf("gguf:F16")), "memory.weights").value
    assert whole == pytest.approx(14.96 - 128256 * 4096 * 2 / 2**30, rel=0.005)


def test_llama_cpp_layers_left_on_the_host() -> None:
    all_of_them = figure(facts_of(gguf()), "memory.weights").value
    half = figure(facts_of(gguf(gpu_layers=16)), "memory.weights").value
    none = figure(facts_of(gguf(gpu_layers=0)), "memory.weights").value
    assert none < half < all_of_them
    # The output layer, in Q6_K, goes to the device last, after all 32 layers.
    output = 128256 * 4096 * 6.5625 / 8 / 2**30
    assert none == 0
    assert half == pytest.approx((all_of_them - output) / 2)


@pytest.mark.parametrize(
    ("model", "format_", "tensor", "gib"),
    [
        ("Qwen/Qwen2.5-32B-Instruct", "int4-awq", 1, 18.0),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "bf16", 1, 86.99),
        ("google/gemma-3-27b-it", "bf16", 1, 51.37),  # 51.09 of tensors, 0.28 of rotary tables
        ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", "int8", 1, 24.07),
        (LLAMA_8B, "fp32", 1, 29.98),
        ("meta-llama/Llama-3.1-70B-Instruct", "fp8", 1, 67.67),
        ("meta-llama/Llama-3.1-405B-Instruct", "bf16", 1, 756.0),
    ],
)
def test_weights_by_format(model: str, format_: str, tensor: int, gib: float) -> None:
    facts = logged(model, format_, tensor)
    assert figure(facts, "memory.weights").value == pytest.approx(gib, rel=0.005)


def test_deepseek_in_fp8_without_its_prediction_module() -> None:
    facts = logged("deepseek-ai/DeepSeek-V3", "fp8")
    assert figure(facts, "memory.weights").value == pytest.approx(626.9, rel=0.005)


def test_transformers_kept_the_logits_of_the_whole_prompt() -> None:
    def taken(version: str) -> float:
        facts = facts_of(
            self_hosted(
                "Qwen/Qwen2.5-0.5B-Instruct",
                "a100-80gb",
                name="transformers",
                version=version,
                workload=load(30_720, 2048),
            )
        )
        parts = ("weights", "kv_per_sequence", "activations")
        return sum(figure(facts, f"memory.{part}").value for part in parts)

    # Qwen's memory tables: 30,720 tokens of prompt, 2,048 generated.
    assert taken("4.44.0") == pytest.approx(27.6, rel=0.05)
    assert taken("4.46.0") < 0.1 * 27.6


@pytest.mark.parametrize(
    ("model", "tensor", "gib"),
    [
        ("google/gemma-3-4b-it", 1, 8.58),  # positions scaled eightfold: 0.56 GiB of tables
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, 29.43),  # the way out of the latent, twice
        (LLAMA_8B, 1, 14.99),
    ],
)
def test_what_servers_keep_beside_the_tensors(model: str, tensor: int, gib: float) -> None:
    facts = logged(model, "bf16", tensor)
    assert figure(facts, "memory.weights").value == pytest.approx(gib, rel=0.002)
