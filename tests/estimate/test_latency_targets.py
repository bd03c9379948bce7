from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.latency.load import opened
from aispec.estimate.latency.queueing import seen
from aispec.estimate.latency.roofline import Roofline, roofline
from aispec.estimate.latency.targets import Asked, Percentiles, Targets
from aispec.estimate.memory.cache import cache_of
from aispec.estimate.memory.weights import weigh
from aispec.record import replace
from aispec.spec.model import Sla, Spec, Target
from tests.estimate.deployments import LLAMA_8B, LLAMA_70B, facts_of, figure, load, self_hosted

KNOBS: dict[str, Any] = {"name": "vllm", "max_model_len": 8192}
RATE = "throughput.max_rate_at_targets"
PROMISED = Sla(ttft=Target(0.5, 95), tpot=Target(0.04, 95))


def promised(sla: Sla, **knobs: Any) -> Facts:
    return facts_of(replace(self_hosted(**{**KNOBS, **knobs}), sla=sla))


def speed_of(spec: Spec) -> Roofline:
    deployment = resolve(spec, Catalog.default())
    assert deployment.model
    assert deployment.weights
    weights = weigh(deployment.model, deployment.weights)
    assert weights
    found = roofline(deployment, weights, cache_of(deployment))
    assert found
    return found


SPEED = speed_of(self_hosted(LLAMA_70B, "h100-sxm-80gb", 4, "fp8", **KNOBS))


def asked(prompt: float = 1000, output: float = 300, at: Percentiles | None = None) -> Asked:
    return Asked(SPEED, 128.0, prompt, output, at or Percentiles(95.0, 95.0))


@pytest.mark.parametrize("limit", [Targets(ttft=0.4), Targets(tpot=0.03), Targets(e2e=8.0)])
def test_the_highest_rate_just_keeps_its_targets(limit: Targets) -> None:
    here = asked()
    rate = here.rate(limit)
    assert rate > 0

    def kept(at: float) -> bool:
        state = opened(SPEED, at, 128.0, 1000, 300)
        return limit.kept(seen(SPEED, state, 1000, 300, (95.0, 95.0)), 299)

    assert kept(0.98 * rate)
    assert not kept(1.05 * rate)


@settings(max_examples=40, deadline=None)
@given(
    prompt=st.floats(1, 50_000),
    output=st.floats(1, 4000),
    ttft=st.floats(0.01, 30),
    tpot=st.floats(0.002, 1),
    times=st.floats(1, 10),
)
def test_looser_targets_never_lower_the_rate_and_capacity_bounds_it(
    prompt: float, output: float, ttft: float, tpot: float, times: float
) -> None:
    here = asked(prompt, output)
    tight = here.rate(Targets(ttft, tpot))
    loose = here.rate(Targets(ttft * times, tpot * times))
    assert 0 <= tight <= loose * 1.02
    assert loose <= here.rate(Targets())


def test_what_one_user_misses_no_rate_keeps() -> None:
    assert asked().rate(Targets(ttft=1e-6)) == 0
    found = figure(promised(Sla(tpot=Target(1e-6))), RATE)
    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_the_rate_is_never_above_the_throughput() -> None:
    facts = promised(Sla(ttft=Target(inf, 95)), workload=load(1000, 300, at_once=8))
    assert isinstance(facts[RATE], Absent)
    facts = promised(PROMISED, workload=load(1000, 300, at_once=8))
    most = figure(facts, "throughput.requests_per_second")
    rate = figure(facts, RATE)
    assert 0 < rate.value <= most.value
    assert rate.low <= rate.value <= rate.high


def test_replicas_share_the_rate() -> None:
    one, two = (figure(promised(PROMISED, replicas=n), RATE).value for n in (1, 2))
    assert two == pytest.approx(2 * one)


def test_a_profile_is_a_target_too() -> None:
    workload = load(1000, 300, at_once=8)
    rates = [
        figure(promised(Sla(profile=name), workload=workload), RATE).value
        for name in ("interactive", "conversational")
    ]
    assert 0 < rates[0] <= rates[1]


def test_without_targets_there_is_no_such_rate() -> None:
    assert isinstance(promised(Sla())[RATE], Absent)


def test_llama_cpp_gains_by_splitting_tensors_and_not_layers() -> None:
    def tps(**split: int) -> float:
        spec = self_hosted(
            LLAMA_8B, "rtx-4090", 2, "gguf:Q4_K_M", name="llama.cpp", max_model_len=4096,
            workload=load(500, 100), **split,
        )  # fmt: skip
        return figure(facts_of(spec), "latency.tps").value

    one = self_hosted(
        LLAMA_8B, "rtx-4090", 1, "gguf:Q4_K_M", name="llama.cpp", max_model_len=4096,
        workload=load(500, 100),
    )  # fmt: skip
    alone = figure(facts_of(one), "latency.tps").value
    assert tps(pipeline=2) == pytest.approx(alone, rel=0.02)
    assert tps() == tps(pipeline=2)
    assert alone * 1.01 < tps(tensor=2) < 2 * alone


def test_sparse_attention_reads_what_it_picks() -> None:
    knobs: dict[str, Any] = {"name": "sglang", "max_model_len": 131072}
    sparse = speed_of(self_hosted("zai-org/GLM-5", "b200", 8, "fp8", **knobs))
    dense = replace(sparse, chosen=inf, groups=tuple((size, inf) for size, _ in sparse.groups))
    assert sparse.step(8, 100_000) < 0.8 * dense.step(8, 100_000)
    assert sparse.step(8, 1000) == pytest.approx(dense.step(8, 1000))
    assert sparse.busy(100_000) < dense.busy(100_000)
