"""Texts that are made to cost time or memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from aispec.spec.reader import read

DEEP = 100_000


def laughs(levels: int, width: int = 9) -> str:
    lines = [f"a0: &a0 [{', '.join(['lol'] * width)}]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]"
        for level in range(1, levels)
    ]
    return "\n".join(lines) + "\n"


def merges(levels: int) -> str:
    lines = ["a0: &a0 {k0: 1, j0: 1}"]
    lines += [
        f"a{level}: &a{level} {{<<: [*a{level - 1}], k{level}: *a{level - 1}}}"
        for level in range(1, levels)
    ]
    return "\n".join(lines) + "\n"


def links(levels: int) -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{level}: &a{level} [*a{level - 1}]" for level in range(1, levels)]
    return "\n".join(lines) + "\n"


BOMBS = {
    "aliases": (laughs(30), "SPEC003"),
    "aliases in many documents": ("---\n".join([laughs(4)] * 900), "SPEC003"),
    "merges": (merges(400), "SPEC003"),
    "a chain of aliases": (links(5000), "SPEC003"),
    "lists in lists": ("[" * DEEP, "SPEC003"),
    "mappings in mappings": ("{a: " * DEEP, "SPEC003"),
    "lists in lists, in blocks": ("- " * DEEP, "SPEC003"),
    "question marks": ("? " * DEEP, "SPEC003"),
    "indentation": ("\n".join(" " * n + "a:" for n in range(1000)), "SPEC003"),
    "documents": ("--- a\n" * 150_000, "SPEC003"),
    "empty documents": ("---\n" * 250_000, "SPEC003"),
    "items": ("[" + "a," * 500_000 + "]", "SPEC003"),
    "keys": ("".join(f"k{n}: 1\n" for n in range(90_000)), "SPEC003"),
    "a long number": ("version: " + "9" * 1_000_000, "SPEC003"),
    "a long name": ("name: " + "a" * 1_000_000, "SPEC007"),
    "a long line of spaces": ("a:" + " " * 1_000_000 + "b", "SPEC007"),
    "quotes": ('"' * 1_000_001, "SPEC002"),
    "tags": ("!a" * 500_000, "SPEC002"),
    "anchors": ("".join(f"&a{n} " for n in range(100_000)), "SPEC002"),
    "comments": ("# aispec: allow\n" * 65_000, "SPEC004"),
    "comments and quotes": ("'x': 'y' # aispec: allow\n" * 40_000, "SPEC003"),
    "a long quantity": (
        "version: 1\nname: x\nmodel: m\nhardware: {hours: '" + " h" * 400_000 + "'}",
        "SPEC007",
    ),
    "unknown keys": ("version: 1\n" + "".join(f"k{n}: 1\n" for n in range(9_000)), "SPEC005"),
}


@pytest.mark.parametrize(("text", "code"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_ends_soon(text: str, code: str) -> None:
    started = time.process_time()
    file = read(text[: 1 << 20], "ai-deploy.yaml")
    assert time.process_time() - started < 1.5
    assert code in {problem.code for problem in file.problems}
    assert len(file.problems) <= 50


def test_a_bomb_of_aliases_stays_small() -> None:
    tracemalloc.start()
    read(laughs(30), "ai-deploy.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 << 20
