"""From the text of an expression to its parts, checked."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from aispec.estimate.vocabulary import Term
from aispec.policy.amiss import ExpressionError
from aispec.policy.builder import Builder
from aispec.policy.lexer import read_literals
from aispec.policy.operand import Operand


def operand_of(text: str, terms: Mapping[str, Term]) -> tuple[Operand, frozenset[str]]:
    """Return what `text` spells, and the names it uses; raises ExpressionError."""
    stripped = text.lstrip()
    try:
        source, literals = read_literals(stripped)
        builder = Builder(stripped, literals, terms)
        return builder.value(_parse(source), 0), frozenset(builder.names)
    except ExpressionError as error:
        raise error.moved(len(text) - len(stripped)) from None


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
