"""Opening files that may be hostile: inside a root, regular, and never more than was asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from aispec.catalog.local.model import LocalError

#: Longest header read, of any format.
LARGEST_HEADER = 64 * 2**20
_LARGEST_NOT_ASCII = 8 * 2**20
_MOST_VALUES = 2_000_000
_MOST_ENTRIES = 10_000
_LFS = b"version https://git-lfs"


def inside(path: Path, root: Path) -> Path:
    """The path with its links resolved; raises LocalError where it is missing or leaves `root`."""
    try:
        found, limit = path.resolve(), root.resolve()
        outside = not found.is_relative_to(limit)
        missing = not outside and not found.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise LocalError(f"{shown(path.name)} cannot be read.", str(error)) from error
    if outside:
        raise LocalError(
            f"{shown(path.name)} leads out of the repository, and is not read.",
            "a path or a link in it resolves to a place outside the root",
        )
    if missing:
        raise LocalError(f"{shown(path.name)} does not exist.", "no such file or folder")
    return found


def listed(folder: Path) -> list[str]:
    """Names in a folder, sorted."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) > _MOST_ENTRIES:
                    raise LocalError(
                        f"{shown(folder.name)} holds too many files to be a model.",
                        f"more than {_MOST_ENTRIES} entries",
                    )
    except OSError as error:
        raise LocalError(f"{shown(folder.name)} cannot be listed.", str(error)) from error
    return sorted(names)


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file and its size; raises LocalError where it cannot be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise LocalError(
                f"{shown(path.name)} is not a regular file.", "a device, pipe or folder"
            )
        with path.open("rb") as stream:
            yield stream, status.st_size
    except OSError as error:
        raise LocalError(f"{shown(path.name)} cannot be read.", str(error)) from error


def is_pointer(path: Path) -> bool:
    """Whether a Git LFS pointer stands where the file should be."""
    with opened(path) as (stream, size):
        return size < 1024 and stream.read(len(_LFS)) == _LFS


def read_json(path: Path, most: int) -> dict[str, Any]:
    """The JSON object in a file of at most `most` bytes."""
    with opened(path) as (stream, size):
        if size > most:
            raise LocalError(
                f"{shown(path.name)} is too large to be what its name says.",
                f"{size} bytes, at most {most} are read",
            )
        return parse_json(stream.read(most), path.name)


def parse_json(text: bytes, name: str) -> dict[str, Any]:
    """A JSON object, refused where it nests deeply, repeats a key or has too many values."""
    import json

    values = text.count(b",") + text.count(b"[") + text.count(b"{")
    if values > _MOST_VALUES or (len(text) > _LARGEST_NOT_ASCII and not text.isascii()):
        raise LocalError(f"{shown(name)} holds more than a model needs.", f"{values} JSON values")
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise LocalError(f"{shown(name)} is not UTF-8 text.", f"byte {error.start}") from error
    except RecursionError as error:
        raise LocalError(f"{shown(name)} is nested too deeply.", "JSON depth") from error
    except _RepeatedKeyError as error:
        raise LocalError(
            f"{shown(name)} has the same key twice.", f"{shown(str(error))} is repeated"
        ) from error
    except ValueError as error:
        raise LocalError(f"{shown(name)} is not valid JSON.", shown(str(error))) from error
    if not isinstance(found, dict):
        raise LocalError(f"{shown(name)} is not a JSON object.", type(found).__name__)
    return found


class _RepeatedKeyError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _RepeatedKeyError(key)
            seen.add(key)
    return made


def shown(text: str) -> str:
    """Text from a file as a message may have it: short, and nothing a terminal would obey."""
    plain = "".join(c if c.isprintable() else "?" for c in text[:120])
    return plain + ("..." if len(text) > 120 else "")
