from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aispec.policy import rulefile
from aispec.policy.rule import Rule
from aispec.policy.rulefile import RuleError, load_rules
from aispec.resources import schema

TEXT = """\
code: ACME001
name: too-dear
summary: The deployment costs more than the team may spend.
severity: warning
since: 0.1.0
when: cost.month > 500 USD/month
at: budget
message: "{{ name }} costs {{ cost.month }}"
also: [{at: hardware, say: "{{ hardware.price_per_hour }}"}]
why: |
  Money that was not planned for is missed elsewhere.
examples:
  - title: dear
    spec: {version: 1}
    finds: {message: words, certainty: certain}
  - title: cheap
    spec: [{version: 1}, {version: 1}]
    finds: nothing
    today: 2026-01-01
"""


def read_rule(path: Path) -> Rule:
    (rule,) = load_rules([path.parent])
    return rule


def write(folder: Path, text: str = TEXT, name: str = "a.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_of_rules(tmp_path: Path) -> None:
    write(tmp_path, TEXT.replace("ACME001", "ACME002").replace("too-dear", "b"), "x/b.yml")
    write(tmp_path)
    write(tmp_path, "not a rule", "README.md")
    first, second = load_rules([tmp_path])
    assert (first.code, first.path, first.severity) == ("ACME001", "a.yaml", "warning")
    assert (second.code, second.path, second.topic) == ("ACME002", "x/b.yml", "x")
    assert first.when == "cost.month > 500 USD/month"
    assert first.also == (("hardware", "{{ hardware.price_per_hour }}"),)
    assert first.examples[1]["today"] == "2026-01-01"


READER = """\
code: ACME003
name: read
summary: The file cannot be read at all.
severity: error
since: 0.1.0
reader: true
why: A file that cannot be read says nothing.
examples: [{title: broken, text: "a: [", finds: words}]
"""


def test_a_rule_of_the_reader_has_no_condition(tmp_path: Path) -> None:
    assert read_rule(write(tmp_path, READER)).reader
    with pytest.raises(RuleError, match="has no condition"):
        read_rule(write(tmp_path, READER + "when: memory.fits\n"))


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "advice"),
    [
        ("500 USD/month", "500", (6, 20), "cost.month is in USD/month: write 500 USD/month", None),
        ("when: cost", "when: 'cst", (6, 1), "", None),
        ("cost.month > 500", "cst.month > 500", (6, 7), "cst.month is not the name", "cost.month"),
        (
            "cost.month > 500 USD/month",
            '"cst.month > 1 USD/month"',
            (6, 8),
            "cst.month is not the name",
            "",
        ),
        ("when: ", "when: >-\n  cst.month > ", (6, 7), "cst.month is not the name", ""),
        ("> 500 USD/month", "", (6, 7), "this is a number, not a condition", "compare it"),
        ("{{ cost.month }}", "{{ cost.mont }}", (8, 31), "cost.mont is not the name", "cost.month"),
        ("{{ hardware.pr", "{{ hardwar.pr", (9, 32), "hardwar.price_per_hour is not", ""),
        ("severity: warning", "severity: fatal", (4, 11), "", None),
        ("severity: warning\n", "", (1, 1), '"severity" is a required property', None),
        ("when: cost", "wen: cost", (6, 1), "a rule has no field 'wen'", "did you mean when?"),
        (
            "title: dear",
            "title: dear\n    text: a",
            (13, 5),
            "an example has a spec or a text",
            None,
        ),
        ("code: ACME001", "code: FIT001", (1, 7), "codes that start with FIT are aispec's own", ""),
        ("why: |", "why: [", (13, 1), "", None),
        ("code: ACME001", "code: ACME001\ncode: ACME002", (2, 1), "", None),
    ],
)
def test_mistakes_have_a_place(
    tmp_path: Path, old: str, new: str, place: tuple[int, int], message: str, advice: str | None
) -> None:
    assert old in TEXT
    path = write(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(RuleError) as caught:
        load_rules([tmp_path])
    error = caught.value
    assert error.path == str(path)
    assert message in error.message
    if message:
        assert (error.line, error.column) == place
        assert (advice or "") in (error.help or "")


def test_the_slower_validator_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    rulefile._checker.cache_clear()
    try:
        assert read_rule(write(tmp_path)).code == "ACME001"
        for old, place in (("when: cost", (6, 1)), ("severity: warning", (4, 1))):
            with pytest.raises(RuleError, match="a rule has no field 'x") as caught:
                read_rule(write(tmp_path, TEXT.replace(old, "x" + old)))
            assert (caught.value.line, caught.value.column) == place
    finally:
        rulefile._checker.cache_clear()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("too-dear", "other"), "ACME001 is the code of a.yaml too"),
        (("ACME001", "ACME002"), "too-dear is the name of a.yaml too"),
    ],
)
def test_codes_and_names_are_unique(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    write(tmp_path)
    write(tmp_path, TEXT.replace(*change), "b.yaml")
    with pytest.raises(RuleError, match=message) as caught:
        load_rules([tmp_path])
    assert caught.value.path.endswith("b.yaml")


def test_built_in_codes_have_the_prefix_of_their_folder(tmp_path: Path) -> None:
    text = TEXT.replace("ACME001", "COST001")
    write(tmp_path, text, "cost/a.yaml")
    assert load_rules([tmp_path], builtin=True)[0].topic == "cost"
    write(tmp_path, text.replace("COST001", "COST002").replace("too-dear", "b"), "fit/b.yaml")
    with pytest.raises(RuleError, match="codes in fit/ start with FIT"):
        load_rules([tmp_path], builtin=True)


def test_files_that_are_no_rules(tmp_path: Path) -> None:
    for text in ("", "- a\n", "a: 1\n---\nb: 2\n"):
        with pytest.raises(RuleError, match="holds one rule"):
            read_rule(write(tmp_path, text))
    with pytest.raises(RuleError, match="at most"):
        read_rule(write(tmp_path, "#" * 300_000))
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RuleError, match="cannot be read"):
        read_rule(tmp_path / "a.yaml")


def _objects(shape: Any) -> list[dict[str, Any]]:
    if isinstance(shape, list):
        return [found for part in shape for found in _objects(part)]
    if not isinstance(shape, dict):
        return []
    own = [shape] if "properties" in shape and shape.get("type") == "object" else []
    return own + [
        found for key, part in shape.items() if key != "examples" for found in _objects(part)
    ]


def test_every_field_of_the_schema_is_described_and_closed() -> None:
    shape = schema("rule")
    jsonschema.Draft202012Validator.check_schema(shape)
    objects = _objects({key: part for key, part in shape.items() if key not in ("if", "then")})
    assert len(objects) >= 4
    for each in objects:
        assert each["additionalProperties"] is False
        for name, field in each["properties"].items():
            assert field["description"].endswith("."), name
            for example in field["examples"]:
                checked = {"$defs": shape["$defs"], **field}
                jsonschema.Draft202012Validator(checked).validate(example)


@pytest.mark.parametrize("field", ["message", "message_possible", "note", "help", "unknown"])
def test_every_text_of_a_rule_is_checked_when_it_is_loaded(tmp_path: Path, field: str) -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith("message:")]
    texts = {"message": "too dear"} | {field: "it costs {{ cost.mnth }}"}
    written = "".join(f'{name}: "{text}"\n' for name, text in texts.items())
    path = write(tmp_path, written + "\n".join(lines))
    with pytest.raises(RuleError) as caught:
        read_rule(path)
    assert "cost.mnth is not the name of a fact or a field" in caught.value.message
    assert caught.value.span.line == list(texts).index(field) + 1


def test_an_example_that_finds_neither_words_nor_nothing_is_told_so(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.replace("finds: nothing", "finds: [1]"))
    with pytest.raises(RuleError) as caught:
        read_rule(path)
    assert caught.value.message.endswith(
        "an example finds a message, a message with its severity or certainty, or nothing"
    )
