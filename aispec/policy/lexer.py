"""Literals of the expression language, taken out of a text before Python's parser reads it.

Texts, and numbers with their units, become runs of underscores of the same length, so that columns
stay what they were and no number or text of an author reaches the parser.
"""

from __future__ import annotations

import re

from aispec.estimate.units import ATOMS, NONE, Unit, unit
from aispec.late import pattern
from aispec.policy.amiss import ExpressionError, suggestion

MAX_CHARACTERS = 2_000
MAX_BRACKETS = 60
MAX_NUMBER = 1e40

_LITERAL = pattern(
    r"""(?P<text>"[^"\n]*"|'[^'\n]*')"""
    r"|(?<![\w.])(?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"(?:(?P<space>\s*)(?P<unit>%|[A-Za-z\u00b5]\w*(?:[/\u00b7][A-Za-z]\w*)*))?"
)
_OPERATORS = frozenset(("and", "or", "not", "in", "is", "if", "else", "for"))
_FOREIGN = pattern(r"[^\w.\s()\[\],<>=!+\-*/]|[^\x00-\x7f]|(?<![<>=!])=(?!=)|!(?!=)")
_ATTRIBUTE = pattern(r"(?<=\.)[A-Za-z_]\w*")  # hardware.class: Python keeps some for itself
_INSTEAD = {
    "=": "write == to compare",
    "!": "write not",
    "&": "write and",
    "|": "write or",
    "%": "a % follows a number, as in 10%",
    "{": "lists are written [a, b]",
}


class Literal:
    """A number with its unit, or a text."""

    __slots__ = ("unit", "value")

    def __init__(self, value: float | str, unit: Unit = NONE) -> None:
        self.value = value
        self.unit = unit


def read_literals(text: str) -> tuple[str, dict[int, Literal]]:
    """Return `text` with its literals blanked, and its literals by their columns (from zero).

    Raises ExpressionError for characters that no expression has, and past the bounds of length.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"an expression has at most {MAX_CHARACTERS:,} characters", 1, 2)
    literals: dict[int, Literal] = {}

    def blank(match: re.Match[str]) -> str:
        literal, end = _literal(match)
        literals[match.start()] = literal
        return "_" * (end - match.start()) + text[end : match.end()]

    source = _LITERAL.sub(blank, text)
    _refuse_foreign(source)
    if source.count("(") + source.count("[") > MAX_BRACKETS:
        raise ExpressionError(
            f"an expression has at most {MAX_BRACKETS} brackets", 1, len(text) + 1
        )
    return _ATTRIBUTE.sub(_underscores, re.sub(r"\s", " ", source)), literals


def _underscores(match: re.Match[str]) -> str:
    return "_" * (match.end() - match.start())


def _literal(match: re.Match[str]) -> tuple[Literal, int]:
    """The literal that was found, and where it ends."""
    if (text := match["text"]) is not None:
        if re.match(r"\w", match.string[match.end() :]):
            raise ExpressionError("this text cannot be read", match.start() + 1, match.end() + 2)
        return Literal(text[1:-1]), match.end()
    measure, end = _unit(match)
    if re.match(r"[\w.]", match.string[end : end + 1]):
        raise ExpressionError("this number cannot be read", match.start() + 1, end + 2)
    value = float(match["number"].replace("_", ""))
    if value > MAX_NUMBER:
        raise ExpressionError("no figure is that large", match.start() + 1, end + 1)
    return Literal(value, measure), end


def _unit(match: re.Match[str]) -> tuple[Unit, int]:
    """The unit after a number, and where both end: at a part that is no unit, such as `/name`."""
    parts = re.split("([/\u00b7])", match["unit"] or "")
    if parts[0] not in ATOMS:
        if parts[0] and parts[0] not in _OPERATORS:
            _refuse_unit(match, parts[0])
        return NONE, match.end("number")
    known = 1
    while known + 1 < len(parts) and parts[known + 1] in ATOMS:
        known += 2
    name = "".join(parts[:known])
    return unit(name), match.start("unit") + len(name)


def _refuse_unit(match: re.Match[str], word: str) -> None:
    column = match.start("unit") + 1
    if not match["space"] and word[:1] in "eExX_":
        raise ExpressionError("this number cannot be read", match.start() + 1, column + 1)
    advice = suggestion(word, ATOMS, "units are")
    raise ExpressionError(f"{word} is not a unit", column, column + len(word), advice)


def _refuse_foreign(source: str) -> None:
    found = _FOREIGN.search(source)
    if found is None:
        return
    column = found.start() + 1
    if found[0] in "\"'":
        raise ExpressionError("this text has no closing quote", column, len(source) + 1)
    message = f"{found[0]!r} has no meaning in an expression"
    raise ExpressionError(message, column, column + 1, _INSTEAD.get(found[0]))
