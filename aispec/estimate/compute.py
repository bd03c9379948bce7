"""The facts of group `compute`: operations of one token, and of the training.

A forward pass costs two operations per active parameter, and attention four per layer, head width
and token of context (Kaplan et al., arXiv 2001.08361, §2.1). Training costs `6 N D`, with the
active parameters for a mixture of experts; a published estimate goes before it where its author is
confident, and the bounds hold both.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from aispec.catalog.deployment import Deployment
from aispec.catalog.entries import Model
from aispec.catalog.thresholds import threshold
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request

_LIKELY = 10.0  # factors of doubt, in Epoch AI's own words
_SPECULATIVE = 30.0
_LINES = {
    "compute.eu_systemic_risk": "eu-systemic-risk",
    "compute.us_state_law": "us-ca-sb53",
}
_NAMES = (
    *("compute.flops_per_token", "compute.training_flops", "compute.eu_general_purpose"),
    *_LINES,
    "compute.modifier_flops",
)
_GENERATES = frozenset({"text-generation"})


def facts(deployment: Deployment, request: Request | None) -> Facts:
    """Return both figures, unknown where nobody published what they need."""
    model = deployment.model
    if model is None:
        return dict.fromkeys(_NAMES, Absent("the model is not known"))
    return {"compute.flops_per_token": _per_token(model, request), **_of_training(model)}


@lru_cache(maxsize=256)
def _of_training(model: Model) -> Mapping[str, Fact]:
    trained = training_flops(model)
    return {
        "compute.training_flops": trained,
        **{name: _crosses(trained, line) for name, line in _LINES.items()},
        "compute.eu_general_purpose": _general_purpose(model, trained),
        "compute.modifier_flops": modifier_flops(trained),
    }


def _crosses(trained: Quantity, line: str) -> Fact:
    """Whether a training's compute lies above a threshold; unknown where nobody published it."""
    found = threshold(line)
    if found is None or found.flop is None:
        return Absent("the catalogue has no such threshold")
    if not trained.known:
        return Unknown(trained.reason)
    return trained.above(Quantity(found.flop, "FLOP"))


def _general_purpose(model: Model, trained: Quantity) -> Fact:
    """Whether the EU's criterion holds: enough compute, and a model that generates at all."""
    if model.task not in _GENERATES:
        return Answer.NO
    return _crosses(trained, "eu-gpai")


def modifier_flops(trained: Quantity) -> Quantity:
    """Return the compute of a change from which whoever makes it counts as the EU model's provider.

    A third of the original's; where that is not known, a third of the threshold that it would
    have to pass, which may be either of the two.
    """
    share = threshold("eu-modifier")
    ratio = share.ratio if share and share.ratio else 1 / 3
    if trained.known:
        return Quantity(
            trained.value * ratio,
            "FLOP",
            low=trained.low * ratio,
            high=trained.high * ratio,
            how="a third of the original's training compute",
            inputs=(trained,),
        )
    lines = [each.flop for each in (threshold("eu-gpai"), threshold("eu-systemic-risk")) if each]
    low, high = (float(flop or 0) * ratio for flop in lines)
    how = "the original's compute is not published: a third of 1e23, of 1e25 with systemic risk"
    return Quantity(low, "FLOP", low=low, high=high, how=how)


def _per_token(model: Model, request: Request | None) -> Quantity:
    if not model.params_active:
        return Quantity.unknown("FLOP/token", "its active parameters are not published")
    fields = model.architecture or {}
    width = fields.get("num_heads", 0) * fields.get("head_dim", 0) * fields.get("layers", 0)
    depth = request.longest.value / 2 if request else 0.0
    attention = 4.0 * width * depth
    value = 2.0 * model.params_active + attention
    return Quantity(
        value,
        "FLOP/token",
        low=2.0 * model.params_active,
        high=value + attention,
        how=lambda: f"2 x {model.params_active:,} active parameters + attention over {depth:,.0f}",
        sources=("https://arxiv.org/abs/2001.08361",),
    )


def training_flops(model: Model) -> Quantity:
    """Return the operations of a model's training."""
    counted = _six_nd(model)
    published = model.training_flops
    if not published:
        return counted
    value = float(published["value"])
    confidence = published.get("confidence") or "speculative"
    factor = _LIKELY if confidence == "likely" else _SPECULATIVE
    ends = [value]
    if counted.known:
        ends.append(counted.value)
    elif confidence != "confident":
        ends += [value / factor, value * factor]
    likely = value if confidence == "confident" or not counted.known else counted.value
    return Quantity(
        likely,
        "FLOP",
        low=min(*ends, likely),
        high=max(*ends, likely),
        how=lambda: (
            f"published estimate {value:.3g} ({confidence})"
            + (f"; {counted.how}" if counted.known else "")
        ),
        sources=(str(published["source"]),),
    )


def _six_nd(model: Model) -> Quantity:
    tokens = model.training.get("tokens")
    if not (tokens and model.params_active):
        return Quantity.unknown("FLOP", "its training compute is not published")
    value = 6.0 * model.params_active * tokens
    return Quantity(
        value,
        "FLOP",
        how=lambda: f"6 x {model.params_active:,} active parameters x {tokens:,.0f} tokens",
        sources=model.sources[:1],
    )
