"""What a result rests on beside its own file: aispec itself, the run's options, the settings.

All of it goes into the key under which a result is kept. Of aispec's own files, which are many, the
sizes and times of change are taken; of what lies in a repository, every byte.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from aispec import __version__
from aispec.digest import digest
from aispec.pipeline.options import Options
from aispec.policy.baseline import NAME as _BASELINE
from aispec.resources import homes, packaged
from aispec.spec.repository import is_within
from aispec.spec.settings import Settings

_MOST_FILES = 2_000
_MOST_BYTES = 8 << 20
"""That settings may name before reading them all for a key takes longer than it saves."""


class Ground:
    """What the results of one run rest on."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._by_settings: dict[str | None, bytes | None] = {}
        try:
            self.run = digest("\n".join(_run(options)))
        except OSError:  # a file that goes while they are counted
            self.run = ""

    def key(self, path: str, raw: bytes, settings: Settings) -> str | None:
        """Return the key of a file's result; None where it rests on what can't be known."""
        if settings.path not in self._by_settings:
            self._by_settings[settings.path] = self._governing(settings)
        governing = self._by_settings[settings.path]
        if governing is None or not self.run:
            return None
        return digest(b"\0".join((governing, _bytes(path), raw)))

    def _governing(self, settings: Settings) -> bytes | None:
        """Return a digest of settings and of all that they and the options name."""
        options = self._options
        folder = settings.folder if settings.path else options.root
        folders = [os.path.join(folder, name) for name in (*settings.extends, *settings.overlays)]
        if _installed(settings.extends) or not all(map(os.path.isdir, folders)):
            return None  # rules of a package, which lie elsewhere, or nothing at all
        named = [*folders, *([os.path.join(folder, settings.prices)] if settings.prices else [])]
        root = options.repository or options.root
        if not all(is_within(path, root) for path in named):
            return None  # which is a fault of the settings
        files = [settings.path, options.prices, *named[len(folders) :]]
        if options.baseline != "":
            files.append(options.baseline or os.path.join(folder, _BASELINE))
        try:
            contents = _contents([*filter(None, files), *_below(folders)])
            return digest(b"\0".join((_bytes(os.path.abspath(folder)), *contents))).encode()
        except (OSError, _TooMuchError):
            return None


def _installed(names: Sequence[str]) -> bool:
    """Whether rules of an installed package are named as such."""
    if not names:
        return False
    from aispec.packages import PREFIX

    return any(name.startswith(PREFIX) for name in names)


class _TooMuchError(Exception):
    """Settings name more than is worth reading."""


def _run(options: Options) -> Iterator[str]:
    """Yield what all results of a run rest on."""
    yield __version__
    yield sys.version
    yield repr([options.today, options.select, options.ignore, options.strict, options.remedies])
    yield repr([os.path.abspath(options.root), options.repository, options.config])
    yield repr([options.prices, options.baseline])
    checkout = None if packaged() else os.path.dirname(homes()[0])  # anything is written there
    for folder in filter(os.path.isdir, sys.path):  # changes when a package comes or goes
        if folder != checkout:
            yield f"{folder} {os.stat(folder).st_mtime_ns}"
    for home in homes():
        for entry in _files(home, besides="__pycache__"):
            seen = entry.stat()
            yield f"{entry.path} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns}"


def _files(top: str, besides: str = "") -> Iterator[os.DirEntry[str]]:
    """Yield the files below a folder, always in the same order, but for folders of one name.

    Raises OSError for a link to a folder, which may lead round in circles.
    """
    waiting = [top]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.is_file():
                yield entry
            elif entry.is_symlink():
                raise OSError(entry.path)
            elif entry.name != besides:
                waiting.append(entry.path)


def _below(folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        for number, entry in enumerate(_files(folder)):
            if number >= _MOST_FILES:
                raise _TooMuchError
            yield entry.path


def _contents(files: Iterable[str]) -> Iterator[bytes]:
    """Yield places and bytes of files; of one that is not there that it is not."""
    room = _MOST_BYTES
    for path in files:
        yield _bytes(os.path.realpath(path))
        if not os.path.exists(path):
            yield b"-"
            continue
        if not os.path.isfile(path):
            raise OSError(path)  # of a pipe or a device, reading might never end
        with open(path, "rb") as file:
            raw = file.read(room + 1)
        room -= len(raw)
        if room < 0:
            raise _TooMuchError
        yield b"%d" % len(raw)
        yield raw


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")
