"""Layers that do not fit, weights on the host, rows that blocks do not divide, and TOPS."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from aispec.catalog.formats import weight_format
from aispec.catalog.store import Catalog, Match
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Unknown
from aispec.estimate.rating import integer_rated, rate_is_tops
from aispec.record import replace
from aispec.spec.model import Api, ModelRef, Spec
from tests.estimate.deployments import LLAMA_8B, LLAMA_70B, facts_of, figure, load, self_hosted

GIB = 2**30


def card(name: str):  # type: ignore[no-untyped-def]
    found = Catalog.default().accelerator(name)
    assert isinstance(found, Match)
    return found.entry


@pytest.mark.parametrize(("name", "count"), [("rtx-4090", 1), ("rtx-4090", 2), ("t4", 1)])
def test_all_layers_fit_where_the_whole_does(name: str, count: int) -> None:
    for model in (LLAMA_8B, LLAMA_70B):
        spec = self_hosted(model, name, count, "gguf:Q4_K_M", name="ollama", max_model_len=8192)
        facts = facts_of(spec)
        layers = figure(facts, "architecture.layers").value + 1
        held = figure(facts, "memory.layers_that_fit")
        over = figure(facts, "memory.needed").above(figure(facts, "memory.offered"))
        fits = {Answer.YES: held.high < layers, Answer.NO: held.low == layers}
        assert fits.get(over, held.low <= layers == held.high), (model, held, over)


def test_fewer_layers_fit_beside_a_larger_cache() -> None:
    short, long = (
        figure(
            facts_of(self_hosted(LLAMA_70B, "rtx-4090", 1, "gguf:Q4_K_M", workload=load(n, 100))),
            "memory.layers_that_fit",
        )
        for n in (1000, 30_000)
    )
    assert 0 < long.value < short.value < 81
    assert long.low <= long.value <= long.high


def test_a_server_keeps_all_layers() -> None:
    facts = facts_of(self_hosted(LLAMA_8B, "l4", 1, "bf16"))
    assert isinstance(facts["memory.layers_that_fit"], Absent)
    assert figure(facts, "memory.host_share").value == 0


def test_the_share_on_the_host() -> None:
    half = self_hosted(LLAMA_70B, "rtx-4090", 1, "gguf:Q4_K_M", gpu_layers=40)
    assert figure(facts_of(half), "memory.host_share").value == 0.5
    whole = self_hosted(LLAMA_8B, "rtx-4090", 1, "gguf:Q4_K_M", gpu_layers=99)
    assert figure(facts_of(whole), "memory.host_share").value == 0
    spec = self_hosted(LLAMA_8B, "l4", 2, "bf16", name="vllm", cpu_offload=2.0 * GIB)
    facts = facts_of(spec)
    assert figure(facts, "memory.host_share").value == pytest.approx(4 / 14.96, rel=0.01)
    assert figure(facts, "memory.weights").value == pytest.approx(14.96 / 2 - 2, rel=0.01)


@pytest.mark.parametrize(
    ("model", "form", "share"),
    [
        ("qwen2.5-72b-instruct", "gguf:Q4_K_M", 0.276),  # ffn_down: rows of 29,568
        ("qwen2.5-0.5b-instruct", "gguf:Q4_K_M", 0.708),  # all but ffn_down: rows of 896
        ("qwen2.5-0.5b-instruct", "gguf:Q8_0", 0.0),
        ("llama-3.1-8b-instruct", "gguf:Q4_K_M", 0.0),
        ("gpt-oss-20b", "gguf:Q4_K_M", 0.018),  # its experts keep their own type
    ],
)
def test_rows_that_blocks_do_not_divide(model: str, form: str, share: float) -> None:
    facts = facts_of(self_hosted(model, "h100-sxm-80gb", 2, form))
    assert figure(facts, "precision.uneven_share").value == pytest.approx(share, abs=0.002)


def test_rows_without_a_layout_are_unknown_and_other_formats_have_none() -> None:
    facts = facts_of(self_hosted("deepseek-v2-lite-chat", "h100-sxm-80gb", 1, "gguf:Q4_K_M"))
    assert not figure(facts, "precision.uneven_share").known
    assert isinstance(facts_of(self_hosted())["precision.uneven_share"], Absent)
    api = facts_of(Spec(1, "a", model=ModelRef("gpt-4o"), api=Api("openai"), workload=load()))
    assert isinstance(api["precision.uneven_share"], Absent)
    assert isinstance(api["hardware.rate_is_tops"], Absent)


@pytest.mark.parametrize(
    ("name", "integers", "tops"),
    [
        ("intel-npu-lunar-lake", Answer.YES, Answer.YES),
        ("google-coral-edgetpu", Answer.YES, Answer.NO),
        ("amd-xdna2-npu", Answer.NO, Answer.NO),  # its blocks of 16 bits run at the integers' rate
        ("nvidia-jetson-agx-orin-64gb", Answer.NO, Answer.NO),
        ("apple-m4", Answer.NO, Answer.NO),
        ("h100-sxm-80gb", Answer.NO, Answer.NO),
        ("amd-mi100-32gb", Answer.NO, Answer.NO),  # int8 at the rate of fp16
    ],
)
def test_what_a_rate_is_a_rate_of(name: str, integers: Answer, tops: Answer) -> None:
    assert integer_rated(card(name)) is integers
    assert rate_is_tops(card(name), weight_format("bf16")) is tops
    assert rate_is_tops(card(name), weight_format("int8")) is Answer.NO


def test_advertised_tops_written_down_as_a_rate_of_16_bits() -> None:
    jetson = card("nvidia-jetson-agx-orin-64gb")
    told = replace(jetson, tflops_by_type=MappingProxyType({"fp16": 275.0}))
    assert rate_is_tops(told, weight_format("gguf:Q4_K_M")) is Answer.YES
    laptop = replace(card("rtx-4090"), advertised_tops={"value": 1321, "what": "sparse"})
    assert rate_is_tops(laptop, weight_format("bf16")) is Answer.NO
    assert isinstance(rate_is_tops(None, weight_format("bf16")), Unknown)
    assert isinstance(integer_rated(None), Unknown)
