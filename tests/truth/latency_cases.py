"""Measured speeds, and the spec that a user would have written for each.

`speed.jsonl`, `silicon.jsonl` and `serving.jsonl` hold one row a line. Times are milliseconds,
`prefill` and `tps` tokens/s, `rate` requests/s; `link` is a place in the list of the row's source
in `speed.sources.yaml`. `doubt` says why a row may be wrong, or was not measured as it seems.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aispec.spec.model import (
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
CORPORA = ("speed", "silicon", "serving")
# Doubts that do not keep a row from being counted: its figures are what they seem.
HARMLESS = frozenset(
    {
        "user_submitted",
        "precision_assumed",
        "isl_osl_dataset_mean_approx",
        "isl_osl_from_sharegpt_mean",
        "osl_assumed",
        "wsl2",
        "lengths_of_suite",
        "model_size_assumed",
        "dual_gpu_card",
        "version_of_its_date",
    }
)


@dataclass(frozen=True, slots=True)
class SpeedCase:
    """One measurement."""

    id: str
    source: str
    engine: str
    model: str
    device: str
    task: str  # decode | single | prefill | static | batch | serving | offline | open
    corpus: str
    version: str | None = None
    count: int = 1
    link: int = 0
    format: str | None = None
    kv: str | None = None
    tensor: int = 1
    pipeline: int = 1
    data: int = 1
    expert: int | None = None
    users: float | None = None
    rate: float | None = None
    input: float | None = None
    output: float | None = None
    depth: float | None = None
    ttft: float | None = None
    tpot: float | None = None
    e2e: float | None = None
    ttft_p99: float | None = None
    tpot_p99: float | None = None
    prefill: float | None = None
    tps: float | None = None
    doubt: tuple[str, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether its figures enter the statistics."""
        return HARMLESS.issuperset(self.doubt)

    @property
    def place(self) -> tuple[Any, ...]:
        """What is deployed and where, without the load."""
        degrees = (self.count, self.tensor, self.pipeline, self.data, self.expert)
        engine = (self.engine, self.version)
        return (self.model, self.device, self.format, self.kv, *engine, *degrees)


@cache
def load() -> tuple[SpeedCase, ...]:
    """Return every row. Raises `TypeError` for a field nobody knows."""
    found = []
    for corpus in CORPORA:
        for line in (HERE / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines():
            fields = json.loads(line)
            fields["doubt"] = tuple(fields.get("doubt", ()))
            found.append(SpeedCase(**fields, corpus=corpus))
    return tuple(found)


@cache
def sources() -> Mapping[str, Any]:
    """Return the title and the links of each source."""
    listed: Mapping[str, Any] = yaml.safe_load(
        (HERE / "speed.sources.yaml").read_text(encoding="utf-8")
    )
    return listed


def spec_of(case: SpeedCase) -> Spec:
    """Return the spec that its author would have written."""
    return Spec(
        version=1,
        name=case.id,
        model=ModelRef(case.model),
        precision=Precision(case.format, case.kv),
        engine=Engine(name=case.engine, version=case.version),
        hardware=Hardware(
            accelerator=case.device,
            count=max(case.count, case.tensor * case.pipeline * case.data),
            parallelism=Parallelism(case.tensor, case.pipeline, case.data, case.expert),
        ),
        workload=workload_of(case),
    )


def workload_of(case: SpeedCase) -> Workload:
    """Return the load of a row; a decode at a depth is the middle of its answer."""
    output = case.output or 128.0
    received = case.input or max((case.depth or 64.0) - output / 2, 1.0)
    return Workload(
        users=Users(concurrent=case.users or 1), tokens=Tokens(input=received, output=output)
    )
