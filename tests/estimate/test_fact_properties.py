"""What must hold of the facts of any deployment."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aispec.catalog.formats import format_names
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.units import unit
from aispec.estimate.vocabulary import FACTS
from aispec.spec.model import (
    Api,
    ApiPrice,
    BatchJob,
    Engine,
    Hardware,
    Media,
    ModelRef,
    Parallelism,
    Precision,
    Spec,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import (
    LLAMA_8B,
    LLAMA_70B,
    facts_of,
    figure,
    load,
    self_hosted,
)

MODELS = [each.id for each in Catalog.default().models()]
ACCELERATORS = [each.id for each in Catalog.default().accelerators()]
AMBIGUOUS = ["a100", "v100", "l40", "no-such-device"]
ENGINES = ["vllm", "sglang", "tensorrt-llm", "tgi", "llama.cpp", "ollama", "transformers", "mlx"]
FORMATS = [*format_names(), "no-such-format"]

counts = st.integers(1, 16)
amounts = st.floats(0, 20_000).map(round)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


workloads = st.builds(
    Workload,
    users=st.builds(Users, daily=maybe(st.floats(0.1, 1e7)), concurrent=maybe(st.floats(0.1, 1e4))),
    sessions_per_user=maybe(st.floats(0.1, 10)),
    requests_per_session=maybe(st.floats(1, 50)),
    tokens=st.builds(
        Tokens,
        system=maybe(amounts),
        history=maybe(amounts),
        context=maybe(amounts),
        input=maybe(amounts),
        output=maybe(amounts),
    ),
    tokens_per_session=maybe(st.floats(1, 1e5)),
    languages=st.sampled_from([{}, {"en": 0.5, "hi": 0.5}, {"de": 1.0}]),
    prefix_cache_hit=maybe(st.floats(0, 1)),
    images=maybe(st.builds(Media, st.floats(0, 5), st.floats(0, 2000))),
    batch=st.lists(
        st.builds(
            BatchJob,
            st.just("nightly"),
            st.floats(1, 1e6),
            amounts,
            amounts,
            maybe(st.floats(60, 1e5)),
        ),
        max_size=2,
    ).map(tuple),
)

engines = st.builds(
    Engine,
    name=maybe(st.sampled_from(ENGINES)),
    version=maybe(st.sampled_from(["0.6.3", "0.11", "0.19.0", "0.33.0", "4.40", "nightly"])),
    max_model_len=maybe(st.integers(1, 200_000)),
    max_num_seqs=maybe(st.integers(1, 2048)),
    max_num_batched_tokens=maybe(st.integers(1, 65536)),
    gpu_memory_utilization=maybe(st.floats(0.05, 1)),
    enforce_eager=maybe(st.booleans()),
    enable_chunked_prefill=maybe(st.booleans()),
    flash_attention=maybe(st.booleans()),
    cpu_offload=maybe(st.floats(0, 1e11)),
    gpu_layers=maybe(st.integers(0, 200)),
)

hosting = st.builds(
    Hardware,
    accelerator=st.sampled_from(ACCELERATORS) | st.sampled_from(AMBIGUOUS),
    count=maybe(counts),
    parallelism=st.builds(Parallelism, maybe(counts), maybe(counts), maybe(counts), maybe(counts)),
    replicas=maybe(counts),
    purchase=maybe(st.sampled_from(["on-demand", "spot", "reserved-1y"])),
    price=maybe(st.floats(0, 100)),
    hours=maybe(st.floats(0, 730)),
)

apis = st.builds(
    Api,
    provider=maybe(st.sampled_from(["openai", "anthropic", "google", "nobody"])),
    tier=maybe(st.sampled_from(["1", "5", "build", "none"])),
    batch=st.booleans(),
    price=maybe(st.builds(ApiPrice, *[maybe(st.floats(0, 100))] * 3)),
)


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    spec = Spec(
        version=1,
        name="any",
        model=ModelRef(draw(st.sampled_from([*MODELS, "no-such-model"]))),
        workload=draw(maybe(workloads)),
    )
    if draw(st.integers(0, 3)) == 0:
        return replace(spec, api=draw(apis))
    precision = Precision(
        draw(maybe(st.sampled_from(FORMATS))),
        draw(maybe(st.sampled_from(["auto", "fp8", "q8_0", "q4_0", "bf16"]))),
    )
    return replace(spec, hardware=draw(hosting), engine=draw(engines), precision=precision)


def sound(facts: Facts) -> None:
    assert list(facts) == list(FACTS)
    for name, fact in facts.items():
        term = FACTS[name]
        if isinstance(fact, Quantity):
            assert term.kind == "number", name
            assert fact.unit.dimensions == unit(term.unit).dimensions, name
            assert fact.unit.factor == pytest.approx(unit(term.unit).factor), name
            assert fact.unit.name == term.unit, name
            if fact.known:
                assert isfinite(fact.low), name
                assert isfinite(fact.high), name
                assert fact.low <= fact.value <= fact.high, name
            else:
                assert fact.reason, name
            assert isinstance(fact.how, str)
        elif isinstance(fact, Answer):
            assert term.kind == "answer", name
            assert fact is not Answer.UNKNOWN, name
        elif isinstance(fact, Unknown | Absent):
            assert fact.reason, name
            assert isinstance(fact, Absent) or term.kind != "number", name
        else:
            assert term.kind in ("text", "flag"), name
            assert fact not in ("", None), name


@settings(max_examples=300, deadline=None)
@given(specs())
def test_every_fact_is_there_and_sound(spec: Spec) -> None:
    sound(facts_of(spec))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_facts_on_a_server_and_at_home(model: str) -> None:
    sound(facts_of(self_hosted(model, count=8, weights=None)))
    sound(facts_of(self_hosted(model, "rtx-4090", weights="Q4_K_M")))


@pytest.mark.parametrize("accelerator", ACCELERATORS)
def test_every_accelerator_has_facts(accelerator: str) -> None:
    sound(facts_of(self_hosted(LLAMA_8B, accelerator)))
    sound(facts_of(self_hosted(LLAMA_8B, accelerator, 4, workload=load(at_once=None, daily=500))))


@settings(max_examples=60, deadline=None)
@given(specs())
def test_same_spec_same_facts(spec: Spec) -> None:
    def plain(facts: Facts) -> dict[str, object]:
        return {
            name: (repr(fact), fact.how, fact.sources) if isinstance(fact, Quantity) else fact
            for name, fact in facts.items()
        }

    assert plain(facts_of(spec)) == plain(facts_of(spec))


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
