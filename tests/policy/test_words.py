"""What expressions know of texts, shares and signs agrees with the schemas and the vocabulary."""

from __future__ import annotations

import pytest

from aispec.estimate.vocabulary import FACTS, TERMS
from aispec.policy.expression import ExpressionError, compile_expression
from aispec.policy.operand import SHARES, SIGNED, WORDS
from aispec.resources import schema


def test_words_are_those_that_the_schemas_allow() -> None:
    spec, defs = schema("ai-deploy")["properties"], schema("ai-deploy")["$defs"]
    written = {
        "environment": spec["environment"],
        "use": spec["use"],
        "hardware.purchase": defs["hardware"]["properties"]["purchase"],
        "sla.profile": defs["sla"]["properties"]["profile"],
        "model.kind": schema("model")["properties"]["kind"],
        "hardware.class": schema("accelerator")["properties"]["class"],
    }
    assert {name: sorted(words) for name, words in WORDS.items()} == {
        name: sorted(field["enum"]) for name, field in written.items()
    }
    assert all(TERMS[name].kind == "text" for name in WORDS)


def test_shares_and_signed_numbers_are_numbers() -> None:
    for name in SHARES:
        assert (TERMS[name].kind, TERMS[name].unit) == ("number", ""), name
    for name in SIGNED:
        assert TERMS[name].kind == "number", name
    days = {name for name, term in FACTS.items() if term.unit == "days"}
    assert days - {"cost.price_age_days"} == SIGNED - {"memory.headroom"}


@pytest.mark.parametrize(
    "share",
    [
        *("engine.gpu_memory_utilization", "workload.prefix_cache_hit", "sla.availability"),
        *("cost.idle_share", "precision.uneven_share", "memory.host_share"),
    ],
)
def test_a_share_is_never_above_the_whole(share: str) -> None:
    with pytest.raises(ExpressionError, match="is at most 100%"):
        compile_expression(f"{share} > 120%")
    compile_expression(f"{share} > 99%")


@pytest.mark.parametrize(
    "figure", ["memory.headroom", "model.days_to_retirement", "limits.plan_days_left"]
)
def test_some_figures_may_be_below_nothing(figure: str) -> None:
    unit = TERMS[figure].unit
    compile_expression(f"{figure} < -1 {unit}")
    with pytest.raises(ExpressionError, match="never negative"):
        compile_expression("memory.needed < -1 GiB")
