"""Judging what was: a commit, a file or a folder, beside what a command judges now."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from aispec import __version__
from aispec.record import replace
from aispec.report.report import Report
from aispec.spec.globs import is_glob, matches
from aispec.spec.repository import around
from aispec.surface.git import Repository
from aispec.surface.past import unpacked

Judge = Callable[..., Report]
"""Judges paths below a `root` of a `repository`: `aispec.surface.judging.judged`, filled in."""

_NOTHING_THERE = ("SPEC001", "SPEC004")


def at_commit(
    ref: str, paths: Sequence[str], judge: Judge, *, absence_is_fine: bool = True
) -> Report:
    """Judge what stood at `paths` of this folder in a commit.

    That nothing stood there is no finding, unless it is not `absence_is_fine`: a first spec has no
    past. Raises `GitError` where the commit cannot be had.
    """
    repository = Repository.around(".")
    commit = repository.commit(ref)
    below = os.path.relpath(os.path.realpath("."), repository.top)
    named = [_from_top(path, repository.top) for path in paths]
    with unpacked(repository, commit, lambda path: is_named(path, named)) as folder:
        root = os.path.normpath(os.path.join(folder, below))
        there = [path for path in map(_relative, paths) if _stood(path, root, folder)]
        if absence_is_fine and not there:
            return Report(version=__version__, files=(), deployments=(), findings=())
        report = judge(there or [*paths], root=root, repository=folder)
    return without_absence(report) if absence_is_fine else report


def at_path(path: str, judge: Judge) -> Report:
    """Judge a file, or what lies below a folder, whose own paths are then shown without it."""
    if os.path.isdir(path):
        return judge(["."], root=path)
    return judge([path], repository=around(os.path.dirname(path) or "."))


def is_named(path: str, named: Sequence[str]) -> bool:
    """Whether a path from the repository's top is one that was asked for as a file."""
    if path in named:
        return True
    globs = [each for each in named if is_glob(each)]
    return path.endswith((".yaml", ".yml")) and bool(globs) and matches(path, globs)


def _relative(path: str) -> str:
    """A path from this folder, so that it means the same below another root."""
    return os.path.relpath(path) if os.path.isabs(path) else path


def _from_top(path: str, top: str) -> str:
    return os.path.relpath(os.path.abspath(path), top).replace(os.sep, "/")


def _stood(path: str, root: str, folder: str) -> bool:
    """Whether a path is one of the repository as it was unpacked into `folder`."""
    full = os.path.normpath(os.path.join(root, path))
    inside = (full + os.sep).startswith(folder + os.sep)
    return inside and (is_glob(path) or os.path.lexists(full))


def without_absence(report: Report) -> Report:
    """Leave out that nothing was there: a first spec has no past, and that is no finding."""
    return replace(
        report,
        findings=tuple(
            finding
            for finding in report.findings
            if finding.code not in _NOTHING_THERE or finding.path in report.files
        ),
    )
