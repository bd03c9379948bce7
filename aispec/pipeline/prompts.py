"""The prompt files that deployments name, those inside the repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aispec.pipeline.options import Options
from aispec.spec.astray import inside
from aispec.spec.problem import Problem
from aispec.spec.reader import Located

if TYPE_CHECKING:
    from aispec.spec.text_file import TextFile


class Prompts:
    """The prompts of a run: a file that several deployments name is counted once."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._root = options.repository or options.root
        self._known: dict[str, TextFile | str] = {}

    def of(self, located: Located, folder: str) -> tuple[dict[str, TextFile], list[Problem]]:
        """Return the prompts of a deployment in `folder` by part, and why others can't be read."""
        texts, problems = {}, []
        for part, found in self._named(located, folder):
            if isinstance(found, str):
                path = ("workload", "prompts", part)
                words = f"{'.'.join(path)} {found}"
                problems.append(Problem("SPEC018", words, located.document.locate(path), path))
            else:
                texts[part] = found
        return texts, problems

    def _named(self, located: Located, folder: str) -> Iterator[tuple[str, TextFile | str]]:
        workload = located.spec.workload
        for part, written in (workload.prompts if workload else {}).items():
            if written in self._options.files:
                yield part, self._at_hand(written)
                continue
            full = inside(written, folder, self._root)
            if full is not None and os.path.exists(full):  # else SPEC013 says so
                yield part, self._opened(full)

    def _at_hand(self, written: str) -> TextFile | str:
        from aispec.spec.text_file import of_text

        key = f"\x00{written}"  # no path on disk
        if key not in self._known:
            self._known[key] = of_text(self._options.files[written])
        return self._known[key]

    def _opened(self, full: str) -> TextFile | str:
        if full not in self._known:
            self._known[full] = _open(full)
        return self._known[full]


def _open(full: str) -> TextFile | str:
    """Return a file's text, or in words why it is not one that can be counted."""
    from aispec.spec.text_file import MOST, of_file

    if os.path.isdir(full):
        return "is a folder, not a text"
    if not os.path.isfile(full):
        return "is not a file"
    try:
        text = of_file(full)
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    if text.size > MOST:
        return (
            f"has {text.size / 2**20:,.1f} MiB, more than the {MOST >> 20} MiB that a prompt may"
            " have"
        )
    return text
