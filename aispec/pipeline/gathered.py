"""The specs that a run is about: found, read, and under which settings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aispec.pipeline.options import Options
from aispec.record import record
from aispec.spec.discover import find
from aispec.spec.problem import Problem
from aispec.spec.settings import SettingsFinder

if TYPE_CHECKING:
    from aispec.governance import Governor
    from aispec.spec.reader import SpecFile


@record
class Found:
    """The names of files that paths lead to, and the `problems` of finding them."""

    names: Sequence[str]
    problems: Sequence[Problem]
    finder: SettingsFinder


@record
class Gathered:
    """Files that were read; `problems` are those of finding them."""

    files: Sequence[SpecFile]
    problems: Sequence[Problem]
    governor: Governor


def found_in(paths: Sequence[str], options: Options, others: int = 0) -> Found:
    """Find all specs that `paths` name; there is a problem where there is none, and no `others`."""
    finder = SettingsFinder(options.config)
    names, problems = find(paths, options.root, finder, options.repository) if paths else ([], [])
    if not (names or problems or others):
        problems = [_nothing_found(paths)]
    return Found(names, problems, finder)


def gather(
    paths: Sequence[str], options: Options, texts: Mapping[str, bytes | str] | None = None
) -> Gathered:
    """Read all specs that `paths` name, and the `texts` by their shown names."""
    from aispec.governance import Governor
    from aispec.spec.reader import read, read_file

    found = found_in(paths, options, len(texts or ()))
    files = [read_file(os.path.join(options.root, name), name) for name in found.names]
    files += [read(text, name) for name, text in (texts or {}).items()]
    return Gathered(files, found.problems, Governor(options.root, found.finder, options))


def _nothing_found(paths: Sequence[str]) -> Problem:
    return Problem(
        "SPEC004",
        f"there is no spec in {', '.join(paths) or 'nothing'}",
        help="a spec is called ai-deploy.yaml, or *.ai-deploy.yaml, or what .aispec.yaml says",
        file=paths[0] if paths else ".",
    )
