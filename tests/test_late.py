"""Patterns that wait to be asked do what compiled ones do."""

from __future__ import annotations

import re

import pytest

from aispec.late import pattern, patterns_wait


def test_a_pattern_is_compiled_when_it_is_asked_for_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []
    really = re.compile

    def watched(text: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(text)
        return really(text, flags)

    monkeypatch.setattr(re, "compile", watched)
    late = pattern(r"(\d+) gb", re.IGNORECASE)
    assert compiled == []
    found = late.fullmatch("80 GB")
    assert found is not None
    assert found[1] == "80"
    assert late.fullmatch("80 TB") is None
    assert late.sub("x", "1 gb, 2 gb") == "x, x"
    assert {*compiled} == {r"(\d+) gb"}


def test_patterns_wait_only_while_they_are_told_to() -> None:
    with patterns_wait():
        waiting = re.compile("a+")
    assert type(waiting) is not re.Pattern
    assert waiting.match("aab")
    assert type(re.compile("a+")) is re.Pattern


def test_functions_take_it_for_a_pattern() -> None:
    late = pattern("a+")
    assert [found[0] for found in re.finditer(late, "aab a")] == ["aa", "a"]
    assert re.sub(late, "x", "aab a") == "xb x"


def test_a_broken_pattern_is_told_when_it_is_asked() -> None:
    late = pattern("(")
    with pytest.raises(re.error):
        late.match("x")
