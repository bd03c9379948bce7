"""What a terminal is taken for, and what is written to it."""

import io
import sys

import pytest

from aispec.surface.terminal import emit, screen


class Terminal(io.TextIOWrapper):
    """A terminal of some encoding."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def live(monkeypatch: pytest.MonkeyPatch, encoding: str = "utf-8") -> io.BytesIO:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(shown, encoding=encoding))
    return shown


@pytest.mark.parametrize(
    ("environment", "choice", "on_terminal", "colour"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"TERM": "dumb"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "0"}, "auto", True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", False, True),
        ({"FORCE_COLOR": "1"}, "never", True, False),
    ],
)
def test_colour(
    environment: dict[str, str],
    choice: str,
    on_terminal: bool,
    colour: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if on_terminal:
        live(monkeypatch)
    assert screen(choice).colour is colour


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("10", 40), ("500", 160)])
def test_width(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch)
    monkeypatch.setenv("COLUMNS", columns)
    assert screen().width == width


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "a… ×é"), ("ascii", "a... x\\xe9"), ("latin-1", "a... x\\xe9")],
)
def test_a_terminal_without_utf8_gets_ascii(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = live(monkeypatch, encoding)
    emit("a… ×é")
    assert written.getvalue().decode("utf-8") == shown


def test_what_is_no_terminal_gets_utf8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    emit("a… ×é\udcff")
    assert capfdbinary.readouterr().out == "a… ×é\\udcff".encode()
