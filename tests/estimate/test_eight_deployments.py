"""Eight deployments that every published estimator was asked about.

Weights and cache of a device are those of the tensors' own shapes and of vLLM 0.33's allocation;
where estimators disagreed, the verdict is the one that vLLM's start-up arithmetic gives.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from aispec.estimate.answer import Answer
from aispec.spec.model import Spec
from tests.estimate.deployments import (
    LLAMA_8B,
    LLAMA_70B,
    answer,
    facts_of,
    figure,
    load,
    self_hosted,
)

VLLM: dict[str, Any] = {"name": "vllm", "version": "0.33.0", "gpu_memory_utilization": 0.92}


class Row(NamedTuple):
    spec: Spec
    weights: float  # GiB of the fullest device
    cache: float  # GiB of all sequences on it
    fits: tuple[Answer, ...]


def row(
    model: str,
    accelerator: str,
    count: int,
    format_: str,
    length: int,
    weights: float,
    cache: float,
    *fits: Answer,
    at_once: float = 1,
    knobs: dict[str, Any] = VLLM,
) -> Row:
    spec = self_hosted(
        model,
        accelerator,
        count,
        format_,
        workload=load(length - 512, 512, at_once=at_once),
        max_model_len=length,
        **knobs,
    )
    return Row(spec, weights, cache, fits)


A100_40, A100_80, H100 = "a100-40gb", "a100-80gb", "h100-sxm-80gb"
YES, NO, MAYBE = Answer.YES, Answer.NO, Answer.MAYBE
ROWS = {
    "8B, one user": row(LLAMA_8B, A100_40, 1, "bf16", 8192, 14.96, 1.0, YES),
    "8B, 32 users": row(LLAMA_8B, A100_40, 1, "bf16", 8192, 14.96, 32.0, NO, at_once=32),
    "70B on four": row(LLAMA_70B, A100_80, 4, "bf16", 8192, 32.85, 0.625, YES),
    "70B in fp8 on two": row(LLAMA_70B, H100, 2, "fp8", 32768, 33.83, 5.0, YES),
    "8B at home": row(
        LLAMA_8B, "rtx-4060", 1, "Q4_K_M", 8192, 4.30, 1.0, YES, knobs={"name": "llama.cpp"}
    ),
    "32B AWQ on a 4090": row(
        "Qwen/Qwen2.5-32B-Instruct", "rtx-4090", 1, "int4-awq", 8192, 18.0, 2.0, YES, MAYBE
    ),
    "Mixtral on two": row(
        "mistralai/Mixtral-8x7B-Instruct-v0.1", A100_80, 2, "bf16", 8192, 43.5, 0.5, YES
    ),
    "DeepSeek-V3 on eight": row(
        "deepseek-ai/DeepSeek-V3", "h200", 8, "fp8", 32768, 626.9 / 8, 2.145, YES
    ),
    "Gemma 3 27B, 128k": row(
        "google/gemma-3-27b-it", H100, 1, "bf16", 131072, 51.10, 14.2, YES, MAYBE
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_weights_and_cache(name: str) -> None:
    facts, expected = facts_of(ROWS[name].spec), ROWS[name]
    assert figure(facts, "memory.weights").value == pytest.approx(expected.weights, rel=0.02)
    assert figure(facts, "memory.kv_needed").value == pytest.approx(expected.cache, rel=0.02)


@pytest.mark.parametrize("name", ROWS)
def test_verdicts(name: str) -> None:
    facts, expected = facts_of(ROWS[name].spec), ROWS[name]
    assert answer(facts, "memory.fits") in expected.fits
    room = figure(facts, "memory.kv_available").value >= figure(facts, "memory.kv_needed").value
    assert room is (NO not in expected.fits)


def test_asynchronous_scheduling_decides_gemma() -> None:
    # One step in flight reserves 14.2 GiB, two reserve 18.0, and the pool lies between them.
    facts = facts_of(ROWS["Gemma 3 27B, 128k"].spec)
    pool, cache = figure(facts, "memory.kv_available"), figure(facts, "memory.kv_needed")
    assert cache.value < pool.value < cache.high
    assert answer(facts, "memory.fits") is Answer.MAYBE


def test_a_longer_context_of_32b_awq_does_not_fit_a_4090() -> None:
    spec = row("Qwen/Qwen2.5-32B-Instruct", "rtx-4090", 1, "int4-awq", 16384, 18.0, 4.0, NO).spec
    assert answer(facts_of(spec), "memory.fits") is Answer.NO
