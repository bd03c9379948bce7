from __future__ import annotations

import pytest

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.routes import blend, loads
from aispec.estimate.vocabulary import FACTS
from aispec.record import replace
from aispec.spec.model import (
    Api,
    ApiPrice,
    BatchJob,
    Limits,
    ModelRef,
    Route,
    Spec,
    Tokens,
    Users,
    Workload,
)
from tests.estimate.deployments import LLAMA_8B, answer, figure, self_hosted

VISITORS = Workload(
    Users(daily=1000, concurrent=60), tokens=Tokens(input=1500, output=500), requests_per_session=1
)


def door(*routes: Route, name: str = "door", workload: Workload | None = VISITORS) -> Spec:
    return Spec(1, name, workload=workload, routes=routes)


def endpoint(name: str, price: float, workload: Workload | None = None) -> Spec:
    return Spec(
        1,
        name,
        model=ModelRef("gpt-4o-mini"),
        api=Api("openai", price=ApiPrice(price, price)),
        workload=workload,
    )


def facts_of(spec: Spec, workload: Workload | None) -> Facts:
    return estimate(Case(resolve(spec, Catalog.default()), workload))


SPLIT = door(Route("small", 0.9), Route("large", 0.1))


def test_targets_receive_their_share() -> None:
    carried = loads([SPLIT, endpoint("small", 0.15), endpoint("large", 0.90)])
    assert carried["small"].users == Users(900, 54)
    assert carried["large"].users == Users(100, 6)
    assert carried["small"].tokens == VISITORS.tokens
    assert carried["door"] == VISITORS


def test_a_target_adds_what_the_door_sends_to_its_own() -> None:
    own = replace(VISITORS, users=Users(daily=500))
    carried = loads([endpoint("small", 0.15, own), SPLIT, endpoint("large", 0.90)])
    assert carried["small"].users == Users(1400, 54)


def test_batch_jobs_are_shared_like_users() -> None:
    job = BatchJob("nightly", 1000, 100, 100)
    split = replace(SPLIT, workload=replace(VISITORS, batch=(job,)))
    carried = loads([split, endpoint("small", 0.15), endpoint("large", 0.90)])
    assert [carried[name].batch[0].requests for name in ("small", "large")] == [900, 100]


def test_a_door_behind_a_door() -> None:
    outer = door(Route("inner", 0.5), Route("small", 0.5), name="outer")
    inner = door(Route("small", 0.4), Route("large", 0.6), name="inner", workload=None)
    specs = [inner, outer, endpoint("small", 0.15), endpoint("large", 0.90)]
    for order in (specs, specs[::-1]):
        carried = loads(order)
        assert carried["inner"].users.daily == 500
        assert carried["small"].users.daily == pytest.approx(500 + 200)
        assert carried["large"].users.daily == pytest.approx(300)


def test_doors_in_a_circle_end() -> None:
    one = door(Route("two", 1.0), name="one")
    two = door(Route("one", 1.0), name="two", workload=None)
    assert loads([one, two])["one"] == VISITORS


def test_the_door_costs_what_its_targets_cost() -> None:
    targets = [endpoint("small", 0.15), endpoint("large", 0.90)]
    carried = loads([SPLIT, *targets])
    found = [facts_of(each, carried[each.name]) for each in targets]
    facts = blend(resolve(SPLIT, Catalog.default()), VISITORS, found)
    # 900 users x 2,000 tokens at 0.15 and 100 x 2,000 at 0.90.
    assert figure(facts, "cost.day").value == pytest.approx(0.27 + 0.18)
    assert figure(facts, "cost.per_million_tokens").value == pytest.approx(0.225)
    assert figure(facts, "workload.requests_per_day").value == 1000
    assert list(facts) == list(FACTS)
    assert isinstance(facts["model.id"], Absent)


def test_the_door_fits_when_every_target_does() -> None:
    small = replace(self_hosted(name="vllm", max_model_len=8192), name="small")
    large = replace(
        self_hosted(LLAMA_8B, "rtx-4060", name="vllm", max_model_len=8192), name="large"
    )
    carried = loads([SPLIT, replace(small, workload=None), replace(large, workload=None)])
    found = [facts_of(each, carried[each.name]) for each in (small, large)]
    assert [answer(facts, "memory.fits") for facts in found] == [Answer.YES, Answer.NO]
    both = blend(resolve(SPLIT, Catalog.default()), VISITORS, found)
    assert answer(both, "memory.fits") is Answer.NO
    alone = blend(resolve(SPLIT, Catalog.default()), VISITORS, found[:1])
    assert answer(alone, "memory.fits") is Answer.YES


def test_an_unknown_cost_makes_the_sum_unknown() -> None:
    priced = facts_of(endpoint("small", 0.15), VISITORS)
    missing = facts_of(replace(endpoint("large", 0.9), api=Api("nobody")), VISITORS)
    month = figure(
        blend(resolve(SPLIT, Catalog.default()), VISITORS, [priced, missing]), "cost.month"
    )
    assert not month.known


def test_a_target_that_nobody_leads_to_has_no_load() -> None:
    facts = facts_of(endpoint("lonely", 0.15), None)
    assert isinstance(facts["cost.month"], Absent)
    assert facts["model.id"] == resolve(endpoint("x", 1), Catalog.default()).model.id


def test_the_door_s_limits_are_the_blend_of_its_targets() -> None:
    targets = [endpoint("small", 0.15), endpoint("large", 0.90)]
    targets = [replace(targets[0], limits=Limits(tpm=9_000)), targets[1]]
    targets[1] = replace(targets[1], limits=Limits(tpm=600))
    carried = loads([SPLIT, *targets])
    found = [facts_of(each, carried[each.name]) for each in targets]
    facts = blend(resolve(SPLIT, Catalog.default()), VISITORS, found)
    assert figure(facts, "limits.tpm_needed").value == pytest.approx(1000 * 2000 * 0.15 / 60)
    # 90% in 9,000 would be 10,000; a tenth in 600 is 6,000, and is reached first.
    assert figure(facts, "limits.tpm_plan").value == pytest.approx(6_000)
