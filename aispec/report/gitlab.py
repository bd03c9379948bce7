"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

from aispec.policy.finding import Finding
from aispec.report.json_format import Json, dumps
from aispec.report.shown import Shown, distinct, words

_SEVERITY = {"error": "critical", "warning": "minor", "note": "info"}


def render(shown: Shown) -> str:
    """Return the findings that count as a Code Quality report, by place."""
    return dumps([_issue(f, name, shown) for f, name in distinct(shown.report.counted())])


def _issue(finding: Finding, name: str, shown: Shown) -> Json:
    span = finding.span
    return {
        "description": f"{finding.code}: {words(finding)}",
        "check_name": finding.name,
        "fingerprint": name,
        "severity": _SEVERITY[finding.severity],
        "location": {
            "path": shown.path(finding),
            "lines": {"begin": span.line, "end": span.end_line},
        },
    }
