"""What a run comes to: which findings count, the status, and the figures handed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.comparison import Comparison, Pair
from aispec.report.report import Judged, Report
from aispec.spec.discover import is_spec_path
from aispec.surface.action.inputs import Inputs

Status = Literal["passed", "failed", "invalid"]
CURRENCY = "USD"
CODES: Mapping[Status, int] = {"passed": 0, "failed": 1, "invalid": 2}


def status_of(comparison: Comparison, inputs: Inputs, touched: Collection[str] | None) -> Status:
    """Judge a run.

    `touched` are the files that a change touches, `None` where nobody knows: then all count. A file
    that cannot be read is `invalid` whatever the workflow lets pass.
    """
    head = comparison.head
    if head.exit_code == 2:
        return "invalid"
    if inputs.fail_on == "never":
        return "passed"
    counted: Iterable[Finding] = head.counted()
    if inputs.scope == "changed":
        counted = _in_scope(comparison, touched)
    grave = SEVERITIES[: SEVERITIES.index(head.fail_on) + 1]
    return "failed" if any(finding.severity in grave for finding in counted) else "passed"


def _in_scope(comparison: Comparison, touched: Collection[str] | None) -> Iterator[Finding]:
    yield from (finding for finding in comparison.head.findings if finding.silenced is None)
    for pair in comparison.pairs:
        if pair.after and _touches(comparison, pair, touched):
            yield from pair.after.counted


def _touches(comparison: Comparison, pair: Pair, touched: Collection[str] | None) -> bool:
    """Whether a change touches a deployment: its results or its text."""
    assert pair.after
    if comparison.base is None:
        # Settings, prices, policies, prompts and model files decide, too.
        only_specs = touched is not None and all(is_spec_path(path) for path in touched)
        return not only_specs or pair.after.path in (touched or ())
    if pair.kind != "same" or pair.before is None:
        return True
    return _text(comparison.base, pair.before) != _text(comparison.head, pair.after)


def _text(report: Report, each: Judged) -> list[str]:
    """The lines of a deployment's document."""
    following = [d.line for d in report.deployments if d.path == each.path and d.line > each.line]
    lines = report.lines.get(each.path, [])
    return [line.rstrip() for line in lines[each.line - 1 : min(following, default=None)]]


def outputs(comparison: Comparison, status: Status) -> dict[str, str]:
    """Return the outputs that are figures."""
    head = comparison.head
    return {
        "status": status,
        "errors": str(head.count("error")),
        "warnings": str(head.count("warning")),
        "fits": _fits(head),
        "cost-before": _cost(comparison.base),
        "cost-after": _cost(head),
        "currency": CURRENCY,
    }


def _fits(report: Report) -> str:
    """`false` where one certainly does not fit, `true` where all certainly do, else `unknown`."""
    facts = [each.facts.get("memory.fits") for each in report.deployments]
    told = [fact for fact in facts if isinstance(fact, Answer | Unknown)]
    if any(fact is Answer.NO for fact in told):
        return "false"
    if report.exit_code == 2 or any(fact is not Answer.YES for fact in told):
        return "unknown"
    return "true"


def _cost(report: Report | None) -> str:
    month: Quantity | None = report.cost_month if report else None
    if report is None or month is None or not any(cost.known for cost in report.costs):
        return ""
    return f"{month.value:.2f}"
