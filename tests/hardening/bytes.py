"""Inputs of all kinds: mutated specs, odd scalars and units, bombs, sizes, encodings, plain noise.

`KINDS` names what is done to a text; every kind is drawn, and a test counts that it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import yaml

from aispec.resources import schema
from tests.hardening.drawn import Drawer
from tests.hardening.specs import valid, write

_SCALARS = (
    *("", "null", "~", "yes", "[]", "{}", "[[]]", "0", "-1", "1e400", "-1e400", ".inf", "-.inf"),
    *(".nan", "0x1F", "1_000", "9" * 400, "1" + "0" * 30, "0.0000001", "300ms", "80GB", "1000/day"),
    *("12 bananas", "500 USD", "-5%", "101%", "2026-02-30", "'\\x00'", '"\\0"', '"\\u202e"'),
    *("&a [*a]", "*nothing", "!!python/object:os.system x", "!!binary aGk=", "<<: *x", "? a"),
    *("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "'<script>alert(1)</script>'"),
    *("'@everyone #1'", "'\u001b[31mred'", "'::error::x'", "x" * 5000, "'" + "é" * 500 + "'"),
    *("'`x` [a](https://e.example) ![b](//e.example)'", "'</pre>'", "'{{ name }}'", "' - a'"),
    *("'% 0A::error::'", '"a\\tb\\r\\nc"', "'\u2066x\u2069'", "1e308", "1e-308", "0.1 + 0.2"),
)
_UNITS = (
    *("ms", "s", "min", "h", "d", "GB", "GiB", "gib", "TB", "k", "M", "B", "%", "x", "/s", "/min"),
    *("/day", "/month", "USD", "USD/hour", "USD/Mtok", "$", "EUR", "tokens/s", " ", "e9", "°", "²"),
)
_LINES = ("---", "...", "%YAML 1.1", "# aispec: allow FIT001", "\t- tab", "- list", ": :", "{[}")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037")
_CONTROLS = [*map(chr, range(32)), "\x7f", *map(chr, range(0x80, 0xA0))]
_CONTROLS += ["\u200b", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\ufffe", "\U000e0041"]


def inputs(seed: int, count: int) -> Iterator[bytes]:
    """Yield the same `count` inputs for a seed, on every machine."""
    for data, _ in told(seed, count):
        yield data


def told(seed: int, count: int) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """Yield the inputs, each with the kinds of change that made it."""
    draw = Random(seed)
    names = [name for name, (weight, _) in KINDS.items() for _ in range(weight)]
    for _ in range(count):
        text = _begun(draw)
        done = []
        for _ in range(draw.choice([1, 1, 2, 4])):
            name = draw.choice(names)
            done.append(name)
            made = KINDS[name][1](draw, text)
            if isinstance(made, bytes):
                yield made, tuple(done)
                break
            text = made
        else:
            yield text.encode("utf-8", "surrogatepass"), tuple(done)


def _begun(draw: Random) -> str:
    """A text to change: most often a sound spec, else any fields that the schema knows."""
    if draw.random() < 0.7:
        return write(valid(draw)).text
    return _dumped(draw, Drawer(draw, _schema()).data())


@cache
def _schema() -> dict[str, Any]:
    return schema("ai-deploy")


def _dumped(draw: Random, data: Any) -> str:
    if draw.random() < 0.3:
        return json.dumps(data) + "\n"
    return str(yaml.safe_dump(data, sort_keys=False, default_flow_style=draw.choice([False, None])))


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
    return _with_value(draw, text, draw.choice(_SCALARS))


def _unit(draw: Random, text: str) -> str:
    number = draw.choice(["0", "1", "0.5", "8", "1000", "1e6", "-2", "1,5"])
    units = draw.choices(_UNITS, k=draw.choice([1, 1, 2]))
    return _with_value(draw, text, f"'{number}{draw.choice(['', ' '])}{''.join(units)}'")


def _huge(draw: Random, text: str) -> str:
    unit = draw.choice(["9", "a", "0.", "é", "%", "\\", '"', "[", "{{", "x h100 ", "@a ", "1/"])
    value = unit * (draw.choice([300, 20_000, 900_000]) // len(unit))
    return _with_value(draw, text, f"'{value}'" if draw.random() < 0.7 else value)


def _with_value(draw: Random, text: str, value: str) -> str:
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {value}"
    return "\n".join(lines)


def _structure(draw: Random, text: str) -> str:
    """One node of the data taken away, moved, wrapped, made another's or given an odd key."""
    try:
        data = yaml.safe_load(text) if len(text) < 20_000 and "*a" not in text else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return _line(draw, text)
    nodes = [*_nodes(data)]
    if not nodes:
        return text
    above, key = draw.choice(nodes)
    there, another = draw.choice(nodes)
    change = draw.choice(["take", "move", "list", "mapping", "null", "odd key", "empty"])
    if change == "take":
        del above[key]
    elif change == "move":
        above[key] = json.loads(json.dumps(there[another], default=str))
    elif change == "odd key" and isinstance(above, dict):
        above[draw.choice(["", 1, None, True, 1.5, "<<", "=", "a b", "x" * 400])] = above[key]
    else:
        whole = above[key]
        above[key] = {"list": [whole], "mapping": {"a": whole}, "null": None}.get(change, {})
    return str(yaml.safe_dump(data, sort_keys=False))


def _nodes(data: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(data, dict | list):
        for key in list(data) if isinstance(data, dict) else range(len(data)):
            yield data, key
            yield from _nodes(data[key])


def _byte(draw: Random, text: str) -> bytes:
    data = bytearray(text.encode("utf-8", "surrogatepass") or b"x")
    for _ in range(draw.choice([1, 3, 20])):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _control(draw: Random, text: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(_CONTROLS) * draw.choice([1, 1, 3]) + text[at:]


def _encoded(draw: Random, text: str) -> bytes:
    return text.encode(draw.choice(_ENCODINGS), "replace")


def _cut(draw: Random, text: str) -> str:
    return text[: draw.randrange(len(text) or 1)]


def _twice(draw: Random, text: str) -> str:
    return draw.choice(["---\n", "", "...\n", "\n\n"]).join([text] * draw.choice([2, 3]))


def _documents(draw: Random, text: str) -> str:
    many = draw.choice([40, 300, 1200])
    return "---\n".join([text if draw.random() < 0.02 else f"name: n{n}\n" for n in range(many)])


def _deep(draw: Random, text: str) -> str:
    depth = draw.choice([5, 50, 500, 50_000])
    opening, closing = draw.choice([("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")])
    return f"{text}x: {opening * depth}1{closing * depth}\n"


def _bomb(draw: Random, text: str) -> str:
    """Anchors that multiply, in place of a value or beside the spec."""
    width, levels = draw.choice([(2, 40), (9, 9), (9, 3), (1, 500)])
    first = draw.choice(["[x]", "{k: 1}", "{<<: {k: 2}}"])
    lines = [f"a0: &a0 {first}"]
    for n in range(1, levels):
        many = ", ".join([f"*a{n - 1}"] * width)
        merged = f"{{<<: [{many}], k{n}: 1}}" if first != "[x]" else f"[{many}]"
        lines.append(f"a{n}: &a{n} {merged}")
    last = draw.choice(["model", "workload", "hardware", "<<", "assumptions"])
    return "\n".join([*lines, f"{last}: *a{levels - 1}", text])


def _shared(draw: Random, text: str) -> str:
    """Values that are anchors of one another, and keys that are merged in."""
    parts = text.split("\n", 1)
    anchored = f"base: &base {{version: 1, name: shared, tokens: 2}}\n{parts[0]}\n<<: *base\n"
    return anchored + "".join(parts[1:])


def _same_key(draw: Random, text: str) -> str:
    lines = [line for line in text.split("\n") if ":" in line] or ["a: 1"]
    return f"{text}{draw.choice(lines)}\n"


def _long_line(draw: Random, text: str) -> str:
    many = draw.choice([2_000, 60_000])
    kind = draw.choice(["spaces", "comment", "list", "mapping"])
    added = {
        "spaces": f"owner: a{' ' * many}b",
        "comment": f"# aispec: allow FIT001 {'x' * many}",
        "list": f"routes: [{'{to: a}, ' * (many // 10)}]",
        "mapping": "assumptions: {" + ", ".join(f"k{n}: 1" for n in range(many // 10)) + "}",
    }[kind]
    return f"{text}{added}\n"


def _noise(draw: Random, text: str) -> bytes:
    return draw.randbytes(draw.choice([0, 1, 10, 1000, 100_000]))


def _many(draw: Random, text: str) -> str:
    return text + "".join(f"k{n}: {draw.choice(_SCALARS)}\n" for n in range(draw.choice([3, 200])))


def _large(draw: Random, text: str) -> str:
    """Just under, at and well over what a spec may have."""
    size = draw.choice([(1 << 20) - 2, 1 << 20, (1 << 20) + 1, 5 << 20])
    filler = draw.choice(["# x\n", "\n", "k: 1\n", "- a\n", " "])
    return text + filler * ((size - len(text)) // len(filler))


KINDS: dict[str, tuple[int, Callable[[Random, str], str | bytes]]] = {
    "line": (8, _line),
    "scalar": (8, _scalar),
    "unit": (8, _unit),
    "structure": (8, _structure),
    "byte": (4, _byte),
    "control": (4, _control),
    "encoding": (4, _encoded),
    "cut": (3, _cut),
    "twice": (3, _twice),
    "documents": (1, _documents),
    "deep": (3, _deep),
    "bomb": (3, _bomb),
    "anchors and merges": (3, _shared),
    "same key": (3, _same_key),
    "huge scalar": (2, _huge),
    "long line": (3, _long_line),
    "noise": (3, _noise),
    "many keys": (3, _many),
    "size": (1, _large),
}
"""Each kind's name, how often it is drawn, and what it does to a text."""
