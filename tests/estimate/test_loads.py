"""Traffic on replicas and endpoints, by Little's law on a machine of round figures."""

from __future__ import annotations

import pytest

from aispec.estimate.latency.load import capacity, time_in_system
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import request_of
from aispec.estimate.traffic import Traffic, by_api, self_hosted, tokens_per_day
from aispec.spec.model import BatchJob, Tokens, Users, Workload
from tests.estimate.rooflines import plain

SPEED = plain({"interference": 1.0})
ASSUMED = {"output_share": 0.25, "language_inflation": 1.5, "peak_hour_share": 0.15}
SPREAD = (0.5, 2.0)
TOKENS = Tokens(input=2048, output=101)
JOB = BatchJob("nightly", 1000, 400, 100)


def hosted(users: Users, replicas: int = 1, **more: object) -> Traffic:
    workload = Workload(users, tokens=TOKENS, **more)  # type: ignore[arg-type]
    request = request_of(workload, ASSUMED)
    return self_hosted(workload, request, ASSUMED, SPEED, replicas, 64, SPREAD)


def bounds(of: Quantity) -> tuple[float, float, float]:
    return of.value, of.low, of.high


def test_daily_users_arrive_in_the_busiest_hour() -> None:
    found = hosted(Users(daily=24_000), sessions_per_user=2, requests_per_session=1)
    assert found.per_day.value == 48_000
    assert found.rate.value == found.rate.high == 2
    assert found.load
    inside = time_in_system(SPEED, found.load.running, 2048, 101)
    assert found.concurrency.value == pytest.approx(2 * inside, rel=4e-3)
    likely = found.concurrency.value
    assert bounds(found.concurrency) == (likely, 0.5 * likely, 2 * likely)


def test_replicas_share_arrivals() -> None:
    one, four = (hosted(Users(daily=24_000 * n), n) for n in (1, 4))
    assert one.load
    assert four.load
    assert four.load.rate == pytest.approx(one.load.rate)
    assert four.concurrency.value == pytest.approx(4 * one.concurrency.value)


def test_users_in_a_loop_make_a_rate_and_a_day() -> None:
    found = hosted(Users(concurrent=8))
    each = time_in_system(SPEED, 8, 2048, 101)
    assert found.concurrency.value == found.concurrency.high == 8
    assert found.rate.value == pytest.approx(8 / each)
    assert bounds(found.rate) == pytest.approx((8 / each, 4 / each, 16 / each))
    assert found.per_day.value == pytest.approx(8 / each * 3600 / 0.15)
    assert found.per_day.high == pytest.approx(2 * found.per_day.value)


def test_each_replica_has_whole_users() -> None:
    found = hosted(Users(concurrent=9), 4)
    assert found.load
    assert found.load.asked == 3
    assert found.rate.value == pytest.approx(4 * 3 / time_in_system(SPEED, 3, 2048, 101))


def test_both_kinds_of_users_say_rate_and_concurrency() -> None:
    found = hosted(Users(daily=24_000, concurrent=8))
    assert (found.rate.value, found.concurrency.value) == (1, 8)
    assert found.load
    assert found.load.looped


def test_what_is_cached_is_not_prefilled() -> None:
    plainly, cached = hosted(Users(concurrent=8)), hosted(Users(concurrent=8), prefix_cache_hit=0.9)
    assert cached.load
    assert plainly.load
    quick = plain({"interference": 1.0})
    assert cached.load.capacity == pytest.approx(capacity(quick, 64, 2048 * 0.1, 101))
    assert cached.load.capacity > plainly.load.capacity


def test_without_a_speed_the_rest_is_unknown() -> None:
    workload = Workload(Users(concurrent=8), tokens=TOKENS)
    found = self_hosted(workload, request_of(workload, ASSUMED), ASSUMED, None, 1, 64, SPREAD)
    assert found.load is None
    assert found.concurrency.value == 8
    assert found.rate.reason == "the rate follows from a latency that is not known"
    assert found.per_day.reason == found.rate.reason
    daily = Workload(Users(daily=8), tokens=TOKENS)
    found = self_hosted(daily, request_of(daily, ASSUMED), ASSUMED, None, 1, 64, SPREAD)
    assert found.concurrency.reason == "concurrency follows from a latency that is not known"


def endpoint(users: Users, seconds: float | None, **more: object) -> Traffic:
    workload = Workload(users, tokens=TOKENS, **more)  # type: ignore[arg-type]
    return by_api(workload, request_of(workload, ASSUMED), ASSUMED, seconds)


def test_an_endpoint_answers_in_the_time_that_was_measured() -> None:
    found = endpoint(Users(concurrent=12), 2.4)
    assert (found.rate.value, found.concurrency.value) == (5, 12)
    assert found.per_day.value == 120_000
    assert found.rate.how == "12 users / 2.4 s"
    daily = endpoint(Users(daily=24_000), 2.4)
    assert (daily.rate.value, daily.concurrency.value) == (1, 2.4)
    assert daily.load is None
    unsaid = "the provider's latency is not stated"
    assert endpoint(Users(concurrent=12), None).rate.reason == unsaid
    assert endpoint(Users(daily=12), None).concurrency.reason == unsaid


def test_batch_jobs_alone() -> None:
    for found in (hosted(Users(), batch=(JOB, JOB)), endpoint(Users(), None, batch=(JOB, JOB))):
        assert found.only_batch
        assert (found.per_day.value, found.concurrency.value) == (2000, 1)
        assert found.rate.reason == "neither daily nor concurrent users are given"
    assert not hosted(Users(), batch=()).only_batch
    assert not hosted(Users(daily=1), batch=(JOB,)).only_batch
    assert not hosted(Users(concurrent=1), batch=(JOB,)).only_batch


def test_a_day_s_tokens_are_those_of_requests_and_of_jobs() -> None:
    workload = Workload(Users(daily=10), tokens=TOKENS)
    request = request_of(workload, ASSUMED)
    users = endpoint(Users(daily=10), None)
    assert tokens_per_day(users, request, ()).value == 10 * 2149
    both = tokens_per_day(users, request, (JOB,))
    assert both.value == 10 * 2149 + 1000 * 500
    assert both.how == "10 requests x 2,149 tokens + 500,000 of batch jobs"
    alone = endpoint(Users(), None, batch=(JOB,))
    assert tokens_per_day(alone, request, (JOB,)).value == 500_000
    nobody = tokens_per_day(endpoint(Users(), None), request, ())
    assert nobody.reason == "neither daily nor concurrent users are given"
