"""Facts that name things: what runs where, what a device has, and what nobody knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.facts import Case, estimate
from aispec.estimate.quantity import Quantity
from aispec.record import replace
from aispec.spec.model import Api, ModelRef, Parallelism, Spec
from tests.estimate.deployments import LLAMA_8B, facts_of, figure, load, self_hosted

YES, NO = Answer.YES, Answer.NO


def on(device: str, weights: str | None = None, engine: str = "vllm", **more: Any) -> Facts:
    return facts_of(self_hosted(device and LLAMA_8B, device, weights=weights, name=engine, **more))


@pytest.mark.parametrize(
    ("device", "weights", "engine", "runs", "native"),
    [
        ("h100-sxm-80gb", "bf16", "vllm", YES, YES),
        ("h100-sxm-80gb", "fp8", "vllm", YES, YES),
        ("a100-80gb", "fp8", "vllm", YES, NO),
        ("a100-80gb", "int8", "vllm", YES, YES),
        ("t4", "bf16", "vllm", NO, NO),
        ("t4", "bf16", "sglang", NO, NO),
        ("t4", "bf16", "tensorrt-llm", NO, NO),
        ("t4", "bf16", "transformers", YES, NO),
        ("t4", "fp16", "vllm", YES, YES),
        ("h100-sxm-80gb", "nvfp4", "vllm", YES, NO),
        ("b200", "nvfp4", "vllm", YES, YES),
        ("h100-sxm-80gb", "mlx-4bit", "vllm", NO, YES),
        ("rtx-4090", "gguf:Q4_K_M", "llama.cpp", YES, YES),
        ("rtx-4090", "int4-awq", "llama.cpp", NO, YES),
    ],
)
def test_what_an_engine_loads_and_a_device_computes(
    device: str, weights: str, engine: str, runs: Answer, native: Answer
) -> None:
    facts = on(device, weights, engine)
    assert (facts["precision.runs"], facts["precision.native"]) == (runs, native)


def test_a_machine_in_figures() -> None:
    spec = self_hosted(LLAMA_8B, "h100-sxm-80gb", 16, replicas=3, price=2.5, name="vllm")
    facts = facts_of(spec)
    named = {
        name: fact if not isinstance(fact, Quantity) else fact.value
        for name, fact in facts.items()
        if name.startswith("hardware.") and not isinstance(fact, Absent)
    }
    memory = named.pop("hardware.memory_per_device")
    assert memory == pytest.approx(79.19, rel=0.005)
    assert named == {
        "hardware.known": YES,
        "hardware.ambiguous": NO,
        "hardware.candidates": "nvidia-h100-sxm-80gb",
        "hardware.accelerator": "nvidia-h100-sxm-80gb",
        "hardware.class": "datacenter",
        "hardware.count": 16,
        "hardware.replicas": 3,
        "hardware.nodes": 2,
        "hardware.bandwidth_per_device": pytest.approx(3350, rel=0.005),
        "hardware.compute_per_device": pytest.approx(989, rel=0.01),
        "hardware.price_per_hour": 2.5,
        "hardware.integer_rated": NO,
        "hardware.rate_is_tops": NO,
    }


def test_a_name_of_two_devices_has_the_range_of_both() -> None:
    facts = on("a100")
    assert facts["hardware.ambiguous"] is YES
    assert "40gb" in str(facts["hardware.candidates"])
    bandwidth = figure(facts, "hardware.bandwidth_per_device")
    assert bandwidth.low == pytest.approx(1555, rel=0.01)
    assert bandwidth.high == pytest.approx(2039, rel=0.01)


def test_a_device_that_nobody_knows_has_no_figures() -> None:
    facts = on("no-such-card")
    assert facts["hardware.known"] is NO
    assert facts["hardware.count"].value == 1  # type: ignore[union-attr]
    for name in ("accelerator", "class"):
        assert facts[f"hardware.{name}"] == Unknown("the catalogue does not know no-such-card")
    for name, unit in (("memory", "GiB"), ("bandwidth", "GB/s"), ("compute", "TFLOP/s")):
        found = figure(facts, f"hardware.{name}_per_device")
        assert (found.known, found.unit.name) == (False, unit)
    assert isinstance(facts["precision.native"], Unknown)


def test_the_architecture_in_numbers() -> None:
    facts = facts_of(self_hosted("openai/gpt-oss-20b", count=2, tensor=2))
    numbers = {
        name.removeprefix("architecture."): figure(facts, name).value
        for name in facts
        if name.startswith("architecture.")
    }
    assert numbers == {
        "layers": 24,
        "heads": 64,
        "kv_heads": 8,
        "experts": 32,
        "padded_vocabulary": 201_088,
    }
    dense = facts_of(self_hosted("microsoft/phi-4"))
    assert figure(dense, "architecture.experts").value == 1
    assert figure(dense, "architecture.padded_vocabulary").value == 100_352
    padded = facts_of(self_hosted("Qwen/Qwen1.5-0.5B-Chat"))
    assert figure(padded, "architecture.padded_vocabulary").value % 64 == 0


def test_degrees_and_the_engine_s_own_limits() -> None:
    spec = self_hosted(LLAMA_8B, count=8, name="vllm", max_model_len=4096, max_num_seqs=32)
    assert spec.hardware
    split = replace(spec.hardware, parallelism=Parallelism(tensor=2, pipeline=2, data=2))
    facts = facts_of(replace(spec, hardware=split))
    for name, degree in (("tensor", 2), ("pipeline", 2), ("data", 2), ("expert", 1)):
        assert figure(facts, f"parallelism.{name}").value == degree
    assert facts["engine.id"] == "vllm"
    assert figure(facts, "engine.context").value == 4096
    assert figure(facts, "engine.sequences").value == 32
    free = on("t4", engine="transformers")
    assert free["engine.sequences"] == Absent("the engine has no such limit of its own")


def behind(provider: str, model: str = "gpt-4o-mini", today: date | None = None) -> Facts:
    spec = Spec(1, "a", model=ModelRef(model), api=Api(provider), workload=load(9, 9, daily=9))
    case = Case(resolve(spec, Catalog.default()), spec.workload, today=today)
    return estimate(case)


def test_providers() -> None:
    assert behind("openai")["api.known"] is YES
    assert behind("openai")["api.nearest"] == Absent("the catalogue knows the provider")
    assert behind("opeani")["api.known"] is NO
    assert str(behind("opeani")["api.nearest"]).startswith("openai")
    assert on("t4")["api.known"] == Absent("no provider is named")


def test_models_that_are_retired() -> None:
    model = next(m for m in Catalog.default().models() if m.deprecated)
    day = date.fromisoformat(model.deprecated or "")
    left = behind("openai", model.id, day)["model.days_to_retirement"]
    assert isinstance(left, Quantity)
    assert (left.value, left.how) == (0, f"retires on {model.deprecated}")
    before = behind("openai", model.id, date.fromordinal(day.toordinal() - 30))
    assert figure(before, "model.days_to_retirement").value == 30
    undated = behind("openai", model.id)["model.days_to_retirement"]
    assert isinstance(undated, Quantity)
    assert undated.reason == "today's date is not given"
    assert isinstance(behind("openai")["model.days_to_retirement"], Absent)


def test_a_model_that_nobody_knows() -> None:
    facts = facts_of(self_hosted("llama-9.9-8b-instrukt"))
    assert facts["model.known"] is NO
    assert facts["model.nearest"]
    reason = "the catalogue does not know llama-9.9-8b-instrukt"
    assert facts["model.id"] == Unknown(reason)
    assert figure(facts, "model.context_length").reason == reason
    assert facts["model.days_to_retirement"] == Absent(reason)
