"""The files of a commit laid out in a folder of their own, so that the pipeline can judge them.

What the commit shares with the checkout is linked from there, so that large files are neither read
nor copied; the rest comes from the clone's objects, or from the API where the clone has them not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from aispec.surface.forge.forge import ForgeError
from aispec.surface.forge.github import GitHub
from aispec.surface.git import Clone

Read = Callable[[list[tuple[str, str]]], Iterator[tuple[str, bytes]]]

_MOST_FILES = 50_000
_MOST_ASKED = 300
_MOST_BYTES = 16 << 20  # of one file
_USUAL = (
    *(".yaml", ".yml", ".json", ".txt", ".md", ".j2", ".jinja", ".prompt", ".gitignore"),
    *(".gguf", ".safetensors"),
)


class SnapshotError(Exception):
    """The files of a commit can't be had; the text says why."""


def from_clone(clone: Clone, commit: str, folder: Path) -> None:
    """Lay out a commit that the clone has. Raises `SnapshotError`."""
    tree = clone.tree(commit)
    if not tree and clone.run("cat-file", "-e", commit + "^{tree}") is None:
        raise SnapshotError(f"the clone has no commit {commit}")
    _lay_out(folder, tree, clone, clone.blobs)


def from_forge(hub: GitHub, commit: str, clone: Clone, folder: Path) -> None:
    """Lay out a commit by asking the API for what the checkout has not. Raises `SnapshotError`."""

    def read(wanted: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        asked = [path for path, _ in wanted if path.endswith(_USUAL[:9])]
        if len(asked) > _MOST_ASKED:
            raise SnapshotError(f"{len(asked)} files differ, too many to ask the API for")
        for path in asked:
            yield path, hub.content(path, commit)

    try:
        tree = hub.tree(commit)
        if tree is None:
            raise SnapshotError("the repository has too many files for the API to list")
        _lay_out(folder, tree, clone, read)
    except ForgeError as error:
        raise SnapshotError(f"the API says: {error}") from None


def _lay_out(folder: Path, tree: Mapping[str, str], clone: Clone, read: Read) -> None:
    # Settings above the folder are none of the commit's.
    (folder / ".git").mkdir(parents=True)
    here = clone.tree("HEAD")
    paths = [path for path in tree if _safe(path)]
    if len(paths) > _MOST_FILES:
        paths = [path for path in paths if path.endswith(_USUAL)]
    wanted = []
    for path in paths:
        shared = here.get(path) == tree[path]
        if not (shared and _linked(os.path.join(clone.folder, path), folder / path)):
            wanted.append((path, tree[path]))
    for path, data in read(wanted):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _safe(path: str) -> bool:
    steps = path.split("/")
    return not ({"", ".", "..", ".git"} & set(steps) or "\\" in path or ":" in steps[0])


def _linked(source: str, target: Path) -> bool:
    """Link a file of the checkout, or copy it where links can't be made; whether that was done."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.islink(source) or not os.path.isfile(source):
            return False
        try:
            os.link(source, target)
        except OSError:
            if os.path.getsize(source) > _MOST_BYTES:
                return False
            shutil.copyfile(source, target)
    except (OSError, ValueError):
        return False
    return True
