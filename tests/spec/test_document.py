"""Where values stand, through shorthand, anchors, merges, comments and several documents."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from aispec.spec.document import Document, parse
from tests.spec.specimens import LONG, SHORT


def read(text: str) -> Document:
    documents, problems = parse(text)
    assert problems == []
    [document] = documents
    return document


def at(text: str, document: Document, path: str) -> str:
    """The text that a path's place covers."""
    span = document.locate(path)
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("name", "support-chat"),
        ("hardware", "1x a100-40gb"),
        ("hardware.count", "1x a100-40gb"),
        ("precision.weights", "bf16"),
        ("workload.users", "1000/day"),
        ("workload.users.daily", "1000/day"),
        ("workload", "{users: 1000/day, tokens_per_session: 2000}"),
        ("sla.ttft.p95", "300ms"),
        ("engine", "version"),
        ("", "version"),
    ],
)
def test_the_nearest_that_is_written(path: str, covered: str) -> None:
    assert at(SHORT, read(SHORT), path) == covered


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("model.id", "meta-llama/Llama-3.1-8B-Instruct"),
        ("engine.version", '"0.11"'),
        ("hardware.price", "2.99 USD/hour"),
        ("workload.batch.0.tokens.output", "100"),
        ("workload.batch[0].deadline", "2h"),
        ("workload.batch.1.deadline", LONG.split("batch: ")[1].split("\n")[0]),
        ("sla.e2e.p95", "10s"),
        ("precision", "{weights: fp8, kv_cache: fp8}"),
    ],
)
def test_places_in_the_long_form(path: str, covered: str) -> None:
    assert at(LONG, read(LONG), path) == covered


def test_a_block_ends_with_its_last_value_and_not_with_the_comment_after_it() -> None:
    text = "a:\n  b: 1\n  c: two words  # why\n\n# more\nd: 1\n"
    assert at(text, read(text), "a") == "b: 1\n  c: two words"


def test_texts_of_several_lines() -> None:
    text = 'a: |\n  one\n  # two\n\n\nb: "x\n  y"\nc: plain\n  text\nd: >-\n  end'
    document = read(text)
    assert document.data == {"a": "one\n# two\n", "b": "x y", "c": "plain text", "d": "end"}
    assert at(text, document, "a") == "|\n  one\n  # two"
    assert at(text, document, "b") == '"x\n  y"'
    assert at(text, document, "c") == "plain\n  text"
    assert at(text, document, "d") == ">-\n  end"


def test_a_value_that_is_not_there_stands_at_its_key() -> None:
    text = "a:\nb: {c: , d: 1}\n"
    assert at(text, read(text), "a") == "a"
    assert at(text, read(text), "b.c") == "c"


def test_anchors_and_tags_are_not_part_of_a_value() -> None:
    text = "a: &x fp8\nb: !!str 12\nc: &y !!map {d: 1}\ne: &z\n  f: 1\n"
    document = read(text)
    assert [at(text, document, path) for path in "abc"] == ["fp8", "12", "{d: 1}"]


def test_aliases_stand_where_they_are_and_what_is_in_them_at_the_anchor() -> None:
    text = "a: &x {b: fp8}\nc: *x\nd: [*x]\n"
    document = read(text)
    assert at(text, document, "c") == "*x"
    assert at(text, document, "d.0") == "*x"
    assert document.locate("c.b") == document.locate("a.b")


def test_merges_keep_the_places_of_what_they_merge() -> None:
    text = (
        "base: &base\n  a: 1\n  b: {c: 2}\nmore: &more {a: 8, d: 9}\n"
        "one:\n  <<: *base\n  a: 3\ntwo: {<<: [*more, *base], e: 4}\nthree: {<<: {f: 5}}\n"
    )
    document = read(text)
    assert document.data["one"] == {"a": 3, "b": {"c": 2}}
    assert document.data["two"] == {"e": 4, "a": 8, "d": 9, "b": {"c": 2}}
    assert document.data["three"] == {"f": 5}
    assert document.data["base"] == {"a": 1, "b": {"c": 2}}
    assert document.locate("one.a").line == 7
    assert document.locate("one.b.c").line == 3
    assert document.locate("two.a").line == 4
    assert document.locate_key("one.b").line == 3
    assert at(text, document, "one") == "<<: *base\n  a: 3"


def test_a_quoted_merge_is_a_key() -> None:
    assert read('"<<": {a: 1}\n').data == {"<<": {"a": 1}}


def test_every_key_and_value_has_a_place() -> None:
    document = read("a: {b: [1, {c: 2}]}\n")
    assert set(document.values) == {
        *[(), ("a",), ("a", "b"), ("a", "b", 0), ("a", "b", 1), ("a", "b", 1, "c")]
    }
    assert set(document.keys) == {("a",), ("a", "b"), ("a", "b", 1, "c")}
    assert document.keys[("a", "b")].column == 5


def test_columns_count_characters() -> None:
    assert read("é: 日本語 x\n").locate("é").column == 4
    assert read("a: {é😀: 1}\n").locate("a.é😀").column == 9


def test_several_documents() -> None:
    documents, problems = parse("# first\na: 1\n--- # second\nb: 2\n...\n---\n---\nc: 3\n")
    assert problems == []
    assert [document.data for document in documents] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [document.line for document in documents] == [2, 4, 8]
    assert documents[1].locate("b").line == 4


def test_anchors_do_not_cross_documents() -> None:
    _, problems = parse("a: &x 1\n---\nb: *x\n")
    assert [(problem.code, problem.span.line) for problem in problems] == [("SPEC002", 3)]


def test_comments_that_speak_to_aispec() -> None:
    text = """\
# aispec: allow FIT001 -- above all
a: 1  # aispec: allow FIT002
b: "# aispec: in quotes"  # aispec: allow FIT003
c: |  # aispec: allow FIT004
  # aispec: in a text
d: a#aispec: not a comment
#aispec: allow FIT005
e: 'x
  # aispec: in quotes
  y'
# about aispec: nothing
--- # aispec: allow FIT006
f: 1
# aispec: allow FIT007
"""
    documents, problems = parse(text.replace("d: a#aispec: not", "d: a#aispec:not"))
    assert problems == []
    assert [(c.line, c.text, c.has_code_before) for c in documents[0].comments] == [
        (1, "aispec: allow FIT001 -- above all", False),
        (2, "aispec: allow FIT002", True),
        (3, "aispec: allow FIT003", True),
        (4, "aispec: allow FIT004", True),
        (7, "aispec: allow FIT005", False),
        (12, "aispec: allow FIT006", True),
    ]
    assert [comment.line for comment in documents[1].comments] == [14]


def test_numbers_keep_their_spelling() -> None:
    document = read("a: 0.10\nb: 1e5\nc: '7'\n")
    assert [document.text(path) for path in "abcd"] == ["0.10", "1e5", "7", None]


def test_the_parser_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{LONG}---\n{SHORT}---\na: &x {{b: !!str 1, c: 'd'}}\ne: {{<<: *x}}\nf: |\n  g\n"
    fast, _ = parse(text)
    monkeypatch.setattr("aispec.spec.document.Parser", yaml.Loader)
    slow, problems = parse(text)
    assert problems == []
    assert [document.data for document in slow] == [document.data for document in fast]
    assert [document.values for document in slow] == [document.values for document in fast]


@pytest.mark.parametrize(
    "text", ["a: b: c", "a: [1\n", "a: 'x\n", "a:\n\t- b", "a: @b", "a: *", "a: ]"]
)
def test_both_parsers_say_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, fast = parse(text)
    monkeypatch.setattr("aispec.spec.document.Parser", yaml.Loader)
    assert parse(text)[1] == fast


def test_reading_a_sound_spec_imports_nothing_heavy() -> None:
    code = (
        "import sys; from aispec.spec.reader import read; read(sys.argv[1], 'a');"
        "print(sorted({'jsonschema', 'jsonschema_rs', 'difflib', 'pathspec'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, SHORT]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
