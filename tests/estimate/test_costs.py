from __future__ import annotations

from datetime import date

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.cost.hourly import age_in_days
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.facts import Case, estimate
from aispec.record import replace
from aispec.spec.model import (
    Api,
    ApiPrice,
    BatchJob,
    Hardware,
    ModelRef,
    Spec,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import LLAMA_8B, ONE_REQUEST, facts_of, figure, load, self_hosted

THOUSAND_USERS = Workload(Users(1000), tokens_per_session=2000)


def by_api(price: ApiPrice | None, workload: Workload = THOUSAND_USERS, **api: bool) -> Facts:
    return facts_of(
        Spec(
            1,
            "here",
            model=ModelRef("gpt-4o-mini"),
            api=Api("openai", price=price, **api),
            workload=workload,
        )
    )


def on(instance: str, count: int | None = None, **hardware: float) -> Facts:
    return facts_of(
        Spec(
            1,
            "here",
            model=ModelRef(LLAMA_8B),
            hardware=Hardware(instance=instance, count=count, **hardware),
            workload=ONE_REQUEST,
        )
    )


@pytest.mark.parametrize(("price", "day"), [(0.15, 0.30), (0.90, 1.80)])
def test_a_thousand_users_with_two_thousand_tokens(price: float, day: float) -> None:
    facts = by_api(ApiPrice(price, price))
    assert figure(facts, "cost.day").value == pytest.approx(day)
    assert figure(facts, "cost.month").value == pytest.approx(day * 730 / 24)
    assert figure(facts, "cost.per_million_tokens").value == pytest.approx(price)
    assert figure(facts, "cost.per_session").value == pytest.approx(day / 1000)
    assert figure(facts, "cost.per_user_month").value == pytest.approx(day * 730 / 24 / 1000)


def test_input_and_output_have_their_own_prices() -> None:
    # A quarter of a session's tokens is output, unless something else is assumed.
    facts = by_api(ApiPrice(0.15, 0.60))
    assert figure(facts, "cost.day").value == pytest.approx(1.5 * 0.15 + 0.5 * 0.60)


def test_cached_input_is_cheaper() -> None:
    cached = replace(THOUSAND_USERS, prefix_cache_hit=0.6)
    price = ApiPrice(0.15, 0.60, 0.075)
    assert figure(by_api(price, cached), "cost.day").value == pytest.approx(
        1.5 * (0.4 * 0.15 + 0.6 * 0.075) + 0.5 * 0.60
    )
    unsaid = figure(by_api(ApiPrice(0.15, 0.60), cached), "cost.day")
    assert unsaid.value == pytest.approx(1.5 * 0.15 + 0.5 * 0.60)


def test_list_prices_fill_in() -> None:
    facts = by_api(None)
    assert figure(facts, "cost.day").value == pytest.approx(1.5 * 0.15 + 0.5 * 0.60)
    assert figure(by_api(None, batch=True), "cost.day").value == pytest.approx(
        figure(facts, "cost.day").value / 2
    )


def test_a_price_that_is_missing_is_unknown() -> None:
    day = figure(by_api(ApiPrice(input=0.15)), "cost.day")
    assert not day.known
    assert day.reason == "set api.price.output"


def test_batch_jobs_are_paid_beside_the_users() -> None:
    job = BatchJob("nightly", 1000, 1000, 0)
    both = by_api(ApiPrice(1, 1), replace(THOUSAND_USERS, batch=(job,)))
    alone = by_api(ApiPrice(1, 1), Workload(batch=(job,)))
    assert figure(both, "cost.day").value == pytest.approx(2 + 1)
    assert figure(alone, "cost.day").value == pytest.approx(1)


def test_a_written_price_beats_every_other() -> None:
    facts = facts_of(self_hosted(price=2.99, count=2, replicas=3, name="vllm"))
    assert figure(facts, "hardware.price_per_hour").value == 2.99
    assert figure(facts, "cost.hour").value == pytest.approx(2.99 * 6)
    assert figure(facts, "cost.month").value == pytest.approx(2.99 * 6 * 730)
    assert figure(facts, "cost.day").value == pytest.approx(2.99 * 6 * 24)
    assert isinstance(facts["cost.price_age_days"], Absent)


def test_hours_that_are_off_are_not_paid() -> None:
    spec = self_hosted(price=1.0, name="vllm")
    assert spec.hardware is not None
    some = replace(spec, hardware=replace(spec.hardware, hours=220))
    assert figure(facts_of(some), "cost.month").value == pytest.approx(220)


def test_a_bare_name_spans_the_market() -> None:
    hour = figure(facts_of(self_hosted(name="vllm")), "cost.hour")
    assert hour.low < 2.5 < hour.value < 10 < hour.high


def test_an_instance_is_paid_whole() -> None:
    whole, one = on("aws/p5.48xlarge"), on("aws/p5.48xlarge", count=1)
    assert figure(whole, "cost.hour").value == pytest.approx(55.04)
    assert figure(one, "cost.hour").value == pytest.approx(55.04)
    assert figure(one, "hardware.count").value == 1
    # Seven of eight accelerators stand idle, whatever the eighth does.
    assert figure(one, "cost.idle_share").low >= 7 / 8
    assert figure(on("aws/p5.48xlarge", count=16), "cost.hour").value == pytest.approx(110.08)


def test_a_slice_of_an_accelerator_is_paid_as_the_slice() -> None:
    assert figure(on("aws/g6f.large"), "cost.hour").value == pytest.approx(0.202)
    assert figure(on("aws/g6f.large", replicas=2), "cost.hour").value == pytest.approx(0.404)


def test_break_even_is_where_both_cost_the_same() -> None:
    def month(users: float, name: str) -> float:
        workload = load(1500, 500, at_once=None, daily=users)
        spec = self_hosted(price=2.0, workload=workload, name="vllm", max_model_len=8192)
        return figure(facts_of(spec), name).value

    users = month(1000, "cost.break_even_users")
    assert month(users, "cost.api_equivalent_month") == pytest.approx(2.0 * 730, rel=0.01)
    assert month(2 * users, "cost.break_even_users") == pytest.approx(users, rel=0.01)


def test_prices_grow_old() -> None:
    spec = self_hosted(name="vllm")
    deployment = resolve(spec, Catalog.default())
    ages = [
        figure(estimate(Case(deployment, spec.workload, day)), "cost.price_age_days")
        for day in (date(2028, 1, 1), date(2028, 1, 31))
    ]
    assert ages[1].low - ages[0].low == ages[1].high - ages[0].high == 30


@pytest.mark.parametrize(
    ("as_of", "low", "high"),
    [("2026-11-02", 20, 20), ("2026-11", 0, 21), ("2026", 0, 325), ("2025", 325, 690)],
)
def test_a_price_may_carry_a_month_or_a_year_alone(as_of: str, low: int, high: int) -> None:
    age = age_in_days(as_of, date(2026, 11, 22))
    assert (age.low, age.high) == (low, high)


def test_a_date_nobody_can_read_is_unknown() -> None:
    assert not age_in_days("lately", date(2026, 11, 22)).known


def test_cost_per_session_counts_its_requests() -> None:
    workload = Workload(
        Users(1000), requests_per_session=4, tokens=Tokens(history=0, input=100, output=100)
    )
    facts = by_api(ApiPrice(1, 1), workload)
    assert figure(facts, "cost.day").value == pytest.approx(0.8)
    assert figure(facts, "cost.per_session").value == pytest.approx(0.0008)


def test_break_even_by_requests_needs_no_daily_users() -> None:
    closed = facts_of(self_hosted(LLAMA_8B, name="vllm", max_model_len=8192, price=2.0))
    needed = figure(closed, "cost.break_even_requests")
    asked = figure(closed, "workload.requests_per_day")
    month, there = figure(closed, "cost.month"), figure(closed, "cost.api_equivalent_month")
    assert needed.value == pytest.approx(asked.value * month.value / there.value)
    assert isinstance(closed["cost.break_even_users"], Absent)


def test_at_the_break_even_both_ways_cost_the_same() -> None:
    workload = load(1500, 500, at_once=None, daily=1000)
    here = facts_of(self_hosted(LLAMA_8B, name="vllm", workload=workload, price=2.0))
    users = figure(here, "cost.break_even_users").value
    more = replace(workload, users=Users(users))
    there = facts_of(self_hosted(LLAMA_8B, name="vllm", workload=more, price=2.0))
    assert figure(there, "cost.api_equivalent_month").value == pytest.approx(
        figure(here, "cost.month").value
    )


def test_a_small_model_beside_a_large_one() -> None:
    facts = facts_of(
        Spec(
            1,
            "large",
            model=ModelRef("claude-opus-4-1"),
            api=Api("anthropic"),
            workload=Workload(Users(1000), tokens=Tokens(input=1500, output=500)),
        )
    )
    small, large = figure(facts, "cost.small_model_month"), figure(facts, "cost.month")
    assert small.high < large.low / 20
    assert "where it is good enough" in small.how


def test_energy_is_an_option() -> None:
    spec = self_hosted(LLAMA_8B, name="vllm", max_model_len=8192, price=2.0)
    without = facts_of(spec)
    paid = facts_of(replace(spec, assumptions={"energy_price": 0.30, "pue": 1.2}))
    assert isinstance(without["cost.energy_month"], Absent)
    energy = figure(paid, "cost.energy_month")
    assert energy.value == pytest.approx(figure(paid, "energy.kwh_per_month").value * 0.36)
    assert figure(paid, "cost.month").value == pytest.approx(2.0 * 730 + energy.value)
