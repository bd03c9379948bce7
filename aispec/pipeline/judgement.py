"""Findings for all deployments of a run, less those that are silenced or recorded."""

from __future__ import annotations

from collections.abc import Sequence

from aispec.estimate.stated import stated
from aispec.governance import Governor
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed
from aispec.policy.baseline import hidden
from aispec.policy.engine import Subject, judge
from aispec.policy.finding import Finding
from aispec.policy.waiver import apply
from aispec.record import replace
from aispec.report.report import Judged
from aispec.spec.reader import SpecFile


def judged(each: Placed, options: Options) -> Judged:
    """Run the rules that govern a deployment over its facts and what its spec states."""
    said = stated(each.deployment)
    subject = Subject(
        path=each.file.path,
        document=each.located.document,
        name=each.located.spec.name,
        scope={**said, **each.facts},
        today=options.today,
    )
    return Judged(
        path=each.file.path,
        line=each.located.document.line,
        name=each.located.spec.name,
        facts=each.facts,
        stated=said,
        assumptions=each.deployment.assumptions,
        findings=tuple(judge(each.governance.rules, subject, strict=options.strict)),
        note=each.deployment.model_note,
    )


def silenced(
    files: Sequence[SpecFile],
    judged: Sequence[Judged],
    findings: Sequence[Finding],
    governor: Governor,
    options: Options,
) -> tuple[list[Judged], list[Finding]]:
    """Apply each file's comments to its findings, and add what is wrong with the comments."""
    rest = list(findings)
    silenced: dict[str, list[Finding]] = {}
    for file in files:
        comments = [c for located in file.deployments for c in located.document.comments]
        if not comments:
            continue
        governance = governor.of(file.path)
        own = [f for each in judged if each.path == file.path for f in each.findings]
        result = apply(
            own,
            comments,
            path=file.path,
            rules=governance.known,
            today=options.today,
            forbidden=governance.settings.forbid_silencing,
            selection=governance.selection,
        )
        silenced[file.path] = result
        rest += [f for f in result if f.deployment is None]
    return [
        replace(each, findings=tuple(f for f in silenced[each.path] if f.deployment == each.name))
        if each.path in silenced
        else each
        for each in judged
    ], rest


def unrecorded(judged: Sequence[Judged], governor: Governor, options: Options) -> list[Judged]:
    """Silence what a baseline has recorded."""
    made = []
    for each in judged:
        baseline = governor.baseline(each.path) if each.findings else None
        if baseline:
            forbidden = governor.of(each.path).settings.forbid_silencing
            found = hidden(each.findings, baseline, options.root, forbidden)
            each = replace(each, findings=found)
        made.append(each)
    return made
