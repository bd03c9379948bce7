"""What versions and devices change in an engine's memory, as its source has it."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.facts import Case, estimate
from aispec.estimate.quantity import Quantity
from aispec.spec.model import Draft, Engine, Hardware, ModelRef, Precision, Spec
from tests.estimate.deployments import LLAMA_8B, ONE_REQUEST, facts_of, figure, self_hosted


def part(what: str, model: str = LLAMA_8B, **more: Any) -> Quantity:
    settings = {"name": "vllm", "version": "0.19.0", **more}
    return figure(facts_of(self_hosted(model, **settings)), f"memory.{what}")


@pytest.mark.parametrize(
    ("version", "inside"),
    [("0.2.7", True), ("0.3.3", False), ("0.6.4", True), ("0.7.3", False), ("0.8.5", True)],
)
def test_the_drivers_context_was_inside_vllms_share_in_some_versions(
    version: str, inside: bool
) -> None:
    assert (part("runtime", version=version).value > 0.5) is inside


def test_what_is_inside_the_share_needs_no_room_beside_it() -> None:
    tight: dict[str, Any] = {"gpu_memory_utilization": 0.998, "enforce_eager": True}
    inside = facts_of(self_hosted(name="vllm", version="0.8.5", max_num_seqs=1, **tight))
    beside = facts_of(self_hosted(name="vllm", version="0.19.0", max_num_seqs=1, **tight))
    assert str(inside["memory.fits_beside"]) != "no"
    assert str(beside["memory.fits_beside"]) == "no"


@pytest.mark.parametrize(
    ("version", "one", "many"),
    [
        ("0.2.6", 0.0, 0.0),  # captures none
        ("0.8.3", 1.1, 1.1),  # all sizes, however few sequences
        ("0.19.0", 0.226, 0.9),
    ],
)
def test_graphs_by_version(version: str, one: float, many: float) -> None:
    assert part("graphs", version=version, max_num_seqs=1).value == pytest.approx(one, abs=0.001)
    assert part("graphs", version=version, max_num_seqs=512).value == pytest.approx(many)


def test_sglangs_pool_is_a_share_of_what_is_free_before_loading() -> None:
    settings: dict[str, Any] = {"name": "sglang", "version": "0.5.23"}
    pool = part("kv_available", **settings, gpu_memory_utilization=0.8).value
    less = part("kv_available", **settings, gpu_memory_utilization=0.7).value
    free = (pool - less) / 0.1
    assert 78 < free < 79.19
    assert pool == pytest.approx(0.8 * free - part("weights", **settings).value)


def test_vllm_kept_whole_heads_of_latent_attention_before_0_7() -> None:
    model = "deepseek-ai/DeepSeek-V2-Lite"
    heads, layers = 16, 27
    expanded = part("kv_per_token", model, version="0.6.6")
    assert expanded.value == 2 * heads * 256 * layers * 2  # keys and values padded to 256
    assert part("kv_per_token", model, version="0.7.3").value == (512 + 64) * layers * 2


def test_the_share_of_a_shared_memory_is_of_all_that_the_driver_reports() -> None:
    offered = part("offered", accelerator="gb10", gpu_memory_utilization=0.5)
    assert (offered.low, offered.high) == (119.2 / 2, 121.7 / 2)
    kept = part("offered", accelerator="gb10", name="llama.cpp", version=None)
    assert kept.low == 101


def test_a_shared_memory_has_the_hosts_page_cache_in_it() -> None:
    shared = part("runtime", accelerator="gb10", version="0.29.0")
    own = part("runtime", accelerator="rtx-5090", version="0.29.0")
    assert shared.low < own.value * 3 < shared.value < shared.high


def test_rocm_counts_all_in_use_as_weights() -> None:
    amd, nvidia = part("weights", accelerator="mi300x"), part("weights")
    assert amd.value == nvidia.value
    assert amd.high == pytest.approx(1.025 * nvidia.high)


def test_padding_of_mxfp4_is_open_while_kernels_differ() -> None:
    model = "openai/gpt-oss-20b"
    before = part("weights", model, weights="mxfp4", version="0.10.1")
    after = part("weights", model, weights="mxfp4")
    assert before.low < 12.88 < after.low < 13.64 < after.high  # a 3090's log, and an H100's
    assert before.value == after.value


def test_global_layers_of_gemma_4_have_tables_of_their_own() -> None:
    # vLLM 0.19 on an A100 logged 48.50 GiB.
    found = part("weights", "google/gemma-4-26B-A4B-it", accelerator="a100-80gb")
    assert found.value == pytest.approx(48.5, rel=0.001)


def test_recurrent_layers_are_wider_than_the_feed_forward() -> None:
    tokens = 65_536
    found = part("activations", "Qwen/Qwen3.5-27B", max_num_batched_tokens=tokens)
    width = 4 * 16 * 128 + 12 * 48 * 128 + 2 * 5120
    assert found.value == pytest.approx(1.25 * width * tokens * 2 / 2**30)


def test_activations_in_32_bits_are_twice_as_wide() -> None:
    tokens = 65_536
    half = part("activations", max_num_batched_tokens=tokens)
    full = part("activations", weights="fp32", max_num_batched_tokens=tokens)
    assert full.value == pytest.approx(2 * half.value)


@pytest.mark.parametrize(("context", "images"), [(4096, 1), (40_000, 2), (128_000, 7)])
def test_a_long_context_is_profiled_with_a_video(context: int, images: int) -> None:
    found = part(
        "activations",
        "Qwen/Qwen2.5-VL-72B-Instruct",
        max_model_len=context,
        max_num_seqs=1,
        max_num_batched_tokens=512,
    )
    encoder = 1.25 * 65_536 * (3420 + 2 * 1280) * 2 / 2**30
    assert found.value == pytest.approx(images * encoder)
    assert found.low < encoder  # where images are not served


def test_llama_vision_was_profiled_with_an_image_for_each_sequence() -> None:
    model = "meta-llama/Llama-3.2-11B-Vision-Instruct"
    few = part("activations", model, version="0.7.3", max_num_seqs=16)
    many = part("activations", model, version="0.7.3", max_num_seqs=64)
    assert many.value == pytest.approx(4 * few.value)
    later = part("activations", model, version="0.8.5", max_num_seqs=64)
    assert later.value < few.value


def test_rows_for_each_layer_are_counted_with_the_embedding() -> None:
    # 8.4 billion with the rows that every layer looks up, 6.9 without them and the towers.
    found = part("weights", "google/gemma-3n-E4B-it")
    assert 13.6 < found.low < found.value < 8.4e9 * 2 / 2**30


@pytest.mark.parametrize("drafted", [False, True])
def test_a_drafting_module_is_loaded_only_to_draft(drafted: bool) -> None:
    own = "Qwen/Qwen3.5-27B"
    spec = Spec(
        version=1,
        name="here",
        model=ModelRef(own, draft=Draft(own, 2) if drafted else None),
        precision=Precision("bf16"),
        engine=Engine(name="vllm", version="0.19.0"),
        hardware=Hardware("h100-sxm-80gb", 1),
        workload=ONE_REQUEST,
    )
    facts = estimate(Case(resolve(spec, Catalog.default()), spec.workload))
    module = 424_699_392 * 2 / 2**30
    alone = part("weights", own)
    assert alone.low < 50.99 < alone.high
    more = figure(facts, "memory.weights").value - alone.value
    assert more == pytest.approx(module if drafted else 0, abs=1e-3)
