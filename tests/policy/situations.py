"""Deployments as the search for remedies sees them, from a few lines of a spec."""

from __future__ import annotations

from datetime import date

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.facts import Case, estimate
from aispec.policy.situation import Situation
from aispec.spec.reader import read

WORK = "workload: {users: {concurrent: 20}, tokens: {input: 3000, output: 500}}\n"


def situation(body: str, workload: str = WORK) -> Situation:
    """Return the situation of a spec without its head."""
    file = read(f"version: 1\nname: here\n{body}\n{workload}", "ai-deploy.yaml")
    assert not file.problems, file.problems
    deployment = resolve(file.deployments[0].spec, Catalog.default())
    case = Case(deployment, deployment.spec.workload, today=date(2026, 11, 22))
    return Situation(deployment, estimate(case))
