"""Where results of earlier runs are kept on this machine, if anywhere."""

from __future__ import annotations

import os
import sys

from aispec.spec.repository import around, is_within

VARIABLE = "AISPEC_CACHE_DIR"
"""The folder to keep results in; empty to keep none."""


def folder() -> str | None:
    """Return the folder for results; None where there is none that is this user's own.

    It never lies in the repository: what a pull request could bring along is not believed.
    """
    named = os.environ.get(VARIABLE)
    chosen = _usual() if named is None else named
    if not chosen or not os.path.isabs(chosen) or is_within(chosen, around(".")):
        return None
    return chosen if _own(chosen) else None


def _usual() -> str | None:
    """Return what the system has for such files, below the user's home."""
    home = os.path.expanduser("~")
    if not os.path.isdir(home):
        return None
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or home, "aispec", "Cache")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "aispec")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or f"{home}/.cache", "aispec")


def _own(path: str) -> bool:
    """Whether nobody else can write to a folder; one that is not there yet is made so."""
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    ours = not hasattr(os, "getuid") or seen.st_uid == os.getuid()
    return ours and (sys.platform == "win32" or not seen.st_mode & 0o022)
