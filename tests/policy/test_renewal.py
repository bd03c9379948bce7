"""Messages of examples renewed in a rule's file: only they change, whatever their style."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aispec.policy.finding import Finding
from aispec.policy.renewal import RenewalError, moved, renewed
from aispec.policy.rule import from_data
from aispec.surface.cli.app import run

FILE = """# a comment that stays
code: ACME001   # and this one
examples:
  - title: plain
    finds: needs 12 GiB
  # between two
  - {title: flow, finds: "possibly: 1, 2"}   # behind one

  - title: folded
    finds: >-
      needs 12 GiB on each
      of two

    spec: {version: 1}
  - title: pinned
    finds: {message: 'it''s 12', certainty: possible}
  - title: none
    finds: nothing
"""


def finds(text: str) -> list[object]:
    return [example["finds"] for example in yaml.safe_load(text)["examples"]]


def test_only_the_messages_change() -> None:
    made = renewed(FILE, {0: "needs 13 GiB", 1: "1, 3", 2: "needs 13 GiB on each of two"})
    assert made == (
        FILE.replace("finds: needs 12 GiB\n", "finds: needs 13 GiB\n")
        .replace('"possibly: 1, 2"', '"1, 3"')
        .replace("needs 12 GiB on each\n      of two\n", "needs 13 GiB on each of two\n")
    )
    pinned = renewed(FILE, {3: "it's 13"})
    assert finds(pinned)[3] == {"message": "it's 13", "certainty": "possible"}
    assert renewed(FILE, {}) == FILE


def test_a_message_that_grows_is_folded_and_one_that_needs_quotes_gets_them() -> None:
    long = "word " * 40 + "end"
    made = renewed(FILE, {0: long, 2: "# not a comment: a message"})
    assert finds(made)[:3] == [long, "possibly: 1, 2", "# not a comment: a message"]
    assert max(map(len, made.splitlines())) <= 100
    assert finds(renewed(FILE, {0: "yes: no"}))[0] == "yes: no"


def test_other_line_breaks_stay() -> None:
    made = renewed(FILE.replace("\n", "\r\n"), {2: "word " * 40 + "end"})
    assert made.count("\r\n") == made.count("\n")
    assert finds(made)[2] == "word " * 40 + "end"


def test_a_message_that_another_example_shares_is_left_to_its_author() -> None:
    text = "examples:\n  - {title: a, finds: &same one}\n  - {title: b, finds: *same}\n"
    with pytest.raises(RenewalError, match="by hand"):
        renewed(text, {0: "two"})
    assert finds(renewed(text, {1: "two"})) == ["one", "two"]


@given(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1).map(str.strip),
    st.integers(0, 2),
)
def test_any_message_can_be_read_again(message: str, place: int) -> None:
    if message:
        made = renewed(FILE, {place: message})
        assert finds(made)[place] == message
        assert made.startswith("# a comment that stays\ncode: ACME001   # and this one\n")


def found(message: str, certainty: str = "certain") -> Finding:
    return Finding("ACME001", "a-name", "error", certainty, message, "a.yaml")  # type: ignore[arg-type]


def test_what_moved_is_what_still_finds_something_as_surely() -> None:
    data = yaml.safe_load(FILE) | {"name": "a-name", "summary": "A summary.", "severity": "error"}
    for example in data["examples"]:
        example.setdefault("spec", {})
    rule = from_data(data)
    assert moved(rule, lambda spec, today: [found("other")]) == {0: "other", 1: "other", 2: "other"}
    sure = [found("other", "possible")]
    assert moved(rule, lambda spec, today: sure)[3] == "other"
    assert moved(rule, lambda spec, today: [found("it's 12", "possible")]).keys() == {0, 1, 2}
    assert moved(rule, lambda spec, today: []) == {}


RULE = """# yaml-language-server: $schema=rule.schema.json
code: ACME001
name: dear
summary: It costs more than a hundred dollars.
severity: error
since: 0.1.0
when: cost.month > 100 USD/month
at: hardware
message: "{{ name }} costs {{ cost.month }}"
help: "spend less"
why: Somebody has to pay for all of it.
sources: [https://example.com]
examples:
  - title: dear  # by far
    spec:
      version: 1
      name: a
      model: llama-3.1-8b-instruct
      engine: {name: vllm, max_model_len: 4096}
      hardware: {accelerator: l4, price: 1 USD/hour}
      workload: {users: 9/day, tokens_per_session: 9}
    finds: a costs 12 USD/month
  - title: cheap
    spec:
      version: 1
      name: a
      model: gpt-4o
      api: openai
      workload: {users: 1/day, tokens_per_session: 9}
    finds: nothing
"""


def test_the_command_shows_what_it_writes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dear.yaml"
    file.write_text(RULE, encoding="utf-8")
    assert run(["rules", "test", str(tmp_path)]) == 1
    assert file.read_text(encoding="utf-8") == RULE
    capfd.readouterr()
    assert run(["rules", "test", str(tmp_path), "--write"]) == 0
    shown = capfd.readouterr().out
    assert "-    finds: a costs 12 USD/month\n+    finds: a costs $730 a month\n" in shown
    assert "1 rule, 2 examples: all as they say" in shown
    assert file.read_text(encoding="utf-8") == RULE.replace("12 USD/month", "$730 a month")
    assert run(["rules", "test", str(tmp_path), "--write"]) == 0
    assert "finds:" not in capfd.readouterr().out


def test_an_example_that_finds_nothing_any_more_still_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dear.yaml"
    file.write_text(RULE.replace("100 USD/month", "1000 USD/month"), encoding="utf-8")
    assert run(["rules", "test", str(tmp_path), "--write"]) == 1
    assert "it finds nothing, not: a costs 12 USD/month" in capfd.readouterr().out
    assert run(["rules", "test", "--write"]) == 2
