"""Remedies on the pipeline: what a changed spec comes to, for the findings of a whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.estimate.difference import NO_BASE, cost_increase
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.request import Request, request_of
from aispec.estimate.routes import blend, loads
from aispec.estimate.stated import stated
from aispec.governance import Governance
from aispec.policy.engine import finds, verdicts
from aispec.policy.remedy import Outcome, Trials, remedies
from aispec.record import made, record, replace
from aispec.report.report import Judged
from aispec.spec.model import Spec, Workload


@record
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
    kept: list[Request] = made(default_factory=list, init=False)

    def attempt(self, spec: Spec) -> Outcome:
        """Run the pipeline on a changed spec."""
        settings = self.governance.settings
        deployment = resolve(spec, self.governance.catalog, settings.assumptions)
        if spec.routes:
            return self._opened(deployment)
        same = self.workload is self.deployment.spec.workload
        return self._judged(deployment, spec.workload if same else self.workload)

    def as_it_is(self, facts: Facts) -> Outcome:
        """What has been found of the deployment without a change."""
        return self._outcome(self.deployment, facts)

    def closed(self) -> bool:
        """Whether the targets of a front door carry its requests and no other door's."""
        specs = [self.deployment.spec, *(each.deployment.spec for each in self.targets)]
        carried = loads(specs)
        return len(self.targets) == len(self.deployment.spec.routes) and all(
            not each.deployment.spec.routes and carried.get(each.deployment.name) == each.workload
            for each in self.targets
        )

    def _judged(self, deployment: Deployment, workload: Workload | None) -> Outcome:
        case = Case(
            deployment,
            workload,
            self.today,
            self.prompts(),
            self.before,
            self._request(deployment),
        )
        return self._outcome(deployment, estimate(case))

    def _request(self, deployment: Deployment) -> Request | None:
        """The request that is tried throughout, where the change leaves it what it is."""
        own = self.deployment
        workload = own.spec.workload
        if self.workload is not workload or deployment.spec.workload is not workload:
            return None
        if workload is None or workload.prompts or workload.languages:
            return None  # these are counted by the model's own tokenizer
        if not self.kept:
            self.kept.append(request_of(workload, own.assumed))
        return self.kept[0] if deployment.assumed == own.assumed else None

    def _outcome(self, deployment: Deployment, facts: Facts) -> Outcome:
        rules, scope = self.governance.rules, {**stated(deployment), **facts}
        return Outcome(
            deployment,
            facts,
            partial(verdicts, rules, scope, strict=self.strict),
            partial(finds, rules, scope),
        )

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
        own = self._outcome(door, facts)
        whole = found | dict(own.verdicts)
        return Outcome(door, facts, lambda: whole, whole.__contains__)


def with_remedies(judged: Sequence[Judged], benches: Sequence[Bench]) -> list[Judged]:
    """Return the deployments with remedies on their errors and warnings."""
    return [_remedied(each, bench) for each, bench in zip(judged, benches, strict=True)]


def _remedied(each: Judged, bench: Bench) -> Judged:
    if not each.wanting or not _tried(bench):
        return each
    rules = bench.governance.rules
    whole = bench.attempt(bench.deployment.spec) if bench.targets else None
    before = whole or bench.as_it_is(each.facts)
    trials = Trials(before, {rule.code: rule for rule in rules}, bench.attempt)
    order = sorted((f for f in each.findings if f.wanting), key=lambda f: f.severity)
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
