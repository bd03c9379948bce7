"""A report as JSON, in the shapes of `schemas/report.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import SEVERITIES, Finding, Label, Remedy
from aispec.report.json_text import dumps
from aispec.report.report import Judged, Report
from aispec.spec.location import Span

__all__ = ["VERSION", "check_json", "check_text", "dumps", "fact_json", "facts", "facts_json"]

VERSION = 1
"""The version of both shapes; a field may be added without a new one."""

Json = dict[str, Any]

_LARGEST_WHOLE = 2**53


def facts_json(report: Report) -> Json:
    """Return the facts of every deployment."""
    return {"version": VERSION, "deployments": [_deployment(d) for d in report.deployments]}


def check_json(report: Report) -> Json:
    """Return the facts and findings of every deployment, and the sum of the run."""
    return _check(report, [_judged(each) for each in report.deployments])


def check_text(report: Report, **more: Json) -> str:
    """Return the same as text, and `more` beside it; one deployment at a time is held as data."""
    return dumps({**_check(report, map(_judged, report.deployments)), **more})


def _check(report: Report, deployments: Iterable[Json]) -> Json:
    return {
        "version": VERSION,
        "deployments": deployments,
        "findings": [finding_json(f) for f in _own(report) if f.silenced is None],
        "silenced": [_silenced(f) for f in report.silenced()],
        "summary": _summary(report),
    }


def fact_json(fact: Fact) -> Any:
    """Return one fact: a figure, an answer, a text, or why there is none."""
    if isinstance(fact, Quantity):
        return quantity_json(fact)
    if isinstance(fact, Answer):
        return _unknown("this cannot be told") if fact is Answer.UNKNOWN else fact.value
    if isinstance(fact, Unknown):
        return _unknown(fact.reason)
    if isinstance(fact, Absent):
        return {**_unknown(fact.reason), "applies": False}
    return fact


def _own(report: Report) -> Iterable[Finding]:
    return sorted(
        report.findings, key=lambda f: (f.path, f.span.line, f.span.column, f.code, f.message)
    )


def _deployment(each: Judged) -> Json:
    return {
        "path": each.path,
        "line": each.line,
        "name": each.name,
        "facts": facts(each.facts),
    }


def facts(of: Facts) -> Json:
    """Return facts by name, in the order in which they were computed."""
    return {name: fact_json(fact) for name, fact in of.items()}


def _judged(each: Judged) -> Json:
    return {
        **_deployment(each),
        "note": each.note,
        "findings": [finding_json(finding) for finding in each.counted],
        "assumptions": [
            {"field": a.field, "value": a.value, "why": a.why} for a in each.assumptions
        ],
    }


def quantity_json(figure: Quantity) -> Json:
    """Return a figure with its bounds and how it was made, or why there is none."""
    if not figure.known:
        return _unknown(figure.reason)
    return {
        "value": _number(figure.value),
        "low": _number(figure.low),
        "high": _number(figure.high),
        "unit": figure.unit.name,
        "how": figure.how,
        "sources": list(figure.sources),
    }


def _number(value: float) -> float | int | None:
    """A number as short as JSON has it; null where there is no bound."""
    if not isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < _LARGEST_WHOLE else value


def _unknown(reason: str) -> Json:
    return {"unknown": reason or "no reason is given"}


def finding_json(finding: Finding) -> Json:
    """Return one finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "message": finding.message,
        "path": finding.path,
        **_place(finding.span),
        "note": finding.note,
        "help": finding.help,
        "labels": [_label(label) for label in finding.labels],
        "remedies": [_remedy(remedy) for remedy in finding.remedies],
        "fingerprint": finding.fingerprint,
        "deployment": finding.deployment,
    }


def _label(label: Label) -> Json:
    return {**_place(label.span), "text": label.text}


def _place(span: Span) -> Json:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _remedy(remedy: Remedy) -> Json:
    return {
        "change": remedy.change,
        "set": dict(remedy.set),
        "effect": remedy.effect,
        "cost_month": None if remedy.cost_month is None else _number(remedy.cost_month),
    }


def _silenced(finding: Finding) -> Json:
    silence = finding.silenced
    return {
        **finding_json(finding),
        "reason": silence.reason if silence else "",
        "until": silence.until if silence else None,
    }


def _summary(report: Report) -> Json:
    known = any(cost.known for cost in report.costs)
    return {
        "deployments": len(report.deployments),
        "files": len(report.files),
        **{f"{severity}s": report.count(severity) for severity in SEVERITIES},
        "silenced": len(report.silenced()),
        "cost_month": quantity_json(report.cost_month) if known else _unknown("no cost is known"),
        "exit_code": report.exit_code,
    }
