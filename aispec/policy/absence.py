"""Which facts a condition cannot do without: where one is absent it certainly does not hold.

A comparison with something absent never holds, so whole rules fall away for what a deployment does
not have: memory behind an API, rate limits on one's own hardware, a target that nobody wrote.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import pairwise

from aispec.estimate.vocabulary import TERMS
from aispec.policy.lexer import read_literals

_NOTHING: frozenset[str] = frozenset()
_PASSING = ("abs", "round", "len")


@lru_cache(maxsize=4096)
def indispensable(text: str) -> frozenset[str]:
    """Return the names without which the condition that `text` spells answers no.

    The text is one that compiles. What is not sure is left out.
    """
    stripped = text.strip()
    source, _ = read_literals(stripped)
    return _asked(ast.parse(source, mode="eval").body, stripped, turned=False)


@lru_cache(maxsize=4096)
def demanded(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return names with the only words for them that the condition can hold with.

    These are comparisons such as `environment == "production"` that are joined by `and`.
    """
    stripped = text.strip()
    source, _ = read_literals(stripped)
    root = ast.parse(source, mode="eval").body
    every = isinstance(root, ast.BoolOp) and isinstance(root.op, ast.And)
    parts = root.values if every and isinstance(root, ast.BoolOp) else [root]
    return tuple(found for part in parts if (found := _demand(part, stripped)))


def _demand(node: ast.expr, text: str) -> tuple[str, frozenset[str]] | None:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    name, operator, other = _written(node.left, text), node.ops[0], node.comparators[0]
    if name not in TERMS or TERMS[name].kind != "text":
        return None
    words = []
    if isinstance(operator, ast.Eq):
        words = [other]
    elif isinstance(operator, ast.In) and isinstance(other, (ast.List, ast.Tuple)):
        words = other.elts
    shown = [_written(word, text) for word in words]
    if not shown or any(word[0] not in "\"'" for word in shown):
        return None
    return name, frozenset(word[1:-1] for word in shown)


def _asked(node: ast.expr, text: str, turned: bool) -> frozenset[str]:
    """The names of a condition, or of its opposite where it is `turned`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _asked(node.operand, text, not turned)
    if isinstance(node, ast.BoolOp):
        parts = [_asked(part, text, turned) for part in node.values]
        return _joined(parts, every=isinstance(node.op, ast.And) is not turned)
    if isinstance(node, ast.Compare):
        sides = [_valued(side, text) for side in (node.left, *node.comparators)]
        pairs = [one | other for one, other in pairwise(sides)]
        return _joined(pairs, every=not turned)
    if isinstance(node, ast.Call):
        return _called(node, text, turned)
    return _valued(node, text) if isinstance(node, (ast.Name, ast.Attribute)) else _NOTHING


def _called(node: ast.Call, text: str, turned: bool) -> frozenset[str]:
    name = _written(node.func, text)
    if name in ("any", "all") and isinstance(node.args[0], (ast.List, ast.Tuple)):
        parts = [_asked(part, text, turned) for part in node.args[0].elts]
        return _joined(parts, every=(name == "all") is not turned)
    if name == "given" and turned:
        return _NOTHING
    if name in ("given", "known", "starts_with", "contains"):
        return _joined([_valued(part, text) for part in node.args], every=True)
    return _NOTHING


def _valued(node: ast.expr, text: str) -> frozenset[str]:
    """The names without which a value is absent."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = _written(node, text)
        return frozenset((name,)) if name in TERMS else _NOTHING
    if isinstance(node, ast.BinOp):
        return _valued(node.left, text) | _valued(node.right, text)
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return _valued(node.operand, text)
    if isinstance(node, ast.Call):
        parts = [_valued(part, text) for part in node.args]
        name = _written(node.func, text)
        if name in _PASSING:
            return parts[0]
        return _joined(parts, every=False) if name in ("min", "max") else _NOTHING
    return _NOTHING


def _joined(parts: list[frozenset[str]], every: bool) -> frozenset[str]:
    if not parts:
        return _NOTHING
    return frozenset.union(*parts) if every else frozenset.intersection(*parts)


def _written(node: ast.expr, text: str) -> str:
    return text[node.col_offset : node.end_col_offset]
