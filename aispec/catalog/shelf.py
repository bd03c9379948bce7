"""One place entries are read from: the compiled catalogue, the checkout's YAML, or an overlay."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from os import PathLike, listdir
from os.path import join
from typing import TYPE_CHECKING, Any

from aispec import resources

if TYPE_CHECKING:
    from pathlib import Path

#: An overlay is written by whoever may open a pull request, so it is bounded.
_MOST_FILES = 5_000
_LARGEST_FILE = 1 << 20

Entry = Mapping[str, Any]


class CatalogError(Exception):
    """An overlay's file cannot be used; `path` and `message` say which and why."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class CompiledShelf:
    """JSON as a wheel has it: an index, and a file read only when its entry is asked for.

    A kind is "models" or "accelerators"; its indexes are those of `aispec.catalog.compile`.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self._folder = folder
        self._index = self._file("index")

    def index(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Where each key leads, as it was built."""
        found: Mapping[str, Mapping[str, Any]] = self._index[kind]
        return found

    def shown(self, kind: str) -> Mapping[str, str]:
        """The spellings to suggest and whose they are; read only when a name is not found."""
        found: Mapping[str, str] = self._file("shown")[kind]
        return found

    def read(self, kind: str, slug: str) -> Entry:
        """One file's entry."""
        entry: Entry = self._file(kind, slug)
        return entry

    def slugs(self, kind: str) -> list[str]:
        """The names of the files."""
        return sorted(name.removesuffix(".json") for name in listdir(join(self._folder, kind)))

    def _file(self, *names: str) -> Any:
        return resources.read_json(join(self._folder, *names) + ".json")


class YamlShelf:
    """A folder of YAML; all files of a kind are read the first time the kind is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, dict[str, Entry]] = {}
        self._indexes: dict[str, Mapping[str, Mapping[str, Any]]] = {}

    def index(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Where each key leads, built from the files."""
        from aispec.catalog.compile import INDEXES

        if kind not in self._indexes:
            self._indexes[kind] = INDEXES[kind](self._all(kind))
        return self._indexes[kind]

    def shown(self, kind: str) -> Mapping[str, str]:
        """The spellings to suggest and whose they are."""
        return self.index(kind)["shown"]

    def read(self, kind: str, slug: str) -> Entry:
        """One file's entry."""
        return self._all(kind)[slug]

    def slugs(self, kind: str) -> list[str]:
        """The names of the files."""
        return sorted(self._all(kind))

    def _all(self, kind: str) -> dict[str, Entry]:
        if kind not in self._entries:
            self._entries[kind] = self._load(kind)
        return self._entries[kind]

    def _load(self, kind: str) -> dict[str, Entry]:
        from aispec.catalog.compile import read_entries

        return dict(read_entries(self._folder / kind))


class OverlayShelf(YamlShelf):
    """A team's own entries: the same form, held to the schema, and not trusted."""

    def _load(self, kind: str) -> dict[str, Entry]:
        inside = self._folder.resolve()
        paths = sorted((self._folder / kind).glob("*.yaml"))
        if len(paths) > _MOST_FILES:
            raise CatalogError(self._folder / kind, f"more than {_MOST_FILES} files")
        entries: dict[str, Entry] = {}
        for path in paths:
            if not path.resolve().is_relative_to(inside):
                raise CatalogError(path, "leads out of the overlay")
            entries[path.stem] = _checked(path, kind)
        return entries


Shelf = CompiledShelf | YamlShelf


def _checked(path: Path, kind: str) -> Entry:
    """Read a file in the dialect of specs, whose bounds hold for every stranger's file."""
    from aispec.spec.document import parse

    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise CatalogError(path, "larger than 1 MiB")
        documents, problems = parse(path.read_bytes())
    except OSError as problem:
        raise CatalogError(path, f"cannot be read: {problem.strerror}") from problem
    for found in problems[:1]:
        raise CatalogError(path, f"cannot be read: line {found.span.line}: {found.message}")
    if len(documents) != 1:
        raise CatalogError(path, "cannot be read: it is not one YAML document")
    entry: Entry = documents[0].data
    if wrong := _violation(kind.removesuffix("s"), entry):
        raise CatalogError(path, wrong)
    return entry


def _violation(schema: str, entry: Any) -> str | None:
    """The first way an entry breaks its schema, in words."""
    for error in _validator(schema).iter_errors(entry):
        path = error.instance_path if hasattr(error, "instance_path") else error.absolute_path
        where = ".".join(map(str, path))
        return f"{where}: {error.message[:200]}" if where else error.message[:200]
    return None


@cache
def _validator(schema: str) -> Any:
    try:
        from jsonschema_rs import validator_for
    except ImportError:
        from jsonschema import Draft202012Validator

        return Draft202012Validator(resources.schema(schema))
    return validator_for(resources.schema(schema))
