"""A deployment on its way through the pipeline: its spec resolved, its files read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.architecture.parameters import wanting
from aispec.estimate.difference import NO_BASE
from aispec.estimate.fact import Absent, Facts
from aispec.governance import Governance, Governor
from aispec.pipeline.options import Options
from aispec.pipeline.prompts import Prompts
from aispec.record import made, record
from aispec.spec.astray import astray, inside
from aispec.spec.model import Workload
from aispec.spec.problem import Problem
from aispec.spec.reader import Located, SpecFile

if TYPE_CHECKING:
    from aispec.catalog.local import LocalModel
    from aispec.spec.text_file import TextFile


@record(frozen=False)
class Placed:
    """A deployment on its way through the pipeline."""

    file: SpecFile
    located: Located
    deployment: Deployment
    governance: Governance
    workload: Workload | None
    prompts: Mapping[str, TextFile]
    facts: dict[str, Any] = made(default_factory=dict)
    problems: list[Problem] = made(default_factory=list)
    before: Facts | Absent = NO_BASE  # its facts in the run that this one is compared with


def place_all(files: Sequence[SpecFile], governor: Governor, options: Options) -> list[Placed]:
    """Resolve every deployment of the files, each under the settings that govern its file."""
    prompts = Prompts(options)
    governed = [(file, governor.of(file.path)) for file in files]
    return [
        _place(file, located, governance, options, prompts)
        for file, governance in governed
        for located in file.deployments
    ]


def _place(
    file: SpecFile, located: Located, governance: Governance, options: Options, prompts: Prompts
) -> Placed:
    spec, folder = located.spec, _folder(file, options)
    local, problems = _local(located, folder, options)
    texts, unreadable = prompts.of(located, folder)
    problems += unreadable
    assumptions = governance.settings.assumptions
    deployment = resolve(spec, governance.catalog, assumptions, local)
    lacking = wanting(deployment.model) if spec.model and spec.model.architecture else None
    if lacking:
        span = located.document.locate("model.architecture")
        words = f"model.architecture can't be counted: {lacking}"
        problems.append(Problem("SPEC007", words, span, ("model", "architecture")))
    return Placed(file, located, deployment, governance, spec.workload, texts, problems=problems)


def _local(
    located: Located, folder: str, options: Options
) -> tuple[LocalModel | None, list[Problem]]:
    """Read the files at `model.path`, where one is written and lies in the repository."""
    written = located.spec.model.path if located.spec.model else None
    if written is None:
        return None, []
    root = options.repository or options.root
    full = inside(written, folder, root)
    if full is None or not os.path.exists(full):
        return None, []  # SPEC013 says so
    from pathlib import Path

    from aispec.catalog.local import LocalError, read_local

    try:
        return read_local(Path(full), Path(root)), []
    except LocalError as error:
        span = located.document.locate("model.path")
        problem = Problem("SPEC017", error.message, span, ("model", "path"), note=error.detail)
        return None, [problem]


def _folder(file: SpecFile, options: Options) -> str:
    return os.path.dirname(os.path.join(options.root, file.path)) or "."


def strays(each: Placed, options: Options) -> list[Problem]:
    """Return the paths in a spec that leave the repository or lead nowhere."""
    root = options.repository or options.root
    return astray(each.located, _folder(each.file, options), root, options.files)
