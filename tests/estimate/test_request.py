from __future__ import annotations

import pytest

from aispec.catalog.assumed import DEFAULTS
from aispec.catalog.tokenizers import inflation
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request, request_of
from aispec.spec.model import Tokens, Workload

TOKENS = Tokens(system=100, input=100, output=200)


def asked(languages: dict[str, float], tokenizer: str, **assumed: float) -> Request:
    workload = Workload(tokens=TOKENS, languages=languages)
    return request_of(workload, {**DEFAULTS, **assumed}, tokenizer=tokenizer)


def test_a_language_has_the_inflation_measured_for_the_tokenizer() -> None:
    for name in ("cl100k_base", "o200k_base", "llama3"):
        measured = inflation("hi", name)
        assert measured
        request = asked({"en": 0.7, "hi": 0.3}, name)
        assert request.input.value == pytest.approx(200 * (0.7 + 0.3 * measured[0]))
        assert request.input.low == pytest.approx(200 * (0.7 + 0.3 * measured[1]))
        assert request.output.high == pytest.approx(200 * (0.7 + 0.3 * measured[2]))


def test_an_inflation_that_was_set_goes_before_the_measured() -> None:
    assert asked({"hi": 1.0}, "o200k_base", language_inflation=2.0).input.value == 400
    assert asked({"en": 1.0}, "o200k_base", language_inflation=2.0).input.value == 200


def test_counted_prompts_are_not_inflated() -> None:
    workload = Workload(tokens=TOKENS, languages={"xx": 1.0})
    prompts = {"system": Quantity(321.0, "tokens", how="counted with o200k_base")}
    request = request_of(workload, DEFAULTS, prompts)
    assert request.input.value == 321 + 150


@pytest.mark.parametrize(("turns", "mean", "longest"), [(1, 0, 0), (10, 4.5, 9), (300, 149.5, 299)])
def test_a_history_left_out_grows_turn_by_turn(turns: int, mean: float, longest: float) -> None:
    request = request_of(Workload(requests_per_session=turns, tokens=TOKENS), DEFAULTS)
    assert request.input.value == pytest.approx(200 + 300 * mean)
    assert request.longest_input.value == pytest.approx(200 + 300 * longest)


def test_a_turn_adds_tokens() -> None:
    for tokens in (Tokens(input=100, output=50), Tokens(input=100, output=50, history=300)):
        found = request_of(Workload(requests_per_session=5, tokens=tokens), DEFAULTS)
        assert found.turn
        assert (found.turn.value, found.turn.unit.name) == (150, "tokens")


def test_what_a_turn_adds() -> None:
    grown = request_of(Workload(requests_per_session=5, tokens=TOKENS), DEFAULTS)
    assert grown.turn
    assert grown.turn.value == 300
    assert grown.fixed.value == 100
    given = Tokens(system=100, input=100, output=200, history=600)
    stated = request_of(Workload(requests_per_session=5, tokens=given), DEFAULTS)
    assert stated.turn
    assert stated.turn.value == 300
    assert request_of(Workload(tokens=TOKENS), DEFAULTS).turn is None


def test_a_sessions_tokens_are_inflated_as_other_numbers_are() -> None:
    workload = Workload(tokens_per_session=2000, languages={"xx": 1.0})
    request = request_of(workload, DEFAULTS | {"language_inflation": 2.0})
    assert request.input.value == 3000
    assert request.output.value == 1000
    assert request.inflation
    assert (request.inflation.low, request.inflation.high) == (1, 3)
    assert request_of(Workload(tokens_per_session=2000), DEFAULTS).inflation is None


def test_nothing_is_taken_for_english_where_all_that_is_received_is_counted() -> None:
    prompts = {"input": Quantity(50.0, "tokens")}
    workload = Workload(tokens=Tokens(output=100), languages={"hi": 1.0})
    assert request_of(workload, DEFAULTS, prompts).inflation is None
    stated = Workload(tokens=TOKENS, languages={"hi": 1.0})
    assert request_of(stated, DEFAULTS, prompts).inflation


def test_the_file_furthest_from_its_number() -> None:
    prompts = {
        "system": Quantity(130.0, "tokens"),
        "input": Quantity(90.0, "tokens"),
        "context": Quantity(5000.0, "tokens"),
    }
    request = request_of(Workload(tokens=TOKENS), DEFAULTS, prompts)
    assert request.counted
    assert request.counted[0] == "system"
    assert request.counted[2] == 100
    assert request_of(Workload(tokens=Tokens(output=9)), DEFAULTS, prompts).counted is None
