"""The proofs hold: bounds are bounds, and facts depend on no more than is said of them."""

from __future__ import annotations

from itertools import islice
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.stated import stated
from aispec.planning.candidate import DIMENSIONS, Candidate, compose
from aispec.planning.refusals import depends
from aispec.planning.search import Search
from aispec.planning.trial import FAILS
from tests.planning.questions import CHAT, question, started

_CARDS = ["l4-24gb", "h100-sxm-80gb", "rtx-4090-24gb", "a100-sxm4-80gb"]
_LOADS = [
    {"users": "1000/day", "tokens_per_session": 2000},
    {"users": "90000/day", "tokens_per_session": 3000, "requests_per_session": 3},
    {
        "users": {"concurrent": 40},
        "tokens": {"input": 900, "output": 300},
        "prefix_cache_hit": "50%",
    },
]


def _search(model: str, load: dict[str, Any], target: dict[str, Any]) -> Search:
    spec = {**CHAT, "model": model, "workload": load, "sla": target}
    return started(question(spec, accelerators=_CARDS, max_gpus=8))[0]


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["llama-3.1-8b-instruct", "qwen3-30b-a3b", "gemma-3-4b-it"]),
    st.sampled_from(_LOADS),
    st.sampled_from([{"ttft": "300ms", "tps": 15}, {"e2e": {"p99": "9s"}}, {"profile": "chat"}]),
    st.data(),
)
def test_no_candidate_is_better_than_its_floor(
    model: str, load: dict[str, Any], target: dict[str, Any], data: st.DataObject
) -> None:
    search = _search(model, load, target)
    base = data.draw(st.sampled_from(search.space.bases))
    replicas = data.draw(st.sampled_from(base.replicas))
    knobs = data.draw(st.sampled_from(base.knobs))
    offer = data.draw(st.sampled_from(base.offers))
    floor, floors = search.floors.of(base), search.floors
    tried = search.trial.run(compose(base, replicas, knobs, offer))
    assert floor.standing <= tried.standing
    assert floors.standing(base) <= tried.standing
    assert floor.level <= tried.level or tried.standing == FAILS
    assert floors.loaded(base, knobs, int(replicas.name)) <= tried.level
    least, low = search._cost(base, replicas, offer)
    month = tried.outcome.facts["cost.month"]
    assert isinstance(month, Quantity)
    assert least <= tried.cost
    assert low <= month.low


def test_weights_that_never_fit_never_start() -> None:
    search = _search("llama-3.3-70b-instruct", _LOADS[0], {"ttft": "300ms"})
    heavy = [base for base in search.space.bases if search.floors.too_heavy(base)]
    assert heavy
    for base in heavy[::7]:
        tried = search.trial.run(compose(base, base.replicas[0], base.knobs[-1], base.offers[0]))
        assert "it starts" in tried.broken


def test_facts_depend_on_no_more_than_is_said_of_them() -> None:
    spec = {**CHAT, "workload": _LOADS[2]}
    search = started(
        question(
            spec, accelerators=["l4-24gb", "h100-sxm-80gb"], models=["qwen3-30b-a3b"], max_gpus=4
        )
    )[0]
    every = [each for each in search.space.candidates() if each.accelerators]
    seen: dict[tuple[str, ...], dict[str, Any]] = {}
    for candidate in islice(every, 0, None, 53):
        for name, shown in _facts(search, candidate).items():
            kept = tuple(candidate.values[d] for d in DIMENSIONS if d in depends(name))
            before = seen.setdefault((name, *kept), shown)
            assert before == shown, (name, kept)


def _facts(search: Search, candidate: Candidate) -> dict[str, Any]:
    outcome = search.trial.run(candidate).outcome
    every: Facts = {**stated(outcome.deployment), **outcome.facts}
    return {name: _plain(fact) for name, fact in every.items()}


def _plain(fact: Any) -> Any:
    if isinstance(fact, Quantity):
        return (fact.value, fact.low, fact.high) if fact.known else "unknown"
    return type(fact).__name__ if hasattr(fact, "reason") else fact
