"""Names for candidates: what is deployed where, in one line."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.catalog.deployment import Deployment, Machines
from aispec.planning.trial import Tried
from aispec.report.cells import counted

_BY_LAYERS = ("llama.cpp", "ollama", "transformers", "mlx", "plain")


def title(tried: Tried, now: Deployment) -> str:
    """Return `2x l4-24gb (gcp/g2-standard-24), fp8, vllm`; a model only where it is another."""
    deployment = tried.outcome.deployment
    parts = [*_model(deployment, now), *_place(deployment), *_engine(deployment)]
    return ", ".join(parts)


def _model(deployment: Deployment, now: Deployment) -> Iterator[str]:
    if deployment.model is not None and deployment.model is not now.model:
        yield deployment.model.name


def _place(deployment: Deployment) -> Iterator[str]:
    machines, api = deployment.machines, deployment.spec.api
    if machines is not None:
        yield _hardware(machines)
        yield from _spread(machines, deployment)
    if api is not None:
        yield f"{api.provider} by API" + (f", tier {api.tier}" if api.tier else "")


def _hardware(machines: Machines) -> str:
    device = machines.accelerator
    name = device.id.removeprefix(device.vendor + "-") if device else machines.asked
    if len(machines.candidates) > 1:
        name = machines.asked
    where = f" ({machines.instance})" if machines.instance else ""
    replicas = f"{machines.replicas} replicas of " if machines.replicas > 1 else ""
    return f"{replicas}{machines.count}x {name}{where}"


def _spread(machines: Machines, deployment: Deployment) -> Iterator[str]:
    spread, setup = machines.sharding, deployment.setup
    if machines.count == 1 or spread.tensor == machines.count:
        return
    if setup and setup.name in _BY_LAYERS and spread.pipeline == machines.count:
        return
    for name in ("tensor", "pipeline", "data", "expert"):
        degree = getattr(spread, name)
        if degree > 1:
            yield f"{name} {degree}"


def _engine(deployment: Deployment) -> Iterator[str]:
    setup, spec = deployment.setup, deployment.spec
    if setup is None:
        return
    yield deployment.weights.name if deployment.weights else str(deployment.weights_asked)
    if deployment.cache and deployment.cache.name != "auto":
        yield f"cache {deployment.cache.name}"
    yield setup.name
    if spec.engine.max_model_len:
        yield f"length {spec.engine.max_model_len:,}"
    if spec.engine.max_num_seqs:
        yield counted(spec.engine.max_num_seqs, "sequence")
