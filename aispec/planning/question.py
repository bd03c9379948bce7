"""Which deployment is planned, and everything about it that stays while its spec changes."""

from __future__ import annotations

import os
from collections.abc import Sequence

from aispec.governance import Governor
from aispec.pipeline.figures import give_facts
from aispec.pipeline.judgement import judged, silenced, unrecorded
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed, place_all
from aispec.pipeline.trials import bench_of
from aispec.planning.trial import Trial
from aispec.planning.wishes import PlanError, Unplannable, Wishes
from aispec.record import made, record
from aispec.report.report import Judged
from aispec.spec.reader import SpecFile, read, read_file
from aispec.spec.settings import SettingsFinder


@record
class Question:
    """Which deployment of which file to plan; `text` goes before the file on disk."""

    path: str
    name: str | None = None
    wishes: Wishes = made(default_factory=Wishes)
    text: bytes | str | None = None


@record
class Subject:
    """The deployment to plan, as it is, and the trial of what it may become."""

    placed: Placed
    judged: Judged
    trial: Trial


def subject(question: Question, options: Options) -> Subject:
    """Read the file and choose its deployment.

    Raises `PlanError` for a question that can't be asked, and `Unplannable` where the spec itself
    leaves nothing to search.
    """
    file = _read(question, options)
    governor = Governor(options.root, SettingsFinder(), options)
    every = place_all([file], governor, options)
    each = _chosen(every, question)
    give_facts([one for one in every if not one.problems], options)
    for finding in governor.findings():
        raise PlanError(f"{finding.path}: [{finding.code}] {finding.message}")
    results, _ = silenced([file], [judged(each, options)], [], governor, options)
    [found] = unrecorded(results, governor, options)
    _searchable(each, found)
    return Subject(each, found, _trial(each, found, governor, options, file, question.wishes))


def _trial(
    each: Placed,
    found: Judged,
    governor: Governor,
    options: Options,
    file: SpecFile,
    wishes: Wishes,
) -> Trial:
    return Trial(
        bench_of(each, options),
        fail_on=options.fail_on or governor.fail_on([file]),
        excused=frozenset(f.code for f in found.findings if f.silenced is not None),
        max_cost=wishes.max_cost,
    )


def _read(question: Question, options: Options) -> SpecFile:
    full = os.path.join(options.root, question.path)
    if question.text is not None:
        file = read(question.text, question.path)
    elif os.path.isdir(full):
        raise PlanError(f"{question.path} is a folder: name the spec to plan")
    else:
        file = read_file(full, question.path)
    for problem in file.problems:
        place = f"{file.path}:{problem.span.line}:{problem.span.column}"
        raise PlanError(f"{place}: [{problem.code}] {problem.message}")
    return file


def _chosen(every: Sequence[Placed], question: Question) -> Placed:
    """Return the deployment to plan: the one asked for, or the only one."""
    listed = ", ".join(each.located.spec.name for each in every)
    if question.name is None:
        doors = [each for each in every if each.located.spec.routes]
        if len(every) > 1 and not doors:
            raise PlanError(
                f"{question.path} has several deployments, and each is planned by itself: choose"
                f" with --name, of {listed}"
            )
        return _planned((doors or every)[0])
    found = [each for each in every if each.located.spec.name == question.name]
    if not found:
        raise PlanError(f"{question.path} has no deployment '{question.name}': it has {listed}")
    return _planned(found[0])


def _planned(each: Placed) -> Placed:
    spec = each.located.spec
    if spec.routes:
        targets = ", ".join(route.to for route in spec.routes)
        raise PlanError(
            f"{spec.name} is a front door without hardware of its own: choose one of its targets"
            f" with --name, of {targets}"
        )
    for problem in each.problems:
        raise PlanError(f"[{problem.code}] {problem.message}")
    if spec.model is not None and spec.model.path is not None:
        raise PlanError(
            f"{spec.name} takes its model from {spec.model.path}, which is there in one format"
            " only: name a model of the catalogue under model.id to plan with"
        )
    return each


def _searchable(each: Placed, found: Judged) -> None:
    """Raise `Unplannable` where no hardware could change what is wrong with a spec."""
    if each.workload is None:
        raise Unplannable(
            f"{each.located.spec.name} has no workload: no route leads to it, so nothing says what"
            " it has to carry"
        )
    if each.deployment.model is None:
        messages = [f"[{f.code}] {f.message}" for f in found.findings if f.code == "SPEC101"]
        raise Unplannable(messages[0] if messages else "the catalogue does not know the model")
