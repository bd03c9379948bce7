"""Deployments to estimate, in one line each."""

from __future__ import annotations

from typing import Any

from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.quantity import Quantity
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

LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA_70B = "meta-llama/Llama-3.1-70B-Instruct"
ONE_REQUEST = Workload(users=Users(concurrent=1), tokens=Tokens(input=7680, output=512))


def load(
    received: float = 7680,
    sent: float = 512,
    *,
    at_once: float | None = 1,
    daily: float | None = None,
) -> Workload:
    return Workload(users=Users(daily, at_once), tokens=Tokens(input=received, output=sent))


def self_hosted(
    model: str = LLAMA_8B,
    accelerator: str = "h100-sxm-80gb",
    count: int = 1,
    weights: str | None = "bf16",
    *,
    cache: str | None = None,
    tensor: int | None = None,
    pipeline: int | None = None,
    replicas: int | None = None,
    workload: Workload | None = ONE_REQUEST,
    price: float | None = None,
    **knobs: Any,
) -> Spec:
    return Spec(
        version=1,
        name="here",
        model=ModelRef(model),
        precision=Precision(weights, cache),
        engine=Engine(**knobs),
        hardware=Hardware(
            accelerator,
            count,
            Parallelism(tensor=tensor, pipeline=pipeline),
            replicas=replicas,
            price=price,
        ),
        workload=workload,
    )


def facts_of(spec: Spec) -> Facts:
    return estimate(Case(resolve(spec, Catalog.default()), spec.workload))


def figure(facts: Facts, name: str) -> Quantity:
    found = facts[name]
    assert isinstance(found, Quantity), f"{name} is {found}"
    return found


def answer(facts: Facts, name: str) -> Answer:
    found = facts[name]
    assert isinstance(found, Answer), f"{name} is {found}"
    return found
