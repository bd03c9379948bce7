"""A deployment with every name resolved and every default chosen: what the estimators work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aispec.catalog.engines import EngineFacts
from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.formats import CacheFormat, WeightFormat
from aispec.catalog.limits import RateLimit
from aispec.catalog.prices import ApiPrice, InstancePrice
from aispec.record import record
from aispec.spec.model import Spec

if TYPE_CHECKING:
    from aispec.catalog.local.model import TensorBytes


@record
class Assumption:
    """A value that stands in for one the spec leaves out, with the field that would set it."""

    field: str
    value: str
    why: str


@record
class Miss:
    """A name that the catalogue does not know, with the nearest ones it does."""

    name: str
    nearest: tuple[str, ...]


@record
class Setup:
    """The engine with its knobs as it would run: written, or its own defaults.

    `context` and `sequences` are `None` where the engine has no such limit of its own.
    """

    facts: EngineFacts
    version: tuple[int, ...] | None
    context: int | None  # tokens of one sequence
    sequences: int | None
    batched_tokens: int
    utilization: float | None  # share of device memory
    eager: bool
    prefix_caching: bool | None  # None where nobody says, and it is the engine's to choose
    flash_attention: bool
    flash_sure: bool  # whether that is written, or known of this version
    cpu_offload: float  # bytes
    gpu_layers: int | None

    @property
    def name(self) -> str:
        """The engine's name as specs spell it."""
        return self.facts.name


@record
class Sharding:
    """How one replica is spread over its devices."""

    tensor: int = 1
    pipeline: int = 1
    data: int = 1
    expert: int = 1
    context: int = 1

    @property
    def devices(self) -> int:
        """Devices of one replica."""
        return self.tensor * self.pipeline * self.data


@record(eq=False)
class Machines:
    """The hardware of all replicas. Two are the same only where they are one object.

    `candidates` holds more than one accelerator where the name written fits several; estimates then
    span all of them.
    """

    candidates: tuple[Accelerator, ...]
    asked: str
    miss: Miss | None
    option_gb: float | None
    count: int
    replicas: int
    nodes: int
    sharding: Sharding
    price: float | None  # USD per accelerator-hour as written
    prices: tuple[InstancePrice, ...]
    instance: str | None
    purchase: str
    hours: float  # a month

    @property
    def accelerator(self) -> Accelerator | None:
        """The accelerator, or the first of those the name may mean."""
        return self.candidates[0] if self.candidates else None


@record
class Endpoint:
    """The API in place of hardware."""

    provider: str | None
    asked: str | None
    prices: tuple[ApiPrice, ...]
    limit: RateLimit | None
    miss: Miss | None = None  # a provider that the catalogue does not know


@record
class Deployment:
    """One spec against the catalogue. Exactly one of `machines`, `endpoint` and `routes` is set."""

    spec: Spec
    model: Model | None
    model_miss: Miss | None
    model_note: str | None
    weights: WeightFormat | None
    weights_asked: str | None
    draft: Model | None  # proposes tokens; the model itself where it is its own MTP module
    draft_miss: Miss | None
    tensors: TensorBytes | None  # exact bytes by part, where the model's own files were read
    cache: CacheFormat | None
    setup: Setup | None
    machines: Machines | None
    endpoint: Endpoint | None
    api_prices: tuple[ApiPrice, ...]
    assumptions: tuple[Assumption, ...]
    assumed: Mapping[str, float]

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.spec.name
