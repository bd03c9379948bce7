"""What a constraint may do, and what a proposal is worth."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aispec.pipeline import check
from aispec.planning import Plan, Question, Wishes, plan
from aispec.planning.standings import Standings
from tests.planning.questions import CHAT, options, pruned, question

_FEW = {"accelerators": ["l4-24gb", "a10g-24gb", "gh200-96gb"], "max_gpus": 2}


def _cheapest(standings: Standings) -> tuple[int, float]:
    tried = standings.award("cheapest")
    return (tried.standing, tried.cost) if tried else (9, inf)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([{"max_gpus": 1}, {"providers": ["aws"]}, {"accelerators": ["a10g-24gb"]}]),
    st.sampled_from([{}, {"keep": frozenset({"precision"})}, {"keep": frozenset({"engine"})}]),
    st.sampled_from(["2000/day", "80000/day"]),
)
def test_a_further_constraint_never_finds_a_cheaper_one(
    more: dict[str, Any], some: dict[str, Any], users: str
) -> None:
    spec = {**CHAT, "workload": {**CHAT["workload"], "users": users}}
    free = pruned(question(spec, **{**_FEW, **some}))
    bound = pruned(question(spec, **{**_FEW, **some, **more}))
    assert _cheapest(free.standings) <= _cheapest(bound.standings)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(1, 4000), st.floats(1, 4000))
def test_more_to_spend_never_makes_the_cheapest_dearer(one: float, other: float) -> None:
    less, more = sorted((one, other))
    tight = pruned(question(**_FEW, max_cost=less))
    loose = pruned(question(**_FEW, max_cost=more))
    assert _cheapest(loose.standings) <= _cheapest(tight.standings)


def _planned(spec: Any = CHAT, **wishes: Any) -> Plan:
    asked = question(spec, **{**_FEW, **wishes})
    return plan(asked, options())


@pytest.mark.parametrize(
    "spec",
    [
        CHAT,
        {**CHAT, "engine": {"name": "vllm", "version": "0.11", "gpu_memory_utilization": 0.9}},
        {**CHAT, "hardware": {"accelerator": "a100-40gb", "count": 2, "price": "2 USD/hour"}},
        {**{k: v for k, v in CHAT.items() if k not in ("hardware", "precision")}, "api": "groq"},
        {**CHAT, "name": "1e3", "owner": "on"},
    ],
)
def test_the_specs_of_proposals_pass_check(spec: dict[str, Any]) -> None:
    made = _planned(spec)
    assert made.cheapest
    for proposal in made.numbered():
        report = check((), options(remedies=False), {"new.ai-deploy.yaml": proposal.spec})
        [judged] = report.deployments
        assert report.exit_code == 0, proposal.spec
        assert judged.name == spec["name"]
        for name, fact in proposal.facts.items():
            assert repr(judged.facts[name]) == repr(fact), name
        errors = {f.code for f in judged.counted if f.certainty != "certain"}
        assert set(proposal.doubts) <= errors


def test_a_price_that_nobody_lists_is_never_ranked() -> None:
    made = _planned({**CHAT, "hardware": "1x jetson-agx-orin-64gb", "sla": {"tps": 5}})
    assert made.now.standing != "fails"
    assert all(each.title != made.now.title for each in made.front)
    unpriced = _planned(accelerators=["jetson-agx-orin-64gb"]).unpriced
    assert unpriced
    assert not any(fact.known for each in unpriced if (fact := each.facts["cost.month"]))


def test_what_is_sure_ranks_before_what_is_possible() -> None:
    spec = {**CHAT, "sla": {**CHAT["sla"], "tps": 80}}
    made = _planned(spec, accelerators=["rtx-4090-24gb", "h100-sxm-80gb"])
    assert made.cheapest
    assert made.cheapest.standing == "meets"
    best = made.cheapest.facts["cost.month"].value
    cheaper = [each for each in made.front if each.facts["cost.month"].value < best]
    assert cheaper
    assert {each.standing for each in cheaper} <= {"possibly", "cannot tell"}


def test_the_smallest_model_that_is_good_enough_is_named() -> None:
    made = _planned(models=["qwen3-0.6b", "qwen3-14b"], accelerators=["l4-24gb"])
    assert made.smallest_model
    assert made.smallest_model.facts["model.name"] == "Qwen3-0.6B"


def test_what_the_file_silences_is_not_required() -> None:
    text = "version: 1\nname: a\nuse: commercial\n"
    text += "# aispec: allow OPS001 -- licensed by contract 12, legal\n"
    text += "model: command-r-plus-08-2024\n"
    text += "hardware: 4x a100-80gb\nworkload: {users: 10/day, tokens_per_session: 900}\n"
    kept = Wishes(keep=frozenset({"hardware"}))
    silenced = plan(Question("a.yaml", None, kept, text), options())
    loud = plan(Question("a.yaml", None, kept, text.replace("# aispec", "# ")), options())
    assert silenced.excused == ("OPS001",)
    assert silenced.cheapest
    assert loud.cheapest is None


def test_two_searches_find_the_same() -> None:
    one, other = _planned(), _planned()
    assert [p.spec for p in one.numbered()] == [p.spec for p in other.numbered()]
    assert one.tally == other.tally
