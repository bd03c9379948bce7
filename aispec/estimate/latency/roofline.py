"""One step of decode and one prefill, as bytes moved and operations done.

    step(B, c) = sqrt(memory^2 + arithmetic^2) + layers x overhead + B x sequence cost
    memory     = weights read / (n x bandwidth x share) + B x c x cache / (n x bandwidth x share)
    prefill(p) = max(operations / (peak x n^0.6 x share), weights / (n x bandwidth)) + floor

A batch of B touches `1 - (1 - k/E)^B` of the experts of a mixture. Effective shares stand in
`aispec/catalog/data/latency.yaml`. The form and its constants were fitted on published
measurements; a constant share of bandwidth alone is wrong by a factor of two on fast memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

from aispec.catalog.deployment import Deployment
from aispec.catalog.entries import Accelerator
from aispec.catalog.store import load_data
from aispec.estimate.architecture.parameters import attention_layers, count
from aispec.estimate.memory.cache import Cache
from aispec.estimate.memory.weights import Weights

Constants = Mapping[str, float]
_FALLBACK = {"fp4": "fp8", "fp8": "bf16", "int8": "bf16", "bf16": "fp16", "fp16": "bf16"}
_FAMILIAR = frozenset({"datacenter", "workstation", "consumer", "laptop", "unified-memory", "cpu"})


@dataclass(frozen=True, slots=True)
class Roofline:
    """One replica's speed. Seconds, bytes, FLOP and FLOP/s throughout."""

    own: Constants
    shared: Constants
    layers: int
    everywhere: int  # layers that attend to the whole context
    local: int  # layers that attend to a window of it
    window: int  # tokens
    hidden: int
    active: float  # parameters
    dense_bytes: float  # read by every step
    expert_bytes: float
    expert_share: float  # experts that one token touches, k / E
    devices: int  # that share the work of one layer
    bandwidth: float
    peak: float
    cache: Cache | None
    collective: float
    familiar: bool

    def step(self, batch: float, context: float) -> float:
        """Seconds of one decode step with `batch` sequences of mean depth `context`."""
        touched = 1 - (1 - self.expert_share) ** max(batch, 1)
        factor = self.own["expert_factor"] if self.expert_bytes and batch > 1 else 1.0
        weights = self.dense_bytes + self.expert_bytes * touched * factor
        moved = weights / (self.bandwidth * self.own["bandwidth"])
        moved += batch * self._kept(context) / (self.bandwidth * self.shared["cache_bandwidth"])
        done = 2 * self.active * batch / self.devices
        done /= self.peak * self.shared["decode_arithmetic"]
        overhead = self.layers * (self.own["layer_us"] * 1e-6 + self.collective)
        return sqrt(moved**2 + done**2) + overhead + batch * self.shared["sequence_us"] * 1e-6

    def prefill(self, tokens: float) -> float:
        """Seconds to read a prompt of `tokens` that no cache has."""
        scale = float(self.devices ** self.shared["prefill_scaling"])
        depth = self.everywhere * tokens / 2 + self.local * min(tokens / 2, self.window)
        attention = 4 * self.hidden * tokens * depth
        work = 2 * self.active * tokens + self.shared["attention_factor"] * attention
        arithmetic = work / (self.peak * scale * self.own["prefill"])
        read = (self.dense_bytes + self.expert_bytes) / self.bandwidth
        read /= self.shared["weights_bandwidth"]
        return max(arithmetic, read) + self.own["floor_ms"] * 1e-3

    def first_token(self, batch: float, tokens: float) -> float:
        """Seconds to the first token when `batch` requests are in flight."""
        queue = 1 + self.shared["queue"] * log2(max(batch, 1))
        return self.prefill(tokens) * queue + self.step(batch, tokens)

    def per_token(self, batch: float, tokens: float, output: float) -> float:
        """Seconds per output token, with the prefills of the other sequences in between."""
        between = (batch - 1) / max(output, 1) * self.prefill(tokens) if batch > 1 else 0.0
        return self.step(batch, tokens + output / 2) + between

    def _kept(self, context: float) -> float:
        """Bytes of cache that one sequence reads in a step, on one device."""
        if self.cache is None:
            return 0.0
        shape = self.cache.shape
        elements = sum(
            g.layers * g.elements * (min(context, g.window) if g.window else context)
            for g in shape.groups
        )
        return elements * self.cache.bytes_per_element + shape.state_bytes


def roofline(deployment: Deployment, weights: Weights, cache: Cache | None) -> Roofline | None:
    """Return the speed of one replica, or `None` where bandwidth or arithmetic is not known."""
    machines, setup, model = deployment.machines, deployment.setup, deployment.model
    if not (machines and setup and model and machines.accelerator and model.architecture):
        return None
    device, fields = machines.accelerator, model.architecture
    peak = peak_rate(device, deployment.weights.compute_dtype if deployment.weights else "bf16")
    bandwidth = device.bandwidth(machines.option_gb)[0]
    if peak is None or bandwidth is None or "hidden_size" not in fields:
        return None
    devices = machines.sharding.tensor
    local, window = _windowed(fields)
    return Roofline(
        own=_constants(setup.name, device.klass),
        shared=load_data("latency")["shared"],
        layers=int(fields["layers"]),
        everywhere=attention_layers(fields) - local,
        local=local,
        window=window,
        hidden=int(fields.get("num_heads", 1) * fields.get("head_dim", fields["hidden_size"])),
        active=float(model.params_active or count(fields).active),
        dense_bytes=_decoded(weights, fields) / devices,
        expert_bytes=weights.experts / devices,
        expert_share=_touched(fields),
        devices=devices,
        bandwidth=bandwidth * 1e9,
        peak=peak * 1e12,
        cache=cache,
        collective=_collective(device) if devices > 1 else 0.0,
        familiar=device.klass in _FAMILIAR,
    )


def _windowed(fields: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many layers attend to a window, and the window's tokens."""
    sliding = fields.get("sliding_window") or {}
    window = sliding.get("size") or 0
    return (int(sliding.get("layers", 0)), int(window)) if window else (0, 0)


def _decoded(weights: Weights, fields: Mapping[str, Any]) -> float:
    """Bytes that a step reads of what is not an expert: one row of the input embedding only."""
    embedding = weights.embedding if fields.get("tie_word_embeddings") else 0.0
    return weights.body + weights.head + embedding


def _touched(fields: Mapping[str, Any]) -> float:
    mix = fields.get("experts")
    return mix["active"] / mix["total"] if mix else 1.0


def _constants(engine: str, klass: str) -> Constants:
    families = load_data("latency")["families"]
    family = families.get("llama.cpp" if engine == "ollama" else engine) or families["plain"]
    constants: Constants = family.get(klass) or family["any"]
    return constants


def _collective(device: Accelerator) -> float:
    shared = load_data("latency")["shared"]
    linked = any("nvlink" in key or "fabric" in key for key, v in device.interconnect.items() if v)
    return float(shared["collective_us" if linked else "collective_slow_us"]) * 1e-6


def peak_rate(device: Accelerator, dtype: str) -> float | None:
    """Return the dense TFLOP/s for a type, or for the type it is widened to where it has none."""
    asked: str | None = dtype
    for _ in range(len(_FALLBACK)):
        rate = device.tflops(asked) if asked else None
        if rate:
            return rate
        asked = _FALLBACK.get(asked or "")
    return device.tflops("fp32")
