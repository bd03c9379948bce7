"""The facts of group `context`: what fills a request, and what bounds it."""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request


def facts(deployment: Deployment, request: Request | None) -> Facts:
    """Return the tokens of the longest request, and the limits on whole, input and output."""
    return {
        "context.used": request.longest if request else Absent("it has no workload of its own"),
        "context.limit": _limit(deployment),
        "context.input_limit": _of_model(deployment, "max_input"),
        "context.output_limit": _of_model(deployment, "max_output"),
    }


def _limit(deployment: Deployment) -> Fact:
    model, setup = deployment.model, deployment.setup
    written = setup.context if setup else None
    length = model.context_length if model else None
    if written is None and length is None:
        return Quantity.unknown("tokens", "the model's context length is not published")
    if length is None or (written is not None and written < length):
        assert setup is not None
        how = f"the longest sequence that {setup.name} accepts as set"
        return Quantity(float(written or 0), "tokens", how=how)
    sources = model.sources[:2] if model else ()
    return Quantity(float(length), "tokens", how="the model's context", sources=sources)


def _of_model(deployment: Deployment, bound: str) -> Fact:
    model = deployment.model
    value = model.context.get(bound) if model else None
    if value is None:
        return Absent("no such limit is published")
    return Quantity(float(value), "tokens", how="the provider's limit")
