"""All facts of one deployment: each estimator in turn, on what the ones before it found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from aispec.catalog.deployment import Deployment
from aispec.catalog.tokenizers import tokenizer_of
from aispec.estimate import compute, context, energy, identity, limits, traffic
from aispec.estimate.answer import Answer
from aispec.estimate.cost import facts as cost
from aispec.estimate.difference import NO_BASE, cost_increase
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.latency import facts as latency
from aispec.estimate.latency.load import slots
from aispec.estimate.latency.roofline import Roofline, roofline
from aispec.estimate.memory import facts as memory
from aispec.estimate.memory.facts import Room
from aispec.estimate.memory.weights import Weights, from_tensors, weigh
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request, request_of
from aispec.estimate.traffic import Traffic
from aispec.estimate.vocabulary import FACTS
from aispec.record import made, record
from aispec.spec.model import Workload

if TYPE_CHECKING:
    from aispec.spec.text_file import TextFile

_MOST = 256.0  # requests at once where neither cache nor engine bounds them


@record
class Case:
    """A deployment with the load it carries: its own workload, or its share of a front door's."""

    deployment: Deployment
    workload: Workload | None
    today: date | None = None
    prompts: Mapping[str, TextFile] = made(default_factory=dict)
    before: Facts | Absent = NO_BASE  # its facts in the run that this one is compared with
    request: Request | None = None  # what the workload's request is, where that is known already


def estimate(case: Case) -> Facts:
    """Compute every fact of a deployment, in the vocabulary's order."""
    deployment = case.deployment
    weights = _weights(deployment)
    request = request_for(case)
    found: Facts = {
        **identity.facts(deployment, weights, case.today),
        **context.facts(deployment, request),
        **compute.facts(deployment, request),
        **energy.facts(deployment),
    }
    if case.workload is None or request is None:
        found |= _unloaded()
    elif deployment.machines:
        found |= _self_hosted(case, case.workload, request, weights)
    else:
        found |= _by_api(case, case.workload, request)
    found["cost.increase"] = cost_increase(case.before, found)
    return {name: found[name] for name in FACTS}


def request_for(case: Case) -> Request | None:
    """Return what one request of a case looks like; none where it carries no load."""
    if case.workload is None or case.request is not None:
        return case.request
    name, said = _named(case.deployment)
    kind = tokenizer_of(name, said).name if case.workload.languages else "other"
    return request_of(case.workload, case.deployment.assumed, prompt_tokens(case), kind)


def prompt_tokens(case: Case) -> dict[str, Quantity]:
    """Return the tokens of a case's prompts by part; without a model, of any model's tokenizer."""
    if not case.prompts:
        return {}
    from aispec.estimate.tokens import count_tokens

    name, said = _named(case.deployment)
    return {part: count_tokens(text, name, said) for part, text in case.prompts.items()}


def _named(deployment: Deployment) -> tuple[str, str | None]:
    """The model's name and what its entry says of its tokenizer."""
    model, asked = deployment.model, deployment.spec.model
    if model is not None:
        return model.id, model.tokenizer
    return (asked.id if asked else None) or "", None


def _weights(deployment: Deployment) -> Weights | None:
    if deployment.model is None or deployment.weights is None:
        return None
    if deployment.tensors is not None:
        return from_tensors(deployment.tensors, deployment.model, deployment.weights)
    return weigh(deployment.model, deployment.weights)


def _unloaded() -> Facts:
    reason = Absent("it has no workload: no route leads to it")
    groups = ("memory", "workload", "latency", "throughput", "limits", "cost")
    return {name: reason for name in FACTS if name.partition(".")[0] in groups}


def _self_hosted(
    case: Case, workload: Workload, request: Request, weights: Weights | None
) -> Facts:
    deployment = case.deployment
    space = memory.room(deployment, weights, request) if weights else None
    cached = request.input.value * request.cached_share
    cache = space.cache if space else None
    speed = roofline(deployment, weights, cache, cached) if weights else None
    flow = flow_of(deployment, workload, request, speed, space)
    found: Facts = dict(traffic.facts(flow, request, workload.batch))
    found |= _memory(deployment, space, flow)
    found |= _speed(case, speed, found["memory.boots"], flow, request)
    found |= limits.facts(deployment, workload, request, flow)
    busy = found["throughput.utilization"]
    return found | cost.on_machines(deployment, workload, request, flow, busy, case.today)


def _speed(
    case: Case, speed: Roofline | None, boots: Fact, flow: Traffic, request: Request
) -> Facts:
    deployment = case.deployment
    if boots is Answer.NO:
        return latency.absent("it does not start on this hardware")
    if speed is None:
        return latency.unknown(_why_no_speed(deployment))
    return latency.facts(
        speed,
        flow.load,
        request,
        _replicas(deployment),
        _ranks(deployment),
        deployment.spec.sla,
    )


def flow_of(
    deployment: Deployment,
    workload: Workload,
    request: Request,
    speed: Roofline | None,
    space: Room | None,
) -> Traffic:
    """Return the traffic over all replicas; `space` says how many requests run at once."""
    bounds = latency.spread(speed, "load") if speed else (1.0, 1.0)
    return traffic.self_hosted(
        workload,
        request,
        deployment.assumed,
        speed,
        _replicas(deployment) * _ranks(deployment),
        _most_at_once(deployment, space, request),
        bounds,
    )


def _most_at_once(deployment: Deployment, space: Room | None, request: Request) -> float:
    """Requests that one rank can run at once: what its cache holds, up to the engine's limit."""
    setup = deployment.setup
    bound = float(setup.sequences) if setup and setup.sequences else _MOST
    fitting = memory.sequences_that_fit(space) if space else Quantity.unknown("", "")
    if not fitting.known:
        return bound
    whole = fitting.value / _ranks(deployment)
    return max(min(bound, slots(whole, request.input.value, request.output.value)), 1.0)


def _replicas(deployment: Deployment) -> int:
    return deployment.machines.replicas if deployment.machines else 1


def _ranks(deployment: Deployment) -> int:
    """Data-parallel ranks of a replica: each takes its share of the requests."""
    return deployment.machines.sharding.data if deployment.machines else 1


def _memory(deployment: Deployment, space: Room | None, flow: Traffic) -> Facts:
    if space is not None:
        return memory.facts(deployment, space, flow.concurrency)
    if deployment.model is None:
        missed = deployment.model_miss.name if deployment.model_miss else "it"
        return memory.unknown(f"the catalogue does not know {missed}")
    if deployment.weights is None:
        return memory.unknown(f"{deployment.weights_asked} is not a format that is known here")
    return memory.unknown(f"the architecture of {deployment.model.name} is not published")


def _why_no_speed(deployment: Deployment) -> str:
    device = deployment.machines.accelerator if deployment.machines else None
    if device is None:
        return "the accelerator is not known"
    if deployment.model is None or not deployment.model.architecture:
        return "the model's architecture is not known"
    return f"no rate of {device.name} is known that says how fast it serves at this precision"


def _by_api(case: Case, workload: Workload, request: Request) -> Facts:
    deployment = case.deployment
    api = deployment.spec.api
    speeds = latency.measured(api.latency if api else None, request)
    response = speeds["latency.e2e"]
    seconds = response.value if isinstance(response, Quantity) and response.known else None
    flow = traffic.by_api(workload, request, deployment.assumed, seconds)
    return {
        **traffic.facts(flow, request, workload.batch),
        **memory.absent("served by an API"),
        **speeds,
        **limits.facts(deployment, workload, request, flow, case.today),
        **cost.by_api(deployment, workload, request, flow, case.today),
    }
