"""Which files are specs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence

from aispec.spec import ignored
from aispec.spec.globs import fixed_part, is_glob, matches
from aispec.spec.problem import Problem
from aispec.spec.settings import NAME, SettingsFinder

SKIPPED = frozenset((".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules"))
_SPEC_NAME = re.compile(r"(?:.+\.)?ai-deploy\.ya?ml|ai-deploy[.-].+\.ya?ml")
_SPEC_FOLDER = re.compile(r"(?:.*/)?ai-deploy/[^./][^/]*\.ya?ml")

Wanted = Callable[[str], bool]


def is_spec_name(name: str) -> bool:
    """Whether a file is a spec by its name alone, as `ai-deploy.yaml` and `x.ai-deploy.yml` are."""
    return _SPEC_NAME.fullmatch(name) is not None


def is_spec_path(path: str) -> bool:
    """Whether a file is a spec by its name or its folder, as `ai-deploy/chat.yaml` is.

    The path starts where the search does: what that folder is called says nothing.
    """
    return is_spec_name(path.rpartition("/")[2]) or _SPEC_FOLDER.fullmatch(path) is not None


def find(
    paths: Sequence[str],
    root: str,
    finder: SettingsFinder | None = None,
    repository: str | None = None,
) -> tuple[list[str], list[Problem]]:
    """The specs that files, folders and globs name, sorted and each once, relative to `root`.

    A file is taken whatever its name; a folder is searched, `.gitignore` and the settings' `specs`
    honoured, and no link followed out of `root`. What is named and not there is a problem, and so
    is what lies in the `repository`, by its name, and leads out of it.
    """
    root = os.path.abspath(root)
    search = _Search(root, finder or SettingsFinder(), os.path.abspath(repository or root))
    for path in paths:
        search.add(path)
    # A file that links show in several places is named where it lies least deep.
    deepest_first = sorted(search.found, key=lambda full: (full.count(os.sep), full), reverse=True)
    folders: dict[str, str] = {}
    found = {_real(full, folders): full for full in deepest_first}
    return sorted(_shown(full, root) for full in found.values()), search.problems


def _real(full: str, folders: dict[str, str]) -> str:
    """Where a file truly lies; `folders` keeps where its folder does, for those beside it."""
    folder, name = os.path.split(full)
    if os.path.islink(full):
        return os.path.realpath(full)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return os.path.join(folders[folder], name)


def _shown(full: str, root: str) -> str:
    return full.removeprefix(root.rstrip(os.sep) + os.sep).replace(os.sep, "/")


def _within(path: str, folder: str) -> bool:
    return (path + os.sep).startswith(folder.rstrip(os.sep) + os.sep)


class _Search:
    def __init__(self, root: str, finder: SettingsFinder, repository: str) -> None:
        self.root = root
        self.repository = repository
        self.real_root = os.path.realpath(root)
        self.finder = finder
        self.found: set[str] = set()
        self.problems: list[Problem] = []

    def add(self, path: str) -> None:
        full = os.path.normpath(os.path.join(self.root, path))
        if self._leads_out(full):
            self._missing(path, "this is a link that leaves the repository")
        elif os.path.isdir(full):
            self.found.update(self._walk(full, self._by_name_or_settings))
        elif os.path.lexists(full):
            self.found.add(full)
        elif is_glob(path):
            self._glob(full, path)
        else:
            self._missing(path, "there is no such file or folder")

    def _leads_out(self, full: str) -> bool:
        """Whether a path lies in the repository by its name and elsewhere in truth."""
        real = os.path.realpath(full)
        return _within(full, self.repository) and not _within(
            real, os.path.realpath(self.repository)
        )

    def _missing(self, path: str, words: str) -> None:
        self.problems.append(Problem("SPEC001", words, file=path))

    def _glob(self, full: str, path: str) -> None:
        glob = full.replace(os.sep, "/")
        base = os.path.normpath(fixed_part(glob))
        before = len(self.found)
        files = self._walk(base, lambda file: matches(file.replace(os.sep, "/"), [glob]))
        self.found.update(file for file in files if file.endswith((".yaml", ".yml")))
        if len(self.found) == before:
            self._missing(path, "nothing matches this")

    def _by_name_or_settings(self, file: str) -> bool:
        folder, name = os.path.split(file)
        if is_spec_path(_shown(file, self.root)):
            return True
        if not name.endswith((".yaml", ".yml")) or name == NAME:
            return False
        settings, problems = self.finder.governing(folder)
        self.problems.extend(problem for problem in problems if problem not in self.problems)
        if not settings.specs:
            return False
        relative = os.path.relpath(file, settings.folder).replace(os.sep, "/")
        return matches(relative, settings.specs)

    def _walk(self, top: str, wanted: Wanted) -> Iterator[str]:
        waiting = [(top, ignored.above(top, self.root))]
        linked: set[str] = set()
        while waiting:
            folder, held = waiting.pop()
            entries = self._entries(folder)
            if any(entry.name == ".gitignore" for entry in entries):
                held = ignored.with_folder(folder, held)
            for entry in entries:
                if entry.is_symlink() and not self._stays(entry.path, linked):
                    continue
                is_dir = entry.is_dir()
                if held is not None and held.covers(entry.path, is_dir):
                    continue
                if is_dir and entry.name not in SKIPPED:
                    waiting.append((entry.path, held))
                elif not is_dir and wanted(entry.path):
                    yield entry.path

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            words = f"this folder cannot be read: {error.strerror or 'no reason'}"
            self._missing(_shown(folder, self.root), words)
            return []

    def _stays(self, path: str, linked: set[str]) -> bool:
        """Whether a link leads to something inside the root that no link led to before."""
        real = os.path.realpath(path)
        if real in linked or not os.path.exists(real):
            return False
        if not _within(real, self.real_root):
            return False
        linked.add(real)
        return True
