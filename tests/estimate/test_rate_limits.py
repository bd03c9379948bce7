from __future__ import annotations

from datetime import date

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.facts import Case, estimate
from aispec.spec.model import (
    Api,
    BatchJob,
    Limits,
    ModelRef,
    Spec,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import ONE_REQUEST, facts_of, figure, self_hosted

NO_LIMITS = Limits()


def behind_api(
    workload: Workload, limits: Limits = NO_LIMITS, model: str = "gpt-4o", api: Api | None = None
) -> Facts:
    return facts_of(
        Spec(
            1,
            "here",
            model=ModelRef(model),
            api=api or Api("openai", "1"),
            workload=workload,
            limits=limits,
        )
    )


def test_ten_thousand_requests_at_forty_thousand_tokens_a_minute() -> None:
    job = BatchJob("nightly", 10_000, 400, 100, deadline=7200)
    facts = behind_api(Workload(batch=(job,)), Limits(tpm=40_000))
    assert figure(facts, "limits.batch_duration").value == 125
    assert figure(facts, "limits.batch_deadline").value == 120


def test_requests_a_minute_may_be_the_narrower_gate() -> None:
    job = BatchJob("nightly", 10_000, 400, 100)
    facts = behind_api(Workload(batch=(job,)), Limits(tpm=40_000, rpm=20))
    assert figure(facts, "limits.batch_duration").value == 500
    assert isinstance(facts["limits.batch_deadline"], Absent)


def test_the_longest_job_is_the_one_that_counts() -> None:
    jobs = (BatchJob("a", 100, 400, 100, 60), BatchJob("b", 1000, 400, 100, 600))
    facts = behind_api(Workload(batch=jobs), Limits(tpm=50_000))
    assert figure(facts, "limits.batch_duration").value == 10
    assert figure(facts, "limits.batch_deadline").value == 10


def test_what_the_busiest_minute_asks() -> None:
    workload = Workload(Users(1000), tokens_per_session=2000)
    facts = behind_api(workload, Limits(tpm=40_000, rpm=500, tpd=2_000_000))
    assert figure(facts, "limits.rpm_needed").value == pytest.approx(1000 * 0.15 / 60)
    assert figure(facts, "limits.tpm_needed").value == pytest.approx(2000 * 1000 * 0.15 / 60)
    assert figure(facts, "limits.tpd_needed").value == 2_000_000
    plan = [figure(facts, f"limits.{name}_plan").value for name in ("tpm", "rpm", "tpd")]
    assert plan == [40_000, 500, 2_000_000]


def test_the_catalogue_fills_in_a_tier() -> None:
    facts = behind_api(Workload(Users(1000), tokens_per_session=2000))
    assert figure(facts, "limits.tpm_plan").value == 30_000
    assert figure(facts, "limits.rpm_plan").value == 500
    higher = behind_api(Workload(Users(1000), tokens_per_session=2000), api=Api("openai", "tier 2"))
    assert figure(higher, "limits.tpm_plan").value == 450_000


def test_written_limits_beat_the_catalogue_s() -> None:
    facts = behind_api(Workload(Users(1000), tokens_per_session=2000), Limits(tpm=99))
    assert figure(facts, "limits.tpm_plan").value == 99


def test_own_hardware_has_no_plan_unless_one_is_written() -> None:
    facts = facts_of(self_hosted(workload=ONE_REQUEST, name="vllm", max_model_len=8192))
    limits = [value for name, value in facts.items() if name.startswith("limits.")]
    assert all(isinstance(value, Absent) for value in limits)


def test_an_unpublished_limit_is_unknown() -> None:
    facts = behind_api(Workload(Users(1000), tokens=Tokens(input=10, output=10)), api=Api("nobody"))
    plan = figure(facts, "limits.tpm_plan")
    assert not plan.known
    assert "set limits.tpm" in plan.reason


def anthropic(workload: Workload, limits: Limits = NO_LIMITS) -> Facts:
    return behind_api(workload, limits, "claude-fable-5-1", Api("anthropic", "start"))


MIXED = Workload(Users(10_000), tokens=Tokens(input=2000, output=500))


def test_input_and_output_have_buckets_of_their_own() -> None:
    facts = anthropic(MIXED)
    requests = 10_000 * 0.15 / 60
    assert figure(facts, "limits.itpm_needed").value == pytest.approx(requests * 2000)
    assert figure(facts, "limits.otpm_needed").value == pytest.approx(requests * 500)
    assert figure(facts, "limits.itpm_plan").value == 500_000
    assert figure(facts, "limits.otpm_plan").value == 100_000


def test_split_limits_allow_what_the_narrower_one_does() -> None:
    """100,000 output tokens a minute are 200 requests of 500, however much input is free."""
    plan = figure(anthropic(MIXED), "limits.tpm_plan")
    assert plan.value == 200 * 2500
    written = behind_api(MIXED, Limits(itpm=40_000, otpm=90_000))
    assert figure(written, "limits.tpm_plan").value == 30_000  # gpt-4o's own TPM is known
    long_input = Workload(Users(10_000), tokens=Tokens(input=9000, output=10))
    assert figure(anthropic(long_input), "limits.tpm_plan").value == pytest.approx(
        500_000 / 9000 * 9010
    )


def test_cached_reads_do_not_count_where_the_provider_says_so() -> None:
    cached = Workload(Users(10_000), tokens=Tokens(input=2000, output=500), prefix_cache_hit=0.75)
    requests = 10_000 * 0.15 / 60
    assert figure(anthropic(cached), "limits.itpm_needed").value == pytest.approx(requests * 500)
    assert figure(anthropic(cached), "limits.tpm_needed").value == pytest.approx(requests * 1000)
    openai = behind_api(cached)
    assert figure(openai, "limits.tpm_needed").value == pytest.approx(requests * 2500)
    google = behind_api(cached, model="gemini-2.5-pro", api=Api("google", "1"))
    needed = figure(google, "limits.tpm_needed")  # nobody has said
    assert needed.low == pytest.approx(requests * 1000)
    assert needed.high == pytest.approx(requests * 2500)


def test_max_tokens_are_reserved_at_admission() -> None:
    reserved = figure(behind_api(MIXED), "limits.tpm_reserved")
    requests = 10_000 * 0.15 / 60
    assert reserved.low == pytest.approx(requests * 2500)
    assert reserved.value == pytest.approx(requests * 3000)
    assert isinstance(anthropic(MIXED)["limits.tpm_reserved"], Absent)


def test_max_tokens_may_be_assumed() -> None:
    spec = Spec(
        1,
        "here",
        model=ModelRef("gpt-4o"),
        api=Api("openai", "1"),
        workload=MIXED,
        assumptions={"max_tokens": 4096},
    )
    reserved = figure(facts_of(spec), "limits.tpm_reserved")
    assert reserved.exact
    assert reserved.value == pytest.approx(10_000 * 0.15 / 60 * (2000 + 4096))


def test_the_busiest_minute_lies_above_the_busiest_hour_s_mean() -> None:
    facts = behind_api(MIXED)
    mean, burst = figure(facts, "limits.tpm_needed"), figure(facts, "limits.tpm_burst")
    assert burst.value == pytest.approx((25 + 2.3 * 5) * 2500)
    assert burst.low <= mean.value < burst.value < burst.high
    busy = behind_api(Workload(Users(10_000_000), tokens=Tokens(input=2000, output=500)))
    ratio = figure(busy, "limits.tpm_burst").value / figure(busy, "limits.tpm_needed").value
    assert 1 < ratio < 1.02


@pytest.mark.parametrize(
    ("users", "tier"),
    [(100, "free"), (2_000, "1"), (10_000, "2"), (100_000, "3"), (100_000_000, "above 5")],
)
def test_which_tier_would_do(users: float, tier: str) -> None:
    workload = Workload(Users(users), tokens=Tokens(input=1500, output=500))
    assert behind_api(workload)["limits.tier_needed"] == tier


def test_a_tier_that_allows_too_few_requests_a_day_would_not_do() -> None:
    """OpenAI's first tier takes 10,000 requests of GPT-4o mini a day, however short they are."""

    def tier(users: float) -> object:
        workload = Workload(Users(users), tokens=Tokens(input=10, output=10))
        return behind_api(workload, model="gpt-4o-mini")["limits.tier_needed"]

    assert tier(10_000) == "1"
    assert tier(10_001) == "2"


def test_the_pace_that_avoids_refusals() -> None:
    job = BatchJob("nightly", 10_000, 400, 100)
    batch = behind_api(Workload(batch=(job,)), Limits(tpm=40_000))
    assert figure(batch, "limits.pace").value == 80
    assert figure(behind_api(MIXED), "limits.pace").value == 30_000 / 2500
    assert figure(anthropic(MIXED), "limits.pace").value == 200


def test_a_batch_api_s_queue_decides_how_long_a_job_takes() -> None:
    job = BatchJob("nightly", 10_000, 400, 100, deadline=7200)
    facts = behind_api(Workload(batch=(job,)), api=Api("openai", "1", batch=True))
    duration = figure(facts, "limits.batch_duration")
    assert duration.value == 56 * 24 * 60  # 5M tokens through a queue of 90,000
    assert "56 time(s)" in duration.how
    roomy = behind_api(Workload(batch=(job,)), model="gpt-5.2", api=Api("openai", "3", batch=True))
    assert figure(roomy, "limits.batch_duration").high == 24 * 60
    written = behind_api(
        Workload(batch=(job,)), Limits(tpm=40_000), api=Api("openai", "1", batch=True)
    )
    assert figure(written, "limits.batch_duration").value == 125


def test_an_output_token_may_take_several_of_the_limit() -> None:
    workload = Workload(Users(4000), tokens=Tokens(input=1000, output=200))
    model = "claude-sonnet-4-5"
    plain = behind_api(workload, model=model, api=Api("anthropic", "4"))
    heavy = behind_api(workload, model=model, api=Api("bedrock"))
    assert figure(plain, "limits.tpm_needed").value == pytest.approx(4000 * 0.15 / 60 * 1200)
    assert figure(heavy, "limits.tpm_needed").value == pytest.approx(4000 * 0.15 / 60 * 2000)
    assert figure(heavy, "limits.otpm_needed").value == pytest.approx(4000 * 0.15 / 60 * 200)
    pace = figure(heavy, "limits.pace").value
    assert pace == pytest.approx(figure(heavy, "limits.tpm_plan").value / 2000)


def test_long_requests_are_held_against_their_own_bucket() -> None:
    short, long = (
        behind_api(Workload(Users(10), tokens=Tokens(input=n, output=9)), model="gpt-4.1")
        for n in (1000, 200_000)
    )
    assert figure(short, "limits.tpm_plan").value == 30_000
    assert figure(long, "limits.tpm_plan").value == 200_000


def test_cached_input_counts_where_the_model_says_so() -> None:
    workload = Workload(Users(100), tokens=Tokens(input=1000, output=100), prefix_cache_hit=0.5)
    old, new = (
        figure(behind_api(workload, model=model, api=Api("anthropic", "1")), "limits.itpm_needed")
        for model in ("claude-3-5-haiku", "claude-haiku-4-5")
    )
    assert new.value == old.value / 2


def test_the_days_until_a_scheme_ends() -> None:
    spec = Spec(
        1,
        "here",
        model=ModelRef("claude-sonnet-4-5"),
        api=Api("anthropic", "1"),
        workload=ONE_REQUEST,
    )
    resolved = resolve(spec, Catalog.default())
    facts = estimate(Case(resolved, spec.workload, date(2026, 6, 20)))
    assert figure(facts, "limits.plan_days_left").value == 6
    assert not figure(estimate(Case(resolved, spec.workload)), "limits.plan_days_left").known
    assert isinstance(behind_api(ONE_REQUEST)["limits.plan_days_left"], Absent)
