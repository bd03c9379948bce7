from __future__ import annotations

import pytest

from aispec.catalog.assumed import DEFAULTS
from aispec.estimate.request import request_of
from aispec.record import replace
from aispec.spec.model import BatchJob, Media, Tokens, Users, Workload
from tests.estimate.deployments import LLAMA_8B, facts_of, figure, load, self_hosted


def test_tokens_of_a_session_are_split() -> None:
    workload = Workload(Users(1000), tokens_per_session=2000, requests_per_session=4)
    request = request_of(workload, DEFAULTS)
    assert (request.input.value, request.output.value) == (375, 125)
    assert request.longest.value == 500
    assert request_of(workload, {**DEFAULTS, "output_share": 0.5}).output.value == 250


def test_history_that_is_left_out_grows_by_each_turn() -> None:
    tokens = Tokens(system=400, context=100, input=100, output=300)
    request = request_of(Workload(tokens=tokens, requests_per_session=4), DEFAULTS)
    # Turns have 0, 400, 800 and 1,200 tokens of history.
    assert request.input.value == 400 + 100 + 100 + (0 + 400 + 800 + 1200) / 4
    assert request.longest.value == 400 + 100 + 100 + 1200 + 300
    alone = request_of(Workload(tokens=tokens), DEFAULTS)
    assert alone.input.value == 600
    assert alone.longest.value == 900


def test_history_that_is_given_is_a_mean() -> None:
    tokens = Tokens(history=600, input=100, output=300)
    request = request_of(Workload(tokens=tokens, requests_per_session=4), DEFAULTS)
    assert request.input.value == 700
    assert (request.longest.value, request.longest.high) == (1000, 1600)


def test_images_count_as_input() -> None:
    workload = Workload(tokens=Tokens(input=100, output=50), images=Media(2, 1105))
    assert request_of(workload, DEFAULTS).input.value == 2310


def test_other_languages_inflate_counts_given_in_english() -> None:
    tokens = Tokens(system=100, input=100, output=200)
    english = request_of(Workload(tokens=tokens, languages={"en": 1.0}), DEFAULTS)
    mixed = request_of(Workload(tokens=tokens, languages={"en": 0.7, "xx": 0.3}), DEFAULTS)
    assert english.input.exact
    assert english.input.value == 200
    assert mixed.input.value == pytest.approx(200 * 1.15)
    assert mixed.input.low == 200
    assert mixed.input.high > mixed.input.value


def test_daily_users_become_a_rate_in_the_busiest_hour() -> None:
    workload = Workload(
        Users(10_000),
        sessions_per_user=2,
        requests_per_session=3,
        tokens=Tokens(input=1000, output=200, history=0),
    )
    facts = facts_of(self_hosted(workload=workload, name="vllm", max_model_len=8192))
    assert figure(facts, "workload.requests_per_day").value == 60_000
    assert figure(facts, "workload.tokens_per_day").value == 60_000 * 1200
    rate = figure(facts, "workload.peak_requests_per_second")
    assert rate.value == pytest.approx(60_000 * 0.15 / 3600)


def test_concurrency_of_daily_users_follows_by_little_s_law() -> None:
    workload = load(1000, 200, at_once=None, daily=100_000)
    facts = facts_of(self_hosted(workload=workload, name="vllm", max_model_len=8192))
    rate = figure(facts, "workload.peak_requests_per_second").value
    seconds = figure(facts, "latency.e2e").value
    concurrency = figure(facts, "workload.concurrency")
    assert concurrency.value == pytest.approx(rate * seconds, rel=0.01)
    assert concurrency.low < concurrency.value < concurrency.high


def test_rate_of_concurrent_users_follows_by_little_s_law() -> None:
    workload = load(1000, 200, at_once=16)
    facts = facts_of(self_hosted(workload=workload, name="vllm", max_model_len=8192))
    rate = figure(facts, "workload.peak_requests_per_second").value
    seconds = figure(facts, "latency.e2e").value
    assert figure(facts, "workload.concurrency").value == 16
    assert rate * seconds == pytest.approx(16, rel=0.01)


def test_each_replica_takes_its_share_rounded_up() -> None:
    def cache(replicas: int) -> float:
        workload = load(7680, 512, at_once=10)
        spec = self_hosted(workload=workload, replicas=replicas, name="vllm", max_model_len=8192)
        return figure(facts_of(spec), "memory.kv_needed").value

    assert [cache(n) for n in (1, 3, 4, 10, 20)] == pytest.approx([10, 4, 3, 1, 1])


def test_the_engine_s_limit_caps_what_is_held() -> None:
    spec = self_hosted(workload=load(at_once=50), name="vllm", max_model_len=8192, max_num_seqs=8)
    assert figure(facts_of(spec), "memory.kv_needed").value == pytest.approx(8)


def test_batch_jobs_alone_are_a_day_s_work() -> None:
    job = BatchJob("nightly", 10_000, 400, 100)
    workload = replace(load(at_once=None), batch=(job,))
    facts = facts_of(self_hosted(LLAMA_8B, workload=workload, name="vllm", max_model_len=8192))
    assert figure(facts, "workload.requests_per_day").value == 10_000
    assert figure(facts, "workload.tokens_per_day").value == 5_000_000


def test_no_users_at_all_are_unknown_not_zero() -> None:
    facts = facts_of(self_hosted(workload=load(at_once=None), name="vllm"))
    for name in ("workload.concurrency", "workload.requests_per_day", "memory.kv_needed"):
        assert not figure(facts, name).known
