"""What engines take beside weights and cache, with constants of round figures."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.memory.overheads import (
    Overheads,
    constant,
    eager_overheads,
    local_overheads,
    server_overheads,
)
from aispec.estimate.quantity import Quantity
from aispec.record import replace
from tests.estimate.deployments import LLAMA_8B, self_hosted

GIB = 2**30
FIELDS: dict[str, Any] = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "vocab_size": 2**17,
    "num_heads": 16,
    "layers": 8,
}
MIXTURE = FIELDS | {"experts": {"active": 4, "total": 16, "moe_intermediate_size": 512}}


def row(value: float, **more: Any) -> tuple[dict[str, Any], ...]:
    return ({"since": "0", "value": value, "source": "a test", **more},)


CONSTANTS: dict[str, Any] = {
    "sampler": row(16.0, low=8.0, high=32.0),
    "forward": row(1.5, low=1.0, high=2.0),
    "other_one": row(0.1, low=0.05, high=0.2),
    "other_many": row(2.0, low=1.0, high=3.0),
    "context_one": row(0.5),
    "context_many": row(1.75),
    "graphs": row(1.0, low=0.5, high=2.0),
    "batch": row(0.0),
    "context": row(0.25, low=0.2, high=0.3),
    "logits": row(4.0),
    "encoder": row(1.5, low=0.0, high=2.0),
}


def deployment(
    engine: str = "vllm", device: str = "h100-sxm-80gb", count: int = 1, **changed: Any
) -> Deployment:
    """A deployment whose engine has the round constants, and those in `constants` besides."""
    more = changed.pop("constants", {})
    knobs = {"max_num_seqs": 64, "max_num_batched_tokens": 2048, **changed}
    found = resolve(self_hosted(LLAMA_8B, device, count, name=engine, **knobs), Catalog.default())
    assert found.setup
    facts = replace(found.setup.facts, constants={**CONSTANTS, **more})
    return replace(found, setup=replace(found.setup, facts=facts))


def served(fields: dict[str, Any] = FIELDS, **given: Any) -> Overheads:
    return server_overheads(deployment(**given), fields)


def bounds(of: Quantity) -> tuple[float, float, float]:
    gib = of.to("GiB")
    return gib.value, gib.low, gib.high


def test_activations_peak_in_the_sampler_or_in_the_widest_layer() -> None:
    # 64 sequences x 2^17 logits x 16 bytes; (3 x 4096 + 2 x 1024) x 2048 tokens x 2 bytes x 1.5
    wide = (3 * 4096 + 2 * 1024) * 2048 * 2 / GIB
    likely = served().activations
    assert bounds(likely) == pytest.approx((0.125, 0.0625, 0.25))
    assert 1.5 * wide < 0.125
    layer = served(max_num_seqs=8).activations
    assert bounds(layer) == pytest.approx((1.5 * wide, wide, 2 * wide))
    assert layer.how.startswith("the larger of the sampler (0.02 GiB: 8 sequences x 131,072 logits")
    more = served(max_num_batched_tokens=16384).activations
    assert bounds(more) == pytest.approx((12 * wide, 8 * wide, 16 * wide))


def test_devices_share_the_widest_layer_and_not_the_logits() -> None:
    half = (3 * 4096 / 2 + 2 * 1024) * 2048 * 2 / GIB
    assert served(count=2, max_num_seqs=1).activations.value == pytest.approx(1.5 * half)
    assert served(count=2).activations.value == pytest.approx(0.125)


def test_a_mixture_s_widest_layer_is_that_of_the_experts_at_work() -> None:
    own = {"sampler_moe": row(8.0), "forward_moe": row(2.0)}
    routed = 4 * (2 * 512 + 1024) * 2048 * 2 / GIB
    assert served(MIXTURE, constants=own, max_num_seqs=1).activations.value == pytest.approx(
        2 * routed
    )
    assert served(MIXTURE, constants=own).activations.value == pytest.approx(0.0625)
    assert served(MIXTURE, max_num_seqs=1).activations.value == pytest.approx(1.5 * routed)
    small = MIXTURE | {"experts": {"active": 1, "total": 16, "moe_intermediate_size": 16}}
    floor = 2 * 1024 * 2048 * 2 / GIB
    assert served(small, max_num_seqs=1).activations.value == pytest.approx(1.5 * floor)


def test_images_may_need_more_and_text_alone_nothing() -> None:
    seen = FIELDS | {
        "extra_params": {"vision": {"encodes": {"inner": 8192, "hidden": 1024, "patches": 65536}}}
    }
    found = served(seen).activations
    image = (8192 + 2 * 1024) * 65536 * 2 / GIB
    assert found.value == pytest.approx(1.5 * image)
    assert found.low == pytest.approx(0.0625)
    assert found.high == pytest.approx(2 * image)
    halved = served(seen, count=2).activations.value
    assert halved == pytest.approx(1.5 * (4096 + 2 * 1024) * 65536 * 2 / GIB)
    assert server_overheads(deployment("sglang"), seen).activations.value == pytest.approx(0.125)


def test_what_is_outside_the_allocator_depends_on_the_group() -> None:
    assert bounds(served().runtime) == (0.1, 0.05, 0.2)
    assert served(count=2).runtime.value == 2.0
    assert (served().context.value, served(count=2).context.value) == (0.5, 1.75)
    slow = {"other_pcie": row(0.6), "context_pcie": row(0.75)}
    assert served(count=2, constants=slow).runtime.value == 2.0  # over NVLink
    for device in ("l40s", "rtx-4090"):
        over_pcie = served(count=2, device=device, constants=slow)
        assert (over_pcie.runtime.value, over_pcie.context.value) == (0.6, 0.75)
    own = {"context_amd": row(0.9)}
    assert served(device="mi300x", constants=own).context.value == 0.9
    assert served(device="mi300x", count=2, constants=own).context.value == 0.9
    assert served(constants=own).context.value == 0.5


@pytest.mark.parametrize(
    ("sequences", "share"),
    [
        (1024, 1.0),  # 1, 2, 4, every 8 up to 256 and every 16 up to 512: 51 sizes
        (256, 1.0),
        (128, 0.2 + 0.8 * 35 / 51),
        (4, 0.2 + 0.8 * 4 / 51),
        (160, 0.2 + 0.8 * 39 / 51),
    ],
)
def test_graphs_are_captured_for_each_size_of_batch(sequences: int, share: float) -> None:
    found = served(max_num_seqs=sequences).graphs
    assert bounds(found) == pytest.approx((share, 0.5 * share, 2 * share))


def test_graphs_of_mixtures_and_of_unified_memory_have_their_own_size() -> None:
    own = {"graphs_moe": row(1.5), "graphs": row(1.0, inside=True, unified=5.0, unified_high=6.0)}
    full = {"max_num_seqs": 512}
    assert served(MIXTURE, constants=own, **full).graphs.value == 1.5
    assert served(MIXTURE, **full).graphs.value == 1.0
    assert served(constants=own, **full).graphs_inside
    assert not served(**full).graphs_inside
    unified = served(device="gb10", constants=own, **full).graphs
    assert bounds(unified) == (5.0, 1.0, 6.0)
    eager = served(enforce_eager=True, **full).graphs
    assert (eager.value, eager.how) == (0, "enforce_eager captures none")


def test_the_sampler_warms_up_outside_the_budget() -> None:
    """For gpt-oss-20b at 1,024 sequences: 785.5 MiB computed, 786 reported."""
    oss = FIELDS | {"vocab_size": 201_088}
    found = served(oss, max_num_seqs=1024).warm_up
    assert found.value * 1024 == pytest.approx(785.5, abs=0.05)
    assert (found.low, found.high) == (0, found.value)
    assert server_overheads(deployment("sglang"), oss).warm_up.value == 0
    padded = {"warm_up_mxfp4": row(0.4, low=0.0, high=1.8)}
    four = replace(
        deployment(constants=padded, max_num_seqs=1024),
        weights=resolve(
            self_hosted("openai/gpt-oss-20b", weights="mxfp4"), Catalog.default()
        ).weights,
    )
    assert server_overheads(four, oss).warm_up.value == pytest.approx(found.value + 0.4)


def test_a_constant_of_an_unsaid_version_reaches_back_one_row() -> None:
    rows = (
        {"since": "0", "value": 9.0, "low": 0.1, "source": "oldest"},
        {"since": "0.8", "value": 5.0, "low": 2.0, "high": 6.0, "source": "older"},
        {"since": "0.20", "value": 4.0, "high": 7.0, "source": "latest"},
    )
    unsaid = deployment(constants={"some": rows}).setup
    assert unsaid
    found = constant(unsaid, "some")
    assert bounds(found) == (4, 2, 7)
    assert (found.sources, found.how) == (("latest",), "latest")
    said = deployment(constants={"some": rows}, version="0.25").setup
    assert said
    assert bounds(constant(said, "some")) == (4, 4, 7)
    old = deployment(constants={"some": rows}, version="0.9").setup
    assert old
    assert bounds(constant(old, "some")) == (5, 2, 6)
    assert constant(old, "some", "bytes").unit.name == "bytes"


def local(slots: float = 1.0, count: int = 1, **knobs: Any) -> Overheads:
    usual = {"max_model_len": 8192, "max_num_batched_tokens": 512, "flash_attention": True}
    return local_overheads(
        deployment("llama.cpp", "rtx-4090", count, **{**usual, **knobs}), FIELDS, slots
    )


def test_llama_cpp_s_buffer_holds_logits_and_masks_or_scores() -> None:
    logits = 4 * 512 * (1024 + 2**17) / GIB
    flash = local().activations
    assert flash.value == pytest.approx(logits)
    assert (flash.low, flash.high) == pytest.approx((0.9 * logits, 1.25 * logits))
    masks = 2 * 65536 * 4 * 512 / GIB + logits / 4
    long = local(4, max_model_len=65536).activations
    assert long.value == pytest.approx(max(masks, logits))
    scores = 4 * 512 * (1 + 4 * 1024 + 8192 * 17) / GIB
    plain = local(flash_attention=False).activations
    assert plain.value == pytest.approx(scores)
    assert plain.low == pytest.approx(0.9 * logits)
    assert plain.high == pytest.approx(1.25 * scores)
    several = local(count=2).activations
    assert several.value == pytest.approx(logits)
    assert several.high == pytest.approx(2.5 * logits)


def test_where_nobody_says_flash_attention_scores_are_the_worst_case() -> None:
    scores = 4 * 512 * (1 + 4 * 1024 + 8192 * 17) / GIB
    unsure = local(flash_attention=None).activations
    assert unsure.high >= 1.25 * scores - 1e-9
    assert local().runtime.value == 0.25
    assert local().graphs.value == local().context.value == 0
    assert local().graphs_inside


def test_an_image_model_s_projector_comes_on_top() -> None:
    found = deployment(
        *("llama.cpp", "rtx-4090"),
        constants={"vision": row(1.0, low=0.5, high=1.5)},
        max_model_len=8192,
        max_num_batched_tokens=512,
        flash_attention=True,
    )
    plain = local_overheads(found, FIELDS, 1).activations.value
    seen = FIELDS | {"extra_params": {"vision": 1}}
    assert local_overheads(found, seen, 1).activations.value == pytest.approx(plain + 1)


def test_transformers_holds_the_widest_layer_of_the_whole_batch() -> None:
    prompt, two = Quantity(100.0, "tokens"), Quantity(2.0)
    whole = deployment("transformers", max_num_batched_tokens=None)
    found = eager_overheads(whole, FIELDS, prompt, two)
    assert found.activations.value == pytest.approx(4 * 2**17 * 100 * 2 / GIB)
    narrow = FIELDS | {"vocab_size": 10}
    layer = (3 * 4096 + 2 * 1024) * 2 * 2 / GIB  # of one token of both sequences
    wide = eager_overheads(whole, narrow, prompt, two).activations
    assert bounds(wide) == pytest.approx((150 * layer, 100 * layer, 200 * layer))
    assert wide.how == "the widest layer of 100 tokens x 2 sequences"
    chunked = deployment("transformers", max_num_batched_tokens=64)
    assert eager_overheads(chunked, narrow, prompt, two).activations.value == pytest.approx(
        1.5 * 64 * layer
    )
    assert (found.runtime.value, found.graphs.value, found.context.value) == (0.25, 0, 0)
