"""Every scalar of the dialect, as docs/dialect.md has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aispec.spec import dialect
from aispec.spec.document import parse

NULLS = ("", "~", "null", "Null", "NULL")
NUMBERS = {
    "0": 0,
    "-0": 0,
    "12": 12,
    "+12": 12,
    "-12": -12,
    "010": 10,
    "0o17": 15,
    "0x1F": 31,
    "0xff": 255,
    "1e3": 1000.0,
    "1E3": 1000.0,
    "1e+3": 1000.0,
    "12e03": 12000.0,
    ".5": 0.5,
    "-.5": -0.5,
    "1.": 1.0,
    "685.230_15e+03": "685.230_15e+03",
    "1.5": 1.5,
    "-2E+05": -200000.0,
}
STRINGS = (
    *("on", "off", "yes", "no", "On", "OFF", "Yes", "NO", "y", "n", "Y", "N", "tRue", "nULL"),
    *("1:00:00", "190:20:30", "5_000", "0b1010", "0o18", "0x", "0xg", "-0o17", "+0x1F", "0O17"),
    *("2024-01-01", "2024-01-01T00:00:00Z", "1.2.3", "1e", "e3", ".", "-", "+", "..", "+.", "1-1"),
    *("0.11.0", "=", "<<x", "80GB", "1000/day", "60%", ".Inf.", "inf", "nan", "NaN", "Infinity"),
)
REFUSED = (
    ".inf",
    "-.inf",
    "+.Inf",
    ".INF",
    ".nan",
    ".NaN",
    ".NAN",
    "1e999",
    "9" * 41,
    "0x" + "f" * 40,
)


@pytest.mark.parametrize("text", NULLS)
def test_nulls(text: str) -> None:
    assert dialect.plain(text) is None


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_booleans(text: str) -> None:
    assert dialect.plain(text) is (text.lower() == "true")


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers(text: str, value: float) -> None:
    read = dialect.plain(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", STRINGS)
def test_strings(text: str) -> None:
    assert dialect.plain(text) == text


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    with pytest.raises(dialect.RefusedError):
        dialect.plain(text)


@pytest.mark.parametrize("text", [*NULLS[1:], "true", "1e3", "0o17", ".inf", "yes"])
def test_quoted_is_text(text: str) -> None:
    documents, problems = parse(f"a: '{text}'\nb: \"{text}\"\nc: |-\n  {text}\nd: !!str {text}\n")
    assert problems == []
    assert documents[0].data == dict.fromkeys("abcd", text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!int 3", 3),
        ('!!int "0o17"', 15),
        ("!!float 3", 3.0),
        ('!!bool "true"', True),
        ("!!null ''", None),
        ("! 3", "3"),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
    ],
)
def test_core_tags(text: str, value: object) -> None:
    documents, problems = parse(f"a: {text}\n")
    assert problems == []
    read = documents[0].data["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("!!int x", "!!bool yes", "!!null 0", "!!float one", "!!map [1]", "!!seq {a: 1}"),
        *("!!set {a}", "!!omap [a: 1]", "!!binary aGk=", "!!timestamp 2024-01-01", "!local x"),
        *("!!python/object/apply:os.system [id]", "!<tag:example.org,2000:x> y", "!!merge x"),
    ],
)
def test_other_tags_are_refused(text: str) -> None:
    documents, problems = parse(f"a: {text}\n")
    assert [problem.code for problem in problems] == ["SPEC003"]
    assert all(document.broken for document in documents)
    assert (problems[0].span.line, problems[0].span.column) == (1, 4)


def test_keys_are_text() -> None:
    documents, problems = parse("no: 30%\n1: a\ntrue: b\n0.10: c\n")
    assert problems == []
    assert list(documents[0].data) == ["no", "1", "true", "0.10"]


def test_every_scalar_of_the_page_is_read_as_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dialect.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == 15
    for written, meant in rows:
        for text in written.replace("`", " ").split():
            try:
                value = dialect.plain(text)
            except dialect.RefusedError:
                assert meant.strip() == "refused", text
                continue
            kind = {
                str: "text",
                int: "integer",
                float: "float",
                bool: "boolean",
                type(None): "null",
            }
            assert meant.strip().startswith(kind[type(value)]), text
