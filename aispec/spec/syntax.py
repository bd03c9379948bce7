"""What the parser says of broken YAML, in words that name the usual cause."""

from __future__ import annotations

import re
from typing import Any

from aispec.spec.location import Span
from aispec.spec.problem import Problem

_QUOTE = "put quotes around the value if this belongs to it"
_INDENT = "lines that belong together start in the same column"

# Part of the parser's message or context, whether the place is where the construct began, what is
# wrong, what usually helps. The C parser and the pure one word some of them differently.
_WORDS: tuple[tuple[str, bool, str, str | None], ...] = (
    (
        "flow sequence",
        True,
        "this list is not closed, or a comma is missing in it",
        "close it with ']'",
    ),
    (
        "flow mapping",
        True,
        "this mapping is not closed, or a comma is missing in it",
        "close it with '}'",
    ),
    ("unexpected end of stream", True, "this quote is never closed", None),
    ("unknown escape", False, "this is no escape in double quotes", "use single quotes"),
    (
        "mapping values are not allowed",
        False,
        "this ':' cannot stand here",
        "quote the value if the colon belongs to it; else check the indentation and the line above",
    ),
    (
        "could not find expected ':'",
        True,
        "this line has no ':' after its key",
        "write 'key: value'",
    ),
    (
        "sequence entries are not allowed",
        False,
        "a list cannot start here",
        "start it on a new line",
    ),
    ("scanning an alias", True, "a value cannot start with '*'", _QUOTE),
    ("scanning an anchor", True, "a value cannot start with '&'", _QUOTE),
    (
        "undefined tag handle",
        False,
        "this tag is not defined",
        "a spec needs no tags; quote the value",
    ),
    ("tag", True, "this tag is broken", "a spec needs no tags; quote the value"),
    ("scanning a block scalar", True, "the text after '|' or '>' starts on the next line", None),
    (
        "directive",
        False,
        "this directive is not known",
        "a spec needs no line that starts with '%'",
    ),
    ("incompatible YAML", False, "this version of YAML is not taken", "remove the line"),
    ("node content", False, "a value is missing before this", None),
    ("block collection", False, "the list ends here, and this fits nowhere", _INDENT),
    ("block mapping", False, "this fits neither the mapping above nor a new one", _INDENT),
)

_STARTS = {
    "\t": ("a tab cannot indent", "use spaces"),
    "@": ("a value cannot start with '@'", _QUOTE),
    "`": ("a value cannot start with '`'", _QUOTE),
    "%": ("a value cannot start with '%'", _QUOTE),
}


def explain(error: Any, lines: list[str]) -> Problem:
    """The problem for an error of the parser, at a place inside the file."""
    said = f"{getattr(error, 'context', None) or ''} / {getattr(error, 'problem', None) or ''}"
    mark = getattr(error, "problem_mark", None)
    if "cannot start any token" in said and mark is not None:
        return _start(lines, mark)
    for key, at_start, message, advice in _WORDS:
        if key in said:
            began = getattr(error, "context_mark", None) if at_start else None
            return Problem("SPEC002", message, _place(began or mark, lines), help=advice)
    words = re.sub(r"\s+", " ", str(getattr(error, "problem", None) or "it cannot be read"))
    return Problem("SPEC002", f"this is not YAML: {words[:200]}", _place(mark, lines))


def _start(lines: list[str], mark: Any) -> Problem:
    span = _place(mark, lines)
    character = lines[span.line - 1][span.column - 1 : span.column]
    message, advice = _STARTS.get(character, ("no value can start with this", _QUOTE))
    return Problem("SPEC002", message, span, help=advice)


def _place(mark: Any, lines: list[str]) -> Span:
    line = min(mark.line if mark is not None else 0, len(lines) - 1)
    while line and not lines[line].strip():
        line -= 1
    column = min(mark.column if mark is not None and mark.line == line else 10**9, len(lines[line]))
    column = max(column - (column == len(lines[line]) and column > 0), 0)
    return Span(line + 1, column + 1, line + 1, column + 2 if lines[line] else column + 1)
