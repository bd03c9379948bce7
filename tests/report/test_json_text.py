"""JSON as Python's own encoder writes it, and nothing in it that is not seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.report.json_text import dumps

TEXTS = st.text(st.characters(max_codepoint=0x7E) | st.sampled_from("äß→…😀日"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXTS, parts, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_the_bytes_are_those_of_the_standard_encoder(data: object) -> None:
    assert dumps(data) == json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def test_tuples_are_lists() -> None:
    assert dumps({"a": (1, (), {})}) == json.dumps({"a": [1, [], {}]}, indent=2) + "\n"


@given(st.text())
def test_any_text_can_be_read_again_and_all_of_it_is_seen(text: str) -> None:
    written = dumps({text: [text]})
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole == text:
        assert json.loads(written) == {text: [text]}
    written.encode("utf-8")
    assert not {"\x7f", "\x9b", "\u202e", "\u200b", "\u2028", "\ufeff"} & set(written)


@pytest.mark.parametrize(
    ("data", "error"), [(float("inf"), ValueError), ([float("nan")], ValueError), ({1}, TypeError)]
)
def test_what_json_cannot_say_is_refused(data: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        dumps(data)
