"""Two texts compared, as `diff -u` shows it."""

from __future__ import annotations

import difflib

from aispec.report.ansi import Style, painter
from aispec.report.cells import safe

_STYLES: dict[str, Style] = {"+": "good", "-": "error", "@": "frame"}


def unified(path: str, before: str, after: str, *, colour: bool) -> str:
    """Return the unified difference of two texts of a file; empty where there is none."""
    paint = painter(colour)
    name = safe(path)
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
    )
    return "".join(_line(paint(safe(line), _style(line))) for line in lines)


def _style(line: str) -> Style:
    if line.startswith(("+++ ", "--- ")):
        return "strong"
    return _STYLES.get(line[:1], "plain")


def _line(text: str) -> str:
    return f"{text}\n"
