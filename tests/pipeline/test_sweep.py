"""Latency over load and the cost by part, against the facts that the same specs have."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options
from aispec.pipeline.gathered import gather
from aispec.pipeline.run import report_on
from aispec.pipeline.sweep import studies
from aispec.report.html.study import Study, key
from aispec.report.report import Judged

TODAY = date(2026, 11, 22)
SELF_HOSTED = """\
version: 1
name: chat
model: llama-3.1-8b-instruct
engine: {name: vllm, version: "0.11", max_model_len: 8192}
hardware: {accelerator: a100-40gb, price: 1.29 USD/hour}
workload: {users: USERS, tokens: {input: 2000, output: 300}}
sla: {ttft: 300ms}
"""
API = """\
version: 1
name: api
model: gpt-4o-mini
api: {provider: openai, price: {input: 1 USD/Mtok, output: 4 USD/Mtok, cached_input: 0.5 USD/Mtok}}
workload:
  users: {daily: 1000}
  tokens: {input: 2000, output: 300}
  prefix_cache_hit: 25%
  batch: [{name: nightly, requests: 100, tokens: {input: 400, output: 100}, deadline: 2h}]
"""
ROUTES = """\
version: 1
name: front
routes: [{to: chat, share: 70%}, {to: api, share: 30%}]
workload: {users: 5000/day, tokens: {input: 500, output: 200}}
---
version: 1
name: chat
model: llama-3.1-8b-instruct
engine: {name: vllm, version: "0.11", max_model_len: 8192}
hardware: {accelerator: a100-40gb, price: 1.29 USD/hour}
---
version: 1
name: api
model: gpt-4o-mini
api: {provider: openai, price: {input: 1 USD/Mtok, output: 4 USD/Mtok}}
"""


def studied(text: str, *, wanted: int | None = None) -> list[tuple[Judged, Study | None]]:
    options = Options(root="/nonexistent", today=TODAY, remedies=False)
    gathered = gather([], options, {"ai-deploy.yaml": text})
    report = report_on(gathered.files, gathered.problems, gathered.governor, options)
    assert report.exit_code != 2
    keys = [key(each) for each in report.deployments]
    found = studies(gathered, options, keys[:wanted])
    return [(each, found.get(key(each))) for each in report.deployments]


def one(text: str) -> tuple[Judged, Study]:
    ((each, study),) = studied(text)
    assert study
    return each, study


@pytest.mark.parametrize("users", ["{daily: 2000}", "{daily: 40000}", "{concurrent: 12}"])
def test_the_point_at_the_expected_load_has_the_facts(users: str) -> None:
    each, study = one(SELF_HOSTED.replace("USERS", users))
    assert study.sweep
    (here,) = [point for point in study.sweep.points if point.load == study.sweep.now]
    for name, fact in here.latency.items():
        known = each.facts[name]
        assert isinstance(fact, Quantity)
        assert isinstance(known, Quantity)
        assert fact.known == known.known
        if fact.known:
            assert (fact.low, fact.value, fact.high) == pytest.approx(
                (known.low, known.value, known.high), rel=1e-9
            )


def test_each_point_is_the_estimate_of_the_spec_with_that_load() -> None:
    _, study = one(SELF_HOSTED.replace("USERS", "{concurrent: 12}"))
    assert study.sweep
    for point in study.sweep.points[::4]:
        there, _ = one(SELF_HOSTED.replace("USERS", f"{{concurrent: {point.load:g}}}"))
        assert repr(there.facts["latency.ttft"]) == repr(point.latency["latency.ttft"])


def test_an_open_loop_runs_up_to_where_no_queue_ends() -> None:
    _, study = one(SELF_HOSTED.replace("USERS", "{daily: 2000}"))
    assert study.sweep
    assert study.sweep.most
    loads = [point.load for point in study.sweep.points]
    assert loads == sorted(set(loads))
    assert loads[0] < study.sweep.now < study.sweep.most.value < loads[-1]
    for point in study.sweep.points:
        first = point.latency["latency.ttft"]
        assert isinstance(first, Quantity)
        assert first.known == (point.load < study.sweep.most.value)


def test_a_closed_loop_has_whole_users() -> None:
    _, study = one(SELF_HOSTED.replace("USERS", "{concurrent: 3}"))
    assert study.sweep
    assert study.sweep.axis == "users at once"
    assert all(point.load == int(point.load) >= 1 for point in study.sweep.points)
    assert study.sweep.points[-1].load >= 6


@pytest.mark.parametrize(
    "users",
    ["{daily: 1e-9}", "{daily: 1e11}", "{concurrent: 0.3}", "{concurrent: 1e9}"],
)
def test_absurd_loads_have_a_range_too(users: str) -> None:
    _, study = one(SELF_HOSTED.replace("USERS", users))
    assert study.sweep
    loads = [point.load for point in study.sweep.points]
    assert 2 <= len(loads) <= 20
    assert study.sweep.now in loads
    assert all(0 < load < 1e12 for load in loads)


def test_more_load_is_never_faster() -> None:
    _, study = one(SELF_HOSTED.replace("USERS", "{daily: 2000}"))
    assert study.sweep
    for name in ("latency.ttft", "latency.tpot", "latency.e2e"):
        figures = [point.latency[name] for point in study.sweep.points]
        values = [f.value for f in figures if isinstance(f, Quantity) and f.known]
        assert all(b >= a * 0.999 for a, b in pairwise(values))


@pytest.mark.parametrize(
    "text",
    [
        API,
        SELF_HOSTED.replace("USERS", "{daily: 10}").replace("llama-3.1-8b", "llama-3.3-70b"),
        SELF_HOSTED.replace("USERS", "{daily: 10}").replace("llama-3.1-8b", "llama-99"),
    ],
)
def test_where_load_decides_nothing_there_is_no_sweep(text: str) -> None:
    assert one(text)[1].sweep is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            SELF_HOSTED.replace("USERS", "{daily: 2000}"),
            ["Accelerators in use", "Accelerators idle"],
        ),
        (
            SELF_HOSTED.replace("USERS", "{daily: 2000}") + "assumptions: {energy_price: 0.2}\n",
            ["Accelerators in use", "Accelerators idle", "Energy"],
        ),
        (
            SELF_HOSTED.replace("USERS", "{daily: 10}").replace("llama-3.1-8b", "llama-99"),
            ["Accelerator hours"],
        ),
        (
            "version: 1\nname: api\nmodel: gpt-4o-mini\napi: {provider: openai, tier: 1}\n"
            "workload: {users: 20000/day, tokens_per_session: 3000}\n",
            ["Input tokens", "Output tokens"],  # whose product rounds otherwise in another order
        ),
        (
            API,
            [
                *("Input tokens", "Cached input tokens", "Output tokens"),
                *("Batch jobs, input", "Batch jobs, output"),
            ],
        ),
    ],
)
def test_parts_of_the_cost_add_up(text: str, names: list[str]) -> None:
    each, study = one(text)
    month = each.facts["cost.month"]
    assert isinstance(month, Quantity)
    assert list(study.costs) == names
    assert sum(part.value for part in study.costs.values()) == pytest.approx(month.value)
    assert all(part.unit.name == "USD/month" for part in study.costs.values())


def test_an_unknown_cost_has_no_parts() -> None:
    text = API.replace(
        "price: {input: 1 USD/Mtok, output: 4 USD/Mtok, cached_input: 0.5 USD/Mtok}", "tier: 1"
    )
    each, study = one(text.replace("gpt-4o-mini", "gpt-99"))
    month = each.facts["cost.month"]
    assert isinstance(month, Quantity)
    assert not month.known
    assert study.costs == {}


def test_a_front_door_costs_what_its_targets_do_and_these_are_swept_at_their_share() -> None:
    (door, front), (_, chat), (_, api) = studied(ROUTES)
    assert front
    assert chat
    assert api
    assert front.sweep is None
    month = door.facts["cost.month"]
    assert isinstance(month, Quantity)
    assert list(front.costs) == ["chat", "api"]
    assert sum(part.value for part in front.costs.values()) == pytest.approx(month.value)
    assert chat.sweep
    assert chat.sweep.now == pytest.approx(5000 * 0.7 * 0.15 / 3600)


def test_prompts_are_counted_once_for_all_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SELF_HOSTED.replace("USERS", "{daily: 2000}").replace(
        "tokens: {input: 2000,", "prompts: {system: system.txt}, tokens: {"
    )
    (tmp_path / "system.txt").write_text("You help with orders. " * 50, encoding="utf-8")
    (tmp_path / "ai-deploy.yaml").write_text(spec, encoding="utf-8")
    options = Options(root=str(tmp_path), today=TODAY, remedies=False)
    gathered = gather(["."], options)
    asked: list[str] = []

    def count(text: str, *_: object) -> Quantity:
        asked.append(text)
        return Quantity(250.0, "tokens")

    monkeypatch.setattr("aispec.estimate.facts.count_tokens", count)
    ((_, study),) = studies(gathered, options, [("ai-deploy.yaml", 1)]).items()
    assert study.sweep
    assert len(study.sweep.points) > 10
    assert len(asked) <= 3  # the facts, the range of load, the cost


def test_only_what_is_wanted_is_studied() -> None:
    found = studied(ROUTES, wanted=1)
    assert [study is not None for _, study in found] == [True, False, False]


def test_the_same_spec_has_the_same_study() -> None:
    text = SELF_HOSTED.replace("USERS", "{daily: 2000}")
    assert repr(one(text)[1]) == repr(one(text)[1])
