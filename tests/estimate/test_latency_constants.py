from __future__ import annotations

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog, load_data
from aispec.estimate.latency.constants import bounds, regime, tags_of, unfamiliar
from tests.estimate.deployments import self_hosted


def tags(
    engine: str = "vllm",
    device: str = "nvidia-h100-sxm-80gb",
    fields: dict[str, object] | None = None,
    version: tuple[int, ...] | None = None,
) -> tuple[str, ...]:
    deployment = resolve(self_hosted(accelerator=device, name="vllm"), Catalog.default())
    assert deployment.weights
    assert deployment.machines
    assert deployment.machines.accelerator
    return tags_of(
        engine, deployment.machines.accelerator, deployment.weights, fields or {}, version
    )


@pytest.mark.parametrize(
    ("engine", "version", "era"),
    [
        ("vllm", (0, 6, 3), "vllm before 0.8"),
        ("vllm", (0, 8), "vllm since 0.8"),
        ("sglang", (0, 4, 6), "sglang before 0.5"),
        ("tensorrt-llm", (1, 2), "tensorrt-llm since 1.0"),
    ],
)
def test_a_version_is_before_or_since_a_change(
    engine: str, version: tuple[int, ...], era: str
) -> None:
    assert tags(engine, version=version)[-1] == era


def test_an_engine_without_a_version_is_a_new_one() -> None:
    assert tags()[-1] == "vllm since 0.8"
    assert not any("since" in tag for tag in tags("llama.cpp", version=(9, 0)))


@pytest.mark.parametrize(
    ("fields", "mixer"),
    [
        ({"mla": {"kv_lora_rank": 512}}, "latent attention"),
        ({"linear_or_ssm_layers": {"count": 3}}, "linear attention"),
        ({"sliding_window": {"size": 1024}}, "windowed attention"),
    ],
)
def test_how_layers_mix_tokens_is_a_tag(fields: dict[str, object], mixer: str) -> None:
    assert {mixer, f"vllm {mixer}"} <= set(tags(fields=fields))


def test_an_index_makes_attention_sparse_whatever_its_cache() -> None:
    latent = tags(fields={"mla": {"kv_lora_rank": 512}, "indexer": {"topk": 2048}})
    assert {"latent attention", "sparse attention", "vllm sparse attention"} <= set(latent)
    assert "sparse attention" in tags(fields={"indexer": {"topk": 2048}})


def test_what_was_never_measured_is_said() -> None:
    seen = load_data("latency")["seen"]
    assert unfamiliar(tags(), seen) == ()
    assert unfamiliar(tags("mlx"), seen) == ("unfamiliar pair",)
    assert unfamiliar(tags(device="nvidia-v100-sxm2-32gb"), {**seen, "chips": []}) == (
        "unfamiliar chips",
    )
    assert unfamiliar(("any", "nobody-npu", "nobody", "own", "own on", "own on"), seen) == (
        "unfamiliar",
    )


@pytest.mark.parametrize("figure", ["decode", "first", "load", "rate", "queue"])
def test_the_less_is_known_the_wider_the_bounds(figure: str) -> None:
    def width(of: tuple[str, ...]) -> float:
        low, high = bounds(of, figure)
        assert 0 < low < 1 < high
        return high / low

    nothing = ("any", "nobody-npu", "nobody", "own", "own on nobody-npu", "own on nobody")
    pair = ("any", *tags()[1:3], "own", "own on nvidia-datacenter", "own on nvidia Hopper")
    assert width(pair) < width(nothing)


def test_the_regime_is_that_of_the_figure() -> None:
    assert regime("decode", 1e9) == ("model small",)
    assert regime("decode", 7e9) == ("model middling",)
    assert regime("decode", 7e10) == ("model large",)
    assert regime("load", 7e10) == ("model large",)
    assert regime("queue", 7e10) == regime("rate", 7e10) == ()
