"""Changes that are worth a try: rough arithmetic that must never rule out what would help."""

from __future__ import annotations

import pytest

from aispec.policy.change import Changes, Step, step
from aispec.policy.plausible import _bits, _devices, _fast, _fits, _memory, _speed, plausible
from aispec.policy.rule import builtin_by_code
from aispec.policy.situation import Situation
from tests.policy.situations import situation
from tests.policy.test_steps import knowing

NOW = knowing(
    situation("model: llama-3.3-70b-instruct\nprecision: bf16\nhardware: 2x h100-sxm-80gb"),
    memory__weights=60.0,
    memory__kv_needed=50.0,
    hardware__memory_per_device=80.0,
    hardware__bandwidth_per_device=3350.0,
    hardware__compute_per_device=989.0,
)


def weighing(gib: float, cache: float = 0.0) -> Situation:
    return knowing(NOW, memory__weights=gib, memory__kv_needed=cache)


def fits(changes: Changes, gib: float, cache: float = 0.0) -> bool:
    return _fits(changes, weighing(gib, cache), served=True)


def test_weights_have_to_leave_some_memory() -> None:
    assert fits({}, 77)
    assert not fits({}, 78)
    assert fits({"hardware.count": step(4)}, 155)
    assert not fits({"hardware.count": step(4)}, 156)
    assert fits({"hardware.count": step(1)}, 38)
    assert not fits({"hardware.count": step(1)}, 39)


def test_a_part_of_the_cache_has_to_fit_beside_them_where_that_is_asked() -> None:
    assert not fits({}, 60, 30)
    assert fits({}, 60, 29)
    assert _fits({}, weighing(60, 30), served=False)
    assert fits({"precision.kv_cache": step("fp8")}, 60, 58)
    assert not fits({"precision.kv_cache": step("fp8")}, 60, 60)
    assert fits({"hardware.replicas": step(2)}, 60, 58)
    assert not fits({"hardware.replicas": step(2)}, 60, 60)


def test_fewer_bits_take_less() -> None:
    assert _bits({}, NOW) == 1
    assert _bits({"precision.weights": step("fp8")}, NOW) == pytest.approx(0.95 / 2)
    assert _bits({"precision.weights": step("no-such-format")}, NOW) == 1
    assert fits({"precision.weights": step("fp8")}, 160)
    assert not fits({"precision.weights": step("fp8")}, 170)


def test_another_device_has_its_own_memory_and_speed() -> None:
    other = {"hardware.accelerator": step("h200")}
    assert _memory(other, NOW, 80.0) == pytest.approx(139.8 / 80, rel=0.01)
    assert _speed(other, NOW) == pytest.approx(4800 / 3350, rel=0.01)
    slower = {"hardware.accelerator": step("l4")}
    assert _speed(slower, NOW) == pytest.approx(121 / 989, rel=0.02)
    unknown = {"hardware.accelerator": step("no-such-card")}
    assert (_memory(unknown, NOW, 80.0), _speed(unknown, NOW)) == (1, 1)
    assert (_memory({}, NOW, 80.0), _speed({}, NOW)) == (1, 1)
    larger = {"hardware.memory": Step("128GB", 160 * 2**30)}
    assert _memory(larger, NOW, 80.0) == pytest.approx(2)


def test_devices_are_counted_in_one_replica() -> None:
    assert _devices({"hardware.count": step(8)}, NOW) == 4
    assert _devices({"hardware.count": step(1)}, NOW) == 0.5
    assert _devices({"hardware.replicas": step(8)}, NOW) == 1


SLOW = knowing(NOW, latency__ttft=900.0, sla__ttft=100.0)  # nine times as long as it may take


def test_what_is_far_too_slow_needs_a_change_that_may_be_fast_enough() -> None:
    used = ("latency.ttft", "sla.ttft")
    assert not _fast(used, {}, SLOW)
    assert not _fast(used, {"hardware.count": step(4)}, SLOW)
    assert _fast(used, {"hardware.count": step(6)}, SLOW)
    assert not _fast(used, {"hardware.replicas": step(2)}, SLOW)
    assert _fast(used, {"hardware.replicas": step(3)}, SLOW)
    assert _fast(used, {"precision.weights": step("int4-awq")}, SLOW)
    assert _fast(used, {"sla.ttft": step(5)}, SLOW)
    assert _fast(used, {"budget.monthly": step(5)}, SLOW)
    assert _fast(("cost.month",), {}, SLOW)


def test_a_target_is_read_from_the_spec_in_the_fact_s_unit() -> None:
    body = "model: llama-3.3-70b-instruct\nhardware: 2x h100-sxm-80gb\n"
    late = situation(f"{body}sla: {{ttft: 300ms, e2e: 10s, tpot: 30ms}}")
    late = knowing(late, latency__ttft=899.0, latency__tpot=89.0, latency__e2e=29.0)
    for name in ("ttft", "tpot", "e2e"):
        assert _fast((f"latency.{name}",), {}, late)
    later = knowing(late, latency__ttft=901.0, latency__tpot=91.0, latency__e2e=31.0)
    for name in ("ttft", "tpot", "e2e"):
        assert not _fast((f"latency.{name}",), {}, later)


def test_rules_ask_for_what_they_are_about() -> None:
    rules = builtin_by_code()
    heavy = weighing(100)
    assert not plausible(rules["FIT001"], {}, heavy)
    assert plausible(rules["FIT001"], {"hardware.count": step(4)}, heavy)
    assert plausible(rules["FIT001"], {"api.provider": step("groq")}, heavy)
    late = next(rule for code, rule in sorted(rules.items()) if code.startswith("LAT"))
    assert plausible(late, {"hardware.count": step(4)}, weighing(10))


def test_what_is_not_known_is_tried() -> None:
    blind = Situation(NOW.deployment, {})
    assert _fits({}, blind, served=True)
    assert _fast(("latency.ttft",), {}, blind)
    assert _speed({"hardware.accelerator": step("h200")}, blind) == 1
