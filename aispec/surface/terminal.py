"""What kind of terminal this is, and writing to it or to a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aispec.record import record

_USUAL_WIDTH = 100
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper")
_LINKING = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm")


@record
class Screen:
    """How output is drawn."""

    colour: bool
    width: int
    unicode: bool
    links: bool = False  # whether it opens files from links in the text


def screen(choice: str = "auto") -> Screen:
    """Return how to draw: colour only on a terminal, unless `choice` or the environment says so."""
    live = sys.stdout.isatty()
    coloured = _coloured(choice, live)
    return Screen(coloured, _width(live), _unicode(), coloured and _linking(live))


def _coloured(choice: str, live: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced.lower() not in ("0", "false")
    return live and os.environ.get("TERM") != "dumb"


def _linking(live: bool) -> bool:
    """Whether the terminal is known to take links, as far as its variables tell."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced.lower() not in ("0", "false")
    if not live:
        return False
    if os.environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS or os.environ.get("TERM") in _LINKING:
        return True
    if any(os.environ.get(name) for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")):
        return True
    terminal = os.environ.get("VTE_VERSION", "")
    return terminal.isdecimal() and int(terminal) >= 5000


def _width(live: bool) -> int:
    if not live:
        return _USUAL_WIDTH
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size((_USUAL_WIDTH, 24)).columns, 160))


def _unicode() -> bool:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return not sys.stdout.isatty() or encoding.startswith("utf")


_PLAINER = str.maketrans(
    {
        "…": "...", "×": "x", "–": "-", "—": "-", "·": "*", "•": "*", "→": "->", "≤": "<=",
        "≥": ">=", "±": "+-", "≈": "~", "✓": "ok", "✗": "x", "’": "'", "‘": "'", "“": '"', "”": '"',
        "│": "|", "─": "-", "└": "`", "├": "|", "┌": ".", "²": "2", "³": "3", "µ": "u",
    }
)  # fmt: skip


def tell(text: str, *, error: bool = False) -> None:
    """Say something beside a command's output; nothing in it is obeyed."""
    import click

    from aispec.report.cells import harmless

    click.echo(harmless(text), err=error)


def emit(text: str, output: str | None = None, *, exact: bool = False) -> None:
    """Write UTF-8 to standard output, or to a file that is replaced in one step.

    A terminal that shows no UTF-8 gets ASCII. What a runner of workflows would take for a command
    in its log is changed, unless the text is one that programs read and must be `exact`.
    """
    if output is None and not exact:
        from aispec.report.cells import muted

        text = muted(text)
    if output is None and not _unicode():
        text = text.translate(_PLAINER).encode("ascii", "backslashreplace").decode("ascii")
    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        _print(data)
    else:
        _replace(output, data)


def _print(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        import click

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.ClickException(f"the output can't be written: {error.strerror}") from error


def rewrite(path: str, data: bytes) -> None:
    """Replace a file in one step; its mode stays, and a link goes on leading to it."""
    real = os.path.realpath(path)
    _replace(real, data, path)


def create(path: str, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; raises `ClickException` if it is."""
    import click

    with _saying(path), _beside(path, data) as made:
        try:
            os.link(made, path)
        except FileExistsError as error:
            raise click.ClickException(f"{path} is there already: name a new file") from error
        os.unlink(made)


def _replace(path: str, data: bytes, shown: str | None = None) -> None:
    real = os.path.realpath(path)
    with _saying(shown or path):
        if os.path.exists(real) and not os.path.isfile(real):
            with open(real, "wb") as device:  # a pipe or a device is written to, not replaced
                device.write(data)
            return
        with _beside(real, data) as made:
            with suppress(FileNotFoundError):
                os.chmod(made, os.stat(real).st_mode & 0o7777)
            os.replace(made, real)


@contextmanager
def _beside(path: str, data: bytes) -> Iterator[str]:
    """Write data to a new file beside another, which is gone again if anything goes wrong."""
    made = os.path.join(os.path.dirname(path), f".aispec-{os.urandom(8).hex()}")
    try:
        with open(made, "xb") as file:
            file.write(data)
        yield made
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise


@contextmanager
def _saying(path: str) -> Iterator[None]:
    """Say in words that a file can't be written."""
    try:
        yield
    except OSError as error:
        import click

        reason = error.strerror or "no reason given"
        raise click.ClickException(f"{path} can't be written: {reason}") from error
