"""What an engine needs beside weights and cache: activations, CUDA graphs, the runtime's own.

Closed forms with constants from `aispec/catalog/data/engines.yaml`, each with its bounds:

- vLLM's profile run peaks in the sampler or in the widest layer, whichever is larger:
  `max(c_s x sequences x V, 1.25 x (3 I / TP + 2 H) x batched tokens x 2)` bytes (x 4 in fp32),
  fitted on 51 start-up logs of vLLM 0.17 to 0.19 over 19 architectures (leave-one-out error 0.05
  GiB).
- llama.cpp's compute buffer holds the logits of a micro-batch, and the attention scores where
  flash attention is off (`llama-graph.cpp`; 258.5 and 560.0 MiB for Llama 3 8B at 8k, as logged).
- Transformers keeps the widest layer of the whole prompt, and before 4.46 all its logits.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aispec.catalog.deployment import Deployment, Machines, Setup, Sharding
from aispec.catalog.engines import EngineFacts, Version, version_of
from aispec.estimate.quantity import Quantity, combined, largest
from aispec.record import record

Fields = Mapping[str, Any]
_NONE = Quantity(0.0, "GiB")
_RECENT = 16  # minor versions, at about two a month
_ONE_IMAGE = (0, 8)  # the vLLM that profiles one image; earlier ones one for each sequence
_PATCHES_OF_A_TOKEN = 4  # two by two are merged
_LINKS = ("nvlink_gbps_bidir", "infinity_fabric_gbps_bidir", "scaleup_gbps_bidir")
_WHOLE = 512  # the largest batch with a graph
_CAPTURES = 51  # capture sizes up to 512 sequences: 1, 2, 4, then every 8 and every 16


@record
class Overheads:
    """GiB beside weights and cache, on the fullest device."""

    activations: Quantity
    graphs: Quantity
    graphs_inside: bool  # whether the engine subtracts them before it sizes the cache
    runtime: Quantity
    context: Quantity  # outside the engine's budget, and the sampler's warm-up too
    warm_up: Quantity = _NONE


def constant(setup: Setup, name: str, unit: str = "GiB") -> Quantity:
    """Return one of the engine's constants with its bounds.

    Where the version is not said it is the latest's, with a low bound that reaches back to the row
    before, unless that ended long ago: what an older engine leaves may be more.
    """
    return _constant(setup.facts, setup.version, name, unit)


@lru_cache(maxsize=512)
def _constant(facts: EngineFacts, version: Version | None, name: str, unit: str) -> Quantity:
    row = facts.of(name, version)
    low, high = row.get("low", row["value"]), row.get("high", row["value"])
    if version is None and not _settled(facts.latest, version_of(row["since"])):
        rows = facts.constants[name]
        low = min(low, *(r.get("low", r["value"]) for r in rows[-2:]))
    source = (row["source"],)
    return Quantity(row["value"], unit, low=low, high=high, how=row["source"], sources=source)


def _settled(latest: Version, since: Version) -> bool:
    """Whether a row has held for all versions that one who names none is likely to run."""
    minor = (*since, 0)[1]
    return len(latest) > 1 and latest[:1] == since[:1] and latest[1] - minor > _RECENT


def server_overheads(deployment: Deployment, fields: Fields) -> Overheads:
    """Return what a batching server takes (vLLM, SGLang, TGI, TensorRT-LLM)."""
    setup, machines = deployment.setup, deployment.machines
    assert setup is not None
    assert machines is not None
    device = machines.accelerator
    return Overheads(
        activations=_profile_peak(setup, fields, machines.sharding, _width(deployment)),
        graphs=_graphs(setup, fields, unified=device is not None and device.unified),
        graphs_inside=bool(setup.facts.of("graphs", setup.version).get("inside")),
        runtime=_by_group(setup, machines, "other"),
        context=_by_group(setup, machines, "context"),
        warm_up=_warm_up(setup, fields, _is_mxfp4(deployment)),
    )


def _width(deployment: Deployment) -> int:
    """Bytes of an activation: 16 bits, but for models that are served in 32."""
    form = deployment.weights
    return 4 if form is not None and form.family == "float" and form.linear_bits > 16 else 2


def _is_mxfp4(deployment: Deployment) -> bool:
    return deployment.weights is not None and deployment.weights.family == "mxfp4"


def _linked(machines: Machines) -> bool:
    """Whether the devices of a group have fast links; the bridges of desktop cards are rare."""
    device = machines.accelerator
    if device is None or device.klass in ("consumer", "workstation", "laptop"):
        return False
    return any(device.interconnect.get(key) for key in _LINKS)


def _by_group(setup: Setup, machines: Machines, name: str) -> Quantity:
    """Return a constant for one device, for a linked group, or for a group over PCIe."""
    device = machines.accelerator
    if device and device.vendor == "amd" and f"{name}_amd" in setup.facts.constants:
        return constant(setup, f"{name}_amd")
    if device and device.unified and f"{name}_unified" in setup.facts.constants:
        return constant(setup, f"{name}_unified")
    if machines.sharding.tensor == 1:
        return constant(setup, f"{name}_one")
    slow = f"{name}_pcie"
    if slow in setup.facts.constants and not _linked(machines):
        return constant(setup, slow)
    return constant(setup, f"{name}_many")


def _warm_up(setup: Setup, fields: Fields, mxfp4: bool) -> Quantity:
    """Logits of a full batch in fp32, once: 785.5 MiB computed for gpt-oss-20b, 786 reported."""
    if setup.facts.kind != "vllm":
        return Quantity(0.0, "GiB")
    size = (setup.sequences or 1) * fields["vocab_size"] * 4.0 / 2**30
    warm_up = Quantity(size, "GiB", low=0.0, high=size, how="the sampler's warm-up")
    return warm_up + constant(setup, "warm_up_mxfp4") if mxfp4 else warm_up


def _profile_peak(setup: Setup, fields: Fields, spread: Sharding, size: int) -> Quantity:
    sequences = setup.sequences or 1
    logits = sequences * fields["vocab_size"]
    kind = "_moe" if fields.get("experts") and "sampler_moe" in setup.facts.constants else ""
    sampler = (constant(setup, f"sampler{kind}", "bytes") * logits).to("GiB")
    width = _layer_width(fields, spread.tensor) * setup.batched_tokens * size
    forward = (constant(setup, f"forward{kind}", "") * Quantity(width, "bytes")).to("GiB")
    peak = largest(sampler, forward, *_encoder(setup, fields, spread))
    return peak.told(
        lambda: (
            f"the larger of the sampler ({sampler.value:.2f} GiB: {sequences} sequences x"
            f" {fields['vocab_size']:,} logits) and the widest layer ({forward.value:.2f} GiB:"
            f" {setup.batched_tokens:,} tokens of a step)"
        ),
        inputs=(sampler, forward),
    )


def _encoder(setup: Setup, fields: Fields, spread: Sharding) -> list[Quantity]:
    """The image encoder's widest layer over what vLLM's profile run encodes.

    That is the largest image, or where the context takes more of them a video of such frames
    (`qwen2_vl.py`, `get_num_frames_with_most_features`). Nothing at the low bound: serving without
    images leaves it out.
    """
    image = ((fields.get("extra_params") or {}).get("vision") or {}).get("encodes")
    if not image or setup.facts.kind != "vllm":
        return []
    width = image["inner"] / spread.tensor + 2 * image["hidden"]
    version = setup.version or setup.facts.latest
    images = setup.sequences or 1 if image.get("each") and version < _ONE_IMAGE else 1
    if "video" in image:
        fitting = (setup.context or 0) * _PATCHES_OF_A_TOKEN // image["patches"]
        images = max(min(fitting, image["video"]), 1)
    size = Quantity(image["patches"] * width * 2.0 * images, "bytes")
    return [(constant(setup, "encoder", "") * size).to("GiB")]


def _layer_width(fields: Fields, tensor: int) -> float:
    """Elements of one token that the widest layer holds at once."""
    hidden = fields["hidden_size"]
    mix = fields.get("experts")
    inner = fields.get("intermediate_size") or 4 * hidden
    mixing = _recurrent_width(fields) / tensor + 2 * hidden
    if not mix:
        return float(max(3 * inner / tensor + 2 * hidden, mixing))
    routed = mix["active"] * (2 * mix["moe_intermediate_size"] / tensor + hidden)
    return float(max(routed, mixing))


def _recurrent_width(fields: Fields) -> float:
    """Elements of one token that a gated DeltaNet layer holds while it works through chunks.

    Its projections and their convolved copies, queries and keys for each value head, and the
    chunks' own terms and states (flash-linear-attention `chunk_gated_delta_rule`).
    """
    layer = fields.get("linear_or_ssm_layers") or {}
    if layer.get("kind") != "gated_deltanet":
        return 0.0
    keys = layer["num_k_heads"] * layer["k_head_dim"]
    return float(4 * keys + 12 * layer["num_v_heads"] * layer["v_head_dim"])


def _graphs(setup: Setup, fields: Fields, unified: bool) -> Quantity:
    if setup.eager:
        return Quantity(0.0, "GiB", how="enforce_eager captures none")
    mixed = fields.get("experts") and "graphs_moe" in setup.facts.constants
    full = constant(setup, "graphs_moe" if mixed else "graphs")
    row = setup.facts.of("graphs", setup.version)
    largest_batch = _largest_captured(row, setup.sequences or 1)
    captures = 3 + min(largest_batch, 256) / 8 + max(largest_batch - 256, 0) / 16
    if unified and "unified" in row:
        low, high = full.low, row["unified_high"]
        full = Quantity(row["unified"], "GiB", low=low, high=high, sources=full.sources)
    share = 0.2 + 0.8 * min(captures / _CAPTURES, 1.0)
    return (full * share).told(
        lambda: f"{captures:.0f} batch sizes up to {largest_batch} captured", inputs=(full,)
    )


def _largest_captured(row: Mapping[str, Any], sequences: int) -> int:
    """The largest batch that this version captures a graph of."""
    if row.get("whole"):
        return _WHOLE
    return min(sequences, int(row["most"])) if "most" in row else min(2 * sequences, _WHOLE)


def local_overheads(deployment: Deployment, fields: Fields, sequences: float) -> Overheads:
    """Return what llama.cpp takes for so many slots."""
    setup = deployment.setup
    machines = deployment.machines
    assert setup is not None
    assert machines is not None
    window = (setup.context or 4096) * sequences
    micro, hidden, vocabulary = setup.batched_tokens, fields["hidden_size"], fields["vocab_size"]
    flash = 4 * micro * (hidden + vocabulary)
    scores = 4 * micro * (1 + 4 * hidden + window * (1 + fields["num_heads"]))
    masked = max(flash, 2 * window * micro + flash / 4)
    size = masked if setup.flash_attention else max(scores, flash)
    # Several devices keep up to four copies of a graph's inputs to overlap their work.
    copies = 2.5 if machines.sharding.pipeline > 1 else 1.25
    most = size * copies if setup.flash_sure else max(size * copies, scores * 1.25)
    buffer = Quantity(
        size / 2**30,
        "GiB",
        low=0.9 * min(size, flash) / 2**30,
        high=most / 2**30,
        how=lambda: f"logits of {micro} tokens x {vocabulary:,} x 4 bytes, and the masks",
    )
    if "vision" in setup.facts.constants and "vision" in (fields.get("extra_params") or {}):
        buffer = combined("GiB", (buffer, constant(setup, "vision")), how=buffer.how)
    return Overheads(
        activations=buffer,
        graphs=Quantity(0.0, "GiB", how="part of the compute buffer"),
        graphs_inside=True,
        runtime=constant(setup, "context"),
        context=Quantity(0.0, "GiB"),
    )


def eager_overheads(
    deployment: Deployment, fields: Fields, prompt: Quantity, sequences: Quantity
) -> Overheads:
    """Return what an engine takes that runs the whole prompt of a batch at once."""
    setup = deployment.setup
    assert setup is not None
    step = Quantity(float(setup.batched_tokens), "tokens") if setup.batched_tokens else prompt
    width = _layer_width(fields, 1) * 2
    widest = constant(setup, "forward", "") * Quantity(width, "bytes/token") * step * sequences
    logits = constant(setup, "logits", "bytes/token") * fields["vocab_size"] * prompt * sequences
    return Overheads(
        activations=largest(widest.to("GiB"), logits.to("GiB")).told(
            lambda: f"the widest layer of {step.value:,.0f} tokens x {sequences.value:g} sequences"
        ),
        graphs=Quantity(0.0, "GiB", how="captures none"),
        graphs_inside=True,
        runtime=constant(setup, "context"),
        context=Quantity(0.0, "GiB"),
    )
