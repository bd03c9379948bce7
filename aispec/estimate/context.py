"""The facts of group `context`: what fills a request, and what bounds it."""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request


def facts(deployment: Deployment, request: Request | None) -> Facts:
    """Return the tokens of the longest request, and the limits on whole, input and output."""
    limit, input_limit = _limit(deployment), _of_model(deployment, "max_input")
    return {
        "context.used": request.longest if request else Absent("it has no workload of its own"),
        "context.limit": limit,
        "context.input_limit": input_limit,
        "context.output_limit": _of_model(deployment, "max_output"),
        "context.turns_to_overflow": _turns(request, limit, input_limit),
    }


def _turns(request: Request | None, limit: Fact, input_limit: Fact) -> Fact:
    """Return the turn of a session whose request no longer fits.

    Turn n asks for what every request repeats, n - 1 turns of history, and its own input and
    output; a limit on input alone leaves the output out.
    """
    if request is None or request.turn is None:
        return Absent("no history grows in it")
    turn, fixed, output = request.turn, request.fixed, request.output
    rooms = [
        room
        for bound, spare in ((limit, 0.0), (input_limit, output.value))
        if isinstance(bound, Quantity) and bound.known
        for room in [bound.value - fixed.value + spare]
    ]
    if not rooms:
        reason = limit.reason if isinstance(limit, Quantity) else "its context is not known"
        return Quantity.unknown("", reason)
    room = min(rooms)
    if turn.low <= 0:
        return Absent("no history grows in it")
    likely, low, high = (max(room // each + 1, 1.0) for each in (turn.value, turn.high, turn.low))
    return Quantity(
        likely,
        low=low,
        high=high,
        how=lambda: f"{room:,.0f} tokens of room / {turn.value:,.0f} that each turn adds",
        inputs=(turn,),
    )


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
