"""Weights on the fullest device: parameters by part, bits by part, spread over devices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aispec.catalog.deployment import Deployment, Machines, Setup, Sharding
from aispec.catalog.entries import Model
from aispec.catalog.formats import WeightFormat
from aispec.estimate.architecture.parameters import Parameters, count
from aispec.estimate.memory.dealing import deal
from aispec.estimate.memory.gguf import gguf_bytes
from aispec.estimate.memory.mixed import kept
from aispec.estimate.memory.tables import tables
from aispec.estimate.quantity import Quantity
from aispec.record import record

if TYPE_CHECKING:
    from aispec.catalog.local.model import TensorBytes

Fields = Mapping[str, Any]
_FULL = 16.0  # bits of what formats leave alone
_LOADED = (0.998, 1.008)  # measured over computed in 28 bf16 start-up logs, 9 in 10 between
_QUANTIZED = 1.02  # what scales, and layers that checkpoints leave alone, add at most
_UNCOUNTED = (0.93, 1.10)  # where only a total is published
_STORED = (0.995, 1.015)  # what engines add to the tensors they load
_MIXED = (0.985, 1.02)  # quantizers differ by version and importance matrix
_MIXED_EXPERTS = 0.965  # those of 2023 gave the layers of mixtures fewer bits
_FILE = (0.99, 1.01)  # published file sizes are rounded to 10 MB


@record
class Weights:
    """Bytes of weights by how they are spread: over devices, on the end stages, or everywhere."""

    body: float  # bytes of layers
    experts: float
    embedding: float
    head: float
    replicated: float  # bytes that every tensor-parallel rank holds whole
    tied: bool
    mxfp4: bool
    towers: float  # bytes of the body that some engines keep whole on every device
    low: float  # factors that bound the likely value
    high: float
    how: str
    parameters: float
    source: str

    @property
    def total(self) -> float:
        """Bytes over all devices when nothing is replicated."""
        return self.body + self.experts + self.embedding + self.head

    @property
    def bits_per_weight(self) -> float:
        """Bits of a stored parameter, on average."""
        return 8 * self.total / self.parameters


@lru_cache(maxsize=64)
def weigh(model: Model, form: WeightFormat) -> Weights | None:
    """Return the weights of `model` in a format, or `None` where nobody published its size."""
    fields = model.architecture
    if fields and not fields.get("incomplete"):
        parts = count(fields)
        if form.family == "gguf":
            return _gguf(model, form, parts, fields)
        return _by_part(form, parts, fields)
    total = model.params_total
    return _by_total(model, form, float(total)) if total else None


def from_tensors(tensors: TensorBytes, model: Model, form: WeightFormat) -> Weights:
    """Return the weights of a model whose own files were read: their bytes, tensor by tensor."""
    fields = model.architecture or {}
    decoder = sum(tensors.layers) + tensors.other
    tied = bool(fields.get("tie_word_embeddings")) or not tensors.head
    low, high = _STORED
    return Weights(
        body=float(decoder - tensors.experts + tensors.vision),
        experts=float(tensors.experts),
        embedding=float(tensors.embedding),
        head=float(tensors.head),
        replicated=float(tensors.replicated),
        tied=tied,
        mxfp4=form.family == "mxfp4",
        towers=float(tensors.vision),
        low=low,
        high=high,
        how=f"{tensors.total - tensors.mtp:,} bytes of tensors in {model.sources[0]}",
        parameters=float(model.params_total or 1),
        source=model.sources[0],
    )


def _by_part(form: WeightFormat, parts: Parameters, fields: Fields) -> Weights:
    linear_bits = form.linear_bits
    if form.experts_only and parts.experts:
        linear_bits = form.rest_bits or _FULL
    more = kept(form, parts, fields)
    body = parts.linear * linear_bits + (parts.norms + parts.vision) * _FULL + more.likely
    experts = parts.experts * form.linear_bits
    embedding, head = parts.embedding * form.embedding_bits, parts.head * form.head_bits
    whole = body + experts + embedding + head
    low, high = _spread_of(form, fields)
    low *= 1 - (more.likely - more.least) / whole
    high *= 1 + (more.most - more.likely) / whole
    return Weights(
        body=body / 8,
        experts=experts / 8,
        embedding=embedding / 8,
        head=head / 8,
        replicated=_replicated(fields) * linear_bits / 8,
        tied=bool(fields.get("tie_word_embeddings")),
        mxfp4=form.family == "mxfp4",
        towers=parts.vision * _FULL / 8,
        low=low,
        high=high,
        how=(
            f"{parts.linear + parts.experts:,} linear parameters at {form.linear_bits:g} bits"
            f" ({form.name}), {parts.embedding + parts.head:,} of embeddings at"
            f" {form.embedding_bits:g}"
        ),
        parameters=float(parts.resident),
        source=form.source,
    )


def _spread_of(form: WeightFormat, fields: Fields) -> tuple[float, float]:
    """Factors that bound weights of a format, the choice of layers left aside."""
    if form.family == "float":
        return _LOADED
    if form.family == "nvfp4" and fields.get("block_list"):
        return 0.985, 1.7  # its layers are not told apart: 1.36 to 2.18 of nominal were seen
    if form.family == "mxfp4":
        return 0.985, 1.05  # kernels for Blackwell pad experts to multiples of 256 both ways
    if form.family in ("int8", "gptq", "bnb"):
        return 0.985, 1.06  # act-order indexes, other group sizes, layers left alone
    if form.family == "fp8" and fields.get("linear_or_ssm_layers"):
        return 0.985, 1.04  # gates and convolutions of recurrent layers stay in 16 bits
    return 0.985, _QUANTIZED


def _replicated(fields: Fields) -> int:
    """Parameters of the low-rank projections that tensor parallelism does not split (MLA)."""
    low = fields.get("mla")
    if not low:
        return 0
    ranks = (low.get("q_lora_rank") or 0) + low["kv_lora_rank"] + low["qk_rope_head_dim"]
    return int(fields["layers"] * fields["hidden_size"] * ranks)


def _gguf(model: Model, form: WeightFormat, parts: Parameters, fields: Fields) -> Weights:
    """Weigh a GGUF: the published file, else tensor by tensor, else by the mean of its kind."""
    kind = form.name.partition(":")[2]
    exact = gguf_bytes(fields, kind, "MXFP4" if model.native_precision == "mxfp4" else None)
    listed = _listed_file(model, kind)
    text = parts.resident - parts.vision
    embedding = exact.embedding if exact else parts.embedding * form.embedding_bits / 8
    head = exact.output if exact else parts.head * form.head_bits / 8
    if listed:
        size, low, high = listed[0] * 1e9, *_FILE
        how, source = f"the published file has {listed[0]:g} GB", listed[1]
    elif exact:
        size, low, high = exact.total, *_MIXED
        low = _MIXED_EXPERTS if parts.experts else low
        how, source = f"{text:,} parameters, tensor by tensor in {form.name}", form.source
    else:
        bits = form.effective_bits or form.linear_bits
        size, low, high = text * bits / 8, *_around(form, bits)
        how = f"{text:,} parameters at {bits:g} bits, {form.name}'s mean over published files"
        source = form.source
    layers = max(size - embedding - head, 0.0)
    share = parts.experts / (parts.experts + parts.linear + parts.norms)
    experts = layers * (exact.experts / (exact.experts + exact.layers) if exact else share)
    return Weights(
        body=layers - experts + parts.vision * 2,
        experts=experts,
        embedding=embedding,
        head=head,
        replicated=0.0,
        tied=bool(fields.get("tie_word_embeddings")),
        mxfp4=False,
        towers=0.0,
        low=low,
        high=high,
        how=how,
        parameters=float(parts.resident),
        source=source,
    )


def _around(form: WeightFormat, bits: float) -> tuple[float, float]:
    return (form.effective_low or bits) / bits, (form.effective_high or bits) / bits


def _listed_file(model: Model, kind: str) -> tuple[float, str] | None:
    sizes = [f for f in model.files if f["format"] == "gguf" and f["name"] == kind]
    return (float(sizes[0]["gb"]), str(sizes[0]["source"])) if sizes else None


def _by_total(model: Model, form: WeightFormat, total: float) -> Weights:
    """Weigh a model of which the layers are not published, and the embeddings may be."""
    bits = form.effective_bits or form.linear_bits
    looked_up = min(_looked_up(model.architecture or {}), total)
    if form.family == "gguf":
        looked_up = 0.0  # the mean over a file counts them
    return Weights(
        body=(total - looked_up) * bits / 8,
        experts=0.0,
        embedding=looked_up * form.embedding_bits / 8,
        head=0.0,
        replicated=0.0,
        tied=True,
        mxfp4=False,
        towers=0.0,
        low=_UNCOUNTED[0],
        high=max(_UNCOUNTED[1], 1 + 2 / bits),
        how=f"{total:,.0f} parameters at {bits:g} bits; their split over layers is not published",
        parameters=total,
        source=form.source,
    )


def _looked_up(fields: Fields) -> float:
    """Parameters of embeddings, and of a head of its own."""
    if "vocab_size" not in fields or "hidden_size" not in fields:
        return 0.0
    rows = fields["hidden_size"] * (1 if fields.get("tie_word_embeddings") else 2)
    rows += fields.get("layers", 0) * (fields.get("per_layer_embedding") or 0)
    return float(fields["vocab_size"] * rows)


def on_fullest_device(weights: Weights, deployment: Deployment) -> Quantity:
    """Return the weights on the device that holds most, in GiB."""
    setup, machines = deployment.setup, deployment.machines
    assert setup is not None
    assert machines is not None
    fields = deployment.model.architecture if deployment.model else None
    padded = _padding(weights, machines.sharding, setup, fields)
    least, likely = (
        max(_share(weights, machines.sharding, setup, fields, padding) + own, 0.0) / 2**30
        for own in [tables(deployment) - setup.cpu_offload]
        for padding in ((1.0 if _sometimes(setup) else padded), padded)
    )
    spread, tensor = _spread_line(machines.sharding), machines.sharding.tensor
    whole = weights.towers * (1 - 1 / tensor) / 2**30 if setup.facts.kind != "llama.cpp" else 0.0
    return Quantity(
        likely,
        "GiB",
        low=least * weights.low,
        high=likely * weights.high * _slack(setup, machines) + whole,
        how=lambda: weights.how + spread,
        sources=(weights.source,),
    )


def _slack(setup: Setup, machines: Machines) -> float:
    """What the allocator holds beyond tensors, where the engine counts it as weights; at most."""
    device = machines.accelerator
    if device is None or device.vendor != "amd" or "slack_amd" not in setup.facts.constants:
        return 1.0
    return float(setup.facts.of("slack_amd", setup.version)["high"])


def _share(
    weights: Weights, spread: Sharding, setup: Setup, fields: Fields | None, padding: float
) -> float:
    layers = int((fields or {}).get("layers") or spread.pipeline)
    stage = -(-layers // spread.pipeline) / layers
    body = ((weights.body - weights.replicated) / spread.tensor + weights.replicated) * stage
    if setup.facts.kind == "llama.cpp":
        return _layer_split(weights, spread, setup, layers)
    experts = weights.experts / max(spread.expert, spread.tensor) * stage * padding
    ends = (
        max(weights.embedding, weights.head)
        if spread.pipeline > 1
        else weights.embedding + weights.head
    )
    return body + experts + ends / spread.tensor


def _layer_split(weights: Weights, spread: Sharding, setup: Setup, layers: int) -> float:
    """Bytes on the fullest device where llama.cpp deals out layers and, last, the output layer.

    The input embedding stays on the host; a tied one is loaded a second time as the output layer.
    """
    output = weights.embedding if weights.tied else weights.head
    one = (weights.body + weights.experts) / layers
    dealt = deal(layers, setup.gpu_layers, spread.pipeline)
    last = one * dealt[-1] + (output if sum(dealt) == layers else 0.0)
    return max(one * dealt[0], last)


def _padding(weights: Weights, spread: Sharding, setup: Setup, fields: Fields | None) -> float:
    """How much larger MXFP4 experts are once padded for the kernels."""
    mix = (fields or {}).get("experts")
    if not (weights.mxfp4 and mix and "mxfp4_padding" in setup.facts.constants):
        return 1.0
    row = setup.facts.of("mxfp4_padding", setup.version)
    hidden = (fields or {})["hidden_size"]
    inner = mix["moe_intermediate_size"] / (1 if spread.expert > 1 else spread.tensor)
    return float(_up(hidden, row["hidden"]) / hidden * _up(inner, row["inner"]) / inner)


def _sometimes(setup: Setup) -> bool:
    """Whether only some of this version's kernels want experts padded."""
    known = "mxfp4_padding" in setup.facts.constants
    return known and bool(setup.facts.of("mxfp4_padding", setup.version).get("maybe"))


def _up(size: float, multiple: int) -> float:
    return -(-size // multiple) * multiple


def _spread_line(spread: Sharding) -> str:
    degrees = [
        f"{name} {degree}"
        for name, degree in (
            ("tensor", spread.tensor),
            ("pipeline", spread.pipeline),
            ("expert", spread.expert),
        )
        if degree > 1
    ]
    return f", over {', '.join(degrees)}" if degrees else ""
