"""JSON in lines: the bytes that `json.dumps(data, indent=2)` has, in a third of the time.

Python's own encoder leaves its C code as soon as it is to indent, and a report over a thousand
specs has a million values.
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from aispec.late import pattern

_UNSEEN = pattern(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    r"|#(?=#(?:vso)?\[)",  # a command to a runner of workflows
    re.IGNORECASE,
)
_SURROGATE = pattern("[\ud800-\udfff]")


def dumps(data: Any) -> str:
    """Return data as JSON text that any reader takes, and that no terminal or editor obeys.

    Invisible characters and commands to runners of workflows are escaped; half a surrogate pair,
    which UTF-8 cannot hold, is replaced.
    Raises `ValueError` for a number that is not finite, `TypeError` for what JSON has no form of.
    """
    return _Writer().value(data, "\n") + "\n"


class _Writer:
    """Writes values; `edge` is a line break and the blanks before what stands around them."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def value(self, data: Any, edge: str) -> str:
        kind = data.__class__
        if kind is str:
            return _text(data)
        if kind is dict:
            return self._mapping(data, edge)
        if kind is float:
            return _float(data)
        if kind is list or kind is tuple:
            return self._list(data, edge)
        return _plain(data)

    def _mapping(self, data: dict[str, Any], edge: str) -> str:
        if not data:
            return "{}"
        inner, keys, write = edge + "  ", self._keys, self.value
        lines = []
        for name, part in data.items():
            key = keys.get(name)
            if key is None:
                key = keys[name] = _text(name) + ": "
            lines.append(key + write(part, inner))
        return "{" + inner + ("," + inner).join(lines) + edge + "}"

    def _list(self, data: list[Any] | tuple[Any, ...], edge: str) -> str:
        if not data:
            return "[]"
        inner = edge + "  "
        return "[" + inner + ("," + inner).join([self.value(p, inner) for p in data]) + edge + "]"


def _plain(data: Any) -> str:
    if data is None:
        return "null"
    if data is True or data is False:
        return "true" if data else "false"
    if isinstance(data, int):
        return int.__repr__(data)
    if isinstance(data, float):
        return _float(data)
    if isinstance(data, str):
        return _text(str(data))
    raise TypeError(f"JSON has no form of {type(data).__name__}")


def _float(number: float) -> str:
    if not isfinite(number):
        raise ValueError(f"JSON has no form of {number}")
    return float.__repr__(number)


def _text(text: str) -> str:
    quoted: str = encode_basestring(text)
    if quoted.isascii() and "\x7f" not in quoted and "##" not in quoted:
        return quoted
    return _UNSEEN.sub(_escaped, _SURROGATE.sub("\ufffd", quoted))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
