"""The specs that a run is about: found, read, and under which settings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from aispec.governance import Governor
from aispec.pipeline.options import Options
from aispec.record import record
from aispec.spec.discover import find
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile, read, read_file
from aispec.spec.settings import SettingsFinder


@record
class Gathered:
    """Files that were read; `problems` are those of finding them."""

    files: Sequence[SpecFile]
    problems: Sequence[Problem]
    governor: Governor


def gather(
    paths: Sequence[str], options: Options, texts: Mapping[str, bytes | str] | None = None
) -> Gathered:
    """Read all specs that `paths` name, and the `texts` by their shown names."""
    finder = SettingsFinder(options.config)
    names, problems = find(paths, options.root, finder, options.repository) if paths else ([], [])
    files = [read_file(os.path.join(options.root, name), name) for name in names]
    files += [read(text, name) for name, text in (texts or {}).items()]
    if not files and not problems:
        problems = [_nothing_found(paths)]
    return Gathered(files, problems, Governor(options.root, finder, options))


def _nothing_found(paths: Sequence[str]) -> Problem:
    return Problem(
        "SPEC004",
        f"there is no spec in {', '.join(paths) or 'nothing'}",
        help="a spec is called ai-deploy.yaml, or *.ai-deploy.yaml, or what .aispec.yaml says",
        file=paths[0] if paths else ".",
    )
