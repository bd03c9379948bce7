"""KV cache on the fullest device, as engines lay it out.

vLLM (`v1/core/kv_cache_utils.py`): layers with equal caches form groups of one size, so a model
with 52 windowed and 10 full layers has 7 groups of 10; a windowed layer reserves its window and the
tokens of one step, two steps with asynchronous scheduling. llama.cpp (`llama-kv-cache-iswa.cpp`):
a windowed layer keeps its window and one batch.
"""

from __future__ import annotations

from dataclasses import dataclass

from aispec.catalog.deployment import Deployment, Setup
from aispec.catalog.formats import CacheFormat
from aispec.estimate.architecture.cache import CacheShape, LayerGroup, cache_shape
from aispec.estimate.architecture.parameters import attention_layers
from aispec.estimate.quantity import Quantity

_BLOCK = 16  # tokens of a cache block
_PAD = 256  # llama.cpp rounds windows up to this many tokens
_LOGICAL_BATCH = 2048  # llama.cpp n_batch


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache of one deployment on its fullest device."""

    shape: CacheShape
    bytes_per_element: float
    stage: float  # share of the layers that the fullest pipeline stage holds
    setup: Setup
    split: int  # context-parallel degree

    @property
    def grouped(self) -> bool:
        """Whether the engine pads groups of layers to one size."""
        return self.setup.facts.kind == "vllm"

    def per_token(self) -> Quantity:
        """Bytes of one token, every layer counted."""
        groups = self._laid_out()
        elements = sum(group.layers * group.elements for group in groups)
        value = elements * self.bytes_per_element * self.stage / self.split
        return Quantity(
            value,
            "bytes",
            how=lambda: f"{self.shape.line} x {self.bytes_per_element:g} bytes",
        )

    def of(self, tokens: Quantity) -> Quantity:
        """GiB that one sequence of so many tokens takes."""
        likely = self._sequence(tokens.value, 1)
        return Quantity(
            likely / 2**30,
            "GiB",
            low=min(self._sequence(tokens.low, 0), likely) / 2**30,
            high=max(self._sequence(tokens.high, 2), likely) / 2**30,
            how=lambda: f"{tokens.value:,.0f} tokens x {self.per_token().value:,.0f} bytes",
            inputs=(tokens, self.per_token()),
        )

    def _sequence(self, tokens: float, steps: int) -> float:
        blocks = -(-tokens // _BLOCK) * _BLOCK
        bytes_ = 0.0
        for group in self._laid_out():
            kept = min(blocks, self._kept(group.window, steps)) if group.window else blocks
            bytes_ += group.layers * group.elements * kept
        bytes_ = bytes_ * self.bytes_per_element / self.split
        return (bytes_ + self.shape.state_bytes) * self.stage

    def _kept(self, window: int, steps: int) -> float:
        """Tokens that a windowed layer keeps, with room for `steps` batches in flight."""
        if self.setup.facts.kind == "llama.cpp":
            return -(-(window + _LOGICAL_BATCH * min(steps, 1)) // _PAD) * _PAD
        if self.setup.facts.kind == "eager" or not steps:
            return window
        return window - 1 + steps * self.setup.batched_tokens + _BLOCK

    def _laid_out(self) -> tuple[LayerGroup, ...]:
        groups = self.shape.groups
        if self.grouped:
            # vLLM turns its hybrid cache manager off for chunked attention unless told otherwise
            # (VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE): nothing is forgotten then.
            groups = tuple(LayerGroup(g.layers, g.elements) if g.chunked else g for g in groups)
        counts = [group.layers for group in groups]
        alike = len({group.elements for group in groups}) == 1
        windowed = any(group.window for group in groups)
        if not (self.grouped and windowed and alike and len(groups) > 1):
            return groups
        size = min(counts)
        if max(counts) < 1.5 * size:
            size = max(counts)
        return tuple(LayerGroup(-(-g.layers // size) * size, g.elements, g.window) for g in groups)


def cache_of(deployment: Deployment) -> Cache | None:
    """Return the cache of a self-hosted deployment, or `None` where its shape is not known."""
    model, machines, setup = deployment.model, deployment.machines, deployment.setup
    if not (model and machines and setup and model.architecture):
        return None
    fields = model.architecture
    shape = cache_shape(fields, machines.sharding.tensor) if "num_heads" in fields else None
    if shape is None:
        return None
    stages = machines.sharding.pipeline
    layers = int(fields["layers"])
    return Cache(
        shape=shape,
        bytes_per_element=_element(deployment.cache, deployment),
        stage=-(-layers // stages) / layers,
        setup=setup,
        split=machines.sharding.context,
    )


def of_draft(deployment: Deployment, own: Cache, tokens: Quantity) -> Quantity | None:
    """GiB that a drafting model keeps of one sequence beside the target's; `None` without one.

    A prediction module of the model's own is one more layer with the cache of the others.
    """
    draft, machines, setup = deployment.draft, deployment.machines, deployment.setup
    if draft is None or not draft.architecture or not (machines and setup):
        return None
    fields = draft.architecture
    if draft is deployment.model:
        return own.of(tokens) * (1 / max(attention_layers(fields), 1))
    shape = cache_shape(fields, machines.sharding.tensor) if "num_heads" in fields else None
    return Cache(shape, 2.0, 1.0, setup, 1).of(tokens) if shape else None


def _element(form: CacheFormat | None, deployment: Deployment) -> float:
    if form and form.bytes_per_element is not None:
        return form.bytes_per_element
    full = deployment.weights is not None and deployment.weights.name == "fp32"
    return 4.0 if full else 2.0
