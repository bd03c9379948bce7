"""Other hardware to try."""

from __future__ import annotations

import pytest

from aispec.catalog.store import Catalog, Match
from aispec.policy.machine_steps import _price
from aispec.policy.plausible import device
from aispec.policy.situation import Situation
from tests.policy.situations import situation
from tests.policy.test_steps import knowing, tried


def on(hardware: str, engine: str = "vllm", model: str = "llama-3.1-8b-instruct") -> Situation:
    return situation(f"model: {model}\nengine: {engine}\nhardware: {hardware}")


@pytest.mark.parametrize(
    ("engine", "count", "word", "steps"),
    [
        ("vllm", 1, "more", [2, 4, 8, 16]),
        ("vllm", 4, "more", [8, 16]),
        ("vllm", 16, "more", []),
        ("vllm", 8, "less", [1, 2, 4]),
        ("llama.cpp", 1, "more", [2, 3, 4, 6]),
        ("mlx", 4, "less", [1, 2, 3]),
        ("ollama", 2, "more", [3, 4, 6, 8]),
        ("sglang", 1, "less", []),
    ],
)
def test_counts(engine: str, count: int, word: str, steps: list[int]) -> None:
    assert tried("hardware.count", word, on(f"{count}x l40s", engine)) == steps


@pytest.mark.parametrize(
    ("have", "needed", "word", "steps"),
    [
        (2, 5.0, "more", [5, 8]),
        (2, 2.0, "more", [3, 4, 8, 16]),
        (1, 4.0, "more", [4, 6]),
        (300, 10.0, "more", [301, 600]),
        (8, 3.0, "less", [1, 3, 4, 7]),
        (2, 1.0, "less", [1]),
        (1, 1.0, "less", []),
    ],
)
def test_replicas(have: int, needed: float, word: str, steps: list[int]) -> None:
    now = on(f"{{accelerator: l40s, replicas: {have}}}")
    assert tried("hardware.replicas", word, knowing(now, throughput__replicas_needed=needed)) == (
        steps
    )


def test_replicas_of_a_load_that_is_not_known() -> None:
    now = on("{accelerator: l40s, replicas: 3}")
    now = Situation(now.deployment, {})
    assert tried("hardware.replicas", "more", now) == [4, 6, 12, 24]
    assert tried("hardware.replicas", "less", now) == [1, 2]


def price(name: str) -> float:
    card = device(name)
    assert card
    found = _price(card)
    assert found is not None
    return found


def gib(name: str) -> float:
    found = Catalog.default().accelerator(name)
    assert isinstance(found, Match)
    return found.entry.usable_gib()[0] or 0.0


def test_accelerators_with_more_memory_come_cheapest_first() -> None:
    found = tried("hardware.accelerator", "more", on("1x l4"))
    prices = [price(name) for name in found]
    assert len(found) > 3
    assert prices == sorted(prices)
    assert all(gib(name) >= 0.97 * gib("l4") for name in found)
    assert "l4" not in found
    larger = tried("hardware.accelerator", "more", on("1x h200"))
    assert set(larger) < {*found, "l4"}
    assert all(gib(name) >= 0.97 * gib("h200") for name in larger)


def test_cheaper_accelerators_are_cheaper() -> None:
    found = tried("hardware.accelerator", "less", on("1x h100-sxm-80gb"))
    assert found
    assert all(price(name) < price("h100-sxm-80gb") for name in found)
    cheapest = min(found, key=price)
    assert tried("hardware.accelerator", "less", on(f"1x {cheapest}")) == []


def test_of_those_that_cost_more_each_has_something_more() -> None:
    cards = [device(name) for name in tried("hardware.accelerator", "more", on("1x t4"))]
    for place, dearer in enumerate(cards):
        for cheaper in cards[:place]:
            assert dearer
            assert cheaper
            assert (dearer.memory_gb or 0) > (cheaper.memory_gb or 0) or (
                (dearer.bandwidth_gbps or 0) > (cheaper.bandwidth_gbps or 0)
            )
    assert {card.vendor for card in cards if card} == {"nvidia"}
    assert {card.klass for card in cards if card} == {"datacenter", "workstation"}


def test_an_ambiguous_name_may_be_any_of_its_devices() -> None:
    assert set(tried("hardware.accelerator", "nearest", on("1x a100"))) >= {
        "a100-pcie-40gb",
        "a100-sxm4-80gb",
    }


def test_an_unknown_name_is_near_to_others() -> None:
    assert any("h100" in n for n in tried("hardware.accelerator", "nearest", on("1x h1000")))
    assert tried("hardware.accelerator", "nearest", on("1x l4")) == []
    assert tried("hardware.accelerator", "more", on("1x h1000")) == []


def test_larger_memories_of_one_device() -> None:
    now = on("{accelerator: m4-max, memory: 64GB}", "mlx")
    sizes = tried("hardware.memory", "more", now)
    assert sizes == ["128GB"]
    assert tried("hardware.memory", "less", now) == []
    assert tried("hardware.memory", "more", on("1x l4")) == []


@pytest.mark.parametrize(
    ("tensor", "heads", "kv", "word", "steps"),
    [
        (1, 32, 8, "more", [16, 8, 4, 2]),
        (8, 32, 8, "less", [4, 2, 1]),
        (1, 40, 8, "more", [8, 4, 2]),
        (1, 12, 4, "more", [4, 2]),
        (8, 28, 4, "less", [4, 2, 1]),
        (1, 24, 6, "more", [2]),
    ],
)
def test_tensor_degrees_divide_the_heads(
    tensor: int, heads: float, kv: float, word: str, steps: list[int]
) -> None:
    now = on(f"{{accelerator: l40s, count: {tensor}, parallelism: {{tensor: {tensor}}}}}")
    now = knowing(now, architecture__heads=heads, architecture__kv_heads=kv)
    assert tried("hardware.parallelism.tensor", word, now) == steps


def test_stages_divide_the_accelerators() -> None:
    now = on("{accelerator: l40s, count: 12, parallelism: {tensor: 6, pipeline: 2}}")
    assert tried("hardware.parallelism.pipeline", "more", now) == [3, 4, 6, 12]
    assert tried("hardware.parallelism.pipeline", "less", now) == []


def test_expert_degrees_divide_the_experts() -> None:
    body = "{accelerator: h200, count: 16, parallelism: {tensor: 16, expert: 12}}"
    now = knowing(on(body), architecture__experts=128.0)
    assert tried("hardware.parallelism.expert", "less", now) == [8, 4, 2]
    assert tried("hardware.parallelism.expert", "more", now) == []
    assert tried("hardware.parallelism.expert", "less", on("1x l4")) == []
