"""How engines divide a device: their own arithmetic on round figures."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.deployment import Setup
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.memory.budget import Budget, divide, total_memory
from aispec.estimate.memory.odds import suffices
from aispec.estimate.memory.overheads import Overheads
from aispec.estimate.quantity import Quantity
from aispec.record import replace
from tests.estimate.deployments import LLAMA_8B, self_hosted


def gib(value: float, low: float | None = None, high: float | None = None) -> Quantity:
    return Quantity(value, "GiB", low=low, high=high)


OVER = Overheads(
    activations=gib(2), graphs=gib(1), graphs_inside=True, runtime=gib(0.5), context=gib(0.25)
)
TOTAL, WEIGHTS = gib(80), gib(40)


def setup(engine: str, **knobs: Any) -> Setup:
    found = resolve(self_hosted(name=engine, **knobs), Catalog.default()).setup
    assert found
    return found


def divided(
    engine: str, total: Quantity = TOTAL, weights: Quantity = WEIGHTS, over: Overheads = OVER
) -> Budget:
    return divide(total, setup(engine, gpu_memory_utilization=0.9), weights, over)


def test_vllm_has_what_is_left_of_its_share() -> None:
    budget = divided("vllm")
    assert budget.offered.value == pytest.approx(72)
    assert budget.kv_available.value == pytest.approx(72 - 40 - 2 - 1 - 0.5)
    assert budget.weights is WEIGHTS
    assert budget.overheads is OVER
    assert suffices(budget.room) is Answer.YES


def test_graphs_outside_the_share_are_not_taken_from_the_cache() -> None:
    budget = divided("vllm", over=replace(OVER, graphs_inside=False))
    assert budget.kv_available.value == pytest.approx(72 - 40 - 2 - 0.5)


@pytest.mark.parametrize(
    ("outside", "fits"),
    [
        ({"context": gib(7.9)}, Answer.YES),
        ({"context": gib(8.1)}, Answer.NO),
        ({"context": gib(7, 6, 9)}, Answer.MAYBE),
        ({"context": gib(7), "warm_up": gib(1.1)}, Answer.NO),
        ({"context": gib(7), "warm_up": gib(0.9)}, Answer.YES),
        ({"context": gib(7.5), "graphs_inside": False}, Answer.NO),
    ],
)
def test_what_lives_outside_vllm_s_share_needs_room_too(
    outside: dict[str, Any], fits: Answer
) -> None:
    over = replace(OVER, **outside)
    assert suffices(divided("vllm", over=over).room) is fits


def test_a_pool_is_a_share_less_the_weights_or_all_that_is_left() -> None:
    roomy = divided("sglang")
    assert roomy.offered.value == 80
    assert roomy.kv_available.value == pytest.approx(0.9 * (80 - 0.25) - 40)
    tight = divided("sglang", over=replace(OVER, runtime=gib(10)))
    assert tight.kv_available.value == pytest.approx(80 - 0.25 - 40 - 2 - 1 - 10)


@pytest.mark.parametrize(("runtime", "fits"), [(8.9, Answer.YES), (9.1, Answer.NO)])
def test_a_pool_s_fraction_gives_way_by_half_of_the_rest(runtime: float, fits: Answer) -> None:
    budget = divided("sglang", over=replace(OVER, runtime=gib(runtime)))
    assert suffices(budget.room) is fits


def test_tensorrt_llm_takes_a_share_of_what_is_free_once_loaded() -> None:
    budget = divided("tensorrt-llm")
    free = 80 - 40 - 2 - 0.5 - 1 - 0.25
    assert budget.kv_available.value == pytest.approx(0.9 * free)
    assert budget.offered.value == pytest.approx(80 - 0.1 * free)
    full = divided("tensorrt-llm", weights=gib(78))
    assert full.kv_available.value < 0
    assert full.offered.value == 80


@pytest.mark.parametrize("engine", ["llama.cpp", "transformers", "mlx"])
def test_others_have_all_that_is_left(engine: str) -> None:
    budget = divided(engine)
    assert budget.offered.value == 80
    assert budget.kv_available.value == pytest.approx(80 - 40 - 2 - 0.5)
    assert suffices(budget.room) is Answer.YES


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tensorrt-llm", "llama.cpp"])
def test_doubts_add_up_as_errors_do(engine: str) -> None:
    doubtful = replace(OVER, activations=gib(2, 1, 5))
    budget = divided(engine, weights=gib(40, 36, 40), over=doubtful)
    share = 0.9 if engine == "tensorrt-llm" else 1.0
    if engine == "sglang":  # the pool less the weights decides, whatever activations are
        pool = 0.9 * (80 - 0.25)
        found = (budget.kv_available.low, budget.kv_available.high)
        assert found == pytest.approx((pool - 40, pool - 36))
        return
    likely = budget.kv_available.value
    assert likely - budget.kv_available.low == pytest.approx(3 * share)
    assert budget.kv_available.high - likely == pytest.approx((4**2 + 1) ** 0.5 * share)


def memory(accelerator: str) -> Quantity:
    machines = resolve(self_hosted(LLAMA_8B, accelerator), Catalog.default()).machines
    assert machines
    return total_memory(machines)


@pytest.mark.parametrize(
    ("accelerator", "gib_"),
    # What torch.cuda reports, or nvidia-smi's MiB less the driver's.
    [
        ("h100-sxm-80gb", 79.19),
        ("a100-40gb", 39.49),
        ("a100-80gb", 79.25),
        ("t4", 14.56),
        ("l4", 22.05),
        ("rtx-4090", 23.52),
        ("h200", 139.80),
        ("b200", 178.35),
    ],
)
def test_a_device_has_what_its_driver_reports(accelerator: str, gib_: float) -> None:
    found = memory(accelerator)
    assert found.value == pytest.approx(gib_, rel=0.005)
    assert found.low <= gib_ <= found.high
    assert found.sources


def test_a_name_that_may_be_two_devices_has_the_memory_of_both() -> None:
    either = memory("a100")
    assert either.low <= memory("a100-40gb").low
    assert either.high >= memory("a100-80gb").high
    assert " or " in either.how


def test_a_device_that_nobody_knows_has_no_known_memory() -> None:
    assert memory("no-such-device").reason == "the memory of no-such-device is not known"
