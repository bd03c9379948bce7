"""Places in a text: where a key or a value of a YAML file stands."""

from __future__ import annotations

from aispec.record import record

Path = tuple[str | int, ...]
"""The way to a node: mapping keys and list indexes from the document's root."""


@record
class Span:
    """A stretch of text. Lines and columns count from one; the end is the first column after it."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)
"""Where a finding points that belongs to a file and to no node of it."""
