"""Messages with holes: `{{ memory.needed }}`, `{{ cost.idle_share | percent }}`.

A hole is an expression of the language of rules. Filters after `|` say how a figure is shown:
`value`, `range`, `low`, `high`, `number` (without its unit), `percent` and `round(digits)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from aispec.estimate.display import Show, Style, figure, words
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import TERMS, Term
from aispec.policy.amiss import ExpressionError, suggestion
from aispec.policy.expression import Expression, compile_expression, expression
from aispec.policy.operations import is_known
from aispec.policy.ready import ready

MAX_CHARACTERS = 4_000
FILTERS = ("value", "range", "low", "high", "number", "percent", "round")

_HOLE = r"""\{\{((?:"[^"\n]*"|'[^'\n]*'|[^"'{}])*)\}\}"""
_PIPE = r"""\|(?=(?:[^"']|"[^"]*"|'[^']*')*$)"""
_ROUND = r"round\(\s*(\d)\s*\)"


class Hole:
    """An expression and how its value is shown."""

    __slots__ = ("digits", "expression", "show", "style")

    def __init__(
        self,
        expression: Expression,
        show: Show = "auto",
        style: Style = "unit",
        digits: int | None = None,
    ) -> None:
        self.expression = expression
        self.show = show
        self.style = style
        self.digits = digits

    def render(self, scope: Mapping[str, Fact]) -> str:
        """Return the value in words."""
        return self.shown(self.expression.evaluate(scope))

    def shown(self, fact: Fact) -> str:
        """Return a value as this hole shows it."""
        if isinstance(fact, Quantity):
            return figure(fact, self.show, self.style, self.digits)
        return words(fact)


class Template:
    """A text with holes."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Hole, ...]) -> None:
        self.parts = parts

    @property
    def names(self) -> tuple[str, ...]:
        """The facts and fields it uses, sorted."""
        return tuple(sorted({name for hole in self.holes for name in hole.expression.names}))

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Its holes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    def render(self, scope: Mapping[str, Fact]) -> str:
        """Return the text with its holes filled."""
        return "".join(p if isinstance(p, str) else p.render(scope) for p in self.parts)

    def filled(self, scope: Mapping[str, Fact]) -> str | None:
        """Return the text with its holes filled; none where a hole has nothing to show."""
        parts = []
        for part in self.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            fact = part.expression.evaluate(scope)
            if not is_known(fact):
                return None
            parts.append(part.shown(fact))
        return "".join(parts)


def compile_template(text: str, terms: Mapping[str, Term] = TERMS) -> Template:
    """Return the template that `text` spells.

    Raises ExpressionError, with columns of `text`, for what is wrong in a hole.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"a message has at most {MAX_CHARACTERS:,} characters", 1, 2)
    parts: list[str | Hole] = []
    end = 0
    for match in re.finditer(_HOLE, text):
        parts += [_literal(text, end, match.start()), _hole(match[1], match.start(1), terms)]
        end = match.end()
    parts.append(_literal(text, end, len(text)))
    return Template(tuple(part for part in parts if part))


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """Return the template that `text` spells, compiled once."""
    checked = ready().templates.get(text)
    if checked is None:
        return compile_template(text)
    parts = (p if isinstance(p, str) else Hole(expression(p[0]), *p[1:]) for p in checked)
    return Template(tuple(parts))


def _literal(text: str, start: int, end: int) -> str:
    for brackets in ("{{", "}}"):
        found = text.find(brackets, start, end)
        if found >= 0:
            column = found + 1
            raise ExpressionError(f"{brackets} stands without its pair", column, column + 2)
    return text[start:end]


def _hole(text: str, offset: int, terms: Mapping[str, Term]) -> Hole:
    source, *filters = re.split(_PIPE, text)
    try:
        expression = compile_expression(source.rstrip(), terms)
        options: dict[str, str | int] = {}
        at = len(source) + 1
        for name in filters:
            options |= _filter(name, at, expression)
            at += len(name) + 1
    except ExpressionError as error:
        raise error.moved(offset) from None
    return Hole(
        expression,
        cast(Show, options.get("show", "auto")),
        cast(Style, options.get("style", "unit")),
        cast("int | None", options.get("digits")),
    )


def _filter(text: str, offset: int, expression: Expression) -> dict[str, str | int]:
    name = text.strip()
    column = offset + len(text) - len(text.lstrip()) + 1
    span = (column, column + max(len(name), 1))
    if expression.kind != "number":
        raise ExpressionError("only numbers are filtered", *span)
    if name == "percent" and expression.unit.dimensions:
        raise ExpressionError(f"percent is for shares, not for {expression.unit.name}", *span)
    if rounded := re.fullmatch(_ROUND, name):
        return {"digits": int(rounded[1])}
    if name in ("number", "percent"):
        return {"style": name}
    if name in FILTERS and name != "round":
        return {"show": name}
    advice = "write round(1)" if name == "round" else suggestion(name, FILTERS, "filters are")
    raise ExpressionError(f"{name} is not a filter", *span, advice)
