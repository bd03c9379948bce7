"""The YAML dialect of specs: the scalars of YAML 1.2's core schema, and bounds.

`docs/dialect.md` says the same at length.
"""

from __future__ import annotations

from aispec.late import pattern
from aispec.spec.words import clean

Scalar = str | int | float | bool | None

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_DOCUMENTS = 1_000
MAX_NODES = 20_000
"""Nodes of one document, aliases expanded."""
MAX_NODES_PER_FILE = 100_000
MAX_NUMBER = 40
"""Characters of a number: no quantity of a deployment needs more."""

CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_NUMBER_STARTS = frozenset("0123456789+-.")
_DECIMAL = pattern(r"[-+]?[0-9]+")
_OTHER_BASE = pattern(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = pattern(r"[-+]?(?:\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")

_TAG = "tag:yaml.org,2002:"
COLLECTION_TAGS = {_TAG + "map": "mapping", _TAG + "seq": "list"}
_SCALAR_TAGS: dict[str, tuple[type, ...]] = {
    _TAG + "int": (int,),
    _TAG + "float": (int, float),
    _TAG + "bool": (bool,),
    _TAG + "null": (type(None),),
}


class RefusedError(ValueError):
    """A node that the dialect does not take, with the reason in words."""


def plain(text: str) -> Scalar:
    """The value of a plain scalar, by the core schema.

    Raises `RefusedError` for infinities, for what is not a number, and for endless numbers.
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    return _number(text)


def _number(text: str) -> Scalar:
    if _FLOAT.fullmatch(text) or _OTHER_BASE.fullmatch(text):
        if len(text) > MAX_NUMBER:
            raise RefusedError(f"a number of {len(text)} characters is longer than any figure here")
        return _convert(text)
    if _NOT_FINITE.fullmatch(text):
        raise RefusedError(f"{text} is not a figure that a deployment can have")
    return text


def _convert(text: str) -> int | float:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if text[1] in "ox":
        return int(text[2:], 8 if text[1] == "o" else 16)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise RefusedError(f"{text} is larger than any number can be")
    return value


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag; raises `RefusedError` for all but core tags."""
    if tag in ("!", _TAG + "str"):
        return text
    kinds = _SCALAR_TAGS.get(tag)
    if kinds is None:
        raise RefusedError(f"the tag {spell(tag)} is not taken: a spec holds plain values only")
    value = plain(text)
    if type(value) not in kinds:
        raise RefusedError(f"'{clean(text)}' is not what its tag {spell(tag)} says")
    return float(value) if tag == _TAG + "float" and isinstance(value, int) else value


def spell(tag: str) -> str:
    """A tag as people write it."""
    short = "!!" + tag.removeprefix(_TAG) if tag.startswith(_TAG) else tag
    return clean(short)
