from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.spec.text_file import PASSAGE, of_file, of_text


def test_a_short_text_is_read_whole() -> None:
    [whole] = of_text("für 3 €").passages(PASSAGE)
    assert (whole.text, whole.size) == ("für 3 €", 10)


def test_a_file_is_opened_when_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("one")
    text = of_file(str(file))
    assert text.size == 3
    assert text.passages(PASSAGE)[0].text == "one"
    with pytest.raises(OSError, match="prompt"):
        of_file(str(tmp_path / "another prompt"))


def test_passages_are_of_all_stretches_of_a_text() -> None:
    raw = b"".join(b"%09d\n" % number for number in range(100_000))
    found = of_text(raw).passages(16 * PASSAGE)
    starts = [raw.index(each.text.encode()) for each in found]
    stretch = len(raw) / 16
    assert [int(start / stretch) for start in starts] == list(range(16))
    assert {each.size for each in found} == {PASSAGE}
    # A text that repeats itself at the stretches' pace is not always read at the same place.
    assert len({round(start % stretch / stretch, 1) for start in starts}) > 6


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.integers(1, 9),
    st.integers(0, 3),
)
def test_no_character_is_cut(piece: str, count: int, shift: int) -> None:
    text = "a" * shift + piece * (count * 3 * PASSAGE // len(piece.encode()) + 1)
    raw = text.encode()
    for each in of_text(text).passages(count * PASSAGE):
        assert each.text in text
        assert len(each.text.encode()) == each.size <= PASSAGE
        assert PASSAGE - each.size <= 6 or each.size == len(raw)


def test_bytes_that_are_no_text_are_kept_in_number() -> None:
    raw = b"\xff\x80\x00" * 50_000
    for each in of_text(raw).passages(4 * PASSAGE):
        assert each.size >= PASSAGE - 6
        assert "\ufffd" in each.text
