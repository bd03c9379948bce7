"""Weights beside the model's own: LoRA adapters, and the model that drafts tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.catalog.deployment import Deployment
from aispec.catalog.formats import WeightFormat
from aispec.estimate.architecture.parameters import count
from aispec.estimate.memory.weights import weigh
from aispec.estimate.quantity import Quantity

Fields = Mapping[str, Any]
_LORA_BYTES = 2.0  # engines keep adapters in 16 bits


def beside(deployment: Deployment) -> list[Quantity]:
    """Return what adapters and a draft model add to the fullest device, in GiB."""
    found = [_adapters(deployment), _draft(deployment)]
    return [quantity for quantity in found if quantity is not None]


def _adapters(deployment: Deployment) -> Quantity | None:
    """Return the adapters' slots: engines allocate all of them, for every linear layer.

    A rank-r adapter of a layer from n to m features has r x (n + m) parameters (arXiv 2106.09685).
    """
    ref, model = deployment.spec.model, deployment.model
    adapters = ref.adapters if ref else None
    if adapters is None or model is None or not model.architecture:
        return None
    width = _widths(model.architecture) * adapters.rank
    spread = deployment.machines.sharding if deployment.machines else None
    devices = spread.tensor * spread.pipeline if spread else 1
    size = adapters.count * width * _LORA_BYTES / devices / 2**30
    return Quantity(
        size,
        "GiB",
        low=size * 0.4,  # attention alone is adapted
        high=size * max(1.3, devices),  # one of the two factors is whole on every device
        how=lambda: f"{adapters.count} adapters of rank {adapters.rank} on every linear layer",
        sources=("https://arxiv.org/abs/2106.09685",),
    )


def _widths(fields: Fields) -> float:
    """Inputs and outputs of all linear layers that an adapter can sit on, experts left out."""
    hidden, heads = fields["hidden_size"], fields["num_heads"]
    width = fields.get("head_dim") or hidden // heads
    kv_heads = fields.get("num_kv_heads") or heads
    attention = 2 * (hidden + heads * width) + 2 * (hidden + kv_heads * width)
    inner = fields.get("intermediate_size") or 0
    feedforward = 0 if fields.get("experts") else 3 * (hidden + inner)
    return float(fields["layers"] * (attention + feedforward))


def _draft(deployment: Deployment) -> Quantity | None:
    draft, form = deployment.draft, deployment.weights
    if deployment.draft_miss is not None:
        reason = f"the catalogue does not know the draft model {deployment.draft_miss.name}"
        return Quantity.unknown("GiB", reason)
    if draft is None or form is None:
        return None
    tensor = deployment.machines.sharding.tensor if deployment.machines else 1
    if draft is deployment.model:
        return _module(draft.architecture or {}, form, tensor)
    weights = weigh(draft, form)
    if weights is None:
        return Quantity.unknown("GiB", f"the size of {draft.name} is not published")
    size = weights.total / 2**30
    return Quantity(
        size / tensor,
        "GiB",
        low=size / tensor * weights.low,
        high=size,  # engines may keep a draft whole on every device
        how=lambda: f"{draft.name} drafts tokens: {weights.how}",
        sources=(weights.source,),
    )


def _module(fields: Fields, form: WeightFormat, tensor: int) -> Quantity | None:
    """Return the model's own multi-token-prediction module, in the model's format or in 16 bits.

    Those who quantize a released model to 4 bits leave the module as it was.
    """
    parameters = count(fields).mtp if fields else 0
    if not parameters:
        return Quantity.unknown("GiB", "the model has no published prediction module")
    size = parameters / tensor / 8 / 2**30
    left_alone = form.linear_bits < 8 and form.family != "gguf"
    return Quantity(
        size * (16.0 if left_alone else form.linear_bits),
        "GiB",
        low=size * form.linear_bits * 0.95,
        high=size * 16.0,
        how=lambda: f"{parameters:,} parameters of the prediction module",
    )
