"""Paths in a spec that lead out of the repository, or to nothing."""

from __future__ import annotations

import os
from collections.abc import Collection

from aispec.spec.problem import Problem
from aispec.spec.reader import Located
from aispec.spec.repository import is_within
from aispec.spec.sense import paths
from aispec.spec.units import show


def astray(
    located: Located, folder: str, root: str, at_hand: Collection[str] = ()
) -> list[Problem]:
    """The SPEC013 problems of a deployment whose file lies in `folder` of the repository `root`.

    Links are resolved before a path is compared with the root; no file is opened. What is `at_hand`
    need not be on disk.
    """
    problems = []
    for path, written in paths(located.document.data):
        full = inside(written, folder, root)
        if written in at_hand or (full is not None and os.path.exists(full)):
            continue
        what = "does not exist" if full else "leaves the repository"
        words = f"{'.'.join(map(str, path))} {what}, read {show(written)}"
        problems.append(Problem("SPEC013", words, located.document.locate(path), path))
    return problems


def inside(written: str, folder: str, root: str) -> str | None:
    """The real path of what a spec names, or None where it is not inside the root."""
    if os.path.isabs(written) or "\x00" in written:
        return None
    full = os.path.realpath(os.path.join(folder, written))
    return full if is_within(full, root) else None
