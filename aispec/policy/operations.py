"""What a checked expression does when it is evaluated: closures over facts.

A condition about something absent never holds, however it is turned, and only `given` asks whether
something is there. That is why negation is pushed down to the comparisons before this module is
used: each of these takes `turned`, and answers no for what is absent either way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import methodcaller

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity, UnitError, largest, smallest

Scope = Mapping[str, Fact]
Run = Callable[[Scope], "Fact | None"]
Ask = Callable[[Scope], Answer]
YES, NO, MAYBE, UNKNOWN = Answer.YES, Answer.NO, Answer.MAYBE, Answer.UNKNOWN


def term(name: str) -> Run:
    """The fact of that name."""
    return methodcaller("get", name)  # in C: this is what judging does most


def constant(fact: Fact) -> Run:
    """Always the same."""
    return lambda scope: fact


def above(left: Run, right: Run, turned: bool = False) -> Ask:
    """Whether one number is greater than another; `turned`, whether it is at most that."""

    def ask(scope: Scope) -> Answer:
        one, other = left(scope), right(scope)
        if isinstance(one, Quantity) and isinstance(other, Quantity):
            answer = one.above(other)
            return ~answer if turned else answer
        return _missing(one, other)

    return ask


def same_number(left: Run, right: Run, turned: bool = False) -> Ask:
    """Whether two numbers are equal."""

    def ask(scope: Scope) -> Answer:
        one, other = left(scope), right(scope)
        if isinstance(one, Quantity) and isinstance(other, Quantity):
            answer = one.equals(other)
            return ~answer if turned else answer
        return _missing(one, other)

    return ask


def same_text(left: Run, right: Run, turned: bool = False) -> Ask:
    """Whether two texts are the same, letter by letter."""
    return about_texts(lambda one, other: one == other, left, right, turned)


def about_texts(holds: Callable[[str, str], bool], left: Run, right: Run, turned: bool) -> Ask:
    """Whether something holds between two texts."""

    def ask(scope: Scope) -> Answer:
        one, other = left(scope), right(scope)
        if isinstance(one, str) and isinstance(other, str):
            return YES if holds(one, other) is not turned else NO
        return _missing(one, other)

    return ask


def among(left: Run, words: frozenset[str], turned: bool = False) -> Ask:
    """Whether a text is one of some words."""

    def ask(scope: Scope) -> Answer:
        one = left(scope)
        if isinstance(one, str):
            return YES if (one in words) is not turned else NO
        return _missing(one)

    return ask


def _missing(*facts: Fact | None) -> Answer:
    for fact in facts:
        if fact is None or isinstance(fact, Absent):
            return NO
    return UNKNOWN


def as_answer(fact: Fact | None) -> Answer | None:
    """The answer that a fact is; none for one that is absent."""
    if isinstance(fact, Answer):
        return fact
    if isinstance(fact, bool):
        return Answer.of(fact)
    return None if fact is None or isinstance(fact, Absent) else UNKNOWN


def stands(of: Run, turned: bool = False) -> Ask:
    """Whether an answer is yes; `turned`, whether it is no."""

    def ask(scope: Scope) -> Answer:
        answer = as_answer(of(scope))
        if answer is None:
            return NO
        return ~answer if turned else answer

    return ask


def exactly(of: Run, wanted: Answer, turned: bool = False) -> Ask:
    """Whether an answer is exactly a maybe, or exactly unknown."""

    def ask(scope: Scope) -> Answer:
        answer = as_answer(of(scope))
        if answer is None:
            return NO
        if answer is UNKNOWN and wanted is MAYBE:
            return UNKNOWN
        return YES if (answer is wanted) is not turned else NO

    return ask


def every(parts: Sequence[Ask]) -> Ask:
    """Whether all conditions hold."""

    def ask(scope: Scope) -> Answer:
        result = YES
        for part in parts:
            answer = part(scope)
            if answer is NO:
                return NO
            if answer is not YES:
                result = answer if result is YES else result & answer
        return result

    return ask


def either(parts: Sequence[Ask]) -> Ask:
    """Whether one condition holds."""

    def ask(scope: Scope) -> Answer:
        result = NO
        for part in parts:
            answer = part(scope)
            if answer is YES:
                return YES
            if answer is not NO:
                result = answer if result is NO else result | answer
        return result

    return ask


def given(name: str, turned: bool = False) -> Ask:
    """Whether a field is written, or a fact applies."""

    def ask(scope: Scope) -> Answer:
        fact = scope.get(name)
        return NO if (fact is None or isinstance(fact, Absent)) is not turned else YES

    return ask


def known(name: str, turned: bool = False) -> Ask:
    """Whether a fact has a value; `turned`, whether it applies and has none."""

    def ask(scope: Scope) -> Answer:
        fact = scope.get(name)
        if isinstance(fact, Quantity):
            return YES if fact.known is not turned else NO
        if fact is None or isinstance(fact, Absent):
            return NO
        return YES if is_known(fact) is not turned else NO

    return ask


def is_known(fact: Fact) -> bool:
    """Whether a fact has a value."""
    if isinstance(fact, Quantity):
        return fact.known
    return not isinstance(fact, (Unknown, Absent)) and fact is not UNKNOWN


def arithmetic(combine: Callable[[Quantity, Quantity], Quantity], left: Run, right: Run) -> Run:
    """A sum, difference, product or quotient; absent when one part is."""

    def run(scope: Scope) -> Fact | None:
        one, other = left(scope), right(scope)
        if isinstance(one, Quantity) and isinstance(other, Quantity):
            try:
                return combine(one, other)
            except UnitError:
                raise
            except (ValueError, OverflowError):
                return Unknown("the result is too large to be a figure")
        return _gap(one, other)

    return run


def _gap(*facts: Fact | None) -> Fact:
    """What is missing among some facts: an absent one before an unknown one."""
    for fact in facts:
        if fact is None or isinstance(fact, Absent):
            return Absent() if fact is None else fact
    return next(fact for fact in facts if fact is not None and not isinstance(fact, Quantity))


def extreme(greatest: bool, parts: Sequence[Run]) -> Run:
    """The greatest or least of the numbers that are there; absent when none is."""
    choose = largest if greatest else smallest

    def run(scope: Scope) -> Fact | None:
        facts = [part(scope) for part in parts]
        there = [fact for fact in facts if fact is not None and not isinstance(fact, Absent)]
        figures = [fact for fact in there if isinstance(fact, Quantity)]
        if len(figures) < len(there):
            return next(fact for fact in there if not isinstance(fact, Quantity))
        return choose(*figures) if figures else _gap(*facts)

    return run


def mapped(of: Run, change: Callable[[Quantity], Quantity]) -> Run:
    """A number made from one number."""

    def run(scope: Scope) -> Fact | None:
        fact = of(scope)
        return change(fact) if isinstance(fact, Quantity) and fact.known else fact

    return run


def absolute(figure: Quantity) -> Quantity:
    """The figure without its sign."""
    ends = (abs(figure.low), abs(figure.high))
    low = 0.0 if figure.low <= 0 <= figure.high else min(ends)
    return Quantity(abs(figure.value), figure.unit, low=low, high=max(ends), inputs=(figure,))


def rounded(digits: int) -> Callable[[Quantity], Quantity]:
    """Rounding to some decimals, of the value and of its bounds."""

    def change(figure: Quantity) -> Quantity:
        value, low, high = (round(x, digits) for x in (figure.value, figure.low, figure.high))
        return Quantity(value, figure.unit, low=low, high=high, inputs=(figure,))

    return change


def length(of: Run) -> Run:
    """The number of characters of a text."""

    def run(scope: Scope) -> Fact | None:
        fact = of(scope)
        return Quantity(len(fact)) if isinstance(fact, str) else fact

    return run


def choice(test: Ask, yes: Run, no: Run) -> Run:
    """One of two things; where nobody can tell which, what covers both."""

    def run(scope: Scope) -> Fact | None:
        answer = test(scope)
        if answer is YES:
            return yes(scope)
        return no(scope) if answer is NO else _both(yes(scope), no(scope))

    return run


def _both(one: Fact | None, other: Fact | None) -> Fact | None:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        right = other.to(one.unit)
        if not (one.known and right.known):
            return right if one.known else one
        low, high = min(one.low, right.low), max(one.high, right.high)
        return Quantity(one.value, one.unit, low=low, high=high, inputs=(one, other))
    return one if one == other else Unknown("which of two holds cannot be told")


def ask_choice(test: Ask, yes: Ask, no: Ask) -> Ask:
    """One of two conditions; where nobody can tell which, their common answer if they have one."""

    def ask(scope: Scope) -> Answer:
        answer = test(scope)
        if answer is YES:
            return yes(scope)
        if answer is NO:
            return no(scope)
        one, other = yes(scope), no(scope)
        if one is other:
            return one
        return UNKNOWN if UNKNOWN in (one, other, answer) else MAYBE

    return ask
