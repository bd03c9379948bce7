"""More of one thing never means less of another."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.spec.model import Api, ModelRef, Spec
from tests.estimate.deployments import (
    LLAMA_8B,
    LLAMA_70B,
    answer,
    facts_of,
    figure,
    load,
    self_hosted,
)

MONOTONE = st.sampled_from(
    [
        (LLAMA_8B, "h100-sxm-80gb", 1),
        (LLAMA_70B, "a100-80gb", 4),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "h200", 2),
        ("google/gemma-3-27b-it", "h100-sxm-80gb", 2),
        ("deepseek-ai/DeepSeek-V3", "h200", 8),
        ("openai/gpt-oss-20b", "rtx-4090", 1),
        ("Qwen/Qwen3-30B-A3B", "m4-max", 1),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", "b200", 1),
    ]
)
Place = tuple[str, str, int]
LIMITED = {"max_model_len": 32768, "max_num_seqs": 256}


def grows(before: Facts, after: Facts, *names: str) -> None:
    for name in names:
        one, two = before[name], after[name]
        assume(isinstance(one, Quantity) and isinstance(two, Quantity))
        assume(one.known and two.known)
        for end in ("low", "value", "high"):
            slack = 1e-3 * abs(getattr(one, end)) + 1e-9
            assert getattr(two, end) >= getattr(one, end) - slack, (name, end, one, two)


@settings(max_examples=60, deadline=None)
@given(MONOTONE, st.floats(1, 1e5), st.floats(1, 20), st.booleans())
def test_more_users_never_cost_or_need_less(
    place: Place, users: float, times: float, at_once: bool
) -> None:
    def facts(number: float) -> Facts:
        given_ = {"at_once": number} if at_once else {"at_once": None, "daily": number}
        return facts_of(
            self_hosted(*place, weights=None, workload=load(1500, 300, **given_), **LIMITED)
        )

    few, many = facts(users), facts(users * times)
    grows(
        few,
        many,
        "cost.month",
        "cost.api_equivalent_month",
        "memory.kv_needed",
        "memory.needed",
        "workload.concurrency",
        "workload.tokens_per_day",
        "throughput.utilization",
        "throughput.replicas_needed",
    )


@given(st.floats(1, 1e6), st.floats(1, 50))
def test_more_users_never_cost_less_behind_an_api(users: float, times: float) -> None:
    def facts(number: float) -> Facts:
        return facts_of(
            Spec(
                1,
                "any",
                model=ModelRef("gpt-4o-mini"),
                api=Api("openai", "1"),
                workload=load(1500, 300, at_once=None, daily=number),
            )
        )

    grows(facts(users), facts(users * times), "cost.month", "limits.tpm_needed")


@settings(max_examples=60, deadline=None)
@given(MONOTONE, st.data())
def test_more_bits_never_need_less_memory(place: Place, data: st.DataObject) -> None:
    ladders = [
        ["int4-awq", "fp8", "bf16", "fp32"],
        ["gguf:Q2_K", "gguf:Q4_K_M", "gguf:Q6_K", "gguf:Q8_0", "gguf:F16"],
        ["mlx-4bit", "mlx-8bit", "bf16"],
    ]
    ladder = data.draw(st.sampled_from(ladders))
    less = data.draw(st.integers(0, len(ladder) - 2))
    more = data.draw(st.integers(less + 1, len(ladder) - 1))
    low, high = (
        facts_of(self_hosted(*place, weights=ladder[step], name="vllm", **LIMITED))
        for step in (less, more)
    )
    one, two = figure(low, "memory.weights"), figure(high, "memory.weights")
    assert one.value <= two.value
    assert figure(low, "precision.bits_per_weight").value <= (
        figure(high, "precision.bits_per_weight").value
    )


@settings(max_examples=60, deadline=None)
@given(MONOTONE, st.sampled_from([("q4_0", "fp8"), ("fp8", "bf16"), ("q8_0", "auto")]))
def test_a_wider_cache_never_needs_less(place: Place, caches: tuple[str, str]) -> None:
    narrow, wide = (facts_of(self_hosted(*place, weights=None, cache=c, **LIMITED)) for c in caches)
    grows(narrow, wide, "memory.kv_per_token", "memory.kv_per_sequence", "memory.kv_needed")


@settings(max_examples=60, deadline=None)
@given(MONOTONE, st.integers(1, 100_000), st.integers(1, 30_000))
def test_a_longer_prompt_never_lowers_cache_or_ttft(place: Place, prompt: int, more: int) -> None:
    short, long = (
        facts_of(self_hosted(*place, weights=None, workload=load(tokens, 300), **LIMITED))
        for tokens in (prompt, prompt + more)
    )
    grows(short, long, "memory.kv_per_sequence", "latency.ttft", "latency.tpot", "context.used")


@settings(max_examples=60, deadline=None)
@given(MONOTONE, st.sampled_from([1, 2, 4, 8]))
def test_more_tensor_parallelism_never_raises_a_device_s_share(place: Place, tensor: int) -> None:
    model, accelerator, _ = place
    wide, narrow = (
        facts_of(self_hosted(model, accelerator, n, tensor=n, name="vllm", **LIMITED))
        for n in (tensor * 2, tensor)
    )
    grows(wide, narrow, "memory.weights", "memory.kv_per_token", "memory.kv_per_sequence")


@settings(max_examples=40, deadline=None)
@given(MONOTONE, st.integers(1, 6), st.integers(1, 6))
def test_more_replicas_cost_more_and_hold_less_each(place: Place, few: int, more: int) -> None:
    one, two = (
        facts_of(
            self_hosted(
                *place, weights=None, replicas=n, workload=load(1500, 300, at_once=100), **LIMITED
            )
        )
        for n in (few, few + more)
    )
    grows(one, two, "cost.month", "energy.watts", "throughput.requests_per_second")
    grows(two, one, "memory.kv_needed")


@settings(max_examples=40, deadline=None)
@given(MONOTONE, st.floats(0.3, 0.95), st.floats(0, 0.05))
def test_more_memory_for_the_engine_never_leaves_less_for_cache(
    place: Place, share: float, more: float
) -> None:
    less, rest = (
        facts_of(
            self_hosted(*place, weights=None, name="vllm", gpu_memory_utilization=u, **LIMITED)
        )
        for u in (share, share + more)
    )
    grows(less, rest, "memory.offered", "memory.kv_available", "memory.kv_capacity_tokens")


@settings(max_examples=40, deadline=None)
@given(MONOTONE, st.sampled_from([1, 2, 4]), st.sampled_from([2, 4]), st.booleans())
def test_more_devices_never_cost_or_draw_less(
    place: Place, count: int, times: int, at_once: bool
) -> None:
    model, accelerator, _ = place
    given_ = {"at_once": 20.0} if at_once else {"at_once": None, "daily": 2000.0}
    few, many = (
        facts_of(
            self_hosted(
                model,
                accelerator,
                number,
                weights=None,
                price=2.5,
                workload=load(1500, 300, **given_),
                **LIMITED,
            )
        )
        for number in (count, count * times)
    )
    grows(few, many, "cost.hour", "cost.day", "cost.month", "energy.watts")
    assert figure(many, "cost.month").value == times * figure(few, "cost.month").value


@settings(max_examples=40, deadline=None)
@given(MONOTONE, st.integers(512, 60_000), st.integers(1, 60_000))
def test_a_longer_context_to_start_with_never_asks_for_less(
    place: Place, length: int, more: int
) -> None:
    short, long = (
        facts_of(self_hosted(*place, weights=None, name="vllm", max_model_len=n, max_num_seqs=16))
        for n in (length, length + more)
    )
    grows(short, long, "memory.weights", "memory.runtime", "engine.context")
    ranks = {Answer.NO: 0, Answer.MAYBE: 1, Answer.YES: 2}
    assert ranks[answer(long, "memory.boots")] <= ranks[answer(short, "memory.boots")]


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 20_000), st.floats(0, 20_000), st.sampled_from(["input", "output"]))
def test_more_tokens_never_cost_less_behind_an_api(tokens: float, more: float, part: str) -> None:
    def facts(number: float) -> Facts:
        received, sent = (number, 300) if part == "input" else (1500, number)
        work = load(received, sent, at_once=None, daily=100)
        spec = Spec(1, "any", model=ModelRef("gpt-4o-mini"), api=Api("openai", "1"), workload=work)
        return facts_of(spec)

    grows(
        facts(tokens), facts(tokens + more), "cost.month", "cost.per_session", "limits.tpm_needed"
    )


@settings(max_examples=40, deadline=None)
@given(MONOTONE, st.floats(2, 200), st.floats(1, 10))
def test_more_users_are_never_served_sooner(place: Place, users: float, times: float) -> None:
    """Bounds are those of a crowd: what one user alone sees is known better."""
    few, many = (
        facts_of(
            self_hosted(*place, weights=None, workload=load(1500, 300, at_once=round(n)), **LIMITED)
        )
        for n in (users, users * times)
    )
    grows(few, many, "latency.ttft", "latency.tpot", "latency.e2e")
    grows(many, few, "latency.tps")
