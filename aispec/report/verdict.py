"""A run's verdict in words: the heading of the Markdown report."""

from __future__ import annotations

from aispec.estimate.answer import Answer
from aispec.policy.finding import Finding
from aispec.report.cells import counted
from aispec.report.report import Judged, Report
from aispec.report.words import counts

_TOPICS = {
    "CTX": "overflows its context",
    "LAT": "is too slow",
    "LIM": "breaks its rate limits",
    "COST": "costs too much",
}


def failing(report: Report) -> list[Judged]:
    """Return the deployments in which an error was found."""
    return [each for each in report.deployments if any(map(_is_error, each.counted))]


def verdict(report: Report) -> tuple[str, str]:
    """Return the deployment that the verdict is about, if it is about one, and the verdict."""
    failed = failing(report)
    broken = {f.path for f in report.counted() if f.unreadable}
    files = f"{counted(len(broken), 'file')} cannot be read" if broken else ""
    if len(failed) == 1:
        return failed[0].name, "; ".join(filter(None, (_fault(failed[0]), files)))
    if failed:
        return "", "; ".join(filter(None, (f"{len(failed)} deployments fail", files)))
    return "", files or counts(report)


def _fault(each: Judged) -> str:
    """What is wrong with one deployment, by its first error."""
    first = next(filter(_is_error, each.counted))
    if first.certainty == "unknown":
        return "cannot be judged"
    if first.code.startswith("FIT") and each.facts.get("memory.fits") is Answer.NO:
        return "does not fit"
    return _TOPICS.get(first.code.rstrip("0123456789"), f"fails {first.name}")


def _is_error(finding: Finding) -> bool:
    return finding.severity == "error"
