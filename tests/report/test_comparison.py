from __future__ import annotations

import json
from time import perf_counter

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Finding, Silence, fingerprint
from aispec.record import replace
from aispec.report.comparison import compare
from aispec.report.comparison_json import diff_json
from aispec.report.json_format import dumps
from aispec.report.report import Judged, Report
from aispec.resources import schema
from aispec.spec.location import Span

from .runs import BROKEN, NEAR_LIMIT, OVERCOMMIT, RUNS, bot_facts, chat_facts, judged, run

NAMES = st.sampled_from(["chat", "rerank", "embed"])
FIGURES = st.one_of(
    st.builds(
        lambda low, more, most: Quantity(
            low + more, "USD/month", low=low, high=low + more + most, how="so"
        ),
        *[st.floats(0, 1e6)] * 3,
    ),
    st.just(Quantity.unknown("USD/month", "no price is known")),
)


def costing(name: str, month: Quantity, *findings: Finding, **facts: object) -> Judged:
    priced: Facts = {"hardware.accelerator": "h100", "cost.month": month, **facts}  # type: ignore[dict-item]
    return judged(name, priced, *findings)


def usd(value: float, low: float | None = None, high: float | None = None) -> Quantity:
    return Quantity(value, "USD/month", low=low, high=high, how="so")


def turn(before: Quantity, after: Quantity, **facts: object) -> str:
    made = compare(run(costing("chat", before)), run(costing("chat", after, **facts)))
    shift = made.pairs[0].shift("cost.month")
    return shift.turn if shift else "same"


@pytest.mark.parametrize("name", list(RUNS))
def test_a_run_does_not_differ_from_itself(name: str) -> None:
    made = compare(RUNS[name](), RUNS[name]())
    assert made.empty
    assert (made.new, made.gone, made.cost.turn) == ((), (), "same")
    assert made.exit_code == RUNS[name]().exit_code


@given(st.dictionaries(NAMES, FIGURES), st.lists(st.sampled_from([OVERCOMMIT, NEAR_LIMIT])))
def test_nothing_differs_from_itself(costs: dict[str, Quantity], found: list[Finding]) -> None:
    report = run(
        *(
            costing(name, month, *(replace(f, deployment=name) for f in found))
            for name, month in costs.items()
        )
    )
    made = compare(report, report)
    assert made.empty
    assert not any(pair.shifts for pair in made.pairs)
    assert compare(report, report, new_only=True).exit_code == 0


@given(st.dictionaries(NAMES, FIGURES), st.dictionaries(NAMES, FIGURES))
def test_the_other_way_round_is_the_opposite(
    one: dict[str, Quantity], other: dict[str, Quantity]
) -> None:
    old, new = (run(*(costing(n, m) for n, m in each.items())) for each in (one, other))
    there, back = compare(old, new), compare(new, old)
    assert there.empty == back.empty
    assert (there.cost.difference is None) == (back.cost.difference is None)
    if there.cost.difference and back.cost.difference:
        opposite = back.cost.difference.amount
        assert there.cost.difference.amount.value == pytest.approx(-opposite.value)
        assert there.cost.difference.amount.low == pytest.approx(-opposite.high)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (usd(100), usd(100), "same"),
        (usd(100), usd(101), "up"),
        (usd(100, 50, 300), usd(200, 100, 600), "up"),
        (usd(100, 50, 300), usd(110, 40, 330), "about the same"),
        (usd(200, 100, 600), usd(100, 50, 300), "down"),
        (Quantity.unknown("USD/month", "no price"), usd(5), "unknown"),
        (usd(5), Quantity.unknown("USD/month", "no price"), "unknown"),
    ],
)
def test_a_cost_with_the_same_unknowns_is_compared_end_by_end(
    before: Quantity, after: Quantity, said: str
) -> None:
    assert turn(before, after) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (usd(100, 50, 300), usd(200, 100, 600), "about the same"),
        (usd(100, 50, 300), usd(200, 110, 600), "possibly up"),
        (usd(200, 150, 600), usd(100, 50, 160), "possibly down"),
        (usd(100, 50, 300), usd(400, 310, 600), "up"),
    ],
)
def test_a_cost_at_other_prices_is_compared_with_the_farthest(
    before: Quantity, after: Quantity, said: str
) -> None:
    price = {"hardware.price_per_hour": Quantity(3, "USD/hour", low=1, high=9, how="another")}
    assert turn(before, after, **price) == said


def test_what_stays_cancels_out_of_the_bill() -> None:
    dear = costing("dear", usd(1000, 300, 9000))
    made = compare(
        run(dear, costing("chat", usd(100))), run(dear, costing("chat", usd(150)))
    ).cost.difference
    assert made is not None
    assert (made.amount.low, made.amount.value, made.amount.high) == (50, 50, 50)
    assert made.trend == "up"
    assert 0 < made.share.low < made.share.high <= 0.5


def test_a_cost_that_nobody_knows_has_no_percentage() -> None:
    old = run(costing("chat", Quantity.unknown("USD/month", "no price")), costing("bot", usd(10)))
    new = run(costing("chat", usd(50)), costing("bot", usd(20)))
    made = compare(old, new).cost
    assert (made.turn, made.difference) == ("unknown", None)


def test_an_unknown_cost_that_did_not_change_is_left_out() -> None:
    unknown = costing("chat", Quantity.unknown("USD/month", "no price"))
    made = compare(run(unknown, costing("b", usd(1))), run(unknown, costing("b", usd(3)))).cost
    assert made.difference is not None
    assert made.difference.amount.value == 2


def test_added_removed_and_renamed_deployments_are_told_apart() -> None:
    old = run(_asking("chat", usd(10), "llama"), _asking("gone", usd(7), "mistral"))
    new = run(_asking("assistant", usd(10), "llama"), _asking("fresh", usd(3), "qwen"))
    made = compare(old, new)
    assert [(pair.kind, pair.name) for pair in made.pairs] == [
        ("renamed", "assistant"),
        ("added", "fresh"),
        ("removed", "gone"),
    ]
    assert made.cost.difference is not None
    assert made.cost.difference.amount.value == 3 - 7


def test_deployments_that_name_no_model_are_never_called_renamed() -> None:
    made = compare(run(costing("chat", usd(1))), run(costing("other", usd(1))))
    assert [pair.kind for pair in made.pairs] == ["added", "removed"]


def _asking(name: str, month: Quantity, model: str) -> Judged:
    each = costing(name, month)
    return replace(each, stated={**each.stated, "model.asked": model})


def test_a_file_that_moved_changes_nothing() -> None:
    old = RUNS["does-not-fit"]()
    moved = replace(OVERCOMMIT, path="b.yaml", data={"at": "hardware"}, fingerprint="other")
    was = replace(
        OVERCOMMIT, fingerprint=fingerprint("FIT001", OVERCOMMIT.path, "support-chat", "hardware")
    )
    old = replace(old, deployments=(replace(old.deployments[0], findings=(was,)),))
    new = replace(old, deployments=(replace(old.deployments[0], path="b.yaml", findings=(moved,)),))
    made = compare(old, new)
    assert made.empty
    assert made.kept == (moved,)


def test_findings_are_new_kept_or_gone_whatever_their_line() -> None:
    lower = replace(OVERCOMMIT, span=Span(50, 1, 50, 2), message="another figure")
    old = run(judged("support-chat", None, OVERCOMMIT))
    new = run(judged("support-chat", None, lower, NEAR_LIMIT))
    made = compare(old, new)
    assert (made.new, made.kept, made.gone) == ((NEAR_LIMIT,), (lower,), ())
    back = compare(new, old)
    assert (back.new, back.gone) == ((), (NEAR_LIMIT,))


def test_a_finding_that_got_graver_is_new_and_one_that_is_silenced_is_not_gone() -> None:
    graver = replace(NEAR_LIMIT, severity="error")
    made = compare(run(judged("helper", None, NEAR_LIMIT)), run(judged("helper", None, graver)))
    assert (made.new, made.gone) == ((graver,), ())
    silent = replace(NEAR_LIMIT, silenced=Silence("known"))
    made = compare(run(judged("helper", None, NEAR_LIMIT)), run(judged("helper", None, silent)))
    assert (made.new, made.kept, made.gone) == ((), (), ())
    made = compare(run(judged("helper", None, silent)), run(judged("helper", None, NEAR_LIMIT)))
    assert made.new == (NEAR_LIMIT,)


def test_only_what_is_new_counts_where_that_is_asked() -> None:
    report = RUNS["does-not-fit"]()
    assert compare(report, report).exit_code == 1
    assert compare(report, report, new_only=True).exit_code == 0
    assert compare(RUNS["fits"](), report, new_only=True).exit_code == 1
    assert compare(None, report, new_only=True).exit_code == 1


def test_a_file_that_cannot_be_read_never_passes() -> None:
    broken = run(findings=(BROKEN,))
    assert compare(broken, broken, new_only=True).exit_code == 2


def test_without_a_base_nothing_is_new_and_it_says_why() -> None:
    made = compare(None, RUNS["does-not-fit"](), missing="the commit was not fetched")
    assert (made.new, made.kept, made.missing) == ((), (OVERCOMMIT,), "the commit was not fetched")
    assert made.cost.turn == "unknown"
    assert made.cost.difference is None


def test_a_base_that_cannot_be_read_limits_the_comparison() -> None:
    made = compare(run(findings=(BROKEN,)), RUNS["fits"]())
    assert made.notes == (
        "deploy/broken.yaml could not be read as a spec before: what it holds counts as new",
    )
    assert made.gone == (BROKEN,)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Answer.NO, Answer.YES, "changed"),
        (Answer.UNKNOWN, Answer.YES, "unknown"),
        (Unknown("x"), Unknown("y"), "same"),
        (Absent("x"), Answer.YES, "appeared"),
        (Answer.YES, Absent("x"), "vanished"),
        (Absent("x"), Absent("y"), "same"),
        (Answer.YES, Answer.YES, "same"),
    ],
)
def test_answers(before: object, after: object, said: str) -> None:
    old, new = (run(judged("a", {"memory.fits": one})) for one in (before, after))  # type: ignore[dict-item]
    shift = compare(old, new).pairs[0].shift("memory.fits")
    assert (shift.turn if shift else "same") == said


def test_front_doors_do_not_count_twice() -> None:
    door = replace(
        judged("door", bot_facts()),
        facts={"cost.month": Quantity(10, "USD/month", how="the sum over its targets")},
    )
    grown = replace(
        door, facts={"cost.month": Quantity(20, "USD/month", how="the sum over its targets")}
    )
    old = run(door, costing("chat", usd(10)))
    made = compare(old, run(grown, costing("chat", usd(20)))).cost.difference
    assert made is not None
    assert made.amount.value == 10


def test_equal_names_are_paired_in_their_order() -> None:
    def two(first: float, second: float) -> Report:
        return run(costing("chat", usd(first)), costing("chat", usd(second)))

    assert compare(two(1, 2), two(1, 2)).empty


def test_memory_of_the_same_setting_is_compared_end_by_end() -> None:
    def needing(gib: float) -> Report:
        facts = chat_facts()
        facts["memory.needed"] = Quantity(gib, "GiB", low=gib - 20, high=gib + 20)
        return run(judged("chat", facts))

    shift = compare(needing(100), needing(110)).pairs[0].shift("memory.needed")
    assert shift is not None
    assert shift.turn == "up"


SHAPE = jsonschema.Draft202012Validator(
    {**schema("report"), "oneOf": [{"$ref": "#/$defs/diff_report"}]}
)


@pytest.mark.parametrize("one", list(RUNS))
@pytest.mark.parametrize("other", list(RUNS))
def test_comparisons_have_the_published_shape(one: str, other: str) -> None:
    data = json.loads(dumps(diff_json(compare(RUNS[one](), RUNS[other]()))))
    SHAPE.validate(data)
    found = [data["findings"], *(each["findings"] for each in data["deployments"])]
    assert len(compare(RUNS[one](), RUNS[other]()).new) == sum(len(f["new"]) for f in found)
    if one == other:
        assert data["summary"]["same"] == len(data["deployments"])


def test_a_comparison_without_a_base_has_the_published_shape() -> None:
    data = json.loads(dumps(diff_json(compare(None, RUNS["api"](), missing="not fetched"))))
    SHAPE.validate(data)
    assert data["missing"] == "not fetched"
    assert data["summary"]["cost_month"]["share"] is None


@given(st.dictionaries(NAMES, FIGURES), st.dictionaries(NAMES, FIGURES))
def test_any_figures_have_the_published_shape(
    one: dict[str, Quantity], other: dict[str, Quantity]
) -> None:
    old, new = (run(*(costing(n, m) for n, m in each.items())) for each in (one, other))
    SHAPE.validate(json.loads(dumps(diff_json(compare(old, new)))))


def test_a_thousand_renamed_deployments_are_matched_in_time() -> None:
    old, new = (
        run(*(_asking(f"{side}-{n}", usd(n + 1), "llama") for n in range(1000)))
        for side in ("old", "new")
    )
    began = perf_counter()
    made = compare(old, new)
    assert {pair.kind for pair in made.pairs} == {"renamed"}
    assert perf_counter() - began < 20
