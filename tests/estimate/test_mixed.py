"""What quantized checkpoints leave in 16 bits of attention, recurrent layers and shared experts."""

from __future__ import annotations

import pytest

from aispec.estimate.quantity import Quantity
from tests.estimate.deployments import facts_of, figure, self_hosted


def weights(model: str, form: str) -> Quantity:
    return figure(facts_of(self_hosted(model, weights=form)), "memory.weights")


def test_makers_own_gptq_of_a_hybrid_leaves_attention_alone() -> None:
    own = weights("Qwen/Qwen3.5-27B-GPTQ-Int4", "gptq-int4")
    others = weights("Qwen/Qwen3.5-27B", "gptq-int4")
    # 30.2 GB with the drafting module of 0.85, which is not loaded.
    assert own.value == pytest.approx((30.2 - 0.85) * 1e9 / 2**30, rel=0.01)
    assert others.value < 0.8 * own.value
    assert others.high < own.high


def test_gemma_in_nvfp4_is_bounded_where_its_maker_is_not_said() -> None:
    logged = 31.18  # start-up log of nvidia/Gemma-4-31B-IT-NVFP4
    own = weights("nvidia/Gemma-4-31B-IT-NVFP4", "nvfp4")
    others = weights("google/gemma-4-31B-it", "nvfp4")
    assert own.low < logged < own.high
    assert own.value == pytest.approx(logged, rel=0.01)
    assert others.value < 0.65 * own.value
    assert others.high == pytest.approx(own.value, rel=0.03)


@pytest.mark.parametrize("form", ["gptq-int4", "awq-int4", "nvfp4", "fp8"])
def test_a_mixtures_attention_may_be_left_alone(form: str) -> None:
    mixture = weights("Qwen/Qwen3-30B-A3B-Instruct-2507", form)
    dense = weights("Qwen/Qwen3-8B", form)
    whole = weights("Qwen/Qwen3-30B-A3B-Instruct-2507", "bf16")
    assert mixture.high / mixture.value < whole.value / mixture.value
    if form != "nvfp4":  # whose dense checkpoints may leave attention too
        assert mixture.high / mixture.value > dense.high / dense.value


def test_formats_of_a_whole_file_have_nothing_left_over() -> None:
    plain = weights("Qwen/Qwen3.5-27B", "bf16")
    assert plain.high / plain.value < 1.02
