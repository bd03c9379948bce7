"""Waits and loads against queueing theory, on a machine of round figures."""

from __future__ import annotations

from math import ceil, inf, log
from statistics import NormalDist

import pytest

from aispec.estimate.latency.load import (
    Load,
    capacity,
    closed,
    opened,
    saturated,
    slots,
    static,
    time_in_system,
    waiting,
)
from aispec.estimate.latency.queueing import Seen, _deviations, seen, unlucky
from tests.estimate.rooflines import plain

SPEED = plain({"interference": 1.0})
USUAL = Seen(0.5, 0.01)


def arriving(rate: float, slots: float = 1.0, capacity: float = 1.0) -> Load:
    return Load(1.0, 1.0, rate, capacity, slots, False)


def first(load: Load | None, percentile: float | None, alone: float = 0.5) -> float:
    return unlucky(SPEED, load, alone, USUAL, (percentile, None)).ttft


@pytest.mark.parametrize("share", [0.0001, 0.05, 0.5, 0.9, 0.95, 0.99, 0.9999])
def test_deviations_are_those_of_a_normal_distribution(share: float) -> None:
    assert _deviations(share) == pytest.approx(NormalDist().inv_cdf(share), abs=1e-12)


@pytest.mark.parametrize("busy", [0.1, 0.5, 0.9, 0.99])
def test_with_one_slot_the_wait_is_that_of_one_server(busy: float) -> None:
    """M/M/1: the mean is rho / (mu - lambda), and P(wait > t) = rho exp(-(mu - lambda) t)."""
    assert first(arriving(busy), None) == pytest.approx(0.5 + busy / (1 - busy))
    for percentile in (50.0, 90.0, 99.0):
        beyond = 1 - percentile / 100
        wait = log(busy / beyond) / (1 - busy) if busy > beyond else 0.0
        assert first(arriving(busy), percentile) == pytest.approx(0.5 + wait)


@pytest.mark.parametrize(
    ("servers", "busy", "chance"),
    # Erlang's C from tables; Sakasegawa's form is close where queues matter.
    [(2, 0.5, 0.3333), (2, 0.9, 0.8526), (5, 0.8, 0.5541), (10, 0.9, 0.6687), (50, 0.95, 0.5860)],
)
def test_with_several_slots_it_is_close_to_erlang(servers: int, busy: float, chance: float) -> None:
    wait = first(arriving(busy * servers, servers, float(servers)), None) - 0.5
    assert wait * servers * (1 - busy) == pytest.approx(chance, abs=0.045)


def test_no_queue_ends_where_requests_come_faster_than_they_go() -> None:
    for rate in (1.0, 2.0):
        assert first(arriving(rate), 95) == inf
        assert first(arriving(rate), None) == inf
    assert first(arriving(0.999), 95) < inf


def test_one_user_waits_for_nobody() -> None:
    assert first(None, 99) == 0.5
    assert unlucky(SPEED, None, 0.5, USUAL, (None, 99)) == Seen(0.5, 0.01)
    alone = Load(1.0, 1.0, 0.1, 10.0, 8.0, True)
    assert unlucky(SPEED, alone, 0.5, USUAL, (99, 99)) == Seen(0.5, 0.01)


def test_waits_behind_others_are_exponential() -> None:
    full = Load(4.0, 4.0, 1.0, 10.0, 8.0, True)
    assert first(full, None, alone=0.3) == pytest.approx(0.5)
    assert first(full, 50, alone=0.3) == pytest.approx(0.3 + 0.2 * log(2))
    assert first(full, 90, alone=0.3) == pytest.approx(0.3 + 0.2 * log(10))
    assert first(full, 100, alone=0.3) == first(full, 99.99, alone=0.3) < inf


def test_steps_are_slower_than_the_mean_at_high_percentiles_only_among_others() -> None:
    def step(running: float, percentile: float | None) -> float:
        load = Load(running, running, 0.1, 10.0, 64.0, True)
        return unlucky(SPEED, load, 0.5, USUAL, (None, percentile)).tpot

    assert step(1.0, 99) == step(8, None) == step(8, 50) == pytest.approx(0.01)
    assert 0.01 < step(8, 90) < step(8, 95) < step(8, 99) < step(8, 99.9) < 0.05
    assert step(8, 99.99) == step(8, 100)
    assert step(8, 90) / 0.01 == pytest.approx(0.01 / step(8, 10))  # log-normal about the median


def test_users_beyond_the_slots_of_a_loop_wait_for_one() -> None:
    speed = plain({"slot_wait": 0.5})
    assert waiting(speed, Load(8.0, 20.0, 4.0, 10.0, 8.0, True)) == 0.5 * 12 / 4
    assert waiting(speed, Load(8.0, 8.0, 4.0, 10.0, 8.0, True)) == 0
    assert waiting(speed, Load(8.0, 20.0, 0.0, 10.0, 8.0, True)) == 0
    full = Load(8.0, 20.0, 4.0, 10.0, 8.0, True)
    assert unlucky(speed, full, 0.5, USUAL, (None, None)).ttft == pytest.approx(0.5 + 1.5)


def test_times_are_those_of_the_requests_that_run() -> None:
    one = seen(SPEED, None, 2048, 100, (None, None))
    assert (one.ttft, one.tpot) == pytest.approx((0.010, 0.010), rel=1e-4)
    eleven = seen(SPEED, closed(SPEED, 11, 64, 2048, 100), 2048, 100, (None, None))
    assert eleven.tpot == pytest.approx(0.010 + 10 / 100 * 0.010, rel=1e-4)


def test_a_request_takes_its_prompt_and_a_step_for_each_further_token() -> None:
    assert time_in_system(SPEED, 1, 2048, 101) == pytest.approx(0.010 + 100 * 0.010, rel=1e-4)
    assert time_in_system(SPEED, 1, 2048, 1) == pytest.approx(0.010, rel=1e-4)
    assert time_in_system(SPEED, 1, 2048, 0) == pytest.approx(0.010, rel=1e-4)


def test_a_loop_keeps_its_users_in_flight() -> None:
    state = closed(SPEED, 4, 64, 2048, 101)
    assert (state.running, state.asked, state.slots, state.looped) == (4, 4, 64, True)
    assert state.rate == pytest.approx(4 / time_in_system(SPEED, 4, 2048, 101))
    assert state.utilization == 4 / 64
    assert not state.overloaded
    crowded = closed(SPEED, 200, 64, 2048, 101)
    assert (crowded.running, crowded.asked) == (64, 200)
    assert crowded.utilization == 200 / 64
    assert not crowded.overloaded
    assert closed(SPEED, 0.2, 64, 2048, 101).running == 1


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.95])
def test_arrivals_settle_by_little_s_law(share: float) -> None:
    speed = plain({"interference": 1.0}, groups=((1e6, inf),))
    rate = share * capacity(speed, 64, 2048, 101)
    state = opened(speed, rate, 64, 2048, 101)
    assert state.utilization == pytest.approx(share)
    assert not state.overloaded
    if state.running < 64:
        inside = time_in_system(speed, max(state.running, 1), 2048, 101)
        assert state.running == pytest.approx(rate * inside, rel=4e-3)
    assert 0 < state.running <= 64


def test_arrivals_beyond_the_most_fill_every_slot() -> None:
    top = capacity(SPEED, 64, 2048, 101)
    for rate in (top, 3 * top):
        state = opened(SPEED, rate, 64, 2048, 101)
        assert (state.running, state.asked, state.slots) == (64, 64, 64)
        assert state.overloaded
        assert state.utilization == pytest.approx(rate / top)
    assert Load(1, 1, 1, 0.0, 1, False).utilization == 1


def test_a_full_batch_does_all_its_prompts_and_shares_every_step() -> None:
    each = 100 * 0.010 / 8 + 0.010
    assert capacity(SPEED, 8, 2048, 100) == pytest.approx(1 / each, rel=1e-4)
    assert saturated(SPEED, 8, 2048, 100) == pytest.approx(100 / each, rel=1e-4)
    assert capacity(SPEED, 0.1, 2048, 100) == capacity(SPEED, 1, 2048, 100)
    assert capacity(SPEED, 1e9, 2048, 100) == capacity(SPEED, 4096, 2048, 100)


@pytest.mark.parametrize("batch", [1, 8, 9, 16, 100])
def test_a_static_batch_runs_in_waves(batch: int) -> None:
    waves = ceil(batch / 8)
    together = batch / waves
    assert static(SPEED, batch, 8, 2048, 100) == pytest.approx(
        waves * (together * 0.010 + 100 * 0.010), rel=1e-4
    )


def test_a_static_batch_of_one_slot_runs_one_by_one() -> None:
    for most in (1, 0.3):
        assert static(SPEED, 3, most, 2048, 100) == pytest.approx(3 * (0.010 + 1.0), rel=1e-4)


def test_half_written_answers_leave_room_for_more() -> None:
    assert slots(10, 100, 0) == 10
    assert slots(10, 0, 100) == 20
    assert slots(10, 300, 100) == pytest.approx(10 * 400 / 350)
    assert slots(0.2, 300, 100) == 1
    assert slots(5, 0, 0) == 5
    assert slots(0.5, 0, 0) == 1
