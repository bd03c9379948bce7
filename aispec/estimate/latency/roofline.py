"""From a deployment to the roofline of one replica."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import inf
from typing import Any

from aispec.catalog.deployment import Deployment, Machines, Setup
from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.formats import WeightFormat
from aispec.estimate.architecture.parameters import Parameters, attention_layers, count
from aispec.estimate.latency.constants import LINKS, constants, tags_of
from aispec.estimate.latency.step import Draft, Roofline
from aispec.estimate.memory.cache import Cache
from aispec.estimate.memory.weights import Weights, weigh
from aispec.record import replace

__all__ = ["Roofline", "peak_rate", "roofline"]

_FALLBACK = {"fp4": "fp8", "fp8": "bf16", "int8": "bf16", "bf16": "fp16", "fp16": "bf16"}
_HALF = ("fp16", "bf16")
_LANE = {"3.0": 1.0, "4.0": 2.0, "5.0": 4.0, "6.0": 8.0}  # GB/s of a PCIe lane
_FASTEST = 40_000.0  # GB/s; faster memory is SRAM over many chips, which nothing here describes
_Q8_0 = 8.5  # bits of a weight
_LINK_SHARE = 0.8  # of a link's rate that copies reach


def roofline(
    deployment: Deployment, weights: Weights, cache: Cache | None, cached: float = 0.0
) -> Roofline | None:
    """Return the speed of one replica, or `None` where bandwidth or arithmetic is not known.

    `cached` tokens of each prompt are in a prefix cache: not computed, but read by every step.
    """
    machines, setup, model = deployment.machines, deployment.setup, deployment.model
    form = deployment.weights
    if not (machines and setup and model and form and machines.accelerator):
        return None
    found = _of_model(model, form, weights, machines, setup, cache)
    if found is None:
        return None
    away, link = _elsewhere(deployment, weights)
    draft = _draft(deployment, found)
    if not away and draft is None and not cached:
        return found
    return replace(found, away=away, away_bandwidth=link, draft=draft, cached=cached)


def _of_model(
    model: Model,
    form: WeightFormat,
    weights: Weights,
    machines: Machines,
    setup: Setup,
    cache: Cache | None,
) -> Roofline | None:
    device, fields = machines.accelerator, model.architecture
    if device is None or not fields or "hidden_size" not in fields:
        return None
    peak = peak_rate(device, form.compute_dtype)
    bandwidth = device.bandwidth(machines.option_gb)[0]
    if peak is None or bandwidth is None or bandwidth > _FASTEST:
        return None
    devices = machines.sharding.tensor
    ranks = max(machines.sharding.expert // devices, 1) if fields.get("experts") else 1
    local, window = _windowed(fields)
    tags = tags_of(setup.name, device, form, fields, setup.version)
    groups, state = _cached(cache, _chosen(fields))
    parameters = _counted(model)
    dense, experts = _read(weights, fields, parameters, _rest(setup, form))
    return Roofline(
        own=constants(tags),
        tags=tags,
        layers=int(fields["layers"]),
        everywhere=attention_layers(fields) - local,
        local=local,
        window=window,
        width=int(fields["hidden_size"]),
        attended=_attended(fields),
        absorbed=_absorbed(fields),
        wider=_wider(fields),
        chosen=_chosen(fields),
        active=float(model.params_active or parameters.active),
        routed=float(parameters.experts),
        dense_bytes=dense / devices,
        expert_bytes=experts / devices / ranks,
        expert_share=_touched(fields),
        ranks=ranks,
        devices=devices,
        stages=_stages(machines, setup),
        relays=_relays(machines, setup),
        bandwidth=bandwidth * 1e9,
        peak=peak * 1e12,
        half_peak=(peak_rate(device, "bf16") or peak) * 1e12,
        link=_between(device),
        chunk=float(setup.batched_tokens or inf),
        groups=groups,
        state=state,
    )


@lru_cache(maxsize=256)
def _counted(model: Model) -> Parameters:
    """Return a model's parameters by part: every remedy that is tried asks for them again."""
    return count(model.architecture or {})


def _stages(machines: Machines, setup: Setup) -> int:
    """Return the pipeline stages that work at once; llama.cpp's layer split takes turns."""
    return 1 if setup.facts.kind in ("llama.cpp", "eager") else machines.sharding.pipeline


def _relays(machines: Machines, setup: Setup) -> int:
    """Return the devices of a layer split, which work on different passes of one prompt."""
    return machines.sharding.pipeline if setup.facts.kind == "llama.cpp" else 1


def _cached(cache: Cache | None, chosen: float) -> tuple[tuple[tuple[float, float], ...], float]:
    """Return what a step reads of the cache: bytes of a token, the most tokens; bytes of state.

    Of the keys and values that sparse attention picks from, it reads `chosen` tokens; the index it
    picks by is read in full.
    """
    if cache is None:
        return (), 0.0
    size, shape = cache.bytes_per_element, cache.shape
    groups = [(g.layers * g.elements * size, float(g.window or inf)) for g in shape.groups]
    if groups and chosen < inf:
        groups[0] = (groups[0][0], min(groups[0][1], chosen))
    return tuple(groups), shape.state_bytes


def _attended(fields: Mapping[str, Any]) -> float:
    """Values of a query in a prompt: the mean of its key's and its value's, where they differ."""
    keys = fields.get("head_dim", fields["hidden_size"])
    return float(fields.get("num_heads", 1) * (keys + fields.get("v_head_dim", keys)) / 2)


def _wider(fields: Mapping[str, Any]) -> float:
    """Return by what heads that see the whole context are wider than those of a window."""
    whole = (fields.get("global_override") or {}).get("head_dim")
    return float(whole / fields["head_dim"]) if whole else 1.0


def _absorbed(fields: Mapping[str, Any]) -> float:
    """Values of a query in a step: latent attention asks the compressed cache, not its heads'."""
    heads, latent = fields.get("num_heads", 1), fields.get("mla")
    if latent:
        return float(heads * (latent["kv_lora_rank"] + latent["qk_rope_head_dim"] / 2))
    return float(heads * fields.get("head_dim", fields["hidden_size"]))


def _chosen(fields: Mapping[str, Any]) -> float:
    """Tokens that sparse attention picks of the context; without end where it reads all."""
    return float((fields.get("indexer") or {}).get("topk") or inf)


def _between(device: Accelerator) -> float:
    """Bytes/s that a device sends to its neighbours: over its own links, else over PCIe."""
    own = [
        rate
        for name, rate in device.interconnect.items()
        if any(kind in name for kind in LINKS) and isinstance(rate, (int, float))
    ]
    return max(own, default=0.0) * 1e9 / 2 or _link(device)


def _windowed(fields: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many layers attend to a window, and the window's tokens."""
    sliding = fields.get("sliding_window") or {}
    window = sliding.get("size") or 0
    return (int(sliding.get("layers", 0)), int(window)) if window else (0, 0)


def _read(
    weights: Weights, fields: Mapping[str, Any], parameters: Parameters, rest: float
) -> tuple[float, float]:
    """Bytes that a step may read, of what is not an expert and of experts.

    Of the input embedding it reads one row only. Where only the total of a mixture is known, its
    experts have the share of their parameters.
    """
    tied = weights.embedding if fields.get("tie_word_embeddings") else 0.0
    experts = weights.experts
    if not experts and parameters.experts:
        experts = weights.body * min(parameters.experts / weights.parameters, 1.0)
    body = weights.body + weights.experts - experts
    return body * rest + weights.head + tied, experts


def _rest(setup: Setup, form: WeightFormat) -> float:
    """Return the share of its bytes that llama.cpp keeps of what a format leaves in 16 bits.

    Files of mixtures whose experts alone are in MXFP4 have all other layers in Q8_0.
    """
    return _Q8_0 / 16 if form.experts_only and setup.name == "llama.cpp" else 1.0


def _touched(fields: Mapping[str, Any]) -> float:
    mix = fields.get("experts")
    return mix["active"] / mix["total"] if mix else 1.0


def _elsewhere(deployment: Deployment, weights: Weights) -> tuple[float, float]:
    """Return the share of weights kept by the host, and the bytes/s at which a step has them.

    llama.cpp computes such layers on the CPU, from the host's memory; vLLM copies them over the
    accelerator's link in every step.
    """
    machines, setup, model = deployment.machines, deployment.setup, deployment.model
    if not (machines and setup and model and machines.accelerator and model.architecture):
        return 0.0, 1.0
    if setup.facts.kind == "llama.cpp" and setup.gpu_layers is not None:
        layers = int(model.architecture["layers"])
        share = max(1 - setup.gpu_layers / layers, 0.0)
        return share, deployment.assumed["host_bandwidth"] * 1e9
    if setup.cpu_offload and weights.total:
        share = min(setup.cpu_offload * machines.sharding.devices / weights.total, 1.0)
        return share, _link(machines.accelerator)
    return 0.0, 1.0


def _link(device: Accelerator) -> float:
    """Bytes/s between a device and its host."""
    version, _, lanes = str(device.interconnect.get("pcie", "4.0 x16")).partition(" x")
    lane = _LANE.get(version.partition("/")[0], 2.0)
    return lane * float(lanes if lanes.isdigit() else 16) * _LINK_SHARE * 1e9


def _draft(deployment: Deployment, target: Roofline) -> Draft | None:
    """Return the speculation that a spec asks for; a module of the model's own is one layer."""
    written = deployment.spec.model.draft if deployment.spec.model else None
    draft, form = deployment.draft, deployment.weights
    machines, setup = deployment.machines, deployment.setup
    if not (written and draft and form and machines and setup):
        return None
    acceptance = deployment.assumed["draft_acceptance"]
    if draft is deployment.model:
        return Draft(written.tokens, acceptance, target.step(1, 0) / target.layers)
    weights = weigh(draft, form)
    found = _of_model(draft, form, weights, machines, setup, None) if weights else None
    return Draft(written.tokens, acceptance, found.step(1, 0)) if found else None


def peak_rate(device: Accelerator, dtype: str) -> float | None:
    """Return the dense TFLOP/s for a type, or for the type it is widened to where it has none.

    GeForce cards accumulate in 16 bits at twice the rate that they do in 32, and prefill kernels
    for them do so. An NPU's TOPS count where its weights are of eight bits or fewer.
    """
    if dtype in _HALF and device.klass in ("consumer", "laptop"):
        fast = device.tflops("fp16_fp16acc")
        if fast:
            return fast
    asked: str | None = dtype
    for _ in range(len(_FALLBACK)):
        rate = device.tflops(asked) if asked else None
        if rate:
            return rate
        asked = _FALLBACK.get(asked or "")
    if device.klass == "npu" and device.npu_tops:
        return device.npu_tops
    return device.tflops("fp32")
