"""Mistakes in a message's filters stand where they are written."""

from __future__ import annotations

import pytest

from aispec.policy.lexer import ExpressionError
from aispec.policy.message import compile_template


@pytest.mark.parametrize(
    ("text", "column", "end", "said"),
    [
        ("{{ memory.needed | rond(1) }}", 20, 27, "rond(1) is not a filter"),
        ("{{ memory.needed | low | rond(1) }}", 26, 33, "rond(1) is not a filter"),
        ("{{ memory.needed | low | round(1) | nuber }}", 37, 42, "nuber is not a filter"),
        ("so {{ memory.needed | percent }}", 23, 30, "percent is for shares, not for GiB"),
        ("{{ name | round(1) }}", 11, 19, "only numbers are filtered"),
        ("{{ memory.needed | round }}", 20, 25, "round is not a filter"),
        ("a }} b", 3, 5, "}} stands without its pair"),
        ("a {{ b", 3, 5, "{{ stands without its pair"),
    ],
)
def test_where_a_filter_is_wrong(text: str, column: int, end: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_template(text)
    error = caught.value
    assert (error.column, error.end_column, error.message) == (column, end, said)
