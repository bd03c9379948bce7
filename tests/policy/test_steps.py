"""Values that are tried for a field, in their order."""

from __future__ import annotations

from typing import Any

import pytest

from aispec.estimate.quantity import Quantity
from aispec.policy.situation import (
    Situation,
    plain,
    powers,
    two_digits_down,
    two_digits_up,
    upwards,
)
from aispec.policy.steps import PROMISES, field_steps, kept
from aispec.record import replace
from aispec.spec.model import Target
from tests.policy.situations import situation

LLAMA = "model: llama-3.3-70b-instruct\n"
ON_VLLM = "engine: {name: vllm, max_model_len: 8192}\nhardware: 2x h100-sxm-80gb"
API = "model: gpt-4o-mini\napi: {provider: openai, tier: 2}"


def tried(path: str, word: Any, now: Situation) -> list[Any]:
    return [each.written for each in field_steps(path, word, now)]


def knowing(now: Situation, **figures: float) -> Situation:
    """The same situation, where some figures are these."""
    known = {name.replace("__", "."): Quantity(value) for name, value in figures.items()}
    return Situation(now.deployment, {**now.facts, **known})


def on_vllm(precision: str = "precision: bf16\n") -> Situation:
    return situation(f"{LLAMA}{precision}{ON_VLLM}")


@pytest.mark.parametrize(
    ("engine", "precision", "word", "formats"),
    [
        ("vllm", "bf16", "less", ["fp8", "int8", "int4-awq", "int4-gptq"]),
        ("sglang", "bf16", "less", ["fp8", "int8", "int4-awq", "int4-gptq"]),
        ("tgi", "fp8", "less", ["int4-awq", "int4-gptq"]),
        ("vllm", "fp8", "more", ["fp16", "bf16"]),
        ("vllm", "bf16", "other", ["fp16", "fp8", "int8", "int4-awq", "int4-gptq"]),
        ("llama.cpp", "gguf:Q8_0", "less", ["gguf:Q6_K", "gguf:Q5_K_M", "gguf:Q4_K_M"]),
        ("ollama", "gguf:Q5_K_M", "more", ["gguf:Q6_K", "gguf:Q8_0"]),
        ("mlx", "mlx-8bit", "less", ["mlx-6bit", "mlx-4bit"]),
        ("transformers", "bf16", "less", ["int8", "nf4"]),
    ],
)
def test_formats_that_the_engine_loads(
    engine: str, precision: str, word: str, formats: list[str]
) -> None:
    now = situation(f"{LLAMA}precision: {precision}\nengine: {engine}\nhardware: 2x h100-sxm-80gb")
    assert tried("precision.weights", word, now) == formats


@pytest.mark.parametrize(
    ("engine", "cache", "steps"),
    [
        ("vllm", "auto", ["fp8"]),
        ("sglang", "auto", ["fp8"]),
        ("llama.cpp", "fp16", ["q8_0"]),
        ("vllm", "fp8", []),
        ("transformers", "auto", []),
    ],
)
def test_a_cache_is_halved_once(engine: str, cache: str, steps: list[str]) -> None:
    precision = f"precision: {{kv_cache: {cache}}}\n"
    now = situation(f"{LLAMA}{precision}engine: {engine}\nhardware: 2x h100-sxm-80gb")
    assert tried("precision.kv_cache", "less", now) == steps
    assert tried("precision.kv_cache", "more", now) == []


def test_a_longer_sequence_is_as_long_as_the_requests_are_first() -> None:
    now = knowing(on_vllm(), context__used=9000, model__context_length=131072)
    assert tried("engine.max_model_len", "more", now) == [9216, 16384, 32768]
    assert tried("engine.max_model_len", "more", knowing(now, context__used=8193)) == [
        *(9216, 16384, 32768)
    ]
    near = knowing(now, context__used=100_000)
    assert tried("engine.max_model_len", "more", near) == [100352, 131072]
    assert tried("engine.max_model_len", "more", knowing(now, context__used=200_000)) == []
    exact = knowing(now, context__used=16384)
    assert tried("engine.max_model_len", "more", exact) == [16384, 32768, 65536]


def test_a_shorter_sequence_holds_the_requests_and_fits_the_cache() -> None:
    now = knowing(on_vllm(), context__used=900, memory__kv_capacity_tokens=3000.0)
    assert tried("engine.max_model_len", "less", now) == [2048, 1024]
    roomy = knowing(now, memory__kv_capacity_tokens=1e6)
    assert tried("engine.max_model_len", "less", roomy) == [4096, 2048, 1024]
    tight = knowing(now, memory__kv_capacity_tokens=10.0)
    assert tried("engine.max_model_len", "less", tight) == [4096, 2048, 1024]
    brink = knowing(now, memory__kv_capacity_tokens=2048 / 1.1)
    assert tried("engine.max_model_len", "less", brink) == [2048, 1024]
    small = knowing(now, model__context_length=6000.0, memory__kv_capacity_tokens=1e6)
    assert tried("engine.max_model_len", "less", small) == [6000, 4096, 2048, 1024]


@pytest.mark.parametrize(
    ("sequences", "users", "word", "steps"),
    [
        (4, 20, "more", [20, 32]),
        (32, 20, "more", []),
        (64, 20, "less", [20, 32, 16, 8, 4]),
        (8, 20, "less", [4, 2, 1]),
        (1, 20, "less", []),
    ],
)
def test_sequences_at_once(sequences: int, users: int, word: str, steps: list[int]) -> None:
    body = f"{LLAMA}engine: {{name: vllm, max_num_seqs: {sequences}}}\nhardware: 2x h100-sxm-80gb"
    now = knowing(situation(body), workload__concurrency=float(users))
    assert tried("engine.max_num_seqs", word, now) == steps


def test_sequences_of_one_replica_of_several() -> None:
    body = f"{LLAMA}engine: {{name: vllm, max_num_seqs: 2}}\n"
    now = situation(f"{body}hardware: {{accelerator: h100-sxm-80gb, count: 2, replicas: 3}}")
    assert tried("engine.max_num_seqs", "more", knowing(now, workload__concurrency=20.0)) == [7, 8]


def test_tiers_above_the_present_one() -> None:
    assert tried("api.tier", "next", situation(API)) == ["3", "4", "5"]
    assert tried("api.tier", "next", situation(API.replace("tier: 2", "tier: 5"))) == []
    assert tried("api.tier", "next", on_vllm()) == []


def test_other_providers_of_the_same_model() -> None:
    asked = "model: llama-3.3-70b-instruct\napi: {provider: groq}"
    others = tried("api.provider", "other", situation(asked))
    assert 1 <= len(others) <= 4
    assert "groq" not in others
    assert len(set(others)) == len(others)
    own = tried("api.provider", "other", on_vllm())
    assert own
    misspelt = situation("model: gpt-4o-mini\napi: {provider: opeani}")
    assert tried("api.provider", "nearest", misspelt)[0] == "openai"
    assert tried("api.provider", "nearest", situation(API)) == []


def test_the_nearest_models_to_one_that_nobody_knows() -> None:
    unknown = situation("model: lama-9.9-8b-instrukt\nhardware: 1x l40s")
    assert tried("model.id", "nearest", unknown)
    assert tried("model.id", "more", unknown) == []
    assert tried("model.id", "nearest", on_vllm()) == []


def requesting(tokens: str, **figures: float) -> Situation:
    workload = f"workload: {{users: 10/day, requests_per_session: 4, tokens: {tokens}}}\n"
    usual = {"context__limit": 8192.0, "engine__context": 8192.0, "context__used": 1000.0}
    return knowing(situation(f"{LLAMA}{ON_VLLM}", workload), **{**usual, **figures})


def test_fewer_tokens_are_as_few_as_are_too_many_and_then_parts() -> None:
    now = requesting("{context: 8000, output: 300}", context__used=9192.0)
    assert tried("workload.tokens.context", "less", now) == [7000, 4000, 2000, 1000]
    assert tried("workload.tokens.context", "more", now) == []
    within = requesting("{context: 8000, output: 300}")
    assert tried("workload.tokens.context", "less", within) == [4000, 2000, 1000]
    hopeless = requesting("{context: 800, output: 300}", context__used=99_999.0)
    assert tried("workload.tokens.context", "less", hopeless) == [400, 200, 100]
    assert tried("workload.tokens.input", "less", within) == []
    asked = requesting("{input: 800, output: 300}")
    assert tried("workload.tokens.input", "less", asked) == [400, 200, 100]


def test_fewer_output_tokens_are_those_that_the_provider_allows() -> None:
    limits = {"workload__tokens_out_per_request": 5000.0, "context__output_limit": 4096.0}
    now = requesting("{input: 100, output: 5000}", **limits)
    assert tried("workload.tokens.output", "less", now) == [4000, 2500, 1200, 620]


def test_history_that_grows_by_itself_is_cut_from_the_whole_request() -> None:
    now = requesting("{input: 1000, output: 300}", workload__tokens_in_per_request=1600.0)
    assert tried("workload.tokens.history", "less", now) == [800, 400, 200]


@pytest.mark.parametrize(
    ("turns", "steps"), [(20, [15, 10, 5, 2, 1]), (4, [3, 2, 1]), (2, [1]), (1, [])]
)
def test_fewer_turns(turns: int, steps: list[int]) -> None:
    workload = f"workload: {{users: 10/day, requests_per_session: {turns}, tokens: {{input: 9}}}}\n"
    now = situation(f"{LLAMA}{ON_VLLM}", workload)
    assert tried("workload.requests_per_session", "less", now) == steps
    assert tried("workload.requests_per_session", "more", now) == []


def test_shares_move_from_one_target_to_another() -> None:
    now = situation("routes: [{to: a, share: 80%}, {to: b, share: 20%}]")
    made = [each.made for each in field_steps("routes", "other", now)]
    first = made[0]
    assert {path: each.made for path, each in first.items()} == {
        "routes.0.share": 0.6,
        "routes.1.share": 0.4,
    }
    assert first["routes.0.share"].written == "60%"
    pairs = [(each["routes.0.share"].made, each["routes.1.share"].made) for each in made]
    assert pairs == [(0.6, 0.4), (0.85, 0.15), (0.4, 0.6), (0.9, 0.1), (0.2, 0.8), (0.95, 0.05)]


def test_higher_limits_hold_what_is_needed_with_a_fifth_to_spare() -> None:
    now = knowing(situation(API), limits__tpm_needed=100_000.0)
    assert tried("limits.tpm", "more", now) == [130_000, 200_000]
    assert tried("limits.tpm", "less", now) == []
    assert 0.8 * tried("limits.tpm", "more", now)[0] >= 100_000


@pytest.mark.parametrize(
    ("path", "fact", "figure", "written", "made"),
    [
        ("sla.ttft", "latency.ttft", Quantity(310, "ms", low=200, high=450), "460ms", Target(0.46)),
        ("sla.tpot", "latency.tpot", Quantity(31, "ms", low=20, high=45), "46ms", Target(0.046)),
        ("sla.e2e", "latency.e2e", Quantity(3.1, "s", low=2, high=4.4), "4.5s", Target(4.5)),
        ("sla.tps", "latency.tps", Quantity(17, "tokens/s", low=14.7, high=20), 14, Target(14)),
        (
            "budget.monthly",
            "cost.month",
            Quantity(900, "USD/month", low=800, high=943),
            "950 USD",
            950,
        ),
        (
            "budget.per_session",
            "cost.per_session",
            Quantity(0.01, "USD/session", low=0.005, high=0.0123),
            "0.013 USD",
            0.013,
        ),
    ],
)
def test_a_promise_is_one_that_the_worst_case_keeps(
    path: str, fact: str, figure: Quantity, written: object, made: object
) -> None:
    assert path in PROMISES
    now = on_vllm()
    now = Situation(now.deployment, {**now.facts, fact: figure})
    [one] = kept(path, now)
    assert (one.written, one.made) == (written, made)
    assert field_steps(path, "more", now) == [one]
    assert kept(path, Situation(now.deployment, {})) == []


def test_what_is_asked_for_counts_as_a_promise_and_nothing_else_does() -> None:
    now = knowing(situation(API), limits__rpm_needed=90.0)
    assert [each.written for each in kept("limits.rpm", now)] == [120, 180]
    assert kept("precision.weights", on_vllm()) == []
    assert kept("hardware.count", on_vllm()) == []


def test_values_that_a_rule_names_are_tried_as_they_are() -> None:
    assert tried("precision.weights", ["fp8", "int4-awq"], on_vllm()) == ["fp8", "int4-awq"]
    assert tried("engine.enforce_eager", True, on_vllm()) == [True]
    assert tried("environment", "staging", on_vllm()) == ["staging"]
    assert tried("environment", "more", on_vllm()) == []


def test_nothing_of_a_machine_is_tried_where_there_is_none() -> None:
    behind = situation(API)
    for path in ("hardware.count", "engine.max_model_len", "precision.weights"):
        assert field_steps(path, "more", behind) == []
        assert field_steps(path, [1], behind) == []


def test_figures_are_rounded_to_what_one_would_write() -> None:
    assert [two_digits_up(v) for v in (450, 451, 0.0123, 99.5, 8, 0, -3)] == [
        *(450, 460, 0.013, 100, 8, 0, 0)
    ]
    assert [two_digits_down(v) for v in (450, 459, 0.0129, 99.5, 8, 0)] == [
        *(450, 450, 0.012, 99, 8, 0)
    ]
    assert two_digits_up(0.1 + 0.2) == 0.3
    assert powers(1, 16) == [1, 2, 4, 8, 16]
    assert powers(3, 15) == [4, 8]
    assert powers(1 << 30, 1 << 40) == [1 << 30]
    assert upwards([3, 2.2, 8, 3], 2) == [3, 8]
    assert upwards([2.0, 2.1], 2) == [3]
    assert [plain(v) for v in (4.0, 4.5)] == [4, 4.5]
    assert isinstance(plain(4.0), int)


def test_a_figure_that_is_not_known_has_no_value_and_no_bound() -> None:
    now = Situation(on_vllm().deployment, {"a": Quantity.unknown("", "why"), "b": Quantity(0.0)})
    assert (now.value("a"), now.high("a"), now.known("a")) == (None, None, None)
    assert (now.value("b"), now.high("b")) == (0.0, 0.0)
    assert now.high("c") is None
    spread = replace(now, facts={"d": Quantity(2, low=1, high=3)})
    assert (spread.value("d"), spread.high("d")) == (2, 3)
