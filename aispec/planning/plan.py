"""From a question about a file to a plan: read, search, and tell what was found."""

from __future__ import annotations

from functools import partial

from aispec.catalog.resolve import resolve
from aispec.estimate.facts import Case, request_for
from aispec.estimate.request import Request
from aispec.pipeline.options import Options
from aispec.planning.candidate import Candidate, Served
from aispec.planning.floors import Floors
from aispec.planning.question import Question, Subject, subject
from aispec.planning.refusals import Refusals
from aispec.planning.search import Search, Watch, unwatched
from aispec.planning.space import Space
from aispec.planning.telling import tell
from aispec.planning.trial import Tried
from aispec.policy.change import changed
from aispec.policy.engine import finds, verdicts
from aispec.policy.remedy import Outcome
from aispec.report.proposal import Plan


def plan(question: Question, options: Options, watch: Watch = unwatched) -> Plan:
    """Search the deployments that meet what a spec promises.

    Raises `PlanError` for a question that can't be asked, and `Unplannable` where the spec itself
    leaves nothing to search.
    """
    asked = subject(question, options)
    search = searching(asked, question, watch)
    now = as_written(asked)
    return tell(asked, now, search.run(now), question.wishes)


def searching(asked: Subject, question: Question, watch: Watch = unwatched) -> Search:
    """Return the search for a deployment."""
    placed, trial = asked.placed, asked.trial
    request = _request(asked, None)
    longest = request.longest.high if request and request.longest.known else 0.0
    space = Space(placed.deployment, placed.governance.catalog, question.wishes, longest)
    requests = {each.name: _request(asked, each) for each in space.served}
    workload = placed.workload
    daily = workload is not None and workload.users.daily is not None
    return Search(space, trial, Floors(trial, requests), Refusals(trial, daily), watch=watch)


def as_written(asked: Subject) -> Tried:
    """Return the deployment as it is written, as if it had been tried."""
    deployment, found, trial = asked.placed.deployment, asked.judged, asked.trial
    machines, model = deployment.machines, deployment.model
    device = machines.accelerator if machines else None
    memory = (device.usable_gib(machines.option_gb)[0] if device and machines else None) or 0.0
    number = machines.count * machines.replicas if machines else 0
    candidate = Candidate(
        changes={},
        order=(0, ()),
        where="as written",
        values={},
        size=memory * number,
        accelerators=number,
        parameters=float((model and model.params_total) or 0.0),
    )
    rules, strict = trial.bench.governance.rules, trial.bench.strict
    scope = {**found.stated, **found.facts}
    found_of = partial(verdicts, rules, scope, strict=strict)
    outcome = Outcome(deployment, found.facts, found_of, partial(finds, rules, scope))
    return trial.judged(candidate, outcome)


def _request(asked: Subject, model: Served | None) -> Request | None:
    """Return what one request looks like, in the tokens of a model or of the written one."""
    bench = asked.trial.bench
    spec = changed(bench.deployment.spec, model.changes if model else {})
    settings = bench.governance.settings
    deployment = resolve(spec, bench.governance.catalog, settings.assumptions)
    return request_for(Case(deployment, bench.workload, bench.today, bench.prompts))
