"""What keeps a text from being read as a spec."""

from __future__ import annotations

from aispec.record import record
from aispec.spec.location import START, Path, Span


@record
class Problem:
    """One reason why a file, or one document of it, is not a spec.

    `code` is that of the rule in `rules/spec/` which explains the problem at length; `message` says
    what is wrong, `note` what was read, and `help` what to write instead. `file` is set where a
    problem is found by comparing files, or where there is no file that could hold it. `instead` is
    the key or value that its author most likely meant, where there is exactly one such.
    """

    code: str
    message: str
    span: Span = START
    path: Path = ()
    note: str | None = None
    help: str | None = None
    file: str | None = None
    instead: str | bool | None = None
