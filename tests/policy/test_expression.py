from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import TERMS
from aispec.policy.expression import compile_expression

YES, NO, MAYBE, UNKNOWN = Answer.YES, Answer.NO, Answer.MAYBE, Answer.UNKNOWN

SCOPE: dict[str, Fact] = {
    "name": "chat",
    "environment": "production",
    "model.id": "llama-3.1-8b-instruct",
    "model.license": Unknown("the model is not known"),
    "memory.needed": Quantity(80, "GiB"),
    "memory.offered": Quantity(71.3, "GiB", low=70, high=90),
    "memory.headroom": Quantity(-8.7, "GiB", low=-10, high=10),
    "memory.fits": MAYBE,
    "memory.boots": YES,
    "memory.serves": NO,
    "precision.runs": UNKNOWN,
    "hardware.count": Quantity(2),
    "cost.month": Quantity.unknown("USD/month", "no price"),
    "cost.idle_share": Quantity(0.4),
    "latency.ttft": Quantity(0.4, "s"),
    "workload.tokens_per_day": Quantity(3e6, "tokens/day"),
    "api.batch": True,
    "sla.ttft": Absent(),
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("memory.needed > 24 GiB", YES),
        ("memory.needed > 80 GiB", NO),
        ("memory.needed >= 80GiB", YES),
        ("memory.needed < 86 GB", YES),  # 80 GiB are 85.9 GB
        ("memory.needed < 85 GB", NO),
        ("memory.needed == 80 GiB", YES),
        ("memory.needed != 80 GiB", NO),
        ("24 GiB < memory.needed <= 80 GiB", YES),
        ("24 GiB < memory.needed < 80 GiB", NO),
        ("not 24 GiB < memory.needed < 80 GiB", YES),
        ("not 24 GiB < memory.needed < 90 GiB", NO),
        ("not 71 GiB < memory.offered < 95 GiB", MAYBE),
        ("not (memory.boots and memory.serves)", YES),
        ("not (memory.boots and memory.fits)", MAYBE),
        ("not (memory.boots or memory.serves)", NO),
        ("not (memory.serves or memory.fits)", MAYBE),
        ("not (memory.boots and precision.runs)", UNKNOWN),
        ("not any([memory.serves, api.batch == no])", YES),
        ("not all([memory.boots, api.batch])", NO),
        ("latency.ttft == 400 ms", YES),
        ("latency.ttft > 0.3s", YES),
        ("cost.idle_share > 30%", YES),
        ("cost.idle_share == 0.4", YES),
        ("workload.tokens_per_day > 30 tokens/s", YES),
        ("workload.tokens_per_day > 2_000 tokens/min", YES),
        ("memory.needed > memory.offered", MAYBE),
        ("memory.needed <= memory.offered", MAYBE),
        ("memory.offered == memory.needed", MAYBE),
        ("memory.offered != memory.needed", MAYBE),
        ("memory.offered > 60 GiB", YES),
        ("memory.offered > 95 GiB", NO),
        ("abs(memory.headroom) > 10 GiB", NO),
        ("abs(memory.headroom) > 5 GiB", MAYBE),
        ("cost.month > 500 USD/month", UNKNOWN),
        ("cost.month > 500 USD/month or hardware.count == 2", YES),
        ("cost.month > 500 USD/month and hardware.count == 2", UNKNOWN),
        ("cost.month > 500 USD/month and hardware.count == 3", NO),
        ("cost.month > 500 USD/month and memory.fits", UNKNOWN),
        ("latency.ttft > sla.ttft", NO),
        ("latency.ttft <= sla.ttft", NO),
        ("latency.ttft != sla.ttft", NO),
        ("latency.ttft > sla.ttft * 2", NO),
        ("cost.month / 2 > budget.monthly", NO),
        ('environment == "production"', YES),
        ("environment == 'staging'", NO),
        ('environment != "staging"', YES),
        ('environment in ["staging", "production"]', YES),
        ('environment not in ("staging", "production")', NO),
        ('use in ["commercial"]', NO),
        ('use not in ["commercial"]', NO),
        ('use != "commercial"', NO),
        ('model.license == "mit"', UNKNOWN),
        ('model.license in ["mit", "apache-2.0"]', UNKNOWN),
        ('starts_with(model.id, "llama")', YES),
        ('not starts_with(model.id, "llama")', NO),
        ('contains(model.id, "8b")', YES),
        ('contains(owner, "8b")', NO),
        ("hardware.count in [1, 2, 4]", YES),
        ("hardware.count not in [1, 2, 4]", NO),
        ("memory.boots", YES),
        ("memory.fits", MAYBE),
        ("not memory.fits", MAYBE),
        ("memory.fits == no", MAYBE),
        ("memory.fits == maybe", YES),
        ("memory.boots == maybe", NO),
        ("precision.runs == maybe", UNKNOWN),
        ("precision.runs == unknown", YES),
        ("precision.runs != unknown", NO),
        ("precision.runs", UNKNOWN),
        ("memory.serves == no", YES),
        ("no == memory.serves", YES),
        ("memory.serves != no", NO),
        ("memory.serves != yes", YES),
        ("api.batch", YES),
        ("not api.batch", NO),
        ("api.batch == yes", YES),
        ("precision.native", NO),
        ("not precision.native", NO),
        ("precision.native == no", NO),
        ("given(sla.ttft)", NO),
        ("not given(sla.ttft)", YES),
        ("given(cost.month)", YES),
        ("given(owner)", NO),
        ("known(cost.month)", NO),
        ("not known(cost.month)", YES),
        ("known(memory.needed)", YES),
        ("known(precision.runs)", NO),
        ("not known(model.license)", YES),
        ("known(sla.ttft)", NO),
        ("not known(sla.ttft)", NO),
        ("any([memory.serves, memory.fits, memory.boots])", YES),
        ("all([memory.boots, memory.fits])", MAYBE),
        ("not all([memory.boots, memory.serves])", YES),
        ("not any([memory.boots, memory.serves])", NO),
        ("memory.boots if hardware.count == 2 else memory.serves", YES),
        ("memory.boots if memory.fits else memory.serves", MAYBE),
        ("len(model.id) == 21", YES),
        ("cost.month / (hardware.count - 2) > 1 USD/month", UNKNOWN),
    ],
)
def test_answers(text: str, answer: Answer) -> None:
    assert compile_expression(text).ask(SCOPE) is answer


@pytest.mark.parametrize(
    "text",
    [
        "latency.ttft > sla.ttft",
        "memory.needed > memory.offered",
        "memory.fits",
        "memory.boots and memory.serves",
        "memory.boots or latency.ttft > sla.ttft",
        'environment in ["production"] and not memory.serves',
        "1 < hardware.count < 3",
    ],
)
def test_two_negations_are_none(text: str) -> None:
    plain = compile_expression(text).ask(SCOPE)
    assert compile_expression(f"not not ({text})").ask(SCOPE) is plain
    assert compile_expression(f"not (not ({text}))").ask(SCOPE) is plain


@pytest.mark.parametrize("one", Answer)
@pytest.mark.parametrize("other", Answer)
def test_and_or_and_not_are_those_of_answers(one: Answer, other: Answer) -> None:
    scope: dict[str, Fact] = {"memory.fits": one, "memory.boots": other}

    def ask(text: str) -> Answer:
        return compile_expression(text).ask(scope)

    assert ask("memory.fits and memory.boots") is one & other
    assert ask("memory.fits or memory.boots") is one | other
    assert ask("not memory.fits") is ~one
    assert ask("memory.fits == no") is ~one
    assert ask("memory.fits != yes") is ~one
    assert ask("not (memory.fits and memory.boots)") is ~(one & other)
    assert ask("not (memory.fits or memory.boots)") is ~(one | other)
    assert ask("all([memory.fits, memory.boots])") is Answer.all([one, other])
    assert ask("any([memory.fits, memory.boots])") is Answer.any([one, other])


def test_a_choice_that_cannot_be_made_is_told_where_it_matters() -> None:
    text = "memory.fits if precision.runs else memory.boots"

    def ask(runs: Answer, fits: Answer, boots: Answer) -> Answer:
        facts = {"precision.runs": runs, "memory.fits": fits, "memory.boots": boots}
        return compile_expression(text).ask(facts)

    assert ask(UNKNOWN, YES, YES) is YES
    assert ask(UNKNOWN, YES, NO) is UNKNOWN
    assert ask(MAYBE, YES, NO) is MAYBE
    assert ask(MAYBE, YES, UNKNOWN) is UNKNOWN


def test_what_is_unknown_among_numbers_makes_the_rest_unknown() -> None:
    facts: dict[str, Fact] = {"hardware.count": Quantity(2), "hardware.replicas": Unknown("why")}
    for text in ("max(hardware.count, hardware.replicas)", "hardware.count + hardware.replicas"):
        assert compile_expression(text).evaluate(facts) == Unknown("why")
        assert compile_expression(f"{text} > 1").ask(facts) is UNKNOWN
    gone: dict[str, Fact] = {"hardware.count": Quantity(2), "hardware.replicas": Absent("none")}
    assert compile_expression("max(hardware.count, hardware.replicas) == 2").ask(gone) is YES
    assert compile_expression("hardware.count + hardware.replicas > 1").ask(gone) is NO


def test_a_unit_ends_where_a_division_starts() -> None:
    figure = compile_expression("24 GiB/hardware.count").evaluate(SCOPE)
    assert isinstance(figure, Quantity)
    assert (figure.value, figure.unit.name) == (12, "GiB")
    assert compile_expression("hardware.count == 2 and memory.boots").ask(SCOPE) is YES


def test_a_condition_on_something_absent_never_holds_either_way() -> None:
    for text in ("latency.ttft > sla.ttft", "precision.native", 'owner == "a"', "known(owner)"):
        assert compile_expression(text).ask(SCOPE) is NO
        assert compile_expression(f"not ({text})").ask(SCOPE) is NO


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "unit"),
    [
        ("memory.needed * 2", 160, 160, 160, "GiB"),
        ("memory.needed - memory.offered", 8.7, -10, 10, "GiB"),
        ("max(memory.needed, memory.offered)", 80, 80, 90, "GiB"),
        ("min(memory.needed, 40 GiB, 50 GiB)", 40, 40, 40, "GiB"),
        ("min(sla.ttft, 300 ms)", 300, 300, 300, "ms"),
        ("round(memory.offered)", 71, 70, 90, "GiB"),
        ("round(memory.needed / 3, 2)", 26.67, 26.67, 26.67, "GiB"),
        ("abs(-3)", 3, 3, 3, ""),
        ("-(1 + 2) * 2 / 4", -1.5, -1.5, -1.5, ""),
        ("1 if memory.fits else 5", 1, 1, 5, ""),
        ("1 if memory.boots else 5", 1, 1, 1, ""),
        ("10%", 10, 10, 10, "%"),
        ("1e3 tokens", 1000, 1000, 1000, "tokens"),
    ],
)
def test_figures(text: str, value: float, low: float, high: float, unit: str) -> None:
    figure = compile_expression(text).evaluate(SCOPE)
    assert isinstance(figure, Quantity)
    assert (figure.value, figure.low, figure.high) == pytest.approx((value, low, high))
    assert figure.unit.name == unit


def test_what_is_missing_stays_missing() -> None:
    assert compile_expression("sla.ttft + 1 ms").evaluate(SCOPE) == Absent()
    assert compile_expression("max(sla.ttft, sla.tpot)").evaluate(SCOPE) == Absent()
    figure = compile_expression("cost.month * 2").evaluate(SCOPE)
    assert isinstance(figure, Quantity)
    assert figure.reason == "no price"


def test_names_are_the_terms_used() -> None:
    expression = compile_expression(
        'memory.needed > 2 * memory.offered and given(owner) or "a" == name'
    )
    assert expression.names == ("memory.needed", "memory.offered", "name", "owner")


_NUMBERS = st.sampled_from(
    ["hardware.count", "cost.idle_share", "1", "0", "-2", "1e30", "50%", "hardware.replicas"]
)
_CONDITIONS = st.sampled_from(
    ["memory.fits", "precision.runs", "memory.boots", "given(sla.ttft)", "yes", "api.batch"]
)


def _larger_number(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(part, st.sampled_from("+-*/"), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    call = st.tuples(st.sampled_from(["min", "max"]), part, part).map(
        lambda p: f"{p[0]}({p[1]}, {p[2]})"
    )
    return pair | call | part.map(lambda p: f"abs({p})")


_ANY_NUMBER = st.recursive(_NUMBERS, _larger_number, max_leaves=6)
_COMPARED = st.tuples(_ANY_NUMBER, st.sampled_from(["<", ">=", "==", "!="]), _ANY_NUMBER).map(
    lambda p: f"0 + {p[0]} {p[1]} 0 + {p[2]}"
)
_ANY_CONDITION = st.recursive(
    _CONDITIONS | _COMPARED,
    lambda part: (
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        )
        | part.map(lambda p: f"not ({p})")
    ),
    max_leaves=5,
)
_FACTS = st.one_of(
    st.just(Absent()),
    st.just(Quantity.unknown("", "why")),
    st.tuples(st.floats(0, 1e30), st.floats(0, 1e30)).map(
        lambda p: Quantity(min(p), low=min(p), high=max(p))
    ),
)


@given(_ANY_CONDITION, _FACTS, _FACTS, st.sampled_from([*Answer, Absent()]))
@settings(max_examples=300, deadline=None)
def test_a_checked_expression_always_has_an_answer(
    text: str, count: Fact, share: Fact, fits: Fact
) -> None:
    scope = {"hardware.count": count, "cost.idle_share": share, "memory.fits": fits}
    plain, turned = compile_expression(text), compile_expression(f"not ({text})")
    answer, opposite = plain.ask(scope), turned.ask(scope)
    assert isinstance(answer, Answer)
    assert not (answer is YES and opposite is YES)


@given(st.sampled_from(sorted(TERMS)))
def test_every_term_can_be_read(name: str) -> None:
    expression = compile_expression(name)
    assert expression.names == (name,)
    assert expression.evaluate({}) == Absent()
