"""The spec as Python sees it: every short form made long, every unit made plain.

Numbers carry the unit that their field's comment names. `None` stands for what the spec leaves out:
defaults are chosen later, by `aispec.catalog.resolve`, where they can be named as assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.record import made, record


@record
class Adapters:
    """LoRA adapters that are served beside the base model."""

    count: int
    rank: int


@record
class Draft:
    """A small model that proposes tokens for speculative decoding."""

    id: str
    tokens: int


@record
class ModelRef:
    """Which model a deployment serves, as its author wrote it."""

    id: str | None = None
    revision: str | None = None
    path: str | None = None
    adapters: Adapters | None = None
    draft: Draft | None = None
    architecture: Mapping[str, Any] | None = None


@record
class Precision:
    """Names of the formats of weights and KV cache, as written."""

    weights: str | None = None
    kv_cache: str | None = None


@record
class Engine:
    """The serving engine and the knobs its author sets."""

    name: str | None = None
    version: str | None = None
    max_model_len: int | None = None  # tokens
    max_num_seqs: int | None = None  # sequences
    max_num_batched_tokens: int | None = None  # tokens
    gpu_memory_utilization: float | None = None  # share of device memory, 0 to 1
    enforce_eager: bool | None = None
    enable_chunked_prefill: bool | None = None
    enable_prefix_caching: bool | None = None
    flash_attention: bool | None = None
    cpu_offload: float | None = None  # bytes
    gpu_layers: int | None = None  # layers on the device (llama.cpp)
    block_size: int | None = None  # tokens of one cache block


@record
class Parallelism:
    """Degrees of parallelism within one replica."""

    tensor: int | None = None
    pipeline: int | None = None
    data: int | None = None
    expert: int | None = None
    context: int | None = None


@record
class Hardware:
    """Accelerators of one replica, how many replicas, and how they are paid."""

    accelerator: str | None = None
    count: int | None = None
    parallelism: Parallelism = Parallelism()
    replicas: int | None = None
    instance: str | None = None
    purchase: str | None = None  # on-demand | spot | reserved-1y
    price: float | None = None  # USD per hour for one accelerator
    hours: float | None = None  # hours a month
    memory: float | None = None  # bytes


@record
class ApiPrice:
    """USD per million tokens, as the team pays."""

    input: float | None = None
    output: float | None = None
    cached_input: float | None = None


@record
class ApiLatency:
    """What the team measured of the provider."""

    ttft: float | None = None  # seconds
    tps: float | None = None  # tokens per second


@record
class Api:
    """A provider's endpoint in place of hardware."""

    provider: str | None = None
    tier: str | None = None
    batch: bool = False
    price: ApiPrice | None = None
    latency: ApiLatency | None = None


@record
class Users:
    """People served: in a day, at once, or both."""

    daily: float | None = None
    concurrent: float | None = None


@record
class Tokens:
    """Tokens of one request, by part."""

    system: float | None = None
    history: float | None = None
    context: float | None = None
    input: float | None = None
    output: float | None = None


@record
class Media:
    """Images, audio or video of one request."""

    count: float
    tokens: float  # tokens of one item


@record
class BatchJob:
    """A job that runs beside the users' traffic."""

    name: str
    requests: float
    input: float  # tokens of one request
    output: float  # tokens of one request
    deadline: float | None = None  # seconds


@record
class Workload:
    """Who asks what, how often."""

    users: Users = Users()
    sessions_per_user: float | None = None  # a day
    requests_per_session: float | None = None
    tokens: Tokens = Tokens()
    tokens_per_session: float | None = None
    prompts: Mapping[str, str] = made(default_factory=dict)  # part -> path
    languages: Mapping[str, float] = made(default_factory=dict)  # language -> share
    prefix_cache_hit: float | None = None  # share of input tokens
    images: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    batch: tuple[BatchJob, ...] = ()


@record
class Route:
    """A share of the front door's requests, sent to another deployment."""

    to: str
    share: float  # 0 to 1


@record
class Limits:
    """Rate limits of the plan in use."""

    tpm: float | None = None  # tokens a minute
    rpm: float | None = None  # requests a minute
    tpd: float | None = None  # tokens a day
    rpd: float | None = None  # requests a day
    itpm: float | None = None  # input tokens a minute
    otpm: float | None = None  # output tokens a minute


@record
class Target:
    """A latency target and the percentile it is written in."""

    value: float  # seconds, or tokens per second for `tps`
    percentile: float = 95.0


@record
class Sla:
    """What users were promised."""

    profile: str | None = None
    ttft: Target | None = None
    tpot: Target | None = None
    tps: Target | None = None
    e2e: Target | None = None
    availability: float | None = None  # share of time, 0 to 1


@record
class Budget:
    """What may be spent."""

    monthly: float | None = None  # USD
    per_session: float | None = None  # USD
    increase: float | None = None  # share of the month's cost, in one change


@record
class Spec:
    """One deployment, as its author wrote it."""

    version: int
    name: str
    owner: str | None = None
    environment: str | None = None  # development | staging | production
    use: str | None = None  # commercial | internal | research
    model: ModelRef | None = None
    precision: Precision = Precision()
    engine: Engine = Engine()
    hardware: Hardware | None = None
    api: Api | None = None
    workload: Workload | None = None
    routes: tuple[Route, ...] = ()
    limits: Limits = Limits()
    sla: Sla = Sla()
    budget: Budget = Budget()
    assumptions: Mapping[str, float] = made(default_factory=dict)
