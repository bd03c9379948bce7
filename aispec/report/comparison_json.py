"""A comparison as JSON, in the shape `diff_report` of `schemas/report.schema.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from aispec.estimate.fact import Fact
from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.comparison import Comparison, Pair
from aispec.report.json_format import VERSION, Json, fact_json, finding_json, quantity_json
from aispec.report.shift import Shift

_KINDS = ("added", "removed", "renamed", "changed", "same")


def diff_json(comparison: Comparison) -> Json:
    """Return what is different, deployment by deployment, and the sum."""
    return {
        "version": VERSION,
        "missing": comparison.missing,
        "notes": list(comparison.notes),
        "deployments": [_pair(pair) for pair in comparison.pairs],
        "findings": _findings(*_loose(comparison)),
        "summary": _summary(comparison),
    }


def _pair(pair: Pair) -> Json:
    each = pair.after or pair.before
    assert each is not None
    return {
        "path": each.path,
        "line": each.line,
        "name": each.name,
        "kind": pair.kind,
        "before": {"path": pair.before.path, "name": pair.before.name} if pair.before else None,
        "changes": [_shift(shift) for shift in pair.shifts],
        "findings": _findings(pair.new, pair.kept, pair.gone),
    }


def _shift(shift: Shift) -> Json:
    made = shift.difference
    return {
        "name": shift.name,
        "before": _side(shift.before),
        "after": _side(shift.after),
        "turn": shift.turn,
        "difference": quantity_json(made.amount) if made else None,
        "share": quantity_json(made.share) if made else None,
    }


def _side(fact: Fact | None) -> object:
    return None if fact is None else fact_json(fact)


def _loose(comparison: Comparison) -> Iterable[list[Finding]]:
    """New, kept and gone findings that belong to no deployment."""
    for name in ("new", "kept", "gone"):
        own = Counter(f for pair in comparison.pairs for f in getattr(pair, name))
        rest = Counter(getattr(comparison, name)) - own
        yield [*rest.elements()]


def _findings(new: Iterable[Finding], kept: Iterable[Finding], gone: Iterable[Finding]) -> Json:
    return {
        "new": [finding_json(finding) for finding in new],
        "kept": [finding_json(finding) for finding in kept],
        "gone": [finding_json(finding) for finding in gone],
    }


def _summary(comparison: Comparison) -> Json:
    kinds = Counter(pair.kind for pair in comparison.pairs)
    new = Counter(finding.severity for finding in comparison.new)
    return {
        **{kind: kinds[kind] for kind in _KINDS},  # type: ignore[index]
        "new": {f"{severity}s": new[severity] for severity in SEVERITIES},
        "kept": len(comparison.kept),
        "gone": len(comparison.gone),
        "cost_month": _shift(comparison.cost),
        "exit_code": comparison.exit_code,
    }
