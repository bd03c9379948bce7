"""KV cache on the fullest device, as engines lay it out.

vLLM: in groups of layers and blocks of one size (`paged.py`), so a model with 52 windowed and 10
full layers has 7 groups of 10; a windowed layer reserves its window and the tokens of one step, two
steps with asynchronous scheduling. llama.cpp (`llama-kv-cache-iswa.cpp`): a windowed layer keeps
its window and one batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.catalog.deployment import Deployment, Setup
from aispec.estimate.architecture.cache import (
    CacheShape,
    LayerGroup,
    cache_shape,
    expanded_latent,
)
from aispec.estimate.memory.dealing import deal
from aispec.estimate.memory.paged import Kind, State, group_size, pages_alike, sequence_bytes
from aispec.estimate.quantity import Quantity
from aispec.record import made, record

_BLOCK = 16  # tokens of a cache block
_PAD = 256  # llama.cpp rounds windows up to this many tokens
_LOGICAL_BATCH = 2048  # llama.cpp n_batch
_OBEYS = {"vllm": (0, 13), "tensorrt-llm": (0,), "sglang": (0, 5)}  # cache formats in checkpoints
_LLM_COMPRESSOR = ("redhatai", "neuralmagic", "nm-testing")
_LATENT_SINCE = (0, 7)  # the vLLM that caches latents; earlier ones cache whole heads of 256
_EXPANDED = 256

Pages = tuple[list[Kind], bool]


@record
class Cache:
    """The cache of one deployment on its fullest device."""

    shape: CacheShape
    bytes_per_element: float
    between: tuple[float, float]  # bytes of an element, where the checkpoint may decide
    stage: float  # share of the layers that the fullest pipeline stage holds
    setup: Setup
    split: int  # context-parallel degree
    drafted: int = 0  # tokens that the model's own prediction module drafts, in a layer of its own
    tokens: list[Quantity] = made(default_factory=list, init=False)  # bytes of one, once asked for
    pages: dict[float, Pages] = made(default_factory=dict, init=False)  # by bytes of an element

    @property
    def grouped(self) -> bool:
        """Whether the engine pads groups of layers to one size."""
        return self.setup.facts.kind == "vllm"

    def per_token(self) -> Quantity:
        """Bytes of one token, every layer counted."""
        if not self.tokens:
            self.tokens.append(self._per_token())
        return self.tokens[0]

    def _per_token(self) -> Quantity:
        elements = sum(group.layers * group.elements for group in self._laid_out())
        elements *= self.stage / self.split
        low, high = self.between
        return Quantity(
            elements * self.bytes_per_element,
            "bytes",
            low=elements * low,
            high=elements * high,
            how=lambda: f"{self.shape.line} x {self.bytes_per_element:g} bytes",
        )

    def of(self, tokens: Quantity) -> Quantity:
        """GiB that one sequence of so many tokens takes."""
        likely = self._sequence(tokens.value, 1, self.bytes_per_element)
        fewest = 1 if self.grouped else 0
        return Quantity(
            likely / 2**30,
            "GiB",
            low=min(self._sequence(tokens.low, fewest, self.between[0]), likely) / 2**30,
            high=self._most(tokens.high, likely),
            how=lambda: f"{tokens.value:,.0f} tokens x {self.per_token().value:,.0f} bytes",
            inputs=(tokens, self.per_token()),
        )

    def at_most(self, tokens: float) -> float:
        """GiB that one sequence of exactly so many tokens takes at most."""
        return self._most(tokens, self._sequence(tokens, 1, self.bytes_per_element))

    def _most(self, tokens: float, likely: float) -> float:
        return max(self._sequence(tokens, 2, self.between[1]), likely) / 2**30

    def _sequence(self, tokens: float, steps: int, element: float) -> float:
        found = self.pages.get(element)
        if found is None:
            found = self.pages[element] = self._pages(element)
        kinds, shared = found
        if shared:
            in_flight = steps * self.setup.batched_tokens
            bytes_ = sequence_bytes(kinds, self._state(steps), tokens / self.split, in_flight)
            return bytes_ * self.stage
        blocks = -(-tokens // _BLOCK) * _BLOCK
        bytes_ = 0.0
        for kind in kinds:
            kept = min(blocks, self._kept(kind.window, steps)) if kind.window else blocks
            bytes_ += kind.layers * kind.token_bytes * kept
        return (bytes_ / self.split + self.shape.state_bytes) * self.stage

    def _pages(self, element: float) -> Pages:
        """The kinds of layers, and whether they share blocks of one size."""
        groups = self._groups()
        kinds = [Kind(g.layers, g.elements * element, g.window) for g in groups]
        uneven = bool(self.shape.state_layers) or any(group.window for group in groups)
        return kinds, self.grouped and bool(kinds) and uneven and pages_alike(kinds)

    def _state(self, steps: int) -> State | None:
        """Recurrent layers as vLLM keeps them; unless it is told, prefix caching adds a state."""
        layers = self.shape.state_layers
        if not layers:
            return None
        caching = self.setup.prefix_caching
        more = steps > 1 if caching is None else caching
        kept = 1 + int(more) + self.drafted
        return State(layers, self.shape.state_bytes / layers, kept)

    def _kept(self, window: int, steps: int) -> float:
        """Tokens that a windowed layer keeps, with room for `steps` batches in flight."""
        if self.setup.facts.kind == "llama.cpp":
            return -(-(window + _LOGICAL_BATCH * min(steps, 1)) // _PAD) * _PAD
        if self.setup.facts.kind == "eager" or not steps:
            return window
        return window - 1 + steps * self.setup.batched_tokens + _BLOCK

    def _groups(self) -> tuple[LayerGroup, ...]:
        groups = self.shape.groups
        if self.drafted:
            first = groups[0]
            more = LayerGroup(first.layers + 1, first.elements, first.window, first.chunked)
            groups = (more, *groups[1:])
        if self.grouped:
            # vLLM turns its hybrid cache manager off for chunked attention unless told otherwise
            # (VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE): nothing is forgotten then.
            groups = tuple(LayerGroup(g.layers, g.elements) if g.chunked else g for g in groups)
        return groups

    def _laid_out(self) -> tuple[LayerGroup, ...]:
        groups = self._groups()
        alike = len({group.elements for group in groups}) == 1
        windowed = any(group.window for group in groups)
        if not (self.grouped and windowed and alike and len(groups) > 1):
            return groups
        size = group_size([group.layers for group in groups])
        return tuple(LayerGroup(-(-g.layers // size) * size, g.elements, g.window) for g in groups)


def cache_of(deployment: Deployment) -> Cache | None:
    """Return the cache of a self-hosted deployment, or `None` where its shape is not known."""
    model, machines, setup = deployment.model, deployment.machines, deployment.setup
    if not (model and machines and setup and model.architecture):
        return None
    fields = model.architecture
    shape = _shape(fields, machines.sharding.tensor, setup) if "num_heads" in fields else None
    if shape is None:
        return None
    layers = int(fields["layers"])
    likely, low, high = _element(deployment)
    return Cache(
        shape=shape,
        bytes_per_element=likely,
        between=(low, high),
        stage=_most_layers(layers, machines.sharding.pipeline, setup) / layers,
        setup=setup,
        split=machines.sharding.context,
        drafted=_drafted(deployment),
    )


def _shape(fields: Mapping[str, Any], tensor: int, setup: Setup) -> CacheShape | None:
    latent = fields.get("attention") == "mla" and not fields.get("dsv4")
    if latent and setup.name == "vllm" and setup.version and setup.version < _LATENT_SINCE:
        return expanded_latent(fields, tensor, _EXPANDED)
    return cache_shape(fields, tensor)


def _most_layers(layers: int, stages: int, setup: Setup) -> int:
    if setup.facts.kind == "llama.cpp":
        return max(deal(layers, setup.gpu_layers, stages))
    return -(-layers // stages)


def _drafted(deployment: Deployment) -> int:
    """Tokens drafted by the model's own prediction module: one more layer, cached like the rest."""
    ref = deployment.spec.model
    own = deployment.draft is not None and deployment.draft is deployment.model
    return ref.draft.tokens if own and ref and ref.draft else 0


def of_draft(deployment: Deployment, tokens: Quantity) -> Quantity | None:
    """GiB that a drafting model keeps of one sequence beside the target's; `None` without one.

    A prediction module of the model's own has its layer in the model's cache.
    """
    draft, machines, setup = deployment.draft, deployment.machines, deployment.setup
    if draft is None or draft is deployment.model or not (machines and setup):
        return None
    fields = draft.architecture
    if not fields:
        return None
    shape = cache_shape(fields, machines.sharding.tensor) if "num_heads" in fields else None
    return Cache(shape, 2.0, (2.0, 2.0), 1.0, setup, 1).of(tokens) if shape else None


def _element(deployment: Deployment) -> tuple[float, float, float]:
    """Bytes of an element: likely, and the bounds where nobody says and the checkpoint decides.

    Checkpoints that NVIDIA's Model Optimizer makes in NVFP4 say that the cache is fp8, and engines
    obey (vLLM from 0.13 on, PR 29980; TensorRT-LLM). Those of LLM Compressor do not say.
    """
    form, setup = deployment.cache, deployment.setup
    if form and form.bytes_per_element is not None:
        return (form.bytes_per_element,) * 3
    stored = deployment.weights
    if stored and stored.name == "fp32":
        return 4.0, 4.0, 4.0
    if stored and stored.family == "nvfp4" and setup and setup.facts.name in _OBEYS:
        since = _OBEYS[setup.facts.name]
        if (setup.version or setup.facts.latest) >= since:
            return (2.0 if _compressed_by_others(deployment) else 1.0), 1.0, 2.0
    return 2.0, 2.0, 2.0


def _compressed_by_others(deployment: Deployment) -> bool:
    ref = deployment.spec.model
    owner = (ref.id or "").partition("/")[0].lower() if ref else ""
    return owner in _LLM_COMPRESSOR
