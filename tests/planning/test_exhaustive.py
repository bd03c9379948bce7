"""The search leaves nothing out: it finds what brute force over the whole pipeline finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aispec.planning.trial import FAILS, Tried
from tests.planning.questions import CHAT, best, brute, front, options, pruned, question

_MEASURES = {
    "cheapest": ("standing", "cost", "level", "order"),
    "fastest": ("standing", "level", "cost", "order"),
    "smallest": ("behind an API", "standing", "size", "cost", "level", "order"),
    "smallest_model": ("standing", "parameters", "cost", "level", "order"),
}


def _named(tried: Tried | None) -> Any:
    return tried and (tried.standing, tried.cost, tried.level, tried.order)


def _compare(asked: Any, run: Any = None) -> tuple[int, int]:
    """Search both ways and compare; how many candidates there are, and how many were computed."""
    every, found = brute(asked, run), pruned(asked, run)
    for name, measures in _MEASURES.items():
        assert _named(found.standings.award(name)) == _named(best(every, *measures)), name
    assert [*map(_named, found.standings.front())] == [*map(_named, front(every))]
    tried = [each for each in every if each.candidate.where != "as written"]
    unpriced = {t.candidate.where for t in tried if t.standing < FAILS and not t.priced}
    hosted = {t.candidate.where for t in every if t.candidate.accelerators}
    assert set(found.unpriced) == unpriced & hosted
    assert found.tally.judged == len(tried)
    return found.tally.judged, found.tally.computed


_CARDS = ["l4-24gb", "a10g-24gb", "t4-16gb", "h100-sxm-80gb", "rtx-4090-24gb", "v100-sxm2-16gb"]

_TARGETS = [
    {"ttft": "300ms", "tps": 15},
    {"ttft": "90ms"},
    {"e2e": "4s"},
    {"availability": "99%"},
]


@st.composite
def _questions(draw: st.DrawFn) -> Any:
    daily = draw(st.sampled_from([100, 5_000, 60_000]))
    users = draw(
        st.sampled_from([f"{daily}/day", {"concurrent": 24}, {"daily": daily, "concurrent": 6}])
    )
    spec: dict[str, Any] = {
        **CHAT,
        "model": draw(st.sampled_from(["llama-3.1-8b-instruct", "qwen3-30b-a3b", "gemma-3-4b-it"])),
        "precision": draw(st.sampled_from(["bf16", "fp8", "int4-awq"])),
        "hardware": draw(st.sampled_from(["1x a100-40gb", "2x l4-24gb", "1x rtx-4090-24gb"])),
        "workload": {"users": users, "tokens_per_session": draw(st.sampled_from([600, 6000]))},
        "sla": draw(
            st.sampled_from(
                [
                    {"ttft": "300ms", "tps": 15},
                    {"ttft": "90ms"},
                    {"e2e": "4s"},
                    {"availability": "99%"},
                ]
            )
        ),
    }
    if draw(st.booleans()):
        spec["budget"] = {"monthly": f"{draw(st.sampled_from([200, 900, 4000]))} USD"}
    wishes: dict[str, Any] = {
        "accelerators": draw(
            st.lists(st.sampled_from(_CARDS), min_size=1, max_size=2, unique=True)
        ),
        "max_gpus": draw(st.sampled_from([1, 2])),
        "max_cost": draw(st.sampled_from([None, None, 1500.0])),
        "keep": frozenset(draw(st.sets(st.sampled_from(["precision", "engine"]), max_size=1))),
        "providers": draw(st.sampled_from([[], ["gcp", "runpod"], ["aws", "verda"]])),
    }
    run = options(
        fail_on=draw(st.sampled_from(["error", "warning"])),
        ignore=draw(st.sampled_from([(), ("FIT",), ("LAT008",), ("COST", "LIM")])),
    )
    return question(spec, **wishes), run


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_questions())
def test_the_search_finds_what_brute_force_finds(case: Any) -> None:
    _compare(*case)


def test_most_candidates_are_decided_by_proof() -> None:
    judged, computed = _compare(question(accelerators=["l4-24gb"], providers=["gcp"], max_gpus=2))
    assert judged > 2 * computed


@pytest.mark.parametrize(
    "spec",
    [
        {**CHAT, "sla": {"ttft": "1ms"}},
        {**CHAT, "limits": {"tpm": 1}},
        {**CHAT, "model": "qwen3-0.6b", "hardware": "1x jetson-orin-nano-8gb", "precision": "bf16"},
    ],
)
def test_both_agree_where_nothing_passes_or_no_price_is_known(spec: dict[str, Any]) -> None:
    _compare(question(spec, accelerators=["p100-pcie-16gb", "jetson-orin-nx-16gb"], max_gpus=1))


def test_both_agree_on_several_models() -> None:
    models = ["gemma-3-4b-it", "qwen3-0.6b"]
    _compare(
        question(
            accelerators=["l4-24gb"], max_gpus=1, models=models, providers=["gcp"], keep={"engine"}
        )
    )
