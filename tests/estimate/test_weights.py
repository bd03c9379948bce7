"""Weights by part and by device: round figures spread by hand, and parts against their formats."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.formats import weight_format
from aispec.catalog.local.model import TensorBytes
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.architecture.parameters import count
from aispec.estimate.memory.host import host_share
from aispec.estimate.memory.tables import tables
from aispec.estimate.memory.weights import Weights, from_tensors, on_fullest_device, weigh
from aispec.record import replace
from aispec.spec.model import Parallelism
from tests.estimate.deployments import LLAMA_8B, self_hosted

GIB = 2**30
ROUND = Weights(
    body=64.0 * GIB,  # two of each of 32 layers
    experts=0.0,
    embedding=1.0 * GIB,
    head=3.0 * GIB,
    replicated=0.0,
    tied=False,
    mxfp4=False,
    towers=0.0,
    low=0.9,
    high=1.2,
    how="round figures",
    parameters=34.0 * GIB,
    source="nobody",
)


def fullest(
    weights: Weights = ROUND,
    model: str = LLAMA_8B,
    parallel: dict[str, int] | None = None,
    **k: Any,
) -> float:
    """GiB on the fullest device, less what servers keep beside every model."""
    spec = self_hosted(model, "h100-sxm-80gb", **k)
    assert spec.hardware
    degrees = Parallelism(**(parallel or {}))
    count_ = (degrees.tensor or 1) * (degrees.pipeline or 1)
    hardware = replace(spec.hardware, count=count_, parallelism=degrees)
    deployment = resolve(replace(spec, hardware=hardware), Catalog.default())
    found = on_fullest_device(weights, deployment)
    assert found.low == pytest.approx(weights.low * found.value)
    assert found.high == pytest.approx(weights.high * found.value)
    assert found.sources == (weights.source,)
    return found.value - tables(deployment) / GIB


@pytest.mark.parametrize(
    ("parallel", "gib"),
    [
        ({}, 68),
        ({"tensor": 2}, 34),
        ({"tensor": 8}, 8.5),
        ({"pipeline": 2, "tensor": 1}, 32 + 3),
        ({"pipeline": 5, "tensor": 1}, 7 * 2 + 3),  # 32 layers in stages of at most 7
        ({"tensor": 2, "pipeline": 2}, 16 + 1.5),
    ],
)
def test_layers_are_split_and_ends_stand_at_the_ends(parallel: dict[str, int], gib: float) -> None:
    assert fullest(parallel=parallel, name="vllm") == pytest.approx(gib)


def test_what_every_rank_holds_whole_is_not_split() -> None:
    latent = replace(ROUND, replicated=16.0 * GIB)
    assert fullest(latent, parallel={"tensor": 4}, name="vllm") == pytest.approx(12 + 16 + 1)


MIXTURE = "Qwen/Qwen3-30B-A3B"  # of 48 layers
EXPERTS = replace(ROUND, body=48.0 * GIB, experts=96.0 * GIB)


@pytest.mark.parametrize(
    ("parallel", "gib"),
    [
        ({}, 48 + 96 + 4),
        ({"tensor": 4}, (48 + 96 + 4) / 4),
        ({"tensor": 2, "expert": 2}, (48 + 96 + 4) / 2),
        ({"tensor": 4, "expert": 4, "pipeline": 1}, (48 + 96 + 4) / 4),
        ({"tensor": 2, "pipeline": 2}, 12 + 24 + 1.5),
    ],
)
def test_experts_are_split_by_their_own_degree(parallel: dict[str, int], gib: float) -> None:
    assert fullest(EXPERTS, MIXTURE, parallel, name="vllm") == pytest.approx(gib)


@pytest.mark.parametrize(
    ("stages", "layers", "gib"),
    [
        (1, None, 64 + 3),
        (1, 31, 62),
        (1, 32, 64 + 3),
        (1, 99, 64 + 3),
        (1, 0, 0),
        (2, None, 34),  # 17 layers on the first; 15 and the output on the second
        (2, 20, 20),
    ],
)
def test_llama_cpp_deals_out_layers(stages: int, layers: int | None, gib: float) -> None:
    parallel = {"pipeline": stages, "tensor": 1}
    found = fullest(ROUND, parallel=parallel, name="llama.cpp", gpu_layers=layers)
    assert found == pytest.approx(gib)


def test_a_tied_embedding_is_loaded_again_as_the_output() -> None:
    tied = replace(ROUND, tied=True, head=0.0)
    assert fullest(tied, parallel={"tensor": 1}, name="llama.cpp") == pytest.approx(64 + 1)
    assert fullest(tied, parallel={"tensor": 1}, name="vllm") == pytest.approx(65)


def test_what_is_offloaded_is_not_there() -> None:
    assert fullest(name="vllm", cpu_offload=8.0 * GIB) == pytest.approx(60)
    spec = self_hosted(name="vllm", cpu_offload=999.0 * GIB)
    found = on_fullest_device(ROUND, resolve(spec, Catalog.default()))
    assert found.value == 0


@pytest.mark.parametrize(
    ("knobs", "count_", "share", "how"),
    [
        ({"name": "vllm"}, 1, 0.0, "all are on the devices"),
        ({"name": "vllm", "cpu_offload": 17.0 * GIB}, 1, 0.25, "cpu_offload of each device over"),
        ({"name": "vllm", "cpu_offload": 17.0 * GIB}, 2, 0.5, "cpu_offload of each device over"),
        ({"name": "vllm", "cpu_offload": 99.0 * GIB}, 1, 1.0, "cpu_offload of each device over"),
        ({"name": "llama.cpp", "gpu_layers": 24}, 1, 0.25, "8 of 32 layers"),
        ({"name": "llama.cpp", "gpu_layers": 40}, 1, 0.0, "0 of 32 layers"),
        ({"name": "llama.cpp", "gpu_layers": 0}, 1, 1.0, "32 of 32 layers"),
    ],
)
def test_the_share_that_the_host_keeps(
    knobs: dict[str, Any], count_: int, share: float, how: str
) -> None:
    deployment = resolve(self_hosted(count=count_, **knobs), Catalog.default())
    found = host_share(deployment, ROUND)
    assert found.value == pytest.approx(share)
    assert found.how.startswith(how)


def weights(model: str, form: str) -> Weights:
    format_ = weight_format(form)
    assert format_
    found = weigh(Catalog.default().model(model).entry, format_)
    assert found
    return found


def test_formats_of_servers_leave_embeddings_alone() -> None:
    parts = count(Catalog.default().model(LLAMA_8B).entry.architecture or {})
    whole = 128_256 * 4096
    for form, bits in (("bf16", 16), ("fp8", 8), ("int4-awq", 4 + 16 / 128 + 4 / 128)):
        found = weights(LLAMA_8B, form)
        assert found.embedding == found.head == whole * 2
        assert found.body == pytest.approx(parts.linear * bits / 8 + parts.norms * 2, rel=2e-3)
        assert found.experts == 0
        assert not found.tied
    assert weights(LLAMA_8B, "bf16").bits_per_weight == 16
    assert weights(LLAMA_8B, "bf16").total == 2 * 8_030_261_248
    assert weights("Qwen/Qwen3-0.6B", "bf16").tied


def test_experts_alone_are_stored_in_four_bits() -> None:
    """gpt-oss: mixtures in MXFP4, all else in 16 bits; its checkpoint has 13.76 GB."""
    found = weights("openai/gpt-oss-20b", "mxfp4")
    parts = count(Catalog.default().model("openai/gpt-oss-20b").entry.architecture or {})
    assert found.experts == pytest.approx(parts.experts * 4.25 / 8)
    assert found.body == pytest.approx((parts.linear + parts.norms) * 2)
    assert found.total / 1e9 == pytest.approx(13.76, rel=0.005)
    assert found.mxfp4


def test_latent_projections_are_whole_on_every_rank() -> None:
    found = weights("deepseek-ai/DeepSeek-V3", "bf16")
    assert found.replicated == 61 * 7168 * (1536 + 512 + 64) * 2
    assert weights("deepseek-ai/DeepSeek-V3", "fp8").replicated == pytest.approx(
        found.replicated / 2, rel=2e-3
    )
    assert weights(LLAMA_8B, "bf16").replicated == 0


@pytest.mark.parametrize("mix", ["gguf:Q4_K_M", "gguf:Q8_0", "gguf:Q2_K"])
def test_a_mixture_s_experts_are_most_of_its_file(mix: str) -> None:
    found, dense = weights(MIXTURE, mix), weights("Qwen/Qwen3-32B", mix)
    assert 0.9 < found.experts / found.total < 0.97
    assert dense.experts == 0
    assert found.embedding > 0
    assert found.body > 0
    assert found.low < 1 < found.high


def test_where_only_a_total_is_published_bounds_are_wide() -> None:
    whole = [m for m in Catalog.default().models() if m.params_total]
    bare = [m for m in whole if (m.architecture or {"incomplete": True}).get("incomplete")]
    assert bare
    for model in bare:
        form = weight_format("bf16")
        assert form
        found = weigh(model, form)
        assert found
        assert found.total == pytest.approx(2 * (model.params_total or 0))
        assert (found.low, found.high) == (0.93, 1.125)
        four = weight_format("int4-gptq")
        assert four
        narrow = weigh(model, four)
        assert narrow
        assert narrow.high == pytest.approx(1 + 2 / (four.effective_bits or four.linear_bits))


def test_files_that_were_read_are_what_they_are() -> None:
    entry = Catalog.default().model(LLAMA_8B).entry
    tensors = TensorBytes(
        total=738,
        layers=(100, 200, 300),
        embedding=50,
        head=40,
        other=7,
        experts=60,
        vision=30,
        mtp=11,
        replicated=5,
    )
    form = weight_format("bf16")
    assert form
    found = from_tensors(tensors, entry, form)
    assert (found.body, found.experts) == (600 + 7 - 60 + 30, 60)
    assert (found.embedding, found.head, found.replicated) == (50, 40, 5)
    assert not found.tied
    assert found.low < 1 < found.high
    assert from_tensors(replace(tensors, head=0), entry, form).tied
