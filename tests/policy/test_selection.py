from __future__ import annotations

import pytest

from aispec.policy.rule import Rule
from aispec.policy.selection import Selection

RULES = tuple(
    Rule(code, name, "A summary.", "error")
    for code, name in (
        ("FIT001", "memory-overcommit"),
        ("FIT010", "little-headroom"),
        ("FITX001", "of-another-prefix"),
        ("COST001", "over-budget"),
    )
)


@pytest.mark.parametrize(
    ("selection", "codes"),
    [
        (Selection(), ["FIT001", "FIT010", "FITX001", "COST001"]),
        (Selection(select=("FIT",)), ["FIT001", "FIT010"]),
        (Selection(select=("FIT00",)), ["FIT001"]),
        (Selection(select=("over-budget",)), ["COST001"]),
        (Selection(ignore=("FIT",)), ["FITX001", "COST001"]),
        (Selection(select=("FIT001",), ignore=("FIT",)), ["FIT001"]),
        (Selection(select=("FIT",), ignore=("memory-overcommit",)), ["FIT010"]),
        (Selection(select=("FIT",), ignore=("FIT",)), []),
        (Selection(select=("over",)), []),
    ],
)
def test_the_closest_pattern_wins(selection: Selection, codes: list[str]) -> None:
    assert [rule.code for rule in selection.of(RULES)] == codes


def test_settings_give_rules_another_severity() -> None:
    selection = Selection(severity={"FIT": "note", "memory-overcommit": "warning"})
    severities = {rule.code: rule.severity for rule in selection.of(RULES)}
    assert severities == {
        "FIT001": "warning",
        "FIT010": "note",
        "FITX001": "error",
        "COST001": "error",
    }


def test_patterns_that_name_nothing_are_told() -> None:
    selection = Selection(("FIT", "FTI"), ("COST001", "nothing"), {"LAT001": "note"})
    assert selection.unmatched(RULES) == ("FTI", "nothing", "LAT001")
