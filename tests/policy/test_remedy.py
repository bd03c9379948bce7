"""Remedies on the whole pipeline: what is shown helps, and following it leads to a sound spec."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from typing import Any

import pytest

from aispec.pipeline import Options, check
from aispec.policy import remedy
from aispec.policy.change import GONE, changed, entailed, step
from aispec.policy.effect import effect
from aispec.policy.finding import Finding
from aispec.policy.steps import PROMISES
from aispec.report.report import Report
from aispec.resources import schema
from aispec.spec.model import Api, Hardware, Parallelism, Spec
from tools.rewriting import TODAY, broken_specs, errors, rewrite

NUMBER = 60
BIG = {
    "version": 1,
    "name": "support-chat",
    "model": "llama-3.3-70b-instruct",
    "precision": "bf16",
    "engine": {"name": "vllm", "version": "0.11", "max_model_len": 8192},
    "hardware": "2x h100-sxm-80gb",
    "workload": {"users": {"concurrent": 20}, "tokens": {"input": 3000, "output": 500}},
}


@cache
def some() -> tuple[dict[str, Any], ...]:
    return tuple(islice(broken_specs(), NUMBER))


def report(spec: dict[str, Any], **options: Any) -> Report:
    run = Options(root="/nonexistent", today=TODAY, **options)
    return check((), run, {"ai-deploy.yaml": json.dumps(spec)})


def found(spec: dict[str, Any], code: str) -> Finding:
    return next(f for f in report(spec).every() if f.code == code)


def test_following_the_first_remedies_ends_in_a_spec_that_passes() -> None:
    left = [result.left for result in map(rewrite, some()) if result.left]
    assert len(left) <= 0.05 * NUMBER, left


def test_what_is_shown_makes_its_rule_pass_and_breaks_no_other() -> None:
    for spec in islice(some(), 0, None, 6):
        before = {f.code for f in errors(spec, remedies=False)}
        for finding in errors(spec):
            for each in finding.remedies:
                after = {f.code for f in errors(applied(spec, each.set), remedies=False)}
                assert finding.code not in after, (spec, each)
                assert after <= before, (spec, each)


def applied(spec: dict[str, Any], changes: Any) -> dict[str, Any]:
    made = json.loads(json.dumps(spec))
    for path, value in changes.items():
        *way, last = path.split(".")
        node = made
        for name in way:
            node = node.setdefault(name, {})
        if value is None:
            node.pop(last, None)
        else:
            node[last] = value
    return made  # type: ignore[no-any-return]


def test_a_model_too_large_is_offered_fewer_bits_and_more_cards_cheapest_first() -> None:
    offered = found(BIG, "FIT001").remedies
    assert 2 <= len(offered) <= remedy.MOST_SHOWN
    assert offered[0].set == {"precision.weights": "fp8"}
    assert "same cost" in offered[0].effect
    assert offered[0].effect.startswith("fits with ")
    assert "with a warning" not in offered[0].effect
    more = next(each for each in offered if each.set == {"hardware.count": 4})
    assert "+$" in more.effect
    costs = [each.cost_month or 0.0 for each in offered]
    assert costs == sorted(costs)


def test_a_plan_too_small_is_offered_the_next_tier_and_a_higher_limit() -> None:
    spec = {
        "version": 1,
        "name": "api",
        "model": "gpt-4o-mini",
        "api": {"provider": "openai", "tier": 1},
        "workload": {"users": "100000/day", "tokens_per_session": 2000},
    }
    sets = [each.set for each in found(spec, "LIM007").remedies]
    assert {"api.tier": "2"} in sets
    assert any("limits.tpm" in each for each in sets)


def test_promises_come_after_what_keeps_them() -> None:
    ways = [
        [any(path in PROMISES for path in each.set) for each in finding.remedies]
        for spec in some()[:40]
        for finding in errors(spec)
    ]
    assert any(True in way and False in way for way in ways)
    assert all(way == sorted(way) for way in ways)


def test_a_looser_promise_is_said_to_be_one() -> None:
    shown = [
        remedy
        for spec in some()[:40]
        for finding in errors(spec)
        for remedy in finding.remedies
        if any(path in PROMISES for path in remedy.set) or "looser" in remedy.effect
    ]
    assert shown
    for each in shown:
        looser = " and ".join(path for path in each.set if path in PROMISES)
        assert f"for a looser {looser}" in each.effect


def test_a_corrected_name_keeps_what_is_said_of_the_device() -> None:
    hardware = {"accelerator": "h100-sxm-80gbb", "price": "2.99 USD/hour"}
    workload = {"users": {"concurrent": 8}, "tokens": {"input": 500, "output": 100}}
    spec = {**BIG, "model": "llama-3.1-8b-instruct", "hardware": hardware, "workload": workload}
    [offered] = found(spec, "SPEC102").remedies
    assert offered.set == {"hardware.accelerator": "h100-sxm-80gb"}
    assert "same cost" in offered.effect


def test_remedies_are_the_same_each_time_and_can_be_left_out() -> None:
    assert report(BIG).every() == report(BIG).every()
    assert not any(f.remedies for f in report(BIG, remedies=False).every())


def test_notes_and_silenced_findings_have_none() -> None:
    text = "# aispec: allow FIT001 -- a test\nhardware: 2x h100-sxm-80gb\n"
    rest = "".join(f"{k}: {json.dumps(v)}\n" for k, v in BIG.items() if k != "hardware")
    result = check((), Options(root="/nonexistent", today=TODAY), {"a.yaml": rest + text})
    silenced = [f for f in result.every() if f.silenced]
    assert [f.code for f in silenced] == ["FIT001"]
    assert not any(f.remedies for f in result.every() if f.silenced or f.severity == "note")


def test_a_run_of_very_many_findings_has_none_unless_asked() -> None:
    texts = {f"{n}.yaml": json.dumps({**BIG, "name": f"chat-{n}"}) for n in range(51)}
    run = Options(root="/nonexistent", today=TODAY, select=("FIT001",))
    assert not any(f.remedies for f in check((), run, texts).every())


def test_tries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    run = remedy.Trials.run

    def counting(self: remedy.Trials, *rest: Any) -> Any:
        outcome = run(self, *rest)
        seen.append(len(self.tried))
        return outcome

    monkeypatch.setattr(remedy.Trials, "run", counting)
    for spec in some()[:40]:
        errors(spec)
    assert 5 < max(seen) <= remedy.MOST_TRIES + remedy._LAST_TRIES


@pytest.mark.parametrize(
    ("verdict", "weight"),
    [
        (("error", "certain", "error"), 2),
        (("warning", "possible", "error"), 1),
        (("note", "certain", "note"), 0),
        (("note", "unknown", "error"), 1),
        (("note", "unknown", "warning"), 1),
        (("note", "unknown", "note"), 0),
    ],
)
def test_a_doubt_weighs_as_a_warning_unless_it_is_about_a_note(verdict: Any, weight: int) -> None:
    assert remedy._weight(verdict) == weight


def test_what_a_change_entails() -> None:
    spec = Spec(1, "a", hardware=Hardware("h100", 2, Parallelism(tensor=2), price=2.0))
    more = entailed(spec, {"hardware.count": step(4)})
    assert more is not None
    assert more["hardware.parallelism.tensor"] == step(4)
    made = changed(spec, more).hardware
    assert made is not None
    assert (made.count, made.parallelism.tensor, made.price) == (4, 4, 2.0)
    other = entailed(spec, {"hardware.accelerator": step("l40s")})
    assert other == {"hardware.accelerator": step("l40s"), "hardware.price": GONE}
    meant = entailed(spec, {"hardware.accelerator": step("h200")}, ["hardware.accelerator"])
    assert meant == {"hardware.accelerator": step("h200")}
    api = Spec(1, "a", api=Api("opnai", "2"))
    provider = {"api.provider": step("openai")}
    assert entailed(api, provider) == provider | {"api.tier": GONE}
    assert entailed(api, provider, ["api.provider"]) == provider
    three = Spec(1, "a", hardware=Hardware("h100", 4, Parallelism(pipeline=2, tensor=2)))
    assert entailed(three, {"hardware.count": step(3)}) is None


def test_an_effect_says_nothing_of_what_is_not_known() -> None:
    assert effect({}, {}) == ""


def test_every_value_is_one_that_the_report_may_have() -> None:
    kinds = schema("report")["$defs"]["remedy"]["properties"]["set"]["additionalProperties"]["type"]
    assert "null" in kinds


FRONT = """version: 1
name: front
routes: [{to: small-chat, share: 50%}, {to: large-chat, share: 50%}]
workload: {users: 20000/day, requests_per_session: 4, tokens: {input: 1000, output: 300}}
budget: {monthly: 9000 USD}
---
{version: 1, name: small-chat, model: gpt-4o-mini, api: {provider: openai, tier: 4}}
---
{version: 1, name: large-chat, model: gpt-4o, api: {provider: openai, tier: 4}}
"""


def test_a_front_door_is_offered_other_shares() -> None:
    run = Options(root="/nonexistent", today=TODAY)
    result = check((), run, {"ai-deploy.yaml": FRONT})
    over = next(f for f in result.every() if f.code == "COST001")
    first = over.remedies[0]
    assert first.set == {"routes.0.share": "75%", "routes.1.share": "25%"}
    assert first.effect.startswith("-$")
    text = FRONT.replace("large-chat, share: 50%", "large-chat, share: 25%")
    text = text.replace("share: 50%", "share: 75%")
    after = check((), run, {"ai-deploy.yaml": text})
    assert not [f for f in after.every() if f.code == "COST001"]
    assert first.cost_month == pytest.approx(after.cost_month.value, rel=1e-6)


def test_a_replica_is_split_into_stages_where_its_heads_do_not_divide() -> None:
    spec = BIG | {
        "model": "phi-4",
        "hardware": {"accelerator": "l40s", "count": 4},
        "workload": {"users": {"concurrent": 8}, "tokens": {"input": 1000, "output": 300}},
    }
    remedies = found(spec, "FIT019").remedies
    assert remedies
    for each in remedies:
        degrees = {p.rpartition(".")[2]: n for p, n in each.set.items() if "parallelism" in p}
        if "pipeline" in degrees:
            assert degrees["tensor"] * degrees["pipeline"] == 4
        assert not errors(applied(spec, each.set), remedies=False)


def test_stages_that_do_not_make_up_the_accelerators_are_not_tried() -> None:
    spec = Spec(1, "here", hardware=Hardware("l40s", 4))
    split = {
        "hardware.parallelism.tensor": step(2),
        "hardware.parallelism.pipeline": step(4),
    }
    assert entailed(spec, split) is None
    assert entailed(spec, split | {"hardware.parallelism.pipeline": step(2)}) is not None
