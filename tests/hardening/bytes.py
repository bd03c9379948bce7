"""Inputs of all kinds: mutated specs, odd scalars, nesting, encodings, plain noise."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.hardening.specs import valid, write

_SCALARS = (
    *("", "null", "~", "yes", "[]", "{}", "[[]]", "0", "-1", "1e400", "-1e400", ".inf", "-.inf"),
    *(".nan", "0x1F", "1_000", "9" * 400, "1" + "0" * 30, "0.0000001", "300ms", "80GB", "1000/day"),
    *("12 bananas", "500 USD", "-5%", "101%", "2026-02-30", "'\\x00'", '"\\0"', '"\\u202e"'),
    *("&a [*a]", "*nothing", "!!python/object:os.system x", "!!binary aGk=", "<<: *x", "? a"),
    *("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "'<script>alert(1)</script>'"),
    *("'@everyone #1'", "'\u001b[31mred'", "'::error::x'", "x" * 5000, "'" + "é" * 500 + "'"),
)
_LINES = ("---", "...", "%YAML 1.1", "# aispec: allow FIT001", "\t- tab", "- list", ": :", "{[}")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037")


def inputs(seed: int, count: int) -> Iterator[bytes]:
    """Yield the same `count` inputs for a seed, on every machine."""
    draw = Random(seed)
    kinds = (_line, _line, _scalar, _scalar, _byte, _encoded, _cut, _twice, _deep, _noise, _many)
    for _ in range(count):
        text = write(valid(draw)).text
        for _ in range(draw.choice([1, 1, 2, 4])):
            kind = draw.choice(kinds)
            made = kind(draw, text)
            if isinstance(made, bytes):
                yield made
                break
            text = made
        else:
            yield text.encode("utf-8", "surrogatepass")


def _line(draw: Random, text: str) -> str:
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    change = draw.choice(["drop", "swap", "indent", "add", "repeat"])
    if change == "drop":
        del lines[at]
    elif change == "swap":
        other = draw.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif change == "indent":
        lines[at] = " " * draw.randrange(1, 9) + lines[at]
    elif change == "add":
        lines.insert(at, draw.choice(_LINES))
    else:
        lines.insert(at, lines[at])
    return "\n".join(lines)


def _scalar(draw: Random, text: str) -> str:
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {draw.choice(_SCALARS)}"
    return "\n".join(lines)


def _byte(draw: Random, text: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(draw.choice([1, 3, 20])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _encoded(draw: Random, text: str) -> bytes:
    return text.encode(draw.choice(_ENCODINGS), "replace")


def _cut(draw: Random, text: str) -> str:
    return text[: draw.randrange(len(text))]


def _twice(draw: Random, text: str) -> str:
    return draw.choice(["---\n", "", "...\n", "\n\n"]).join([text] * draw.choice([2, 3]))


def _deep(draw: Random, text: str) -> str:
    depth = draw.choice([5, 50, 500])
    opening, closing = draw.choice([("[", "]"), ("{a: ", "}"), ("- ", "")])
    return f"{text}x: {opening * depth}1{closing * depth}\n"


def _noise(draw: Random, text: str) -> bytes:
    return draw.randbytes(draw.choice([0, 1, 10, 1000]))


def _many(draw: Random, text: str) -> str:
    return text + "".join(f"k{n}: {draw.choice(_SCALARS)}\n" for n in range(draw.choice([3, 200])))
