"""What a deployment's roofline is made of, against data sheets and models' own files."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from aispec.catalog.entries import Accelerator
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.latency.constants import linked, tags_of
from aispec.estimate.latency.roofline import Roofline, peak_rate, roofline
from aispec.estimate.latency.step import Roofline as Step
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.memory.weights import weigh
from aispec.record import replace
from aispec.spec.model import Draft, ModelRef, Parallelism
from tests.estimate.deployments import LLAMA_8B, LLAMA_70B, self_hosted

QWEN_30B = "Qwen/Qwen3-30B-A3B"


def card(name: str) -> Accelerator:
    return Catalog.default().accelerator(name).entry  # type: ignore[union-attr]


def speed(
    *args: Any,
    cached: float = 0.0,
    draft: Draft | None = None,
    parallelism: Parallelism | None = None,
    **knobs: Any,
) -> Step:
    spec = self_hosted(*args, **knobs)
    assert spec.model
    assert spec.hardware
    if draft:
        spec = replace(spec, model=replace(spec.model, draft=draft))
    if parallelism:
        spec = replace(spec, hardware=replace(spec.hardware, parallelism=parallelism))
    deployment = resolve(spec, Catalog.default())
    assert deployment.model
    assert deployment.weights
    weights = weigh(deployment.model, deployment.weights)
    assert weights
    found = roofline(deployment, weights, cache_of(deployment), cached)
    assert found
    return found


def test_a_dense_model_on_one_card() -> None:
    found = speed(LLAMA_8B, "h100-sxm-80gb", name="vllm")
    assert (found.layers, found.everywhere, found.local, found.window) == (32, 32, 0, 0)
    assert (found.width, found.attended, found.absorbed) == (4096, 32 * 128, 32 * 128)
    assert (found.devices, found.stages, found.expert_bytes, found.expert_share) == (1, 1, 0, 1)
    assert found.active == 8_030_261_248
    assert found.dense_bytes == 2 * (8_030_261_248 - 128_256 * 4096)  # one row of the embedding
    assert found.bandwidth == pytest.approx(3.35e12, rel=0.005)
    assert found.peak == found.half_peak == pytest.approx(989e12, rel=0.01)
    assert found.groups == ((32 * 2 * 8 * 128 * 2, inf),)
    assert (found.state, found.away, found.draft, found.cached) == (0, 0, None, 0)
    assert found.chosen == inf
    assert speed(LLAMA_8B, "h100-sxm-80gb", name="vllm", cached=100.0).cached == 100


def test_a_tied_embedding_is_read_as_the_output() -> None:
    tied = speed("Qwen/Qwen3-0.6B", "h100-sxm-80gb", name="vllm")
    assert tied.dense_bytes == 2 * 596_049_920


def test_devices_share_layers_and_stages_share_the_model() -> None:
    one, four = (speed(LLAMA_70B, "h100-sxm-80gb", n, tensor=n, name="vllm") for n in (1, 4))
    assert four.dense_bytes == pytest.approx(one.dense_bytes / 4)
    assert four.groups[0][0] == pytest.approx(one.groups[0][0] / 4)
    assert four.devices == 4
    two = Parallelism(tensor=1, pipeline=2)
    assert speed(LLAMA_70B, "h100-sxm-80gb", 2, name="vllm", parallelism=two).stages == 2
    by_turns = speed(LLAMA_70B, "rtx-4090", 2, "gguf:Q4_K_M", name="llama.cpp", parallelism=two)
    assert (by_turns.stages, by_turns.relays) == (1, 2)
    assert four.relays == 1


def test_a_mixture_touches_a_part_of_its_experts() -> None:
    found = speed(QWEN_30B, "h100-sxm-80gb", name="vllm")
    assert found.expert_share == 8 / 128
    assert found.routed == 48 * 128 * 3 * 2048 * 768
    assert found.expert_bytes == 2 * found.routed
    assert found.active == pytest.approx(3.3e9, rel=0.02)


def test_latent_attention_asks_the_compressed_cache() -> None:
    found = speed("deepseek-ai/DeepSeek-V3", "h200", 8, "fp8", name="vllm")
    assert found.absorbed == 128 * (512 + 64 / 2)
    assert found.attended == 128 * (192 + 128) / 2  # keys and values
    assert found.groups == ((61 * (512 + 64) * 2, inf),)


def test_windows_and_sparse_attention_bound_what_is_read() -> None:
    gemma = speed("google/gemma-3-27b-it", "h100-sxm-80gb", name="vllm")
    assert (gemma.everywhere, gemma.local, gemma.window) == (10, 52, 1024)
    assert sorted(most for _, most in gemma.groups) == [1024, inf]
    sparse = speed("deepseek-ai/DeepSeek-V3.2", "h200", 8, "fp8", name="vllm")
    assert sparse.chosen == 2048
    assert [most for _, most in sparse.groups] == [2048, inf]  # the index is read in full


def test_heads_that_see_everything_are_as_wide_as_the_model_has_them() -> None:
    gemma = speed("google/gemma-4-31B-it", "h100-sxm-80gb", name="vllm")
    assert (gemma.attended, gemma.wider) == (32 * 256, 2.0)
    assert speed("google/gemma-3-27b-it", "h100-sxm-80gb", name="vllm").wider == 1


def test_recurrent_layers_have_a_state() -> None:
    found = speed("Qwen/Qwen3-Next-80B-A3B-Instruct", "h200", name="vllm")
    assert found.state > 1e6
    assert found.everywhere == 12


@pytest.mark.parametrize(("layers", "share"), [(None, 0.0), (24, 0.25), (0, 1.0), (99, 0.0)])
def test_layers_on_the_host_are_read_from_its_memory(layers: int | None, share: float) -> None:
    found = speed(LLAMA_8B, "rtx-4090", 1, "gguf:Q4_K_M", name="llama.cpp", gpu_layers=layers)
    assert found.away == pytest.approx(share)
    if share:
        assert found.away_bandwidth < found.bandwidth / 5


def test_offloaded_weights_cross_the_link() -> None:
    whole = 2 * 8_030_261_248
    found = speed(LLAMA_8B, "h100-sxm-80gb", name="vllm", cpu_offload=whole / 4)
    assert found.away == pytest.approx(0.25)
    assert found.away_bandwidth == pytest.approx(0.8 * 16 * 4e9)  # PCIe 5.0 x16 has 64 GB/s
    all_of_it = speed(LLAMA_8B, "h100-sxm-80gb", name="vllm", cpu_offload=9e11)
    assert all_of_it.away == 1


def test_a_draft_takes_a_step_of_its_own_model_and_a_module_a_layer() -> None:
    target = speed(LLAMA_70B, "h100-sxm-80gb", 4, name="vllm")
    small = speed("meta-llama/Llama-3.2-1B", "h100-sxm-80gb", 4, name="vllm")
    drafted = speed(
        LLAMA_70B,
        "h100-sxm-80gb",
        4,
        name="vllm",
        draft=Draft("meta-llama/Llama-3.2-1B", 5),
    )
    assert drafted.draft
    assert drafted.draft.tokens == 5
    assert 0.5 < drafted.draft.acceptance < 1
    assert drafted.draft.seconds == pytest.approx(small.step(1, 0))
    assert drafted.draft.seconds < target.step(1, 0) / 3
    bare = speed("deepseek-ai/DeepSeek-V3", "h200", 8, "fp8", name="vllm")
    own = speed("deepseek-ai/DeepSeek-V3", "h200", 8, "fp8", name="vllm", draft=Draft("mtp", 1))
    assert own.draft
    assert own.draft.seconds == pytest.approx(bare.step(1, 0) / 61)


def test_what_lacks_bandwidth_or_arithmetic_has_no_roofline() -> None:
    spec = self_hosted(LLAMA_8B, "h100-sxm-80gb", name="vllm")
    deployment = resolve(spec, Catalog.default())
    assert deployment.model
    assert deployment.weights
    weights = weigh(deployment.model, deployment.weights)
    assert weights
    for missing in ("machines", "setup", "model", "weights"):
        assert roofline(replace(deployment, **{missing: None}), weights, None) is None
    without = resolve(replace(spec, model=ModelRef(LLAMA_8B)), Catalog.default())
    found = roofline(without, weights, None)
    assert isinstance(found, Roofline)
    assert (found.groups, found.state) == ((), 0)


@pytest.mark.parametrize(
    ("device", "dtype", "tflops"),
    [
        ("h100-sxm-80gb", "fp8", 1979),
        ("h100-sxm-80gb", "bf16", 989),
        ("a100-80gb", "bf16", 312),
        ("a100-80gb", "fp8", 312),  # no fp8: widened to 16 bits
        ("a100-80gb", "fp4", 312),
        ("a100-80gb", "int8", 624),
        ("t4", "bf16", 65),  # no bf16: computed as fp16
        ("t4", "fp16", 65),
        ("b200", "fp4", 9000),
        ("rtx-4090", "fp16", 330.3),  # accumulated in 16 bits
        ("l40s", "fp8", 733),
        ("tpu-v5e", "fp16", 197),  # no fp16: computed as bf16
    ],
)
def test_the_rate_of_a_type_is_its_own_or_that_of_the_type_it_is_widened_to(
    device: str, dtype: str, tflops: float
) -> None:
    assert peak_rate(card(device), dtype) == pytest.approx(tflops, rel=0.02)


def test_links_are_the_devices_own() -> None:
    assert linked(card("h100-sxm-80gb"))
    assert not linked(card("l40s"))
    assert not linked(card("rtx-4090"))
    form = resolve(self_hosted(LLAMA_8B), Catalog.default()).weights
    assert form
    assert "unlinked" in tags_of("vllm", card("l40s"), form, {})
    assert "unlinked" not in tags_of("vllm", card("h100-sxm-80gb"), form, {})
    fast, slow = (speed(LLAMA_8B, name, 2, name="vllm") for name in ("h100-sxm-80gb", "l40s"))
    assert fast.link == pytest.approx(450e9)  # half of 900 GB/s both ways
    assert slow.link == pytest.approx(0.8 * 16 * 2e9)  # PCIe 4.0 x16 has 32 GB/s
