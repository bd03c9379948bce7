"""Comments as GitHub shows them: nothing of ours is taken out, and all of a stranger's is."""

from pathlib import Path

import pytest

from aispec.report.comment import render
from tests.report.test_comment import CHANGES, HERE
from tools.pictures.__main__ import comment, page
from tools.pictures.browser import chromium, picture
from tools.pictures.forge_page import sanitized


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_github_takes_nothing_out_of_a_comment(change: str) -> None:
    html, dropped = sanitized(render(CHANGES[change](), context=HERE))
    assert dropped == []
    assert "aispec:report" not in html  # the mark is not shown
    assert "[!" not in html  # alerts are drawn


def test_what_github_does_not_keep_is_named() -> None:
    html, dropped = sanitized(
        "<script>alert(1)</script> <p style='x' onclick='y'>\n\n<svg><b>z</b></svg>"
        " [x](javascript:y) <b>kept</b>"
    )
    assert {"<p style>", "<p onclick>", "<svg>"} <= set(dropped)
    assert "<script" not in html
    assert "javascript" not in html
    assert "<b>kept</b>" in html


def test_the_sample_shows_what_the_front_page_promises() -> None:
    text = comment()
    assert "### aispec: `support-chat` does not fit; +" in text
    assert sanitized(text)[1] == []
    assert page(text).count("<details open>") == 1


@pytest.mark.skipif(chromium() is None, reason="there is no chromium")
def test_a_picture_is_as_high_as_its_page(tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    picture("<body style='margin:0'><div style='height:700px'>", tmp_path / "x.png", 300, 1)
    header = (tmp_path / "x.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(header[16:20], "big") == 300
    assert 690 < int.from_bytes(header[20:24], "big") < 760
