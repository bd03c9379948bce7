"""Broken specs, each with everything a person is told: place, code, message and advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from aispec.spec.reader import read

HERE = Path(__file__).parent
HEAD = """\
version: 1
name: x
model: m
hardware: h
workload: {users: 1}
"""


def cases(name: str) -> list[pytest.param]:
    _, *blocks = (HERE / name).read_text(encoding="utf-8").split("\n=== ")
    found = []
    for block in blocks:
        title, _, body = block.partition("\n")
        text, _, expected = f"\n{body}".partition("\n~~~\n")
        found.append(pytest.param(f"{text[1:]}\n", expected.splitlines(), id=title))
    return found


def said(text: str) -> list[str]:
    """Each problem as one line."""
    lines = []
    for problem in read(text, "ai-deploy.yaml").problems:
        span = problem.span
        place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
        advice = f" | {problem.help}" if problem.help else ""
        lines.append(f"{place} {problem.code} {problem.message}{advice}")
    return lines


def test_the_head_alone_is_sound() -> None:
    assert said(HEAD) == []


@pytest.mark.parametrize(("line", "expected"), cases("broken_lines.txt"))
def test_one_wrong_line(line: str, expected: list[str]) -> None:
    assert said(HEAD + line) == expected


@pytest.mark.parametrize(("text", "expected"), cases("broken_files.txt"))
def test_a_wrong_file(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_control_characters_do_not_reach_a_message() -> None:
    assert said(HEAD + '"a\\eb": 1\n')[0].startswith(
        "6:1-6:7 SPEC005 unknown key 'a\N{REPLACEMENT CHARACTER}b' in the deployment"
    )


def test_a_broken_document_leaves_the_others() -> None:
    file = read(f"{HEAD}---\nversion: 1\nnmae: y\n---\n{HEAD}", "ai-deploy.yaml")
    assert [located.document.line for located in file.deployments] == [1, 10]
    assert {problem.span.line for problem in file.problems} == {7, 8}


def test_what_comes_before_an_error_of_syntax_counts() -> None:
    file = read(f"{HEAD}---\nname: [\n", "ai-deploy.yaml")
    assert len(file.deployments) == 1
    assert [problem.code for problem in file.problems] == ["SPEC002"]


@pytest.mark.parametrize(
    ("raw", "message", "line", "column"),
    [
        (b"name: x\nowner: \xff\n", "the byte 0xff here is not UTF-8", 2, 8),
        ("name: é\nowner: ".encode() + b"\xc3\n", "the byte 0xc3 here is not UTF-8", 2, 8),
        ("name: x\n".encode("utf-16"), "the file is UTF-16", 1, 1),
        (b"name: x\nowner: a\x1bb\n", "an escape character cannot stand in a spec", 2, 9),
        (b"\x7fELF\x00\x00\x00\x00", "the file is binary, not a text", 1, 1),
        ("a: b\ufeffc\n".encode(), "a byte order mark cannot stand in a spec", 1, 5),
        ("a: \ud800\n", "the character U+D800 cannot stand in a spec", 1, 4),
        (
            b"#" * ((1 << 20) + 1),
            "the file has more than the 1 MiB that a spec may have",
            1,
            1,
        ),
    ],
)
def test_what_is_not_text(raw: bytes | str, message: str, line: int, column: int) -> None:
    [problem] = read(raw, "ai-deploy.yaml").problems
    assert (problem.code, problem.message) == ("SPEC001", message)
    assert (problem.span.line, problem.span.column) == (line, column)


def test_a_mark_at_the_start_and_old_line_breaks_are_taken() -> None:
    text = HEAD.replace("\n", "\r\n")
    file = read(b"\xef\xbb\xbf" + f"{text}owner: a\u2028b\u0085c\r\nuse: x\r\n".encode(), "a")
    assert [(p.code, p.span.line, p.span.column) for p in file.problems] == [("SPEC008", 7, 6)]
    assert file.lines[5] == "owner: a b c"
