"""The rules that come with aispec, and the tables that must agree with the rest of it."""

from __future__ import annotations

from aispec.estimate.vocabulary import TERMS
from aispec.policy.operand import SHARES, SIGNED, WORDS
from aispec.policy.rule import load_builtin
from aispec.policy.rulefile import load_rules
from aispec.policy.waiver import PROBLEMS
from aispec.resources import rules_dir, schema

CHECKED = load_rules([rules_dir()], builtin=True)
BY_CODE = {rule.code: rule for rule in CHECKED}


def test_what_is_loaded_in_a_hurry_is_what_was_checked() -> None:
    fast = load_builtin()
    assert [rule.code for rule in fast] == [rule.code for rule in CHECKED]
    for quick, checked in zip(fast, CHECKED, strict=True):
        for field in ("name", "severity", "when", "applies", "at", "also", "message", "path"):
            assert getattr(quick, field) == getattr(checked, field), (quick.code, field)


def test_rules_give_way_only_to_rules_that_exist() -> None:
    for rule in CHECKED:
        assert set(rule.instead_of) <= BY_CODE.keys() - {rule.code}, rule.code


def test_rules_about_waivers_say_what_the_waivers_do() -> None:
    for code, (name, severity) in PROBLEMS.items():
        if code in BY_CODE:
            rule = BY_CODE[code]
            assert (rule.name, rule.severity, rule.reader) == (name, severity, True)


def test_closed_sets_are_those_of_the_schemas() -> None:
    spec, accelerator = schema("ai-deploy"), schema("accelerator")
    assert WORDS["hardware.class"] == tuple(accelerator["properties"]["class"]["enum"])
    for name in ("environment", "use", "hardware.purchase", "sla.profile"):
        assert [*WORDS[name]] in _enums(spec, name.rpartition(".")[2]), name


def _enums(shape: object, field: str) -> list[object]:
    """The enumerations of every field of that name, wherever it stands."""
    if isinstance(shape, list):
        return [found for part in shape for found in _enums(part, field)]
    if not isinstance(shape, dict):
        return []
    own = shape.get("properties", {}).get(field, {})
    found = [own["enum"]] if "enum" in own else []
    return found + [each for part in shape.values() for each in _enums(part, field)]


def test_tables_of_terms_name_terms() -> None:
    for name in (*WORDS, *SHARES, *SIGNED):
        assert name in TERMS, name
    assert all(not TERMS[name].unit for name in SHARES)
