"""Panels leave out what cannot hold, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import TERMS, Term
from aispec.pipeline import Options, check
from aispec.policy.absence import demanded, indispensable
from aispec.policy.compile import write_rules
from aispec.policy.expression import condition
from aispec.policy.panel import Panel, panel
from aispec.policy.rule import from_data, load_builtin
from aispec.resources import rules_dir
from benchmarks.rules import TODAY, specs

RULES = load_builtin()
WORDS = ("production", "staging", "commercial", "datacenter", "npu", "spot", "open-weight", "vllm")


def value(term: Term) -> st.SearchStrategy[Fact]:
    known: st.SearchStrategy[Fact]
    if term.kind == "number":
        known = st.sampled_from([Quantity(0.5, term.unit), Quantity(9e9, term.unit, low=0.0)])
        return known | st.just(Quantity.unknown(term.unit, "nobody said"))
    if term.kind == "text":
        return st.sampled_from(WORDS) | st.just(Unknown("nobody said"))
    return st.sampled_from([*Answer]) if term.kind == "answer" else st.booleans()


SCOPES = st.fixed_dictionaries(
    {}, optional={name: st.just(Absent()) | value(term) for name, term in TERMS.items()}
)


@given(st.lists(SCOPES, min_size=3, max_size=6))
def test_a_panel_finds_what_its_rules_find_one_by_one(scopes: list[dict[str, Fact]]) -> None:
    ready = Panel(RULES, few=0)
    for scope in scopes:
        alone = [(s.rule.code, s.outcome(scope)) for s in Panel(RULES).seats]
        found = [(seat.rule.code, answer) for seat, answer in ready.holding(scope)]
        assert found == [each for each in alone if each[1] is not Answer.NO]


def test_what_a_wheel_knows_of_a_rule_is_what_would_be_found_out(tmp_path: Path) -> None:
    write_rules(rules_dir(), tmp_path)
    built = json.loads((tmp_path / "rules.json").read_text(encoding="utf-8"))
    rules = tuple(sorted(map(from_data, built), key=lambda rule: rule.code))
    shipped, plain = Panel(rules), Panel(RULES)
    assert all(seat.rule.needs is not None for seat in shipped.seats)
    for one, other in zip(shipped.seats, plain.seats, strict=True):
        assert one.rule.code == other.rule.code
        assert {*one.indispensable()} == {*other.indispensable()}
        assert one.demanded() == other.demanded()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("memory.needed > memory.offered", {"memory.needed", "memory.offered"}),
        ("known(cost.month) and sla.ttft > 300 ms", {"cost.month", "sla.ttft"}),
        ("cost.month > 3 USD/month or latency.tps < 5 tokens/s", set()),
        (
            "not (cost.month > 3 USD/month or latency.tps < 5 tokens/s)",
            {"cost.month", "latency.tps"},
        ),
        ("not given(budget.monthly)", set()),
        ("given(budget.monthly)", {"budget.monthly"}),
        ("not known(cost.month)", {"cost.month"}),
        ("max(latency.ttft, sla.ttft) > 3 ms", set()),
        ("abs(memory.headroom) > 1 GiB", {"memory.headroom"}),
        ("any([owner == 'a', owner == 'b'])", {"owner"}),
        ("all([owner == 'a', use == 'research'])", {"owner", "use"}),
        ("0 GiB < memory.needed < memory.offered", {"memory.needed", "memory.offered"}),
        ("model.known == no", {"model.known"}),
        ("memory.fits", {"memory.fits"}),
        ("starts_with(api.tier, 'ptu')", {"api.tier"}),
        ("hardware.class in ['npu', 'edge'] if given(owner) else memory.fits", set()),
    ],
)
def test_what_a_condition_cannot_do_without(text: str, names: set[str]) -> None:
    assert indispensable(text) == names
    for name in names:
        rest = {n: next_to(n) for n in TERMS if n != name}
        assert condition(text).ask(rest) is Answer.NO


def next_to(name: str) -> Fact:
    term = TERMS[name]
    if term.kind == "number":
        return Quantity(1.0, term.unit)
    return "a" if term.kind == "text" else Answer.YES


def test_words_that_are_asked_for() -> None:
    text = 'environment == "production" and hardware.class in ["npu", "edge"] and known(owner)'
    assert demanded(text) == (
        ("environment", frozenset({"production"})),
        ("hardware.class", frozenset({"npu", "edge"})),
    )
    assert demanded('environment == "production" or use == "research"') == ()
    assert demanded('environment != "production" and owner == name') == ()


def test_a_set_of_rules_has_one_panel() -> None:
    assert panel(RULES) is panel(RULES)
    assert panel(list(RULES)) is not panel(list(RULES))


def test_many_specs_are_judged_as_each_alone() -> None:
    options = Options(root="/nonexistent", today=TODAY, remedies=False)
    texts = {f"{s['name']}/ai-deploy.yaml": json.dumps(s) for s in specs(40)}
    together = check((), options, texts)
    for each in together.deployments[::7]:
        alone = check((), options, {each.path: texts[each.path]}).deployments[0]
        assert [f.message for f in alone.findings] == [f.message for f in each.findings]
        assert [f.span for f in alone.findings] == [f.span for f in each.findings]
