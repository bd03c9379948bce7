"""A commit that the clone has not, read through the API; what the checkout shares is read there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aispec.surface.forge.forge import ForgeError
from aispec.surface.forge.github import GitHub
from aispec.surface.git import Entry, GitError, Repository

MAX_ASKED = 300
"""Files asked of the API, one request each."""


class Remote:
    """The files of one commit at the forge, in the shape of those of a `Repository`."""

    def __init__(self, hub: GitHub, commit: str, here: Repository | None) -> None:
        self._hub = hub
        self._commit = commit
        self._here = here
        self._shared: dict[str, Entry] = {}

    def files(self, commit: str) -> Iterator[Entry]:
        """Yield the plain files of the commit. Raises `GitError`."""
        try:
            tree = self._hub.tree(commit)
        except ForgeError as error:
            raise GitError(f"the API does not list the files: {error}") from None
        if tree is None:
            raise GitError("the repository has too many files for the API to list")
        if self._here:
            self._shared = {entry.blob: entry for entry in self._here.files("HEAD")}
        for path, blob, size in tree:
            yield Entry(path, blob, size)

    def contents(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield the bytes of files. Raises `GitError` where one can't be had."""
        wanted = [*entries]
        near = [entry for entry in wanted if entry.blob in self._shared]
        far = [entry for entry in wanted if entry.blob not in self._shared]
        if len(far) > MAX_ASKED:
            raise GitError(f"{len(far)} files differ, too many to ask the API for")
        if self._here and near:
            yield from self._here.contents(near)
        for entry in far:
            try:
                yield entry, self._hub.content(entry.path, self._commit)
            except ForgeError as error:
                raise GitError(f"the API does not give {entry.path}: {error}") from None
