"""The functions of the expression language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from aispec.estimate.quantity import Quantity
from aispec.estimate.units import NONE
from aispec.policy.amiss import suggestion
from aispec.policy.assembly import Parts
from aispec.policy.operand import Operand, require_kind, require_units

if TYPE_CHECKING:
    from aispec.policy.builder import Builder

FUNCTIONS = {
    "min": "min(number, …): the least of those that apply",
    "max": "max(number, …): the greatest of those that apply",
    "abs": "abs(number): without its sign",
    "round": "round(number, digits): rounded to so many decimals, none if left out",
    "len": "len(text): how many characters it has",
    "given": "given(name): whether the field is written or the fact applies",
    "known": "known(name): whether the fact has a value",
    "any": "any([condition, …]): whether one holds",
    "all": "all([condition, …]): whether each holds",
    "starts_with": 'starts_with(text, "…"): whether it begins so',
    "contains": 'contains(text, "…"): whether it has that in it',
}
"""What each function is called with and gives."""

_MAX_DIGITS = 12


def call_value(builder: Builder, node: ast.Call, depth: int) -> Operand | None:
    """The number that a call gives; none where the call asks something."""
    make = _VALUES.get(_name(builder, node))
    return make(builder, node, depth + 1) if make else None


def call_condition(builder: Builder, node: ast.Call, depth: int, turned: bool) -> Parts | None:
    """The question that a call asks, or its opposite; none where the call gives a number."""
    make = _CONDITIONS.get(_name(builder, node))
    return make(builder, node, depth + 1, turned) if make else None


def _name(builder: Builder, node: ast.Call) -> str:
    name = builder.written(node.func)
    if name not in FUNCTIONS or not isinstance(node.func, ast.Name):
        advice = suggestion(name, FUNCTIONS, "functions are")
        raise builder.error(node.func, f"{name} is not a function", advice)
    if node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
        raise _misused(builder, node, name)
    return name


def _misused(builder: Builder, node: ast.Call, name: str) -> Exception:
    return builder.error(node, f"{name} is not used like this", FUNCTIONS[name])


def _numbers(builder: Builder, node: ast.Call, depth: int, least: int, most: int) -> list[Operand]:
    name = builder.written(node.func)
    if not least <= len(node.args) <= most:
        raise _misused(builder, node, name)
    parts = [builder.value(part, depth) for part in node.args]
    for part in parts:
        require_kind(part, "number", name)
    return parts


def _extreme(builder: Builder, node: ast.Call, depth: int) -> Operand:
    parts = _numbers(builder, node, depth, 1, 50)
    for part in parts[1:]:
        require_units(parts[0], part, "compared")
    made = (builder.written(node.func), *(part.parts for part in parts))
    return builder.operand(node, "number", made, unit=parts[0].unit)


def _absolute(builder: Builder, node: ast.Call, depth: int) -> Operand:
    (part,) = _numbers(builder, node, depth, 1, 1)
    return builder.operand(node, "number", ("abs", part.parts), unit=part.unit)


def _round(builder: Builder, node: ast.Call, depth: int) -> Operand:
    part, *rest = _numbers(builder, node, depth, 1, 2)
    digits = rest[0].constant if rest else Quantity(0)
    fits = isinstance(digits, Quantity) and digits.value in range(-_MAX_DIGITS, _MAX_DIGITS + 1)
    if not fits or (rest and rest[0].unit is not NONE):
        raise _misused(builder, node, "round")
    made = ("round", part.parts, int(digits.value))  # type: ignore[union-attr]
    return builder.operand(node, "number", made, unit=part.unit)


def _length(builder: Builder, node: ast.Call, depth: int) -> Operand:
    if len(node.args) != 1:
        raise _misused(builder, node, "len")
    part = builder.value(node.args[0], depth)
    require_kind(part, "text", "len")
    return builder.operand(node, "number", ("len", part.parts))


def _presence(builder: Builder, node: ast.Call, depth: int, turned: bool) -> Parts:
    name = builder.written(node.func)
    part = builder.value(node.args[0], depth) if len(node.args) == 1 else None
    if part is None or part.term is None:
        raise _misused(builder, node, name)
    return (name, part.term, turned)


def _several(builder: Builder, node: ast.Call, depth: int, turned: bool) -> Parts:
    name = builder.written(node.func)
    listed = node.args[0] if len(node.args) == 1 else None
    if not isinstance(listed, (ast.List, ast.Tuple)) or not listed.elts:
        raise _misused(builder, node, name)
    parts = [builder.condition(part, depth, turned) for part in listed.elts]
    return ("every" if (name == "all") is not turned else "either", *parts)


def _about_text(builder: Builder, node: ast.Call, depth: int, turned: bool) -> Parts:
    name = builder.written(node.func)
    if len(node.args) != 2:
        raise _misused(builder, node, name)
    text, word = (builder.value(part, depth) for part in node.args)
    for part in (text, word):
        require_kind(part, "text", name)
    return (name, text.parts, word.parts, turned)


_VALUES: dict[str, Callable[[Builder, ast.Call, int], Operand]] = {
    "min": _extreme,
    "max": _extreme,
    "abs": _absolute,
    "round": _round,
    "len": _length,
}
_CONDITIONS: dict[str, Callable[[Builder, ast.Call, int, bool], Parts]] = {
    "given": _presence,
    "known": _presence,
    "any": _several,
    "all": _several,
    "starts_with": _about_text,
    "contains": _about_text,
}
