from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent
from aispec.spec.model import Api, ApiLatency, ModelRef, Parallelism, Spec
from tests.estimate.deployments import (
    LLAMA_8B,
    LLAMA_70B,
    answer,
    facts_of,
    figure,
    load,
    self_hosted,
)

KNOBS: dict[str, Any] = {"name": "vllm", "max_model_len": 8192}


def value(fact: str, *args: Any, **kwargs: Any) -> float:
    return figure(facts_of(self_hosted(*args, **{**KNOBS, **kwargs})), fact).value


@pytest.mark.parametrize(
    ("model", "accelerator", "count", "format_", "engine", "tps"),
    [
        # Published single-user decode rates at short contexts.
        ("meta-llama/Meta-Llama-3-8B", "rtx-3070", 1, "gguf:Q4_K_M", "llama.cpp", 70.9),
        (LLAMA_8B, "a100-40gb", 1, "bf16", "vllm", 70),
        (LLAMA_8B, "h100-sxm-80gb", 1, "bf16", "vllm", 130),
        ("meta-llama/Llama-3.3-70B-Instruct", "h100-sxm-80gb", 2, "fp8", "vllm", 1000 / 18.91),
        ("meta-llama/Llama-3.3-70B-Instruct", "h200", 2, "fp8", "vllm", 1000 / 16.79),
    ],
)
def test_decode_of_one_user(
    model: str, accelerator: str, count: int, format_: str, engine: str, tps: float
) -> None:
    spec = self_hosted(
        model,
        accelerator,
        count,
        format_,
        name=engine,
        max_model_len=4096,
        workload=load(256, 256),
    )
    rate = figure(facts_of(spec), "latency.tps")
    assert rate.low <= tps <= rate.high
    assert rate.value == pytest.approx(tps, rel=0.3)


@pytest.mark.parametrize("accelerator", ["a100-80gb", "h100-sxm-80gb", "rtx-4090", "l4"])
def test_nobody_decodes_faster_than_memory_is_read(accelerator: str) -> None:
    facts = facts_of(self_hosted(LLAMA_8B, accelerator, **KNOBS, workload=load(128, 128)))
    if answer(facts, "memory.boots") is Answer.NO:
        assert isinstance(facts["latency.tps"], Absent)
        return
    bandwidth = figure(facts, "hardware.bandwidth_per_device").to("bytes/s").value
    weights = figure(facts, "memory.weights").to("bytes").value
    assert figure(facts, "latency.tps").value < bandwidth / weights


@pytest.mark.parametrize("format_", ["bf16", "gguf:Q4_K_M", "mlx-4bit"])
def test_a_mixture_reads_only_the_experts_it_needs(format_: str) -> None:
    # Qwen3-30B-A3B has 30.5 B parameters, of which 3.3 B work on a token.
    mixture, dense = (
        value(
            "latency.tps",
            model,
            "h100-sxm-80gb",
            1,
            format_,
            name="llama.cpp",
            workload=load(128, 128),
        )
        for model in ("Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-32B")
    )
    assert mixture > 2 * dense


def test_gguf_weights_are_as_large_whatever_part_they_belong_to() -> None:
    whole = value("memory.weights", "Qwen/Qwen3-30B-A3B", weights="gguf:Q4_K_M", name="llama.cpp")
    model = Catalog.default().model("Qwen/Qwen3-30B-A3B").entry
    bits = value("precision.bits_per_weight", model.id, weights="gguf:Q4_K_M", name="llama.cpp")
    assert model.params_total is not None
    file = bits * model.params_total / 8 / 2**30
    assert 0.95 * file < whole < file


def test_a_window_makes_long_prompts_cheaper() -> None:
    # Gemma 3 27B attends to everything in 10 of its 62 layers only.
    long = {"workload": load(120_000, 100), "max_model_len": 131072, "weights": "fp8"}
    windowed = value("latency.ttft", "google/gemma-3-27b-it", **long)
    everywhere = value("latency.ttft", "Qwen/Qwen3-32B", **long)
    assert everywhere > 2 * windowed


def test_tpot_and_ttft_grow_with_the_batch() -> None:
    batches = [1, 2, 8, 32, 128]
    for name in ("latency.tpot", "latency.ttft"):
        values = [value(name, workload=load(1000, 300, at_once=n)) for n in batches]
        assert values == sorted(values)
        assert values[-1] > 2 * values[0]


def test_batching_pays() -> None:
    def rate(users: float) -> float:
        facts = facts_of(self_hosted(**KNOBS, workload=load(500, 300, at_once=users)))
        return figure(facts, "workload.peak_requests_per_second").value

    assert 8 < rate(32) / rate(1) < 32


def test_cached_prefixes_are_not_read_again() -> None:
    workload = load(6000, 100)
    cold = value("latency.ttft", workload=workload)
    warm = value("latency.ttft", workload=replace(workload, prefix_cache_hit=0.8))
    assert warm < 0.5 * cold


def test_tensor_parallelism_speeds_up_less_than_it_costs() -> None:
    one, eight = (value("latency.tps", LLAMA_8B, count=n, tensor=n) for n in (1, 8))
    assert one < eight < 5 * one


def test_pipeline_stages_do_not_speed_up_one_user() -> None:
    one, two = (value("latency.tps", LLAMA_8B, count=n, tensor=1, pipeline=n) for n in (1, 2))
    assert two == pytest.approx(one)


def test_more_users_than_slots_wait() -> None:
    few, many = (
        value("latency.ttft", max_num_seqs=8, workload=load(1000, 300, at_once=n)) for n in (8, 32)
    )
    assert many > 5 * few


def test_data_parallel_ranks_share_the_load() -> None:
    workload = load(1000, 300, at_once=64)
    spec = self_hosted(LLAMA_8B, count=4, workload=workload, **KNOBS)
    assert spec.hardware is not None
    ranks = replace(
        spec, hardware=replace(spec.hardware, count=4, parallelism=Parallelism(tensor=1, data=4))
    )
    replicas = replace(
        spec,
        hardware=replace(spec.hardware, count=1, replicas=4, parallelism=Parallelism(tensor=1)),
    )
    one, four = facts_of(ranks), facts_of(replicas)
    for name in (
        "memory.kv_needed",
        "latency.ttft",
        "latency.tpot",
        "throughput.requests_per_second",
        "throughput.utilization",
        "workload.peak_requests_per_second",
        "cost.month",
    ):
        assert figure(one, name).value == pytest.approx(figure(four, name).value), name


def test_what_does_not_start_has_no_speed() -> None:
    facts = facts_of(self_hosted(LLAMA_70B, "rtx-4090", **KNOBS))
    assert answer(facts, "memory.boots") is Answer.NO
    assert isinstance(facts["latency.ttft"], Absent)
    assert isinstance(facts["throughput.utilization"], Absent)


def test_an_api_s_latency_is_what_the_team_measured() -> None:
    api = Api("openai", latency=ApiLatency(ttft=0.35, tps=70))
    spec = Spec(1, "here", model=ModelRef("gpt-4o"), api=api, workload=load(1000, 141, daily=10))
    facts = facts_of(spec)
    assert figure(facts, "latency.ttft").value == pytest.approx(350)
    assert figure(facts, "latency.tps").value == 70
    assert figure(facts, "latency.e2e").value == pytest.approx(0.35 + 140 / 70)
    unsaid = facts_of(replace(spec, api=Api("openai")))
    assert figure(unsaid, "latency.ttft").reason.endswith("set api.latency")
