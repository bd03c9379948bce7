"""Compute, energy and context, with the figures that are commonly got wrong."""

from __future__ import annotations

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.compute import modifier_flops, training_flops
from aispec.estimate.fact import Absent, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.stated import stated
from aispec.estimate.units import unit
from aispec.estimate.vocabulary import STATED
from aispec.record import replace
from aispec.spec.model import (
    Api,
    Budget,
    Limits,
    ModelRef,
    Sla,
    Spec,
    Target,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import LLAMA_8B, facts_of, figure, load, self_hosted


def training(name: str) -> Quantity:
    return training_flops(Catalog.default().model(name).entry)


@pytest.mark.parametrize(
    ("name", "flops"),
    [
        ("meta-llama/Llama-2-70b-chat-hf", 8.1e23),  # not 2.9e23
        (LLAMA_8B, 7.2e23),
        ("meta-llama/Llama-3.1-405B-Instruct", 3.8e25),
    ],
)
def test_training_compute(name: str, flops: float) -> None:
    figure_ = training(name)
    assert figure_.low * 0.97 <= flops <= figure_.high * 1.03
    assert figure_.value == pytest.approx(flops, rel=0.05)


def test_the_eu_s_threshold() -> None:
    threshold = Quantity(1e25, "FLOP")
    assert training("meta-llama/Llama-3.1-405B-Instruct").above(threshold) is Answer.YES
    assert training(LLAMA_8B).above(threshold) is Answer.NO


def test_a_token_costs_two_operations_for_each_active_parameter() -> None:
    facts = facts_of(self_hosted(LLAMA_8B, name="vllm", workload=load(1000, 24)))
    each = figure(facts, "compute.flops_per_token")
    attention = 4 * 32 * 128 * 32 * 1024 / 2
    assert each.value == pytest.approx(2 * 8_030_261_248 + attention)
    mixture = facts_of(self_hosted("Qwen/Qwen3-30B-A3B", name="vllm", workload=load(10, 10)))
    assert figure(mixture, "compute.flops_per_token").value < 7e9


def test_energy_is_power_times_hours() -> None:
    facts = facts_of(self_hosted(LLAMA_8B, "h100-sxm-80gb", 2, replicas=3, name="vllm"))
    watts, month = figure(facts, "energy.watts"), figure(facts, "energy.kwh_per_month")
    assert watts.high <= 700 * 6 * 1.2
    assert watts.low > 0.3 * 700 * 6
    assert month.value == pytest.approx(watts.value * 730 / 1000)


def test_context_is_the_narrower_of_model_and_engine() -> None:
    narrow = facts_of(self_hosted(LLAMA_8B, name="vllm", max_model_len=8192))
    assert figure(narrow, "context.limit").value == 8192
    wide = facts_of(self_hosted(LLAMA_8B, name="vllm", max_model_len=1_000_000))
    assert figure(wide, "context.limit").value == 131_072
    assert figure(narrow, "context.used").value == 8192


def test_input_and_output_have_limits_of_their_own() -> None:
    spec = Spec(1, "x", model=ModelRef("gpt-5.2"), api=Api("openai"), workload=load(1000, 100))
    facts = facts_of(spec)
    assert figure(facts, "context.limit").value == 400_000
    assert figure(facts, "context.input_limit").value == 272_000
    assert figure(facts, "context.output_limit").value == 128_000


def test_what_is_written_is_repeated() -> None:
    spec = replace(
        self_hosted(LLAMA_8B, name="vllm", price=2.99),
        environment="production",
        sla=Sla(ttft=Target(0.3), tps=Target(15), e2e=Target(10, 99), availability=0.999),
        budget=Budget(monthly=500),
        limits=Limits(tpm=40_000),
    )
    said = stated(resolve(spec, Catalog.default()))
    assert sorted(said) == sorted(STATED)
    assert figure(said, "sla.ttft").value == pytest.approx(300)
    assert figure(said, "sla.tps").value == 15
    assert figure(said, "sla.e2e").how == "p99 as written"
    assert figure(said, "budget.monthly").value == 500
    assert figure(said, "hardware.price").value == 2.99
    assert said["use"] == "commercial"
    assert said["engine.name"] == "vllm"
    assert isinstance(said["sla.tpot"], Absent)
    for name, fact in said.items():
        if isinstance(fact, Quantity):
            assert fact.unit is unit(STATED[name].unit), name


def test_a_profile_fills_in_targets_that_are_not_given() -> None:
    spec = replace(self_hosted(LLAMA_8B), sla=Sla(profile="chat", tps=Target(99)))
    said = stated(resolve(spec, Catalog.default()))
    assert figure(said, "sla.tps").value == 99
    assert figure(said, "sla.ttft").how.startswith("profile")
    assert said["sla.profile"] == "chat"


@pytest.mark.parametrize(
    ("model", "general", "systemic", "state"),
    [
        ("llama-3.1-405b", Answer.YES, Answer.YES, Answer.NO),
        ("llama-3.1-8b", Answer.YES, Answer.NO, Answer.NO),
        ("grok-3", Answer.YES, Answer.YES, Answer.MAYBE),
        ("gemini-1.0-ultra", Answer.YES, Answer.MAYBE, Answer.MAYBE),
        ("llama-3.2-1b", Answer.NO, Answer.NO, Answer.NO),
        ("claude-opus-5", Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN),
        ("text-embedding-3-small", Answer.NO, Answer.UNKNOWN, Answer.UNKNOWN),
    ],
)
def test_thresholds_are_facts(model: str, general: Answer, systemic: Answer, state: Answer) -> None:
    facts = facts_of(Spec(1, "x", model=ModelRef(model), api=Api("x"), workload=load(10, 10)))
    names = ("eu_general_purpose", "eu_systemic_risk", "us_state_law")
    found = [facts[f"compute.{name}"] for name in names]
    answers = [Answer.UNKNOWN if isinstance(each, Unknown) else each for each in found]
    assert answers == [general, systemic, state]


def test_a_third_makes_who_changes_a_model_its_provider() -> None:
    spec = Spec(1, "x", model=ModelRef("llama-3.1-405b"), api=Api("x"), workload=load(10, 10))
    assert figure(facts_of(spec), "compute.modifier_flops").value == pytest.approx(3.8e25 / 3)
    hidden = replace(spec, model=ModelRef("claude-opus-5"))
    change = figure(facts_of(hidden), "compute.modifier_flops")
    assert (change.low, change.high) == (pytest.approx(1e23 / 3), pytest.approx(1e25 / 3))


def test_who_changes_a_model_of_unpublished_compute_may_meet_either_threshold() -> None:
    share = modifier_flops(Quantity.unknown("FLOP", "nobody published it"))
    assert (share.low, share.value, share.high) == pytest.approx((1e23 / 3, 1e23 / 3, 1e25 / 3))
    assert share.how == (
        "the original's compute is not published: a third of 1e23, of 1e25 with systemic risk"
    )
    known = modifier_flops(Quantity(3e24, "FLOP", low=1.5e24, high=6e24))
    assert (known.low, known.value, known.high) == pytest.approx((5e23, 1e24, 2e24))
    assert known.how == "a third of the original's training compute"


@pytest.mark.parametrize(
    ("confidence", "low", "likely", "high"),
    [
        ("confident", 1e24, 1e24, 1e24),
        ("likely", 1e23, 1e24, 1e25),
        ("speculative", 1e24 / 30, 1e24, 3e25),
        (None, 1e24 / 30, 1e24, 3e25),
    ],
)
def test_an_estimate_is_as_wide_as_its_author_s_doubt(
    confidence: str | None, low: float, likely: float, high: float
) -> None:
    model = Catalog.default().model("gpt-4o-mini").entry
    published = {"flops": {"value": 1e24, "confidence": confidence, "source": "a paper"}}
    found = training_flops(replace(model, training=published))
    assert (found.low, found.value, found.high) == pytest.approx((low, likely, high))
    assert found.sources == ("a paper",)


def test_an_estimate_and_a_count_hold_both() -> None:
    model = Catalog.default().model("llama-3.1-8b").entry
    assert model.params_active
    counted = 6 * model.params_active * 1e12
    both = {"tokens": 1e12, "flops": {"value": 1e24, "confidence": "likely", "source": "a paper"}}
    found = training_flops(replace(model, training=both))
    assert (found.low, found.value, found.high) == pytest.approx((counted, counted, 1e24))
    sure = {**both, "flops": {**both["flops"], "confidence": "confident"}}  # type: ignore[dict-item]
    found = training_flops(replace(model, training=sure))
    assert (found.low, found.value, found.high) == pytest.approx((counted, 1e24, 1e24))


def test_a_request_that_never_fits_overflows_at_once() -> None:
    work = Workload(Users(10), requests_per_session=5, tokens=Tokens(input=9000, output=500))
    facts = facts_of(self_hosted(workload=work, name="vllm", max_model_len=8192))
    assert figure(facts, "context.turns_to_overflow").value == 1
