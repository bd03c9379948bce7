"""Weights on the fullest device: parameters by part, bits by part, spread over devices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aispec.catalog.deployment import Deployment, Setup, Sharding
from aispec.catalog.entries import Model
from aispec.catalog.formats import WeightFormat
from aispec.estimate.architecture.parameters import Parameters, count
from aispec.estimate.memory.dealing import deal
from aispec.estimate.memory.gguf import gguf_bytes
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
    body = parts.linear * linear_bits + (parts.norms + parts.vision) * _FULL
    experts = parts.experts * form.linear_bits
    low, high = _LOADED
    if form.family != "float":
        low, high = 0.985, _QUANTIZED
    if form.family == "nvfp4":
        high = 1.7  # checkpoints differ in which layers stay in 16 bits: 1.36 to 2.18 of nominal
    elif form.family == "mxfp4":
        high = 1.05  # kernels for Blackwell pad experts to multiples of 256 both ways
    elif form.family in ("int8", "gptq", "bnb"):
        high = 1.06  # act-order indexes, other group sizes, layers left alone
    if form.family in ("gptq", "awq") and fields.get("linear_or_ssm_layers"):
        high = 1.08  # checkpoints of hybrids leave some of their recurrent layers alone
    return Weights(
        body=body / 8,
        experts=experts / 8,
        embedding=parts.embedding * form.embedding_bits / 8,
        head=parts.head * form.head_bits / 8,
        replicated=_replicated(fields) * linear_bits / 8,
        tied=bool(fields.get("tie_word_embeddings")),
        mxfp4=form.family == "mxfp4",
        low=low,
        high=high,
        how=(
            f"{parts.linear + parts.experts:,} linear parameters at {form.linear_bits:g} bits"
            f" ({form.name}), {parts.embedding + parts.head:,} of embeddings at"
            f" {form.embedding_bits:g}"
        ),
        parameters=float(parts.total),
        source=form.source,
    )


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
    text = parts.total - parts.vision
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
        low=low,
        high=high,
        how=how,
        parameters=float(parts.total),
        source=source,
    )


def _around(form: WeightFormat, bits: float) -> tuple[float, float]:
    return (form.effective_low or bits) / bits, (form.effective_high or bits) / bits


def _listed_file(model: Model, kind: str) -> tuple[float, str] | None:
    sizes = [f for f in model.files if f["format"] == "gguf" and f["name"] == kind]
    return (float(sizes[0]["gb"]), str(sizes[0]["source"])) if sizes else None


def _by_total(model: Model, form: WeightFormat, total: float) -> Weights:
    bits = form.effective_bits or form.linear_bits
    return Weights(
        body=total * bits / 8,
        experts=0.0,
        embedding=0.0,
        head=0.0,
        replicated=0.0,
        tied=True,
        mxfp4=False,
        low=_UNCOUNTED[0],
        high=max(_UNCOUNTED[1], 1 + 2 / bits),
        how=f"{total:,.0f} parameters at {bits:g} bits; their split over layers is not published",
        parameters=total,
        source=form.source,
    )


def on_fullest_device(weights: Weights, deployment: Deployment) -> Quantity:
    """Return the weights on the device that holds most, in GiB."""
    setup, machines = deployment.setup, deployment.machines
    assert setup is not None
    assert machines is not None
    fields = deployment.model.architecture if deployment.model else None
    likely = _share(weights, machines.sharding, setup, fields)
    likely += tables(deployment)
    likely = max(likely - setup.cpu_offload, 0.0) / 2**30
    spread = _spread_line(machines.sharding)
    return Quantity(
        likely,
        "GiB",
        low=likely * weights.low,
        high=likely * weights.high,
        how=lambda: weights.how + spread,
        sources=(weights.source,),
    )


def _share(weights: Weights, spread: Sharding, setup: Setup, fields: Fields | None) -> float:
    layers = int((fields or {}).get("layers") or spread.pipeline)
    stage = -(-layers // spread.pipeline) / layers
    body = ((weights.body - weights.replicated) / spread.tensor + weights.replicated) * stage
    if setup.facts.kind == "llama.cpp":
        return _layer_split(weights, spread, setup, layers)
    experts = weights.experts / max(spread.expert, spread.tensor) * stage
    experts *= _padding(weights, spread, setup, fields)
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
