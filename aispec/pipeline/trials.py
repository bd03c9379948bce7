"""Remedies on the pipeline: what a changed spec comes to, for the findings of a whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.difference import NO_BASE, cost_increase
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.routes import blend, loads
from aispec.estimate.stated import stated
from aispec.governance import Governance
from aispec.policy.engine import Verdict, verdicts
from aispec.policy.finding import Finding
from aispec.policy.remedy import Outcome, Trials, remedies
from aispec.report.report import Judged
from aispec.spec.model import Spec, Workload

MOST_DEPLOYMENTS = 50
"""With more deployments that something is found in, remedies are looked for only when asked."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a deployment is tried with: all that stays while its spec changes.

    A front door has its `targets`: other shares are other loads for them.
    """

    deployment: Deployment
    governance: Governance
    workload: Workload | None
    prompts: Callable[[], Mapping[str, str]]
    today: date | None
    strict: bool
    targets: tuple[Bench, ...] = ()
    before: Facts | Absent = NO_BASE

    def attempt(self, spec: Spec) -> Outcome:
        """Run the pipeline on a changed spec."""
        settings = self.governance.settings
        deployment = resolve(spec, self.governance.catalog, settings.assumptions)
        if spec.routes:
            return self._opened(deployment)
        same = self.workload is self.deployment.spec.workload
        return self._judged(deployment, spec.workload if same else self.workload)

    def closed(self) -> bool:
        """Whether the targets of a front door carry its requests and no other door's."""
        specs = [self.deployment.spec, *(each.deployment.spec for each in self.targets)]
        carried = loads(specs)
        return len(self.targets) == len(self.deployment.spec.routes) and all(
            not each.deployment.spec.routes and carried.get(each.deployment.name) == each.workload
            for each in self.targets
        )

    def _judged(self, deployment: Deployment, workload: Workload | None) -> Outcome:
        facts = estimate(Case(deployment, workload, self.today, self.prompts(), self.before))
        return Outcome(deployment, facts, self._verdicts(deployment, facts))

    def _opened(self, door: Deployment) -> Outcome:
        """A front door and its targets; what is found of these counts as what is found of it."""
        carried = loads([door.spec, *(each.deployment.spec for each in self.targets)])
        made = [
            each._judged(each.deployment, carried[each.deployment.name]) for each in self.targets
        ]
        assert self.workload is not None
        facts = blend(door, self.workload, [each.facts for each in made])
        facts["cost.increase"] = cost_increase(self.before, facts)
        found = {
            f"{each.deployment.name}/{code}": verdict
            for each in made
            for code, verdict in each.verdicts.items()
        }
        return Outcome(door, facts, found | self._verdicts(door, facts))

    def _verdicts(self, deployment: Deployment, facts: Facts) -> dict[str, Verdict]:
        scope = {**stated(deployment), **facts}
        return verdicts(self.governance.rules, scope, strict=self.strict)


def with_remedies(
    judged: Sequence[Judged], benches: Sequence[Bench], *, asked: bool | None
) -> list[Judged]:
    """Return the deployments with remedies on their errors and warnings.

    `asked` is whether to look for them; where that is left open, not in a run of very many.
    """
    wanting = sum(any(map(_wants, each.findings)) for each in judged)
    if asked is False or (asked is None and wanting > MOST_DEPLOYMENTS):
        return list(judged)
    return [_remedied(each, bench) for each, bench in zip(judged, benches, strict=True)]


def _wants(finding: Finding) -> bool:
    return finding.silenced is None and finding.severity != "note"


def _remedied(each: Judged, bench: Bench) -> Judged:
    if not any(map(_wants, each.findings)) or not _tried(bench):
        return each
    rules = bench.governance.rules
    if bench.targets:
        before = bench.attempt(bench.deployment.spec)
    else:
        scope = {**each.stated, **each.facts}
        before = Outcome(bench.deployment, each.facts, verdicts(rules, scope, strict=bench.strict))
    trials = Trials(before, {rule.code: rule for rule in rules}, bench.attempt)
    order = sorted((f for f in each.findings if _wants(f)), key=lambda f: f.severity)
    found = {finding.fingerprint: remedies(finding, trials) for finding in order}
    return replace(
        each,
        findings=tuple(
            replace(f, remedies=found[f.fingerprint]) if found.get(f.fingerprint) else f
            for f in each.findings
        ),
    )


def _tried(bench: Bench) -> bool:
    """Whether specs alone say what it is: not a model of local files, nor a part of a maze."""
    if bench.deployment.spec.routes:
        return bench.closed()
    return bench.deployment.tensors is None
