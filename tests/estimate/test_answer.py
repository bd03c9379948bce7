from __future__ import annotations

from functools import reduce
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer

N, M, Y, U = Answer.NO, Answer.MAYBE, Answer.YES, Answer.UNKNOWN
ANSWERS = st.sampled_from(Answer)


@pytest.mark.parametrize(
    ("one", "row"),
    [
        #    no maybe yes unknown
        (N, [N, N, N, N]),
        (M, [N, M, M, U]),
        (Y, [N, M, Y, U]),
        (U, [N, U, U, U]),
    ],
)
def test_and(one: Answer, row: list[Answer]) -> None:
    assert [one & other for other in (N, M, Y, U)] == row


@pytest.mark.parametrize(
    ("one", "row"),
    [
        (N, [N, M, Y, U]),
        (M, [M, M, Y, U]),
        (Y, [Y, Y, Y, Y]),
        (U, [U, U, Y, U]),
    ],
)
def test_or(one: Answer, row: list[Answer]) -> None:
    assert [one | other for other in (N, M, Y, U)] == row


def test_not() -> None:
    assert [~each for each in (N, M, Y, U)] == [Y, M, N, U]


def test_yes_and_no_alone_are_ordinary_logic() -> None:
    for a, b in product((False, True), repeat=2):
        assert Answer.of(a) & Answer.of(b) is Answer.of(a and b)
        assert Answer.of(a) | Answer.of(b) is Answer.of(a or b)


@given(ANSWERS, ANSWERS, ANSWERS)
def test_kleene_laws(a: Answer, b: Answer, c: Answer) -> None:
    assert a & b is b & a
    assert a | b is b | a
    assert (a & b) & c is a & (b & c)
    assert (a | b) | c is a | (b | c)
    assert a & a is a
    assert a | a is a
    assert ~~a is a
    assert ~(a & b) is ~a | ~b
    assert ~(a | b) is ~a & ~b
    assert a & Y is a
    assert a | N is a
    assert a & N is N
    assert a | Y is Y


@given(st.lists(ANSWERS, max_size=6))
def test_all_and_any_are_chains(answers: list[Answer]) -> None:
    assert Answer.all(answers) is reduce(lambda a, b: a & b, answers, Y)
    assert Answer.any(answers) is reduce(lambda a, b: a | b, answers, N)
    assert Answer.any(answers) is ~Answer.all(~each for each in answers)


@pytest.mark.parametrize("answer", Answer)
def test_nobody_takes_an_answer_for_a_truth_value(answer: Answer) -> None:
    with pytest.raises(TypeError, match="not a truth value"):
        bool(answer)
    assert str(answer) == answer.value
