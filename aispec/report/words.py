"""Words that several formats share: verdicts, certainty, the line that sums a run up."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.estimate.answer import Answer
from aispec.estimate.display import words
from aispec.estimate.fact import Fact, Unknown
from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.cells import counted
from aispec.report.report import Judged, Report

_FITS = {
    Answer.YES: "fits",
    Answer.NO: "does not fit",
    Answer.MAYBE: "may not fit",
    Answer.UNKNOWN: "cannot tell",
}
_DOUBT = {"possibly", "possibly:", "may", "might"}


def fits(fact: Fact | None) -> str:
    """Return the verdict on memory in words; nothing where memory does not apply."""
    if isinstance(fact, Answer):
        return _FITS[fact]
    return _FITS[Answer.UNKNOWN] if isinstance(fact, Unknown) else ""


def message(finding: Finding) -> str:
    """Return what a finding says, with its doubt where the words have none."""
    text = finding.message
    if finding.certainty == "possible" and not _DOUBT.intersection(text.split()):
        return f"{text} (possible)"
    if finding.certainty == "unknown" and not text.startswith("cannot tell"):
        return f"{text} (cannot tell)"
    return text


def counts(report: Report) -> str:
    """Return `1 error, 2 warnings`, or `nothing to report`."""
    found = [(report.count(severity), severity) for severity in SEVERITIES]
    return ", ".join(counted(n, name) for n, name in found if n) or "nothing to report"


def scope(report: Report) -> str:
    """Return `3 deployments in 2 files`."""
    number = len(report.deployments)
    found = counted(number, "deployment") if number else "no deployment"
    return f"{found} in {counted(len(report.files), 'file')}"


def cost(report: Report) -> str:
    """Return the cost of all deployments a month, and how many costs it leaves out."""
    costs = report.costs
    unknown = sum(not cost.known for cost in costs)
    if unknown == len(costs):
        return "cost unknown" if costs else ""
    left_out = f" (without {counted(unknown, 'unknown cost')})" if unknown else ""
    return words(report.cost_month) + left_out


def worst(report: Report) -> Finding | None:
    """Return the first of the gravest findings."""
    return min(report.counted(), key=lambda f: SEVERITIES.index(f.severity), default=None)


def assumed(each: Judged) -> Iterator[tuple[str, str, str]]:
    """Yield what stands in for what a spec leaves out: the field, its value and why."""
    if each.note:
        yield "model", str(each.facts.get("model.id") or each.name), each.note
    for assumption in each.assumptions:
        yield assumption.field, assumption.value, assumption.why
