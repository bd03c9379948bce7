"""The language of rules: conditions and figures over facts, checked before they are used.

Python's syntax for comparisons, `and or not in`, `+ - * /`, `a if c else b` and a few functions;
literals carry units (`300 ms`, `24 GiB`, `10%`). An expression is total and has no side effects: it
always has a value, within bounds of length and depth, and reaches nothing but the facts it names.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from aispec.estimate.fact import Absent, Fact
from aispec.estimate.units import Unit
from aispec.estimate.vocabulary import TERMS, Term
from aispec.policy.builder import Builder
from aispec.policy.lexer import ExpressionError, read_literals
from aispec.policy.operand import Kind, Operand
from aispec.policy.operations import Ask, stands

__all__ = ["Expression", "ExpressionError", "check_condition", "compile_expression", "condition"]


class Expression:
    """A checked expression. `names` are the facts and fields it uses, sorted."""

    __slots__ = ("_run", "ask", "kind", "names", "text", "unit")

    def __init__(self, text: str, operand: Operand, names: frozenset[str]) -> None:
        self.text = text
        self.names = tuple(sorted(names))
        self.kind: Kind = operand.kind
        self.unit: Unit = operand.unit
        self._run = operand.run
        self.ask: Ask = _condition_of(operand)
        """Return the answer of a condition; no where it is about something absent."""

    def evaluate(self, scope: Mapping[str, Fact]) -> Fact:
        """Return its value; a name that `scope` lacks is absent."""
        fact = self._run(scope)
        return Absent() if fact is None else fact


def _condition_of(operand: Operand) -> Ask:
    """Return the question itself where an operand asks one, else whether what it names is yes."""
    if operand.kind == "answer" and operand.term is None and operand.constant is None:
        return cast(Ask, operand.run)
    return stands(operand.run)


def compile_expression(text: str, terms: Mapping[str, Term] = TERMS) -> Expression:
    """Return the expression that `text` spells.

    Raises ExpressionError, with its place, for what is not in the language, for names that are not
    in `terms`, for units and kinds that do not go together, and for what can never hold.
    """
    stripped = text.lstrip()
    try:
        source, literals = read_literals(stripped)
        builder = Builder(stripped, literals, terms)
        operand = builder.value(_parse(source), 0)
    except ExpressionError as error:
        raise error.moved(len(text) - len(stripped)) from None
    return Expression(text, operand, frozenset(builder.names))


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
def condition(text: str) -> Expression:
    """Return the condition that `text` spells, compiled once; raises ExpressionError."""
    expression = compile_expression(text)
    check_condition(expression)
    return expression


def _parse(source: str) -> ast.expr:
    if not source.strip():
        raise ExpressionError("an expression is missing", 1, 2)
    try:
        return ast.parse(source, mode="eval").body
    except SyntaxError as error:
        column = error.offset or len(source.rstrip()) + 1
        closing = "was never closed" in error.msg
        message = "this bracket is never closed" if closing else "the expression breaks off here"
        raise ExpressionError(message, column, column + 1) from None
    except (MemoryError, RecursionError, ValueError):
        raise ExpressionError("the expression is too deep", 1, len(source) + 1) from None
