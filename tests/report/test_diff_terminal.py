from __future__ import annotations

import pytest
from hypothesis import given, settings
from syrupy.assertion import SnapshotAssertion

from aispec.report.cells import width
from aispec.report.diff_terminal import render

from .test_comment import CHANGES, compared
from .test_markdown import HOSTILE


@pytest.mark.parametrize("name", list(CHANGES))
def test_changes(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(CHANGES[name](), colour=False) == snapshot


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_nothing_of_a_stranger_steers_the_terminal(name: str, said: str) -> None:
    for unicode in (True, False):
        shown = render(compared(name, said), colour=False, unicode=unicode)
        assert all(c == "\n" or c.isprintable() for c in shown)
        assert unicode or shown.isascii()


def test_colour_adds_nothing_else() -> None:
    from re import sub

    change = CHANGES["does-not-fit-any-more"]()
    coloured = render(change, colour=True)
    assert "\x1b[" in coloured
    assert sub(r"\x1b\[[\d;]*m", "", coloured) == render(change, colour=False)


def test_a_narrow_screen_wraps_findings() -> None:
    shown = render(CHANGES["does-not-fit-any-more"](), colour=False, cells=60)
    found = [line for line in shown.splitlines() if "[FIT001]" in line]
    assert found
    assert all(width(line) <= 60 for line in found)
