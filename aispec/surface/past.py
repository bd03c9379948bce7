"""A repository as a commit has it, as far as aispec reads it: unpacked into a private folder.

Settings and specs come first, then what they name: policies, catalogue overlays, prices, prompts,
a local model's small files. Nothing else is read, and the user's tree is not touched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Protocol

from aispec.policy.baseline import NAME as BASELINE
from aispec.spec.discover import SKIPPED, is_spec_path
from aispec.spec.globs import matches
from aispec.spec.reader import read
from aispec.spec.sense import paths
from aispec.spec.settings import NAME as SETTINGS
from aispec.spec.settings import Settings, load_settings
from aispec.spec.text_file import MOST as MOST_OF_A_PROMPT
from aispec.surface.git import Entry, GitError

MAX_FILE = 4 << 20
"""Bytes of one file; larger ones are weights, and are left out, but for prompts."""

MAX_FILES = 20_000
MAX_BYTES = 128 << 20

_POINTER = b"version https://git-lfs.github.com/"
_Named = Callable[[str], bool]


class Source(Protocol):
    """Where the files of a commit are had from; both raise `GitError`."""

    def files(self, commit: str) -> Iterator[Entry]:
        """Yield the plain files of a commit."""

    def contents(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield the bytes of files."""


@contextmanager
def unpacked(
    repository: Source,
    commit: str,
    named: _Named = lambda path: False,
    config: str | None = None,
) -> Iterator[str]:
    """Give a folder with what aispec reads of a commit, for as long as the context lasts.

    `named` says of a path from the repository's root whether it is a spec whatever its name, and
    `config` is the path of settings that govern in place of the nearest.
    Raises `GitError` where the commit is not all in this clone, or is too much.
    """
    entries = {entry.path: entry for entry in repository.files(commit) if _harmless(entry)}
    with TemporaryDirectory(prefix="aispec-") as folder:
        # It ends the search for settings above it, as a repository's own does.
        os.mkdir(os.path.join(folder, ".git"))
        shelf = _Shelf(repository, entries, folder)
        shelf.take(path for path in entries if _by_name(path) or path == config)
        governed = [*shelf.settings(config)]
        for settings in governed:
            shelf.take(_supports(settings, folder, entries))
        specs = [
            path
            for path in entries
            if named(path) or _is_spec(path) or any(_governs(s, folder, path) for s in governed)
        ]
        shelf.take(specs)
        beside = [*dict.fromkeys(named for spec in specs for named in shelf.beside(spec))]
        shelf.take(path for path, prompt in beside if not prompt)
        shelf.take((path for path, prompt in beside if prompt), MOST_OF_A_PROMPT)
        yield folder


def _harmless(entry: Entry) -> bool:
    """Whether a file can be written below a folder and be read as text at all."""
    steps = entry.path.split("/")
    if any(step in ("", ".", "..") or step.lower() == ".git" for step in steps):
        return False
    return "\\" not in entry.path and not os.path.isabs(entry.path)


def _by_name(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in (SETTINGS, BASELINE, ".gitignore") and not _skipped(path)


def _is_spec(path: str) -> bool:
    return is_spec_path(path) and not _skipped(path)


def _skipped(path: str) -> bool:
    return not SKIPPED.isdisjoint(path.split("/")[:-1])


def _governs(settings: Settings, folder: str, path: str) -> bool:
    """Whether settings call a file a spec."""
    if not settings.specs or not path.endswith((".yaml", ".yml")):
        return False
    inside = os.path.relpath(os.path.join(folder, path), settings.folder).replace(os.sep, "/")
    return not inside.startswith("../") and matches(inside, settings.specs)


def _supports(settings: Settings, folder: str, entries: Mapping[str, Entry]) -> Iterator[str]:
    """The files that settings name: policies, overlays and prices."""
    for written in (*settings.extends, *settings.overlays, *filter(None, [settings.prices])):
        yield from _below(os.path.join(settings.folder, written), folder, entries)


def _below(full: str, folder: str, entries: Mapping[str, Entry]) -> Iterator[str]:
    """The file at a place, or all files below it; none outside the repository."""
    at = os.path.relpath(os.path.normpath(full), folder).replace(os.sep, "/")
    if at == ".":
        yield from entries
    elif at in entries:
        yield at
    elif not at.startswith(".."):
        yield from (path for path in entries if path.startswith(f"{at}/"))


class _Shelf:
    """What of a commit is on disk by now."""

    def __init__(self, repository: Source, entries: Mapping[str, Entry], folder: str) -> None:
        self._repository = repository
        self._entries = entries
        self._folder = folder
        self._taken: set[str] = set()
        self._bytes = 0

    def take(self, wanted: Iterable[str], most: int = MAX_FILE) -> None:
        """Write files that are not there yet and have at most so many bytes."""
        fit = (path for path in dict.fromkeys(wanted) if self._entries[path].size <= most)
        new = [path for path in fit if path not in self._taken]
        self._taken.update(new)
        self._bytes += sum(self._entries[path].size for path in new)
        if len(self._taken) > MAX_FILES or self._bytes > MAX_BYTES:
            raise GitError("the commit has too much to compare", "name the paths to judge")
        if new:
            try:
                for entry, content in self._repository.contents(self._entries[p] for p in new):
                    self._write(entry.path, content)
            except OSError as error:
                reason = error.strerror or "no reason given"
                raise GitError(f"the commit can't be unpacked: {reason}") from error

    def _write(self, path: str, content: bytes) -> None:
        if content.startswith(_POINTER):
            return  # the file itself is elsewhere
        full = os.path.join(self._folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(content)

    def settings(self, config: str | None) -> Iterator[Settings]:
        """Read the settings that are there."""
        for path in sorted(self._taken):
            if path.rpartition("/")[2] == SETTINGS or path == config:
                yield load_settings(os.path.join(self._folder, path))[0]

    def beside(self, spec: str) -> Iterator[tuple[str, bool]]:
        """The files that a spec names, and whether each is a prompt or a local model's."""
        full = os.path.join(self._folder, spec)
        if not os.path.isfile(full):
            return
        with open(full, "rb") as file:
            found = read(file.read((1 << 20) + 1), spec)
        for located in found.deployments:
            for at, written in paths(located.document.data):
                if not os.path.isabs(written):
                    there = os.path.join(os.path.dirname(full), written)
                    for path in _below(there, self._folder, self._entries):
                        yield path, "prompts" in at
