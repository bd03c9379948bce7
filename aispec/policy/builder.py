"""From Python's syntax tree to a checked expression, by a list of the nodes that are allowed."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.estimate.units import NONE, Unit, unit
from aispec.estimate.vocabulary import Term
from aispec.policy.amiss import ExpressionError, suggestion
from aispec.policy.assembly import Kind, Parts
from aispec.policy.functions import call_condition, call_value
from aispec.policy.lexer import Literal
from aispec.policy.operand import (
    Operand,
    require_kind,
    require_reach,
    require_units,
    require_word,
)
from aispec.policy.reach import Constraint, constraint, require_difference, require_together

MAX_NODES = 200
MAX_DEPTH = 20

ANSWERS = {answer.value: answer for answer in Answer}
_SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_TURNED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
_COMBINE: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "added"),
    ast.Sub: ("-", "subtracted"),
    ast.Mult: ("*", ""),
    ast.Div: ("/", ""),
}


class Builder:
    """Checks the nodes of one expression and says what they are made of."""

    def __init__(
        self, text: str, literals: Mapping[int, Literal], terms: Mapping[str, Term]
    ) -> None:
        self.text = text
        self.literals = literals
        self.terms = terms
        self.names: set[str] = set()
        self.constraints: list[Constraint] = []
        self.nodes = 0

    def value(self, node: ast.expr, depth: int) -> Operand:
        """The part that `node` spells, of any kind."""
        outside, self.constraints = self.constraints, []
        made = self._value(node, depth)
        self.constraints = outside  # what is asked inside a value holds only there
        return made

    def _value(self, node: ast.expr, depth: int) -> Operand:
        self._count(node, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(node)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node, depth)
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
            return self._signed(node, depth)
        if isinstance(node, ast.IfExp):
            return self._choice(node, depth)
        if isinstance(node, ast.Call) and (made := call_value(self, node, depth)):
            return made
        return self.operand(node, "answer", self.condition(node, depth))

    def condition(self, node: ast.expr, depth: int, turned: bool = False) -> Parts:
        """The question that `node` asks, or its opposite where it is `turned`."""
        outside = [*self.constraints]
        made = self._condition(node, depth, turned)
        if not isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
            self.constraints = outside
        return made

    def _condition(self, node: ast.expr, depth: int, turned: bool) -> Parts:
        self._count(node, depth)
        if isinstance(node, ast.BoolOp):
            return self._joined(node, depth, turned)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.condition(node.operand, depth + 1, not turned)
        if isinstance(node, ast.Compare):
            return self._comparison(node, depth, turned)
        if isinstance(node, ast.Call) and (asked := call_condition(self, node, depth, turned)):
            return asked
        if isinstance(node, ast.IfExp):
            test, yes, no = (
                self.condition(part, depth + 1, turned and part is not node.test)
                for part in (node.test, node.body, node.orelse)
            )
            return ("ask_choice", test, yes, no)
        if not isinstance(node, (ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Call)):
            raise self.error(node, "this is not part of the language")
        operand = self.value(node, depth + 1)
        if operand.kind != "answer":
            raise operand.error(f"{operand.described()}, not a condition")
        return ("stands", operand.parts, turned)

    def _joined(self, node: ast.BoolOp, depth: int, turned: bool) -> Parts:
        """Conditions joined by `and` or `or`; what `and` joins must not contradict."""
        together = isinstance(node.op, ast.And) is not turned
        before = self.constraints
        kept: list[Constraint] = []
        parts = []
        for part in node.values:
            self.constraints = []
            parts.append(self.condition(part, depth + 1, turned))
            kept += self.constraints
        if not together:
            self.constraints = before
            return ("either", *parts)
        require_together(kept)
        self.constraints = [*before, *kept]
        return ("every", *parts)

    def operand(
        self,
        node: ast.expr,
        kind: Kind,
        parts: Parts,
        *,
        unit: Unit = NONE,
        constant: Fact | None = None,
        term: str | None = None,
    ) -> Operand:
        """A part that stands where `node` does."""
        column = node.col_offset + 1
        text = self.written(node)
        return Operand(kind, parts, text, column, unit=unit, constant=constant, term=term)

    def written(self, node: ast.expr) -> str:
        """The text of a node."""
        return self.text[node.col_offset : node.end_col_offset]

    def error(self, node: ast.expr, message: str, advice: str | None = None) -> ExpressionError:
        """An error that points at a node."""
        end = node.end_col_offset or node.col_offset + 1
        return ExpressionError(message, node.col_offset + 1, end + 1, advice)

    def _count(self, node: ast.expr, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.error(node, f"an expression has at most {MAX_NODES} parts")
        if depth > MAX_DEPTH:
            raise self.error(node, f"an expression is at most {MAX_DEPTH} levels deep")

    def _named(self, node: ast.Name | ast.Attribute) -> Operand:
        literal = self.literals.get(node.col_offset)
        name = self.written(node)
        if literal is not None and isinstance(node, ast.Name):
            return self._literal(node, literal)
        term = self.terms.get(name)
        if term is None:
            if name in ANSWERS:
                answer = ANSWERS[name]
                return self.operand(node, "answer", ("answer", name), constant=answer)
            raise self._unknown(node, name)
        self.names.add(name)
        kind: Kind = "answer" if term.kind == "flag" else term.kind
        return self.operand(node, kind, ("term", name), unit=unit(term.unit), term=name)

    def _literal(self, node: ast.Name, literal: Literal) -> Operand:
        if isinstance(literal.value, str):
            value = literal.value
            return self.operand(node, "text", ("text", value), constant=value)
        figure = Quantity(literal.value, literal.unit)
        parts = ("number", literal.value, literal.unit.name)
        return self.operand(node, "number", parts, unit=literal.unit, constant=figure)

    def _unknown(self, node: ast.expr, name: str) -> ExpressionError:
        quoted = f'a text is written in quotes: "{name}"' if name.isidentifier() else None
        advice = suggestion(name, self.terms) or quoted
        return self.error(node, f"{name} is not the name of a fact or a field", advice)

    def _arithmetic(self, node: ast.BinOp, depth: int) -> Operand:
        combine, verb = _COMBINE.get(type(node.op), (None, ""))
        if combine is None:
            raise self.error(node, "the only operators are + - * /")
        left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
        for side in (left, right):
            require_kind(side, "number", "arithmetic")
        if verb:
            require_units(left, right, verb)
            measure = left.unit
        else:
            measure = left.unit * right.unit if combine == "*" else left.unit / right.unit
        return self.operand(node, "number", (combine, left.parts, right.parts), unit=measure)

    def _signed(self, node: ast.UnaryOp, depth: int) -> Operand:
        if isinstance(node.op, ast.Invert):
            raise self.error(node, "this is not part of the language")
        of = self.value(node.operand, depth + 1)
        require_kind(of, "number", "a sign")
        if isinstance(node.op, ast.UAdd):
            return of
        constant = -of.constant if isinstance(of.constant, Quantity) else None
        parts = ("negative", of.parts)
        return self.operand(node, "number", parts, unit=of.unit, constant=constant)

    def _choice(self, node: ast.IfExp, depth: int) -> Operand:
        yes, no = self.value(node.body, depth + 1), self.value(node.orelse, depth + 1)
        require_kind(no, yes.kind, "a choice that starts so")
        if yes.kind == "answer":
            return self.operand(node, "answer", self.condition(node, depth))
        require_units(yes, no, "alternatives")
        test = self.condition(node.test, depth + 1)
        return self.operand(node, yes.kind, ("choice", test, yes.parts, no.parts), unit=yes.unit)

    def _comparison(self, node: ast.Compare, depth: int, turned: bool) -> Parts:
        parts = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._pair(left, operator, right, depth + 1, turned))
            left = right
        if len(parts) == 1:
            return parts[0]
        if not turned:
            require_together(self.constraints)
        return ("either" if turned else "every", *parts)

    def _pair(
        self, left: ast.expr, operator: ast.cmpop, right: ast.expr, depth: int, turned: bool
    ) -> Parts:
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self._among(left, right, depth, turned is not isinstance(operator, ast.NotIn))
        symbol = _SYMBOLS.get(type(operator))
        if symbol is None:
            raise self.error(right, "is compares nothing here", "write == or !=")
        one, other = self.value(left, depth), self.value(right, depth)
        made = self._compared(one, _TURNED[symbol] if turned else symbol, other)
        left_over = constraint(one, _TURNED[symbol] if turned else symbol, other)
        if left_over:
            self.constraints.append(left_over)
        return made

    def _compared(self, one: Operand, symbol: str, other: Operand) -> Parts:
        if one.kind != other.kind:
            message = f"{one.described()} and {other.described()}: they cannot be compared"
            raise ExpressionError(message, one.column, other.end_column)
        require_difference(one, symbol, other)
        if one.kind == "number":
            require_units(one, other, "compared")
            require_reach(one, symbol, other)
            require_reach(other, _MIRRORED[symbol], one)
            return _numbers(one, symbol, other)
        if symbol not in ("==", "!="):
            message = f"{one.described()}: it is equal to another or not, never {symbol}"
            raise ExpressionError(message, one.column, other.end_column)
        if one.kind == "text":
            require_word(one, other)
            require_word(other, one)
            return ("same_text", one.parts, other.parts, symbol == "!=")
        return _answers(one, symbol == "!=", other)

    def _among(self, left: ast.expr, right: ast.expr, depth: int, turned: bool) -> Parts:
        if not isinstance(right, (ast.List, ast.Tuple)) or not right.elts:
            raise self.error(right, "in takes a list of literals", 'write ["a", "b"]')
        one = self.value(left, depth)
        others = [self.value(item, depth + 1) for item in right.elts]
        for other in others:
            if other.constant is None:
                raise other.error("in takes a list of literals")
        if one.kind != "text":
            symbol = "!=" if turned else "=="
            asks = [self._compared(one, symbol, other) for other in others]
            return ("every" if turned else "either", *asks)
        for other in others:
            require_kind(other, "text", f"{one.text} in")
            require_word(one, other)
        words = sorted({str(other.constant) for other in others})
        return ("among", one.parts, turned, *words)


def _numbers(one: Operand, symbol: str, other: Operand) -> Parts:
    if symbol in (">", "<="):
        return ("above", one.parts, other.parts, symbol == "<=")
    if symbol in ("<", ">="):
        return ("above", other.parts, one.parts, symbol == ">=")
    return ("same_number", one.parts, other.parts, symbol == "!=")


def _answers(one: Operand, turned: bool, other: Operand) -> Parts:
    of, literal = (one, other) if isinstance(other.constant, Answer) else (other, one)
    if not isinstance(literal.constant, Answer):
        raise ExpressionError(
            "an answer is compared with yes, no, maybe or unknown", one.column, other.end_column
        )
    if literal.constant in (Answer.MAYBE, Answer.UNKNOWN):
        return ("exactly", of.parts, literal.constant.value, turned)
    return ("stands", of.parts, turned is not (literal.constant is Answer.NO))
