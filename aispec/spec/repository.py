"""Which repository a folder lies in, as far as files say it."""

from __future__ import annotations

import os


def around(folder: str) -> str:
    """Return the nearest folder with a `.git`, from `folder` upward; else `folder` itself."""
    here = os.path.abspath(folder)
    above = here
    while not os.path.exists(os.path.join(above, ".git")):
        folder, above = above, os.path.dirname(above)
        if above == folder:
            return here
    return above


def is_within(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, or is it, once all links are followed."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return f"{real}{os.sep}".startswith(f"{root.rstrip(os.sep)}{os.sep}")
