"""What the endings of a repository's name say: how weights are stored, and a longer context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from aispec.record import record

_LONGEST_ENDING = 4
_GGUF = re.compile(
    r"(?:ud-)?(?:i?q[1-8](?:-(?:k|[01]|xxs|xs|s|m|nl))?(?:-(?:xs|s|m|l|xl))?|tq[12]-0|mxfp4-moe)"
)
_BITS = r"(?P<bits>[1-8](?:[.-]\d+)?)-?bpw"
_EXL = re.compile(rf"(?:{_BITS}-)?(?:h\d-)?(?P<kind>exl[23])")
_ONLY_BITS = re.compile(rf"{_BITS}(?:-h\d)?")
# Megatokens are few: `135m` and the like are sizes of models.
_CONTEXT = re.compile(r"(?:gradient-)?(?:(?P<k>\d{1,4})k|(?P<m>1|2|4|5|10)m)")


@record
class Table:
    """The words of `data/derived.yaml`."""

    formats: Mapping[str, str]
    mlx: Mapping[str, str]
    mlx_organisations: frozenset[str]
    gguf: str
    qat: str
    habits: Mapping[str, Mapping[str, str]]
    packaging: frozenset[str]
    unread: frozenset[str]
    prefixes: frozenset[str]
    another_kind: frozenset[str]
    known: Mapping[str, str]


@cache
def table() -> Table:
    """The words, read once."""
    from aispec.catalog.store import load_data

    data: Mapping[str, Any] = load_data("derived")
    return Table(
        formats=data["formats"],
        mlx=data["mlx"],
        mlx_organisations=frozenset(data["mlx_organisations"]),
        gguf=data["gguf"],
        qat=data["qat"],
        habits=data["habits"],
        packaging=frozenset(word for line in data["packaging"] for word in line),
        unread=frozenset(data["unread"]),
        prefixes=frozenset(word for line in data["prefixes"] for word in line),
        another_kind=frozenset(word for line in data["another_kind"] for word in line),
        known={**data["tags"], **data["tuned"]},
    )


class Endings:
    """Takes known endings off a name's words, in lower case, and keeps what they said.

    `owner` is the organisation before the name; a name is `tagged` as Ollama's are, with a colon.
    """

    def __init__(self, words: list[str], owner: str, tagged: bool) -> None:
        self.words = list(words)
        self.context: int | None = None
        self._table = table()
        self._habits = self._table.habits.get(owner, {})
        self._mlx = owner in self._table.mlx_organisations or "mlx" in words
        self._qat = "qat" in words
        self._gguf = "gguf" in words or (self._qat and tagged)
        self._said: str | None = None
        self._bits: str | None = None
        while len(self.words) > 1 and (taken := self._last()):
            del self.words[-taken:]

    def format(self) -> str | None:
        """The format they said; a GGUF repository's usual one where it says no type."""
        if not self._gguf:
            return self._habits.get(self._said or "", self._said)
        usual = self._table.qat if self._qat else self._table.gguf
        plain = {"bf16": "gguf:BF16", "fp16": "gguf:F16", "fp32": "gguf:F32"}
        return plain.get(self._said or "", self._said or usual)

    def _last(self) -> int:
        """How many words the last ending has, 0 where it is not a known one."""
        for count in range(min(_LONGEST_ENDING, len(self.words) - 1), 0, -1):
            if self._knows("-".join(self.words[-count:])):
                return count
        return 0

    def _knows(self, ending: str) -> bool:
        if ending in self._table.formats or ending in self._table.mlx:
            first = self._table.mlx if self._mlx else self._table.formats
            self._say(first.get(ending) or self._table.formats.get(ending))
            return True
        if ending in self._table.packaging or ending in ("gguf", "mlx"):
            return True
        return self._is_gguf(ending) or self._is_exl(ending) or self._is_context(ending)

    def _say(self, name: str | None) -> None:
        self._said = self._said or name

    def _is_gguf(self, ending: str) -> bool:
        if not _GGUF.fullmatch(ending):
            return False
        from aispec.catalog.formats import weight_format

        if self._mlx:  # the bits are GGUF's, the file is not
            self._say(self._table.mlx.get(f"{ending.partition('q')[2][:1]}bit"))
            return True
        found = weight_format(ending)
        self._gguf = self._gguf or found is not None
        self._say(found.name if found else None)
        return True

    def _is_exl(self, ending: str) -> bool:
        from aispec.catalog.formats import weight_format

        found = _EXL.fullmatch(ending) or _ONLY_BITS.fullmatch(ending)
        if found is None:
            return False
        bits = (found["bits"] or "").replace("-", ".") or self._bits
        if found.re is _ONLY_BITS:
            self._bits = bits
            return True
        known = weight_format(f"{found['kind']}-{bits}bpw" if bits else found["kind"])
        self._say(known.name if known else None)
        return True

    def _is_context(self, ending: str) -> bool:
        found = _CONTEXT.fullmatch(ending)
        if found is None:
            return False
        self.context = self.context or _tokens(found["k"], found["m"])
        return True


def _tokens(thousands: str | None, millions: str | None) -> int:
    """The tokens a round number stands for: a power of two where one is within 5%."""
    plain = int(thousands) * 1000 if thousands else int(millions or 0) * 1_000_000
    power = 1 << max(plain.bit_length() - 1, 0)
    near = min((power, 2 * power), key=lambda each: abs(each - plain))
    return near if abs(near - plain) <= 0.05 * near else plain
