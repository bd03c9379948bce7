"""A new rule's place, code and text."""

from __future__ import annotations

from pathlib import Path

import pytest

from aispec.policy.rulefile import load_rules
from aispec.policy.skeleton import SkeletonError, begin


def test_a_new_rule_has_the_next_code_and_is_sound(tmp_path: Path) -> None:
    for name, code in (("first-rule", "ACME001"), ("second-rule", "ACME002")):
        path, text = begin(tmp_path, name, "operations", "ACME")
        assert path == tmp_path / "operations" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        rule = next(each for each in load_rules([tmp_path]) if each.name == name)
        assert rule.code == code
    assert begin(tmp_path, "third", "cost", "OTHER")[1].count("OTHER001") >= 1


def test_codes_go_on_after_the_highest(tmp_path: Path) -> None:
    path, text = begin(tmp_path, "late", "operations", "ACME")
    path.parent.mkdir()
    path.write_text(text.replace("ACME001", "ACME041"), encoding="utf-8")
    assert "ACME042" in begin(tmp_path, "later", "operations", "ACME")[1]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert "ACME001" in begin(tmp_path / "none", "first", "operations", "ACME")[1]


@pytest.mark.parametrize(
    ("name", "topic", "prefix", "said"),
    [
        ("Bad Name", "operations", "ACME", "'Bad Name' is no name of a rule: write it like"),
        ("-x", "operations", "ACME", "'-x' is no name of a rule"),
        ("../up", "operations", "ACME", "'../up' is no name of a rule"),
        ("fine", "Topic", "ACME", "'Topic' is no topic of a rule: write it like operations"),
        ("fine", "a" * 41, "ACME", "is no topic of a rule"),
        ("fine", "..", "ACME", "'..' is no topic of a rule"),
        ("fine", "operations", "acme", "'acme' is no prefix of a rule: write it like ACME"),
        ("fine", "operations", "FIT", "codes that start with FIT are aispec's own"),
        ("fine", "operations", "SPEC", "codes that start with SPEC are aispec's own"),
    ],
)
def test_what_no_rule_may_have(
    tmp_path: Path, name: str, topic: str, prefix: str, said: str
) -> None:
    with pytest.raises(SkeletonError, match=said.replace(".", r"\.")):
        begin(tmp_path, name, topic, prefix)


def test_a_rule_is_begun_once(tmp_path: Path) -> None:
    path, text = begin(tmp_path, "first", "operations", "ACME")
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SkeletonError, match="is there already"):
        begin(tmp_path, "first", "operations", "ACME")
    with pytest.raises(SkeletonError, match="there is a rule first already"):
        begin(tmp_path, "first", "cost", "ACME")
    path.write_text("code: [", encoding="utf-8")
    with pytest.raises(SkeletonError):
        begin(tmp_path, "second", "operations", "ACME")
