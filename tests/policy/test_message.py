from __future__ import annotations

import pytest

from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.policy.expression import ExpressionError
from aispec.policy.message import compile_template

SCOPE: dict[str, Fact] = {
    "name": "support-chat",
    "memory.needed": Quantity(105.26, "GiB", low=100, high=110),
    "memory.offered": Quantity(71.3, "GiB"),
    "cost.idle_share": Quantity(0.42, low=0.3, high=0.6),
    "cost.month": Quantity.unknown("USD/month", "no price"),
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("no hole", "no hole"),
        ("", ""),
        ("{{ name }} needs {{memory.needed}}.", "support-chat needs 105.3 GiB."),
        ("{{ memory.needed | range }}", "100 to 110 GiB"),
        ("{{ memory.needed | round(1) }}", "105.3 GiB"),
        ("{{ memory.needed | low | round(0) | number }}", "100"),
        ("{{ memory.needed - memory.offered | value }}", "33.96 GiB"),
        ("{{ cost.idle_share | percent }}", "30% to 60%"),
        ("{{ cost.idle_share | value | percent }}", "42%"),
        ("{{ cost.month }}", "unknown (no price)"),
        ("{{ owner }}", "not stated"),
        ("{{ 'a | b }}' }}", "a | b }}"),
        ("{a} {{ memory.needed > 1 GiB }}", "{a} yes"),
    ],
)
def test_holes_are_filled(text: str, rendered: str) -> None:
    assert compile_template(text).render(SCOPE) == rendered


def test_a_spec_cannot_write_holes_of_its_own() -> None:
    assert compile_template("{{ name }}").render({"name": "{{ owner }}"}) == "{{ owner }}"


def test_names_and_completeness() -> None:
    template = compile_template("{{ name }} {{ cost.month }} {{ name }}")
    assert template.names == ("cost.month", "name")
    assert template.filled(SCOPE) is None
    assert compile_template("{{ name }}").filled(SCOPE) == SCOPE["name"]
    assert compile_template("{{ owner }}").filled(SCOPE) is None


@pytest.mark.parametrize(
    ("text", "column", "end", "message"),
    [
        ("a {{ name ", 3, 5, "{{ stands without its pair"),
        ("a }} b", 3, 5, "}} stands without its pair"),
        ("{{}}", 3, 4, "an expression is missing"),
        ("is {{ memory.neded }}", 7, 19, "memory.neded is not the name"),
        ("is {{ memory.needed | precent }}", 23, 30, "precent is not a filter"),
        ("{{ name | low }}", 11, 14, "only numbers are filtered"),
        ("{{ memory.needed | percent }}", 20, 27, "percent is for shares, not for GiB"),
        ("{{ memory.needed | round }}", 20, 25, "round is not a filter"),
        ("{{ {{ name }} }}", 1, 3, "{{ stands without its pair"),
    ],
)
def test_mistakes_have_a_place(text: str, column: int, end: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_template(text)
    assert caught.value.message.startswith(message)
    assert (caught.value.column, caught.value.end_column) == (column, end)


def test_templates_are_bounded() -> None:
    with pytest.raises(ExpressionError, match="at most"):
        compile_template("x" * 4_001)
