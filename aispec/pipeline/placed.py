"""A deployment on its way through the pipeline: its spec resolved, its files read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.architecture.parameters import wanting
from aispec.estimate.difference import NO_BASE
from aispec.estimate.fact import Absent, Facts
from aispec.governance import Governance, Governor
from aispec.pipeline.options import Options
from aispec.record import made, record
from aispec.spec.astray import astray, inside
from aispec.spec.model import Workload
from aispec.spec.problem import Problem
from aispec.spec.reader import Located, SpecFile

if TYPE_CHECKING:
    from aispec.catalog.local import LocalModel

_MOST_OF_A_PROMPT = 4 << 20  # bytes


@record(frozen=False)
class Placed:
    """A deployment on its way through the pipeline."""

    file: SpecFile
    located: Located
    deployment: Deployment
    governance: Governance
    workload: Workload | None
    facts: dict[str, Any] = made(default_factory=dict)
    problems: list[Problem] = made(default_factory=list)
    before: Facts | Absent = NO_BASE  # its facts in the run that this one is compared with


def place_all(file: SpecFile, governor: Governor, options: Options) -> list[Placed]:
    """Resolve every deployment of a file under the settings that govern it."""
    governance = governor.of(file.path)
    return [_place(file, located, governance, options) for located in file.deployments]


def _place(file: SpecFile, located: Located, governance: Governance, options: Options) -> Placed:
    spec = located.spec
    local, problems = _local(file, located, options)
    assumptions = governance.settings.assumptions
    deployment = resolve(spec, governance.catalog, assumptions, local)
    lacking = wanting(deployment.model) if spec.model and spec.model.architecture else None
    if lacking:
        span = located.document.locate("model.architecture")
        words = f"model.architecture can't be counted: {lacking}"
        problems.append(Problem("SPEC007", words, span, ("model", "architecture")))
    return Placed(file, located, deployment, governance, spec.workload, problems=problems)


def _local(
    file: SpecFile, located: Located, options: Options
) -> tuple[LocalModel | None, list[Problem]]:
    """Read the files at `model.path`, where one is written and lies in the repository."""
    written = located.spec.model.path if located.spec.model else None
    if written is None:
        return None, []
    folder = os.path.dirname(os.path.join(options.root, file.path)) or "."
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


def _folder(each: Placed, options: Options) -> str:
    return os.path.dirname(os.path.join(options.root, each.file.path)) or "."


def strays(each: Placed, options: Options) -> list[Problem]:
    """Return the paths in a spec that leave the repository or lead nowhere."""
    root = options.repository or options.root
    return astray(each.located, _folder(each, options), root, options.files)


def prompts(each: Placed, options: Options) -> dict[str, str]:
    """Return the texts of the prompt files that a deployment names, those inside the repository."""
    texts = {}
    written = each.workload.prompts if each.workload else {}
    for part, name in written.items():
        if name in options.files:
            texts[part] = options.files[name]
            continue
        full = inside(name, _folder(each, options), options.repository or options.root)
        if full and os.path.isfile(full):
            with open(full, "rb") as file:
                texts[part] = file.read(_MOST_OF_A_PROMPT).decode("utf-8", "replace")
    return texts
