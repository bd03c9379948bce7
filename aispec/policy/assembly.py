"""From a checked expression, which is plain data, to the closures that evaluate it.

Data can be kept: a wheel has the expressions of its own rules checked beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import add, mul, sub, truediv
from typing import Any, Literal

from aispec.estimate.answer import Answer
from aispec.estimate.quantity import Quantity
from aispec.policy import operations as does
from aispec.policy.operations import Ask, Run

Kind = Literal["number", "text", "answer"]
Parts = Sequence[Any]
"""The name of what is done, and what it is done with: other parts and plain values."""


def assembled(parts: Parts) -> Any:
    """Return the closure that an expression's parts stand for."""
    name, *rest = parts
    given = [assembled(each) if isinstance(each, (tuple, list)) else each for each in rest]
    return _MAKERS[name](*given)


def _number(value: float, unit_name: str) -> Run:
    return does.constant(Quantity(value, unit_name))


def _among(of: Run, turned: bool, *words: str) -> Ask:
    return does.among(of, frozenset(words), turned)


def _extreme(greatest: bool) -> Callable[..., Run]:
    return lambda *parts: does.extreme(greatest, parts)


def _arithmetic(combine: Callable[[Quantity, Quantity], Quantity]) -> Callable[[Run, Run], Run]:
    return lambda left, right: does.arithmetic(combine, left, right)


def _about_texts(holds: Callable[[str, str], bool]) -> Callable[[Run, Run, bool], Ask]:
    return lambda text, word, turned: does.about_texts(holds, text, word, turned)


_MAKERS: Mapping[str, Callable[..., Any]] = {
    "term": does.term,
    "number": _number,
    "text": does.constant,
    "answer": lambda word: does.constant(Answer(word)),
    "above": does.above,
    "same_number": does.same_number,
    "same_text": does.same_text,
    "among": _among,
    "starts_with": _about_texts(str.startswith),
    "contains": _about_texts(str.__contains__),
    "stands": does.stands,
    "exactly": lambda of, word, turned: does.exactly(of, Answer(word), turned),
    "every": lambda *parts: does.every(parts),
    "either": lambda *parts: does.either(parts),
    "given": does.given,
    "known": does.known,
    "+": _arithmetic(add),
    "-": _arithmetic(sub),
    "*": _arithmetic(mul),
    "/": _arithmetic(truediv),
    "negative": lambda of: does.mapped(of, lambda figure: -figure),
    "min": _extreme(greatest=False),
    "max": _extreme(greatest=True),
    "abs": lambda of: does.mapped(of, does.absolute),
    "round": lambda of, digits: does.mapped(of, does.rounded(digits)),
    "len": does.length,
    "choice": does.choice,
    "ask_choice": does.ask_choice,
}
