"""Facts of speed from a machine of round figures: bounds, units, and how replicas add up."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest

from aispec.estimate.fact import Absent, Facts
from aispec.estimate.latency.facts import facts, measured, spread
from aispec.estimate.latency.load import Load, capacity, closed, opened
from aispec.estimate.latency.targets import Asked, Percentiles, Targets, _largest
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request, request_of
from aispec.record import replace
from aispec.spec.model import ApiLatency, Sla, Target
from tests.estimate.deployments import figure, load
from tests.estimate.rooflines import plain

HIGHEST = "throughput.max_rate_at_targets"
SPEED = plain({"interference": 1.0})
ASSUMED = {"output_share": 0.25, "language_inflation": 1.5, "peak_hour_share": 0.15}


def request(prompt: float = 2048, output: float = 101, cached: float = 0.0) -> Request:
    return request_of(replace(load(prompt, output), prefix_cache_hit=cached), ASSUMED)


def told(state: Load | None, replicas: int = 1, ranks: int = 1, **more: Any) -> Facts:
    return facts(SPEED, state, request(), replicas, ranks, **more)


def at(users: float, most: float = 64) -> Load:
    return closed(SPEED, users, most, 2048, 101)


def ratio(of: Quantity) -> tuple[float, float]:
    return of.low / of.value, of.high / of.value


def test_one_user_s_bounds_are_those_of_one_user() -> None:
    for state in (at(1), None):
        alone = told(state)
        assert ratio(figure(alone, "latency.ttft")) == pytest.approx(spread(SPEED, "first"))
        assert ratio(figure(alone, "latency.tpot")) == pytest.approx(spread(SPEED, "decode"))
    crowd = told(at(1.5))
    assert ratio(figure(crowd, "latency.ttft")) == pytest.approx(spread(SPEED, "queue"))
    assert ratio(figure(crowd, "latency.tpot")) == pytest.approx(spread(SPEED, "load"))


def test_times_are_in_their_units() -> None:
    alone = told(at(1))
    assert figure(alone, "latency.ttft").value == pytest.approx(10, rel=1e-4)
    assert figure(alone, "latency.tpot").value == pytest.approx(10, rel=1e-4)
    assert figure(alone, "latency.tps").value == pytest.approx(100, rel=1e-4)
    assert figure(alone, "latency.e2e").value == pytest.approx(0.010 + 100 * 0.010, rel=1e-4)
    units = {name: figure(alone, f"latency.{name}").unit.name for name in ("ttft", "tps", "e2e")}
    assert units == {"ttft": "ms", "tps": "tokens/s", "e2e": "s"}


def test_replicas_and_ranks_add_up() -> None:
    one = figure(told(at(8)), "throughput.requests_per_second")
    assert one.value == pytest.approx(at(8).capacity)
    fast, slow = spread(SPEED, "rate")
    assert (one.low, one.high) == pytest.approx((one.value / slow, one.value / fast))
    six = told(at(8), replicas=3, ranks=2)
    assert figure(six, "throughput.requests_per_second").value == pytest.approx(6 * one.value)
    assert figure(six, "throughput.tokens_per_second").value == pytest.approx(606 * one.value)


def test_a_loop_is_as_busy_as_its_slots() -> None:
    for users, need in ((16, 1), (64, 1), (65, 2), (129, 3)):
        found = told(at(users))
        held = figure(found, "throughput.utilization")
        assert held.high >= users / 64
        assert figure(found, "throughput.replicas_needed").value == need
    pair = told(at(65), replicas=2)  # 65 users on each of two
    assert figure(pair, "throughput.replicas_needed").value == 3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.84, 0.86, 2.0])
def test_arrivals_leave_an_eighth_of_a_replica_idle(share: float) -> None:
    top = capacity(SPEED, 64, 2048, 101)
    found = told(opened(SPEED, share * top, 64, 2048, 101), replicas=2)
    assert figure(found, "throughput.utilization").value == pytest.approx(share)
    need = figure(found, "throughput.replicas_needed")
    assert need.value == max(ceil(2 * share / 0.85), 1)
    fast, slow = spread(SPEED, "rate")
    assert need.low == max(ceil(2 * share * fast / 0.85), 1)
    assert need.high == max(ceil(2 * share * slow / 0.85), 1)


def test_a_wait_without_end_says_by_how_much() -> None:
    top = capacity(SPEED, 64, 2048, 101)
    found = told(opened(SPEED, 2.5 * top, 64, 2048, 101))
    assert figure(found, "latency.ttft").reason == (
        "requests come 2.5 times as fast as they are answered: the wait has no end"
    )
    assert not figure(found, "latency.e2e").known
    assert figure(found, "latency.tpot").known


def test_without_users_there_is_no_throughput() -> None:
    found = told(None)
    for name in ("tokens_per_second", "requests_per_second", "utilization", "replicas_needed"):
        reason = figure(found, f"throughput.{name}").reason
        assert reason == "neither daily nor concurrent users are given"


def test_cached_tokens_are_not_prefilled() -> None:
    state = at(1)
    quick = facts(SPEED, state, request(cached=0.75), 1)
    assert "prefill of 512 tokens with 1.0 requests running" in figure(quick, "latency.ttft").how
    late = told(state, promised=Sla(ttft=Target(1, 99)))
    assert figure(late, "latency.ttft").how.endswith(", at p99")


def test_the_highest_rate_is_searched_where_it_is_asked_for() -> None:
    state = at(8)
    assert told(state)[HIGHEST] == Absent("no target of latency is written")
    promised = Sla(tpot=Target(0.02, 95))
    found = figure(told(state, promised=promised), HIGHEST)
    assert 0 < found.low <= found.value <= found.high
    twice = figure(told(state, replicas=2, promised=promised), HIGHEST)
    assert twice.value == pytest.approx(2 * found.value)
    ranks = figure(told(state, ranks=2, promised=promised), HIGHEST)
    assert ranks.value == pytest.approx(2 * found.value)
    asked = Asked(SPEED, 64, 2048, 101, Percentiles.of(promised))
    targets = Targets.of(promised)
    assert found.value == pytest.approx(asked.rate(targets))
    step = spread(SPEED, "load")
    first = spread(SPEED, "queue")
    assert found.low == pytest.approx(asked.rate(targets, first[1], step[1]))
    assert found.high == pytest.approx(asked.rate(targets, first[0], step[0]))


@pytest.mark.parametrize("edge", [0.004, 0.7, 1.0, 1.7, 3.0, 40.0, 99.0])
def test_the_largest_argument_is_found_by_halves(edge: float) -> None:
    found = _largest(lambda n: n if n <= edge else None, 100.0)
    assert edge / 1.021 <= found <= edge


def test_the_ends_of_the_search() -> None:
    assert _largest(lambda n: n, 100.0) == 100
    assert _largest(lambda n: None, 100.0) == 0
    assert _largest(lambda n: n if n <= 1e-3 else None, 100.0) == 1e-3
    assert _largest(lambda n: n if n < 1e-3 else None, 100.0) == 0


def test_targets_are_those_written_and_the_profile_s() -> None:
    written = Targets.of(Sla(ttft=Target(0.3), tps=Target(20), e2e=Target(9)))
    assert (written.ttft, written.tpot, written.e2e) == (0.3, 0.05, 9)
    both = Targets.of(Sla(tps=Target(20), tpot=Target(0.03)))
    assert both.tpot == 0.03
    assert Targets.of(Sla(tps=Target(50), tpot=Target(0.03))).tpot == 0.02
    assert not Targets.of(Sla()).any
    assert Targets.of(Sla(e2e=Target(1))).any
    chat = Targets.of(Sla(profile="chat"))
    assert 0 < chat.ttft < 2
    assert Targets.of(Sla(profile="chat", ttft=Target(9))).ttft == 9
    assert Percentiles.of(Sla()) == Percentiles(None, None)
    assert Percentiles.of(Sla(e2e=Target(1, 99))) == Percentiles(99, 99)
    assert Percentiles.of(Sla(ttft=Target(1, 90), tps=Target(9, 50))) == Percentiles(90, 50)
    assert Percentiles.of(Sla(profile="chat")).tpot == 95


def test_an_api_has_the_times_that_its_team_measured() -> None:
    found = measured(ApiLatency(ttft=0.4, tps=50), request())
    assert figure(found, "latency.ttft").value == 400
    assert figure(found, "latency.tpot").value == 20
    assert figure(found, "latency.tps").value == 50
    assert figure(found, "latency.e2e").value == pytest.approx(0.4 + 100 / 50)
    assert found["throughput.utilization"] == Absent("the provider's")
    half = measured(ApiLatency(ttft=0.4), request())
    assert figure(half, "latency.ttft").known
    for name in ("tps", "tpot", "e2e"):
        reason = figure(half, f"latency.{name}").reason
        assert reason == "an API's latency is known by measurement only: set api.latency"
