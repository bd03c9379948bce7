"""Two widely read articles on AI metrics, figure by figure: what they say, and what is right.

"AI Metrics Decoded" is A, "What AI Parameters, Tokens, and FLOPs Actually Measure" is B. Figures
that were right stand here too; where an article is wrong the test names its figure and refuses it.
"""

from __future__ import annotations

from typing import Any

import pytest

from aispec.catalog.entries import Accelerator
from aispec.catalog.limits import rate_limit
from aispec.catalog.profiles import latency_profile
from aispec.catalog.store import Catalog, Match
from aispec.catalog.thresholds import threshold
from aispec.catalog.tokenizers import tokenizer_of
from aispec.estimate.answer import Answer
from aispec.estimate.compute import training_flops
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.tokens import count_tokens
from aispec.spec.model import (
    Api,
    ApiPrice,
    BatchJob,
    Limits,
    ModelRef,
    Spec,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import answer, facts_of, figure, load, self_hosted

A_MONTH = 730 / 24  # days
GIB, GB = 2**30, 1e9


def training(model: str) -> Quantity:
    found = Catalog.default().model(model)
    assert isinstance(found, Match)
    return training_flops(found.entry)


def device(name: str) -> Accelerator:
    found = Catalog.default().accelerator(name)
    assert isinstance(found, Match)
    return found.entry


def served(model: str, weights: str, card: str = "h100-sxm-80gb", count: int = 1) -> Facts:
    return facts_of(self_hosted(model, card, count, weights, workload=load(1000, 200)))


def by_api(model: str, workload: Workload, limits: Limits | None = None, **api: Any) -> Facts:
    return facts_of(
        Spec(
            1,
            "article",
            model=ModelRef(model),
            api=Api(**{"provider": "openai", **api}),
            workload=workload,
            limits=limits or Limits(),
        )
    )


# Training compute.


@pytest.mark.parametrize(
    ("model", "flops"),
    [
        ("gpt-3-175b", 3.14e23),
        ("llama-2-70b-hf", 8.1e23),
        ("llama-3.1-8b", 7.2e23),  # 8B x 15T
        ("llama-3.1-405b", 3.8e25),
        ("gpt-4", 2.1e25),
        ("claude-3-5-sonnet", 2.7e25),
        ("grok-3", 3.5e26),
        ("gemini-1.0-ultra", 5e25),
        ("llama-4-scout-17b-16e-instruct", 4.08e24),
    ],
)
def test_training_compute(model: str, flops: float) -> None:
    assert training(model).value == pytest.approx(flops, rel=0.03)


def test_llama_2_70b_did_not_take_2_9e23() -> None:
    counted = 6 * 68_976_648_192 * 2e12
    assert counted == pytest.approx(8.28e23, rel=0.001)
    assert training("llama-2-70b-hf").low > 2 * 2.9e23
    assert training("llama-2-70b-hf").high >= counted


@pytest.mark.parametrize(
    "model", ["gemini-1.0-ultra", "gpt-4", "claude-3-5-sonnet", "grok-3", "llama-3.1-405b"]
)
def test_over_the_eu_threshold(model: str) -> None:
    """A's 5e24 for Gemini Ultra would have put it below."""
    line = threshold("eu-systemic-risk")
    assert line
    assert line.flop == 1e25
    assert training(model).value > line.flop
    assert training(model).above(Quantity(line.flop, "FLOP")) is not Answer.NO


def test_llama_4_s_models_had_different_amounts_of_text() -> None:
    """B says 30 to 40 trillion tokens for the family; Maverick had 22."""
    scout, maverick = (
        training(f"llama-4-{name}-instruct").value / 6 / 17e9
        for name in ("scout-17b-16e", "maverick-17b-128e")
    )
    assert scout == pytest.approx(40e12, rel=0.02)
    assert maverick == pytest.approx(22e12, rel=0.02)


def test_thresholds_by_jurisdiction() -> None:
    lines = {name: threshold(name) for name in ("eu-gpai", "us-eo-14110", "us-ca-sb53")}
    assert [line.flop for line in lines.values() if line] == [1e23, 1e26, 1e26]
    order = lines["us-eo-14110"]
    assert order
    assert (order.in_force, order.until) == (False, "2025-01-20")


def test_nobody_published_is_unknown_and_never_below() -> None:
    unknown = training("claude-opus-5")
    assert not unknown.known
    assert unknown.above(Quantity(1e25, "FLOP")) is Answer.UNKNOWN


# Tokens.


@pytest.mark.parametrize(
    ("text", "tokens"), [("Learning AI is fun!", 5), ("KiwiGPT is awesome", 6)]
)
def test_the_articles_examples_of_tokens(text: str, tokens: int) -> None:
    """A counts six and B five."""
    count = count_tokens(text, "gpt-4")
    assert (count.value, count.exact) == (tokens, True)


def test_cl100k_is_not_what_open_models_use() -> None:
    families = (
        "llama-3.1-8b",
        "qwen2.5-7b-instruct",
        "mistral-nemo-instruct-2407",
        "gemma-2-9b-it",
    )
    for model in families:
        found = Catalog.default().model(model)
        assert isinstance(found, Match)
        assert tokenizer_of(model, found.entry.tokenizer).encoding is None


# Money and limits.


@pytest.mark.parametrize(("price", "day", "month"), [(0.15, 0.30, 9), (0.90, 1.80, 54)])
def test_a_thousand_users_of_two_thousand_tokens(price: float, day: float, month: float) -> None:
    """A multiplies by 0.00015 USD, which is the price of a thousand tokens and not of one."""
    workload = Workload(Users(1000), tokens_per_session=2000)
    facts = by_api("gpt-4o-mini", workload, price=ApiPrice(price, price))
    assert figure(facts, "workload.tokens_per_day").value == 2_000_000
    assert figure(facts, "cost.day").value == pytest.approx(day)
    assert figure(facts, "cost.month").value == pytest.approx(month, rel=0.02)
    as_written = by_api("gpt-4o-mini", workload, price=ApiPrice(price * 1000, price * 1000))
    assert figure(as_written, "cost.day").value == pytest.approx(day * 1000)


def test_ten_thousand_prompts_of_five_hundred_tokens() -> None:
    job = BatchJob("prompts", 10_000, 400, 100)
    facts = by_api("gpt-4o-mini", Workload(batch=(job,)), Limits(tpm=40_000))
    assert figure(facts, "limits.batch_duration").value == 125
    assert figure(facts, "limits.pace").value == 80


def test_forty_thousand_tokens_a_minute_are_a_figure_of_the_past() -> None:
    limit = rate_limit("openai", "gpt-5", "1")
    assert limit
    assert limit.tpm == 500_000


def test_output_counts_and_words_times_1_3_forget_it() -> None:
    workload = Workload(Users(1000), tokens=Tokens(input=400, output=100))
    facts = by_api("gpt-4o-mini", workload)
    requests = figure(facts, "limits.rpm_needed").value
    assert figure(facts, "limits.tpm_needed").value == pytest.approx(requests * 500)


def test_a_million_conversations_by_a_frontier_api_and_on_one_s_own() -> None:
    """B: 75,000 USD against 800. The first is possible, the second takes full cards or two."""
    daily = Users(1_000_000 / A_MONTH)
    frontier = by_api(
        "claude-opus-4-1",
        Workload(daily, tokens=Tokens(input=2500, output=500)),
        provider="anthropic",
    )
    assert figure(frontier, "cost.month").value == pytest.approx(75_000, rel=0.01)
    small = facts_of(
        self_hosted(
            "llama-3.1-8b",
            "l4-24gb",
            workload=Workload(daily, tokens=Tokens(input=750, output=250)),
            price=0.75,
            max_model_len=8192,
        )
    )
    assert figure(small, "workload.tokens_per_day").value / 86_400 == pytest.approx(386, rel=0.03)
    assert 511 <= figure(small, "cost.month").value <= 584
    assert figure(small, "throughput.replicas_needed").high >= 2
    assert figure(small, "cost.month").value * 2 < figure(frontier, "cost.month").value / 50


def test_a_history_overflows_and_the_request_is_refused() -> None:
    """B has the oldest token drop out silently, as in a ring; APIs answer 400."""
    tokens = Tokens(system=1000, input=2000, output=1000)
    workload = Workload(Users(10), requests_per_session=200, tokens=tokens)
    facts = by_api("gpt-5.2", workload)
    assert figure(facts, "context.turns_to_overflow").value == (272_000 - 1000 + 1000) // 3000 + 1
    assert figure(facts, "context.used").value > figure(facts, "context.limit").value


def test_gpt_5_2_s_window_is_split() -> None:
    facts = by_api("gpt-5.2", Workload(Users(10), tokens=Tokens(input=10, output=10)))
    bounds = [figure(facts, f"context.{n}").value for n in ("limit", "input_limit", "output_limit")]
    assert bounds == [400_000, 272_000, 128_000]


@pytest.mark.parametrize(
    ("model", "length"),
    [
        ("mistral-large-3-675b-instruct-2512", 262_144),
        ("llama-4-scout-17b-16e-instruct", 10_485_760),
        ("qwen3.7-max", 1_000_000),
    ],
)
def test_context_lengths(model: str, length: int) -> None:
    facts = by_api(model, Workload(Users(10), tokens=Tokens(input=10, output=10)))
    assert figure(facts, "model.context_length").value == length


# Memory.


@pytest.mark.parametrize(
    ("model", "gigabytes"),
    [
        ("llama-3.2-1b", 2.47),  # A: 4 to 6 GB for 1B to 3B
        ("llama-3.2-3b", 6.4),
        ("llama-3.1-8b", 16.06),
        ("llama-3.1-70b", 141.1),
        ("llama-3.1-405b", 811.7),
    ],
)
def test_weights_in_16_bits(model: str, gigabytes: float) -> None:
    weights = figure(served(model, "bf16"), "memory.weights").value * GIB / GB
    assert weights == pytest.approx(gigabytes, rel=0.01)


@pytest.mark.parametrize(
    ("model", "weights", "gigabytes"),
    [
        ("llama-4-scout-17b-16e-instruct", "gguf:Q4_K_M", 66),  # B: 20, by its active parameters
        ("llama-4-maverick-17b-128e-instruct", "gguf:Q4_K_M", 245),
        ("mistral-large-3-675b-instruct-2512", "gguf:Q4_K_M", 412),  # B: fits in 24 GB
        ("mistral-large-3-675b-instruct-2512", "gguf:IQ1_S", 169),
        ("llama-3.1-8b", "gguf:Q4_K_M", 4.92),  # B's rule: 9.6
        ("llama-3.1-70b", "gguf:Q4_K_M", 42.5),
        ("qwen2.5-14b-instruct", "gguf:Q4_K_M", 9.0),  # B's rule: 17.7
        ("devstral-small-2507", "gguf:Q4_K_M", 14.4),
        ("qwen2.5-32b-instruct", "gguf:Q4_K_M", 20.0),  # B's rule: 39.3
    ],
)
def test_weights_in_few_bits(model: str, weights: str, gigabytes: float) -> None:
    """On the device: llama.cpp keeps the table of embeddings on the host."""
    held = figure(served(model, weights), "memory.weights").value * GIB / GB
    assert held == pytest.approx(gigabytes, rel=0.07)


def test_q4_k_m_saves_just_under_seventy_per_cent() -> None:
    facts = served("llama-3.1-8b", "gguf:Q4_K_M")
    assert 0.69 < 1 - figure(facts, "precision.bits_per_weight").value / 16 < 0.70


def test_scout_does_not_fit_12_gb_nor_mistral_large_24() -> None:
    scout = served("llama-4-scout-17b-16e-instruct", "gguf:Q4_K_M", "rtx-3060-12gb")
    mistral = served("mistral-large-3-675b-instruct-2512", "gguf:IQ1_S", "rtx-4090")
    assert answer(scout, "memory.fits") is Answer.NO
    assert answer(mistral, "memory.fits") is Answer.NO


def test_405b_needs_two_nodes_of_eight() -> None:
    assert answer(served("llama-3.1-405b", "bf16", count=8), "memory.fits") is Answer.NO


@pytest.mark.parametrize(
    ("model", "per_token", "at_a_million"),
    [("llama-3.1-8b", 131_072, 122), ("llama-3.1-70b", 327_680, 305)],
)
def test_cache_of_a_million_tokens(model: str, per_token: int, at_a_million: float) -> None:
    facts = facts_of(self_hosted(model, weights="bf16", workload=load(999_990, 10)))
    assert figure(facts, "memory.kv_per_token").value == per_token
    held = figure(facts, "memory.kv_per_sequence").value
    assert held == pytest.approx(at_a_million, rel=0.01)


# Hardware and speed.


@pytest.mark.parametrize(
    ("card", "tflops"),
    [
        ("a100-sxm4-80gb", 312),
        ("h100-sxm-80gb", 989.4),  # 1,979 with sparsity
        ("h100-pcie-80gb", 756.5),
        ("h100-nvl-94gb", 835.5),
        ("rtx-4090", 165.2),
        ("rtx-4060-laptop-8gb", 23.2),  # A: GFLOPS, a thousand times less
        ("google-tpu-v5e", 197),
    ],
)
def test_dense_16_bit_rates(card: str, tflops: float) -> None:
    assert device(card).tflops("bf16") == pytest.approx(tflops, rel=0.005)


@pytest.mark.parametrize(
    ("card", "gigabytes", "usable"),
    [
        ("rtx-3060-12gb", 12, 11.63),  # B lists it with 8 GB
        ("rtx-4060-8gb", 8, 7.63),
        ("rtx-4070-ti-12gb", 12, 11.60),
        ("rtx-4080-16gb", 16, 15.57),
        ("rtx-4090", 24, 23.52),
        ("rtx-5090", 32, 31.36),  # B: consumer cards end at 24
    ],
)
def test_memory_of_cards(card: str, gigabytes: float, usable: float) -> None:
    assert device(card).memory_gb == gigabytes
    assert device(card).usable_gib()[0] == pytest.approx(usable, abs=0.01)


def test_a_tpu_v5e_s_393_are_int8_and_it_is_no_edge_device() -> None:
    assert device("google-tpu-v5e").tflops_by_type["int8"] == 393
    assert device("google-tpu-v5e").klass == "tpu"


def test_8b_on_an_a100_cannot_give_one_user_120_tokens_a_second() -> None:
    """A: 80 to 120. 1,555 GB/s over 16.06 GB are 97, and 70 to 77 were measured."""
    card = device("a100-sxm4-40gb")
    bound = card.bandwidth()[0] / 16.06
    assert bound == pytest.approx(97, rel=0.01)
    tps = figure(served("llama-3.1-8b", "bf16", "a100-40gb"), "latency.tps")
    assert tps.value < bound
    assert tps.low <= 70 <= 77 <= tps.high


def test_ttft_targets_are_those_of_a_standard() -> None:
    """A: under 300 ms for chat, with neither a percentile nor a prompt length."""
    chat = latency_profile("chat")
    assert chat
    assert chat.ttft_ms is not None
    assert chat.ttft_ms >= 300
