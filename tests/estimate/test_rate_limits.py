from __future__ import annotations

import pytest

from aispec.estimate.fact import Absent, Facts
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
