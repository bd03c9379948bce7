"""The Action, from its environment to its exit code.

What was found is written to the job's summary, the annotations and the report files before the
forge is asked for anything, so that a forge that refuses or breaks takes nothing away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date

from aispec.record import record
from aispec.report.comment import CommentContext, render, render_summary
from aispec.report.comparison import Comparison, compare
from aispec.surface.action import event, inputs, runner
from aispec.surface.action.base import base_of
from aispec.surface.action.event import Event
from aispec.surface.action.failure import InvalidError
from aispec.surface.action.inputs import Inputs
from aispec.surface.action.judging import base_report, head_report, question
from aispec.surface.action.verdict import CODES, Status, outputs, status_of
from aispec.surface.forge.forge import ForgeError
from aispec.surface.forge.github import GitHub
from aispec.surface.forge.upsert import Outcome, Wish, publish
from aispec.surface.git import GitError, Repository
from aispec.surface.terminal import emit

_SPECS = (".yaml", ".yml")


@record
class _Job:
    """One run of the Action."""

    environment: Mapping[str, str]
    inputs: Inputs
    event: Event
    hub: GitHub


def run(environment: Mapping[str, str], today: date | None = None) -> int:
    """Run the Action and return its exit code: 0, 1 by the findings, 2 for a wrong question."""
    try:
        return _run(environment, today or date.today())
    except InvalidError as error:
        runner.say("error", str(error))
        runner.write_outputs(environment, {"status": "invalid"})
        return CODES["invalid"]
    except BaseException:
        runner.write_outputs(environment, {"status": "failed"})
        raise


def _run(environment: Mapping[str, str], today: date) -> int:
    asked_for = inputs.read(environment)
    happened = event.read(environment)
    hub = GitHub(happened.repository, asked_for.token, happened.api)
    job = _Job(environment, asked_for, happened, hub)
    comparison, commit = _compared(job, today)
    changed = _changed_files(job, comparison)
    status = status_of(comparison, asked_for, changed)
    context = _context(job, commit)
    files = _reported(job, comparison, context)
    comment = _comment(job, comparison, context, changed)
    told = {**outputs(comparison, status), **files}
    told |= {"comment": comment.result, "comment-url": comment.url}
    runner.write_outputs(environment, told)
    _closing(status, comparison, comment)
    return CODES[status]


def _compared(job: _Job, today: date) -> tuple[Comparison, str]:
    """Return the comparison and the commit it is with, empty where it is with none."""
    here = os.getcwd()
    clone = _clone(here)
    root = clone.top if clone else os.path.realpath(job.environment.get("GITHUB_WORKSPACE") or here)
    asked = question(job.inputs, root, here, today)
    os.chdir(root)  # every format names files from the repository's top
    base = base_of(job.event, job.inputs.base, clone)
    before = base_report(asked, base, clone, job.hub)
    head = head_report(asked, before.report)
    if not head.files and not (before.report and before.report.files):
        runner.say("warning", "there is no spec to check; a spec is called ai-deploy.yaml")
    return compare(before.report, head, missing=before.missing or None), before.commit


def _clone(folder: str) -> Repository | None:
    try:
        return Repository.around(folder)
    except GitError as error:
        runner.say("notice", f"{error.message}; the base is asked of the API")
        return None


def _changed_files(job: _Job, comparison: Comparison) -> list[str] | None:
    """Return the files that a pull request changes, where the comparison does not tell."""
    if comparison.base is not None or job.event.pull is None:
        return None
    try:
        return list(job.hub.changed_files(job.event.pull.number))
    except ForgeError:
        return None


def _context(job: _Job, commit: str) -> CommentContext:
    happened = job.event
    page = f"{happened.server}/{happened.repository}/actions/runs/{happened.run[0]}"
    return CommentContext(
        key=job.inputs.key,
        run=happened.run[0],
        attempt=happened.run[1],
        sha=happened.head,
        base_sha=commit,
        server=happened.server,
        repository=happened.repository,
        summary=page if happened.run[0] else "",
    )


def _reported(job: _Job, comparison: Comparison, context: CommentContext) -> dict[str, str]:
    """Write the log, the annotations, the summary and the files; return the files' paths."""
    from aispec.surface.formats import FORMATS, Run

    found = Run(
        comparison.head, comparison if comparison.base is not None else None, colour="always"
    )
    runner.log(FORMATS["terminal"](found, False))
    if job.inputs.annotations:
        emit(FORMATS["github"](found, False), exact=True)
    room = runner.room_in_summary(job.environment)
    runner.write_summary(job.environment, render_summary(comparison, context=context, limit=room))
    folder = runner.new_folder(job.environment)
    texts = {
        "report": ("report.md", render(comparison, context=context, limit=sys.maxsize)),
        "json": ("report.json", FORMATS["json"](found, True)),
        "sarif": ("report.sarif", FORMATS["sarif"](found, True)),
    }
    for name, text in texts.values():
        emit(text, str(folder / name))
    return {output: str(folder / name) for output, (name, _) in texts.items()}


def _comment(
    job: _Job, comparison: Comparison, context: CommentContext, changed: list[str] | None
) -> Outcome:
    pull = job.event.pull
    if pull is None or job.inputs.comment == "never":
        return Outcome("none")
    if not pull.open:
        return Outcome("skipped", reason="the pull request is closed")
    if not job.inputs.token:
        return Outcome("refused", reason="there is no github-token")
    wish = Wish(
        recreate=job.inputs.comment == "recreate",
        first=_worth_saying(job.inputs, comparison, changed),
    )
    text = render(comparison, context=context, limit=job.hub.limit)
    return publish(job.hub, pull.number, text, wish)


def _worth_saying(inputs: Inputs, comparison: Comparison, changed: list[str] | None) -> bool:
    """Whether a first comment is worth making."""
    if inputs.when == "always":
        return True
    head = comparison.head
    if inputs.when == "findings":
        return bool(head.count("error") or head.count("warning"))
    if comparison.base is not None:
        return not comparison.empty
    return changed is None or any(path.endswith(_SPECS) for path in changed)


def _closing(status: Status, comparison: Comparison, comment: Outcome) -> None:
    """Say at the end of the log how it went, and what did not go as it should."""
    if comparison.missing:
        runner.say("notice", f"nothing is compared: {comparison.missing}")
    if comment.result == "refused":
        runner.say(
            "warning",
            f"the comment was refused ({comment.reason}); the report is in the job's summary."
            " The job needs pull-requests: write; pull requests from forks and Dependabot may only"
            " read, and docs/ci/github.md says how a second workflow comments on them",
        )
    about = " ".join(filter(None, (comment.result, comment.url, comment.reason)))
    emit(f"aispec: {status}; comment: {about}\n")
