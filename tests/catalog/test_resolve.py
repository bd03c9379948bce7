from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.deployment import Deployment, Machines, Setup, Sharding
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.record import replace
from aispec.spec.model import (
    Api,
    Engine,
    Hardware,
    ModelRef,
    Parallelism,
    Precision,
    Spec,
    Users,
    Workload,
)

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
H100 = "h100-sxm-80gb"


def resolved(
    hardware: Hardware | None = None,
    weights: str | None = None,
    model: str = LLAMA,
    **engine: Any,
) -> Deployment:
    spec = Spec(
        1,
        "here",
        model=ModelRef(model),
        precision=Precision(weights),
        engine=Engine(**engine),
        hardware=hardware or Hardware(H100, 1),
        workload=Workload(Users(10)),
    )
    return resolve(spec, Catalog.default())


def setup(deployment: Deployment) -> Setup:
    assert deployment.setup is not None
    return deployment.setup


def machines(deployment: Deployment) -> Machines:
    assert deployment.machines is not None
    return deployment.machines


def assumed(deployment: Deployment) -> dict[str, str]:
    return {each.field: each.value for each in deployment.assumptions}


@pytest.mark.parametrize(
    ("accelerator", "weights", "engine"),
    [
        (H100, None, "vllm"),
        ("l4", "bf16", "vllm"),
        ("mi300x", "fp8", "vllm"),
        (H100, "gguf:Q4_K_M", "llama.cpp"),
        (H100, "Q4_K_M", "llama.cpp"),
        ("rtx-4090", None, "llama.cpp"),
        ("m4-max", None, "llama.cpp"),
        ("m4-max", "mlx-4bit", "mlx"),
        ("jetson-agx-orin-64gb", None, "llama.cpp"),
        ("rtx-4090", "exl2-4.0bpw", "plain"),
    ],
)
def test_the_usual_engine(accelerator: str, weights: str | None, engine: str) -> None:
    deployment = resolved(Hardware(accelerator, 1), weights)
    assert setup(deployment).name == engine
    assert assumed(deployment)["engine.name"] == engine


def test_an_engine_that_is_written_is_taken() -> None:
    deployment = resolved(Hardware("rtx-4090", 1), name="vllm", version="0.19.0")
    assert setup(deployment).name == "vllm"
    assert setup(deployment).version == (0, 19, 0)
    assert {"engine.name", "engine.version"}.isdisjoint(assumed(deployment))


@pytest.mark.parametrize(
    ("model", "engine", "weights"),
    [
        (LLAMA, "vllm", "bf16"),
        (LLAMA, "ollama", "gguf:Q4_K_M"),
        ("deepseek-ai/DeepSeek-V3", "vllm", "fp8"),
        ("openai/gpt-oss-120b", "vllm", "mxfp4"),
        ("moonshotai/Kimi-K2-Thinking", "vllm", "int4-experts"),
        ("deepseek-ai/DeepSeek-V4-Flash", "vllm", "mxfp4-fp8"),
    ],
)
def test_weights_as_released(model: str, engine: str, weights: str) -> None:
    deployment = resolved(model=model, name=engine)
    assert deployment.weights is not None
    assert deployment.weights.name.lower().startswith(weights.lower())
    assert "precision.weights" in assumed(deployment)


def test_a_format_nobody_knows_is_kept_as_asked() -> None:
    deployment = resolved(weights="int3.7")
    assert deployment.weights is None
    assert deployment.weights_asked == "int3.7"


@pytest.mark.parametrize(
    ("engine", "version", "context", "utilization"),
    [
        ("vllm", "0.19.0", 131_072, 0.90),
        ("vllm", "0.33.0", 131_072, 0.92),
        ("vllm", None, 131_072, 0.92),
        ("ollama", "0.5.0", 2048, None),
        ("ollama", None, 4096, None),
        ("sglang", None, 131_072, 0.88),
        ("tensorrt-llm", None, 131_072, 0.90),
    ],
)
def test_knobs_that_the_engine_would_choose(
    engine: str, version: str | None, context: int, utilization: float | None
) -> None:
    deployment = resolved(name=engine, version=version)
    assert setup(deployment).context == context
    assert setup(deployment).utilization == utilization
    assert "engine.max_model_len" in assumed(deployment)
    assert ("engine.gpu_memory_utilization" in assumed(deployment)) is (utilization is not None)


def test_knobs_that_are_written_are_taken() -> None:
    deployment = resolved(
        name="vllm",
        max_model_len=8192,
        max_num_seqs=64,
        max_num_batched_tokens=4096,
        gpu_memory_utilization=0.8,
        enforce_eager=True,
    )
    chosen = setup(deployment)
    assert (chosen.context, chosen.sequences, chosen.batched_tokens) == (8192, 64, 4096)
    assert (chosen.utilization, chosen.eager) == (0.8, True)
    knobs = ("max_model_len", "max_num_seqs", "gpu_memory_utilization")
    assert {f"engine.{knob}" for knob in knobs}.isdisjoint(assumed(deployment))


@pytest.mark.parametrize(
    ("accelerator", "tokens", "sequences"),
    [
        ("rtx-4090", 2048, 256),
        ("a100-80gb", 2048, 256),  # vLLM leaves every A100 at the small batch
        (H100, 8192, 1024),
        ("h200", 8192, 1024),
        ("b200", 16384, 1024),
        ("mi300x", 16384, 1024),
    ],
)
def test_vllm_chooses_its_batch_by_the_device(
    accelerator: str, tokens: int, sequences: int
) -> None:
    chosen = setup(resolved(Hardware(accelerator, 1), name="vllm"))
    assert (chosen.batched_tokens, chosen.sequences) == (tokens, sequences)


@pytest.mark.parametrize(
    ("version", "chunked", "context", "tokens"),
    [
        ("0.19.0", None, 16_384, 8192),
        ("0.19.0", False, 16_384, 16_384),
        ("0.6.3", None, 16_384, 16_384),
        ("0.6.3", True, 16_384, 8192),
        ("0.6.3", None, 65_536, 8192),
        ("0.6.3", None, 4096, 8192),
    ],
)
def test_a_prompt_that_is_not_cut_is_one_step(
    version: str, chunked: bool | None, context: int, tokens: int
) -> None:
    deployment = resolved(
        name="vllm", version=version, enable_chunked_prefill=chunked, max_model_len=context
    )
    assert setup(deployment).batched_tokens == tokens


@pytest.mark.parametrize(
    ("count", "sharding", "nodes"),
    [
        (1, Sharding(), 1),
        (4, Sharding(tensor=4), 1),
        (8, Sharding(tensor=8), 1),
        (16, Sharding(tensor=8, pipeline=2), 2),
        (32, Sharding(tensor=8, pipeline=4), 4),
    ],
)
def test_tensor_parallel_within_a_node_and_pipeline_across(
    count: int, sharding: Sharding, nodes: int
) -> None:
    found = machines(resolved(Hardware(H100, count), name="vllm"))
    assert (found.sharding, found.nodes) == (sharding, nodes)
    assert found.sharding.devices == count


def test_llama_cpp_splits_layers() -> None:
    deployment = resolved(Hardware("rtx-3090", 2), "gguf:Q4_K_M")
    assert machines(deployment).sharding == Sharding(pipeline=2)
    assert "layers split" in assumed(deployment)["hardware.parallelism"]


def test_parallelism_that_is_written_is_taken() -> None:
    hardware = Hardware(H100, 8, Parallelism(tensor=2, pipeline=2, data=2))
    deployment = resolved(hardware, name="vllm")
    assert machines(deployment).sharding == Sharding(2, 2, 2)
    assert "hardware.parallelism" not in assumed(deployment)


def test_the_count_follows_from_the_parallelism() -> None:
    hardware = Hardware(H100, None, Parallelism(tensor=2, data=4))
    assert machines(resolved(hardware)).count == 8


def test_the_count_follows_from_the_instance() -> None:
    found = machines(resolved(Hardware(instance="aws/p5.48xlarge")))
    assert found.count == 8
    assert found.accelerator is not None
    assert found.accelerator.id == "nvidia-h100-sxm-80gb"
    sliced = machines(resolved(Hardware(instance="aws/g6f.large")))
    assert (sliced.count, sliced.sharding) == (1, Sharding())


def test_an_ambiguous_name_spans_what_it_may_be() -> None:
    found = machines(resolved(Hardware("a100", 1)))
    sizes = {each.memory_gb for each in found.candidates}
    assert {40, 80} <= sizes
    assert found.miss is None
    assert len({price.accelerator for price in found.prices}) > 1


def test_unknown_names_have_their_nearest() -> None:
    deployment = resolved(Hardware("h100-sxm-81gb", 1), model="lama-3.1-8b-instruct")
    assert deployment.model is None
    assert deployment.model_miss is not None
    assert deployment.model_miss.name == "lama-3.1-8b-instruct"
    assert any("llama-3.1-8b" in near.lower() for near in deployment.model_miss.nearest)
    missed = machines(deployment).miss
    assert missed is not None
    assert any("h100" in near for near in missed.nearest)
    assert machines(deployment).candidates == ()


@pytest.mark.parametrize(
    ("hardware", "option"),
    [
        (Hardware("m4-max", 1, memory=64e9), 64),
        (Hardware("m4-max-64gb", 1), 64),
        (Hardware("m4-max", 1), None),
        (Hardware("m4-max-64gb", 1, memory=128e9), 128),
    ],
)
def test_memory_where_one_name_has_several_sizes(hardware: Hardware, option: float | None) -> None:
    assert machines(resolved(hardware)).option_gb == option


def test_always_on_and_one_replica_unless_said() -> None:
    deployment = resolved(Hardware(H100, 1))
    assert (machines(deployment).hours, machines(deployment).replicas) == (730, 1)
    assert {"hardware.hours", "hardware.replicas"} <= set(assumed(deployment))
    said = resolved(Hardware(H100, 1, replicas=3, hours=220))
    assert (machines(said).hours, machines(said).replicas) == (220, 3)
    assert {"hardware.hours", "hardware.replicas"}.isdisjoint(assumed(said))


def test_hours_may_be_none_at_all() -> None:
    assert machines(resolved(Hardware(H100, 1, hours=0))).hours == 0


def behind_api(provider: str | None, tier: str | None = None, model: str = "gpt-4o") -> Deployment:
    spec = Spec(
        1, "here", model=ModelRef(model), api=Api(provider, tier), workload=Workload(Users(10))
    )
    return resolve(spec, Catalog.default())


def test_an_endpoint_has_prices_and_limits() -> None:
    deployment = behind_api("openai", "tier 2")
    assert deployment.endpoint is not None
    assert deployment.endpoint.limit is not None
    assert deployment.endpoint.limit.tpm == 450_000
    assert {price.provider for price in deployment.endpoint.prices} == {"openai"}
    assert (deployment.machines, deployment.setup, deployment.weights) == (None, None, None)


@pytest.mark.parametrize(("tier", "tpm"), [(None, 30_000), ("1", 30_000), ("Tier 5", 30_000_000)])
def test_tiers(tier: str | None, tpm: int) -> None:
    endpoint = behind_api("OpenAI", tier).endpoint
    assert endpoint is not None
    assert endpoint.limit is not None
    assert endpoint.limit.tpm == tpm


def test_a_provider_nobody_knows_has_neither() -> None:
    endpoint = behind_api("nobody").endpoint
    assert endpoint is not None
    assert (endpoint.prices, endpoint.limit) == ((), None)


def test_own_hardware_knows_what_an_api_would_cost() -> None:
    prices = resolved(model="meta-llama/Llama-3.3-70B-Instruct").api_prices
    assert len({price.provider for price in prices}) >= 2


def test_a_model_nobody_has_heard_of_brings_its_architecture() -> None:
    written = {"type": "dense", "layers": 2, "hidden_size": 64, "num_heads": 4, "vocab_size": 9}
    fields = {**written, "context_length": 4096}
    spec = Spec(
        1,
        "here",
        model=ModelRef("acme/own", architecture=fields),
        hardware=Hardware(H100, 1),
        workload=Workload(Users(10)),
    )
    deployment = resolve(spec, Catalog.default())
    assert deployment.model is not None
    assert deployment.model.context_length == 4096
    assert deployment.model.architecture == {**written, "head_dim": 16}
    assert deployment.model_note == "its architecture is in the spec"
    assert fields["context_length"] == 4096


def test_the_spec_s_assumptions_go_before_the_repository_s() -> None:
    spec = resolved().spec
    changed = replace(spec, assumptions={"peak_hour_share": 0.2})
    deployment = resolve(changed, Catalog.default(), {"peak_hour_share": 0.1, "output_share": 0.5})
    assert deployment.assumed["peak_hour_share"] == 0.2
    assert deployment.assumed["output_share"] == 0.5
    assert deployment.assumed["language_inflation"] == 1.5


def test_a_front_door_has_nothing_to_resolve() -> None:
    deployment = resolve(Spec(1, "door", workload=Workload(Users(10))), Catalog.default())
    assert deployment.model is None
    assert deployment.model_miss is None
    assert (deployment.machines, deployment.endpoint) == (None, None)


def test_every_assumption_says_why() -> None:
    for each in resolved().assumptions:
        assert each.field.partition(".")[0] in ("precision", "engine", "hardware")
        assert each.value
        assert each.why
