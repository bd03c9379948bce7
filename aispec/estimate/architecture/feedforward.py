"""Parameters of feed-forward layers: dense, and mixtures of experts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.estimate.architecture.attention import linear
from aispec.record import record

Fields = Mapping[str, Any]


@record
class FeedForward:
    """Parameters by part, over all layers. `idle` are the experts that one token does not touch."""

    dense: int
    experts: int
    shared: int
    router: int
    idle: int


def perceptron(fields: Fields, width: int, intermediate: int, bias: bool) -> int:
    """Return the parameters of one feed-forward block: three projections if gated, else two."""
    ways_in = 2 if fields.get("mlp", "gated") == "gated" else 1
    return ways_in * linear(width, intermediate, bias) + linear(intermediate, width, bias)


def feedforward(fields: Fields) -> FeedForward:
    """Count the feed-forward parameters of a decoder."""
    if fields.get("experts"):
        return _mixture(fields, fields["experts"])
    if fields.get("block_list"):
        return FeedForward(0, 0, 0, 0, 0)
    hidden, bias = fields["hidden_size"], fields.get("mlp_bias", False)
    sizes = fields.get("intermediate_sizes")
    if sizes is None:
        sizes = [fields["intermediate_size"]] * fields.get("mlp_layers", fields["layers"])
    return FeedForward(sum(perceptron(fields, hidden, i, bias) for i in sizes), 0, 0, 0, 0)


def _mixture(fields: Fields, mix: Fields) -> FeedForward:
    hidden = fields["hidden_size"]
    first_dense = mix.get("first_dense_layers") or 0
    layers = mix.get("moe_layers", fields["layers"] - first_dense)
    dense_layers = mix.get("dense_layers", first_dense)
    expert = perceptron(
        fields,
        mix.get("latent_size") or hidden,
        mix["moe_intermediate_size"],
        mix.get("expert_bias", False),
    )
    dense = 0
    if dense_layers and fields.get("intermediate_size"):
        size = mix.get("dense_intermediate_size") or fields["intermediate_size"]
        dense = dense_layers * perceptron(fields, hidden, size, fields.get("mlp_bias", False))
    return FeedForward(
        dense=dense,
        experts=layers * mix["total"] * expert,
        shared=layers * _shared(fields, mix),
        router=layers * _router(hidden, mix),
        idle=layers * (mix["total"] - mix["active"]) * expert,
    )


def _router(hidden: int, mix: Fields) -> int:
    count = linear(hidden, mix["total"], mix.get("router_linear_bias", False))
    count += mix["total"] if mix.get("router_correction_bias") else 0
    latent = mix.get("latent_size") or 0
    count += 2 * hidden * latent + (latent if mix.get("latent_norm") else 0)
    return count + int(mix.get("extra_per_layer", 0))


def _shared(fields: Fields, mix: Fields) -> int:
    if not mix.get("shared"):
        return 0
    size = mix.get("shared_intermediate_size") or mix["shared"] * mix["moe_intermediate_size"]
    count = perceptron(fields, fields["hidden_size"], size, fields.get("mlp_bias", False))
    return count + (fields["hidden_size"] if mix.get("shared_gate") else 0)
