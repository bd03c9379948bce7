"""What must hold of the facts of any deployment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.catalog.formats import format_names
from aispec.catalog.store import Catalog
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import FACTS
from aispec.record import replace
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
from tests.estimate.deployments import LLAMA_8B, facts_of, load, self_hosted
from tests.estimate.sound import sound

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


TINY_OR_HUGE = st.sampled_from([5e-324, 1e-320, 1e-300, 1e-15, 1.0, 1e15])


@settings(max_examples=150, deadline=None)
@given(st.lists(TINY_OR_HUGE, min_size=9, max_size=9), st.booleans(), st.booleans())
def test_no_number_is_too_small_or_too_large(
    sizes: list[float], at_once: bool, by_api: bool
) -> None:
    users, sessions, requests, received, sent, images, pixels, jobs, price = sizes
    workload = Workload(
        users=Users(concurrent=users) if at_once else Users(daily=users),
        sessions_per_user=sessions,
        requests_per_session=requests,
        tokens=Tokens(input=received, output=sent),
        images=Media(images, pixels),
        batch=(BatchJob("nightly", jobs, received, sent, 60),),
    )
    spec = self_hosted(price=price, workload=workload)
    if by_api:
        api = Api("openai", "1", price=ApiPrice(price, price))
        spec = replace(spec, hardware=None, api=api, model=ModelRef("gpt-4o"))
    facts = facts_of(spec)
    assert list(facts) == list(FACTS)
    for fact in facts.values():
        if isinstance(fact, Quantity):
            assert fact.how is not None
            assert fact.known or fact.reason
