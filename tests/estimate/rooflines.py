"""A machine of round figures: every cost that a test does not ask for is nought or out of reach."""

from __future__ import annotations

from math import inf
from typing import Any

from aispec.estimate.latency.constants import constants
from aispec.estimate.latency.step import Roofline

_FREE = (
    *("step_us", "sequence_us", "layer_us", "collective_us", "floor_ms"),
    *("ramp", "expert_ramp", "traffic", "queue", "burst", "wait_steps"),
    *("interference", "slot_wait"),
)
_WHOLE = (
    *("cache_bandwidth", "decode_arithmetic", "decode_attention", "prefill", "prefill_scaling"),
    *("attention_factor", "expert_factor", "link"),
)
PLAIN = {
    **constants(("any",)),
    **dict.fromkeys(_FREE, 0.0),
    **dict.fromkeys(_WHOLE, 1.0),
    "bandwidth": 0.1,  # far below the share that nobody exceeds, where it does not bend
}
TAGS = (
    *("any", "nvidia-datacenter", "nvidia Hopper", "vllm"),
    *("vllm on nvidia-datacenter", "vllm on nvidia Hopper"),
)
BANDWIDTH = 1e13
"""Bytes/s, a tenth of which reach the weights: 1e12."""


def plain(own: dict[str, float] | None = None, **given: Any) -> Roofline:
    """Return a model of 1e10 bytes that takes 10 ms to read, and no time to compute."""
    usual: dict[str, Any] = {
        "tags": TAGS,
        "layers": 10,
        "everywhere": 10,
        "local": 0,
        "window": 0,
        "width": 100,
        "attended": 100.0,
        "absorbed": 100.0,
        "wider": 1.0,
        "chosen": inf,
        "active": 1e9,
        "routed": 0.0,
        "dense_bytes": 1e10,
        "expert_bytes": 0.0,
        "expert_share": 1.0,
        "ranks": 1,
        "devices": 1,
        "stages": 1,
        "relays": 1,
        "bandwidth": BANDWIDTH,
        "peak": inf,
        "half_peak": inf,
        "link": inf,
        "chunk": inf,
        "groups": (),
        "state": 0.0,
    }
    return Roofline(own={**PLAIN, **(own or {})}, **{**usual, **given})
