"""Measured deployments, and the spec that a user would have written for each.

`memory.jsonl` holds one case a line: what was deployed, what its engine's log or its author said,
and a link to it. Sizes are GiB on the fullest device, `kv_per_token` is bytes, and `kv_total` is
the cache of one sequence over all devices. `sources.yaml` says
which sources constants may be fitted on and which are only tested on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aispec.spec.model import (
    Draft,
    Engine,
    Hardware,
    ModelRef,
    Parallelism,
    Precision,
    Spec,
    Tokens,
    Users,
    Workload,
)

HERE = Path(__file__).parent
SUPPORTED = frozenset(
    {"vllm", "sglang", "tensorrt-llm", "tgi", "llama.cpp", "ollama", "mlx", "transformers"}
)
_REPLY = 256.0  # tokens of output where the source names no load


@dataclass(frozen=True, slots=True)
class TruthCase:
    """One measured deployment."""

    id: str
    group: str
    source: str
    url: str
    engine: str
    date: str | None = None
    version: str | None = None
    model: str | None = None
    format: str | None = None
    kv_cache: str | None = None
    gpu: str | None = None  # in the source's words
    accelerator: str | None = None  # as a user would write it
    stand_in: bool = False  # a usual card of that size, where the source names none
    memory: str | None = None
    count: int = 1
    tensor: int | None = None
    pipeline: int | None = None
    context: int | None = None
    sequences: int | None = None
    batched_tokens: int | None = None
    utilization: float | None = None
    eager: bool | None = None
    prefix_caching: bool | None = None
    draft: Mapping[str, Any] | None = None  # its id and its tokens
    concurrency: int | None = None
    input: int | None = None
    output: int | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    outcome: str | None = None  # runs | fails
    judge: str | None = None  # boots | fits: the verdict that this outcome is about
    suspect: str | None = None  # why the figures are shown and not counted
    note: str = ""

    @property
    def supported(self) -> bool:
        """Whether its engine is one that specs may name."""
        return self.engine in SUPPORTED

    @property
    def counted(self) -> bool:
        """Whether its figures enter the statistics."""
        return self.supported and not self.suspect

    @property
    def split(self) -> str:
        """Either `fit` or `test`, by its source."""
        return split()[self.source]


@cache
def load() -> tuple[TruthCase, ...]:
    """Return every case, in the file's order. Raises `TypeError` for a field nobody knows."""
    lines = (HERE / "memory.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(TruthCase(**json.loads(line)) for line in lines)


@cache
def split() -> Mapping[str, str]:
    """Return `fit` or `test` for each source."""
    listed = yaml.safe_load((HERE / "sources.yaml").read_text(encoding="utf-8"))
    return {source: side for side, sources in listed.items() for source in sources}


def spec_of(case: TruthCase) -> Spec:
    """Return the spec that its author would have written."""
    return Spec(
        version=1,
        name=case.id,
        model=ModelRef(
            case.model or "not named", draft=Draft(**case.draft) if case.draft else None
        ),
        precision=Precision(case.format, case.kv_cache),
        engine=Engine(
            name=case.engine,
            version=case.version,
            max_model_len=case.context,
            max_num_seqs=case.sequences,
            max_num_batched_tokens=case.batched_tokens,
            gpu_memory_utilization=case.utilization,
            enforce_eager=case.eager,
            enable_prefix_caching=case.prefix_caching,
        ),
        hardware=Hardware(
            accelerator=case.accelerator or "not named",
            count=case.count,
            parallelism=Parallelism(case.tensor, case.pipeline),
            memory=float(case.memory.removesuffix("GB")) * 1e9 if case.memory else None,
        ),
        workload=Workload(users=Users(concurrent=case.concurrency or 1), tokens=_tokens(case)),
    )


def _tokens(case: TruthCase) -> Tokens:
    """Return one request: as the source has it, else one that fills the context."""
    if case.input and case.output:
        return Tokens(input=case.input, output=case.output)
    length = float(case.context or 4096)
    reply = min(_REPLY, length / 8)
    return Tokens(input=length - reply, output=reply)
