"""The language of rules: conditions and figures over facts, checked before they are used.

Python's syntax for comparisons, `and or not in`, `+ - * /`, `a if c else b` and a few functions;
literals carry units (`300 ms`, `24 GiB`, `10%`). An expression is total and has no side effects: it
always has a value, within bounds of length and depth, and reaches nothing but the facts it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from aispec.estimate.fact import Absent, Fact
from aispec.estimate.units import Unit, unit
from aispec.estimate.vocabulary import TERMS, Term
from aispec.policy.amiss import ExpressionError
from aispec.policy.assembly import Kind, Parts, assembled
from aispec.policy.operations import Ask, Run, stands
from aispec.policy.ready import ready

__all__ = [
    *("Expression", "ExpressionError", "check_condition", "compile_expression"),
    *("condition", "expression"),
]


class Expression:
    """A checked expression. `names` are the facts and fields it uses, sorted.

    `asks` is whether its parts ask a question, and do not name an answer.
    """

    __slots__ = ("_ask", "_run", "asks", "kind", "names", "parts", "text", "unit")

    def __init__(
        self, text: str, parts: Parts, kind: Kind, measure: Unit, names: Iterable[str], asks: bool
    ) -> None:
        self.text = text
        self.parts = parts
        self.kind = kind
        self.unit = measure
        self.names = tuple(sorted(names))
        self.asks = asks
        self._run: Run | None = None
        self._ask: Ask | None = None

    @property
    def ask(self) -> Ask:
        """Return the answer of a condition; no where it is about something absent."""
        if self._ask is None:
            made = assembled(self.parts)
            self._ask = made if self.asks else stands(made)
        return self._ask

    def evaluate(self, scope: Mapping[str, Fact]) -> Fact:
        """Return its value; a name that `scope` lacks is absent."""
        if self._run is None:
            self._run = assembled(self.parts)
        fact = self._run(scope)
        return Absent() if fact is None else fact


def compile_expression(text: str, terms: Mapping[str, Term] = TERMS) -> Expression:
    """Return the expression that `text` spells.

    Raises ExpressionError, with its place, for what is not in the language, for names that are not
    in `terms`, for units and kinds that do not go together, and for what can never hold.
    """
    from aispec.policy.reading import operand_of

    operand, names = operand_of(text, terms)
    asks = operand.kind == "answer" and operand.term is None and operand.constant is None
    return Expression(text, operand.parts, operand.kind, operand.unit, names, asks)


def check_condition(expression: Expression) -> None:
    """Raise ExpressionError where an expression is not a condition."""
    if expression.kind != "answer":
        what = "a text" if expression.kind == "text" else "a number"
        raise ExpressionError(
            f"this is {what}, not a condition",
            1,
            len(expression.text) + 1,
            "compare it with something",
        )


@lru_cache(maxsize=4096)
def expression(text: str) -> Expression:
    """Return the expression that `text` spells, compiled once; raises ExpressionError."""
    checked = ready().expressions.get(text)
    if checked is None:
        return compile_expression(text)
    parts, kind, measure, names, asks = checked
    return Expression(text, parts, kind, unit(measure), names, asks)


def condition(text: str) -> Expression:
    """Return the condition that `text` spells, compiled once; raises ExpressionError."""
    found = expression(text)
    check_condition(found)
    return found
