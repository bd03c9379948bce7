"""Where results are kept: one folder for all runs that rest on the same, one file for each result.

It is a convenience: what can't be read or written is done without.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from aispec.digest import digest

_HOME = "results"
_MOST_FOLDERS = 12
"""Kept of the latest: a run of tomorrow rests on another day, and begins a new one."""
_KEY = re.compile(r"[0-9a-f]{32}(?:\.\d+)?")


class Shelf:
    """The results of runs that rest on the same; `ground` names their folder below `top`."""

    def __init__(self, top: str, ground: str) -> None:
        self._top = top
        self._home = os.path.join(top, _HOME)
        self._ground = ground
        self._folder = os.path.join(self._home, ground)
        self._ready = False

    def read(self, key: str) -> bytes | None:
        """Return what is kept under a key, if anything is and all of it is as it was written."""
        try:
            with open(os.path.join(self._folder, key), "rb") as file:
                seal, _, text = file.read().partition(b"\n")
        except OSError:
            return None
        return text if seal == self._seal(key, text) else None

    def write(self, key: str, text: str) -> None:
        """Keep a text under a key: all of it or, where that can't be done, nothing."""
        path = os.path.join(self._folder, key)
        made = f"{path}.{os.getpid()}"
        try:
            if not self._ready:
                self._begin()
            raw = text.encode("ascii")
            with open(made, "xb") as file:
                file.write(self._seal(key, raw) + b"\n" + raw)
            os.replace(made, path)
        except OSError:
            with suppress(OSError):
                os.unlink(made)

    def _seal(self, key: str, text: bytes) -> bytes:
        """Return what shows that a text is whole, and the one that was kept here by this key."""
        return digest(f"{self._ground}/{key}\n".encode("ascii") + text).encode("ascii")

    def _begin(self) -> None:
        if not os.path.isdir(self._folder):
            for folder in (self._top, self._home, self._folder):
                os.makedirs(folder, mode=0o700, exist_ok=True)
            self._tidy()
        self._ready = True

    def _tidy(self) -> None:
        """Remove all but the latest folders, and of them nothing but what was kept there."""
        with os.scandir(self._home) as entries:
            ours = [
                entry
                for entry in entries
                if _KEY.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            ]
        ours.sort(key=lambda entry: entry.stat().st_mtime_ns)
        for folder in ours[:-_MOST_FOLDERS]:
            with suppress(OSError):
                for name in os.listdir(folder.path):
                    if _KEY.fullmatch(name):
                        os.unlink(os.path.join(folder.path, name))
                os.rmdir(folder.path)
