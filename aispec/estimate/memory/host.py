"""What stays in host memory: weights that a spec leaves there, and layers that do not fit.

llama.cpp puts whole layers on the devices, the output layer last, and computes the others on the
CPU; Ollama chooses how many by itself and does not refuse a model that is too large.
"""

from __future__ import annotations

from math import floor

from aispec.catalog.deployment import Deployment
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact
from aispec.estimate.memory.budget import Budget
from aispec.estimate.memory.weights import Weights
from aispec.estimate.quantity import Quantity


def host_share(deployment: Deployment, weights: Weights) -> Quantity:
    """Return the share of the weights that `gpu_layers` or `cpu_offload` leaves to the host."""
    setup, machines = deployment.setup, deployment.machines
    assert setup is not None
    assert machines is not None
    away = setup.cpu_offload * machines.sharding.devices / weights.total
    how = "cpu_offload of each device over the weights" if away else "all are on the devices"
    if setup.facts.kind == "llama.cpp" and setup.gpu_layers is not None:
        layers = _layers(deployment)
        away += max(layers - setup.gpu_layers, 0) / layers
        how = f"{max(layers - setup.gpu_layers, 0)} of {layers} layers"
    return Quantity(min(away, 1.0), how=how)


def layers_that_fit(
    deployment: Deployment, weights: Weights, needed: Quantity, cache: Quantity, budget: Budget
) -> Fact:
    """Return the layers that the devices hold beside everything else, the output layer among them.

    Weights and cache of a layer stay together. All of them fit exactly where the whole does.
    """
    setup, machines = deployment.setup, deployment.machines
    if setup is None or machines is None or setup.facts.kind != "llama.cpp":
        return Absent("this engine keeps all layers on its devices")
    if not (needed.known and budget.offered.known):
        return Quantity.unknown("", needed.reason or budget.offered.reason)
    layers, devices = _layers(deployment), machines.sharding.pipeline
    share = -(-layers // devices)
    body = (weights.body + weights.experts) / layers / 2**30
    over, offered = budget.overheads, budget.offered
    beside = over.activations + over.runtime

    def held(room: float, factor: float, cached: float) -> float:
        return float(min(max(floor(room / (body * factor + cached / share)), 0) * devices, layers))

    whole = needed.above(offered)
    every = float(layers + 1)
    likely = held(offered.value - beside.value, 1.0, cache.value)
    low = held(offered.low - beside.high, weights.high, cache.high)
    high = held(offered.high - beside.low, weights.low, cache.low)
    if needed.value <= offered.value:
        likely = every
    return Quantity(
        likely,
        low=every if whole is Answer.NO else min(low, likely),
        high=max(high, likely) if whole is Answer.YES else every,
        how=lambda: f"{offered.value - beside.value:.1f} GiB on each, {body:.2f} GiB a layer",
        inputs=(offered, beside, cache),
        sources=(weights.source,),
    )


def _layers(deployment: Deployment) -> int:
    fields = (deployment.model.architecture if deployment.model else None) or {}
    return int(fields.get("layers") or 1)
