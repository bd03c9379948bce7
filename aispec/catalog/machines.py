"""Resolving hardware: which accelerator, how many, spread how, at what price."""

from __future__ import annotations

from math import ceil

from aispec.catalog.assumed import Assumptions
from aispec.catalog.deployment import Machines, Miss, Sharding
from aispec.catalog.entries import Accelerator
from aispec.catalog.prices import InstancePrice
from aispec.catalog.store import Ambiguous, Catalog, Match
from aispec.record import replace
from aispec.spec.model import Hardware, Parallelism

MONTH = 730.0  # hours
_BY_LAYERS = frozenset({"llama.cpp", "ollama", "transformers", "mlx", "plain"})
_NODE = 8  # accelerators of a server where the catalogue does not say


def resolve_machines(hardware: Hardware, catalog: Catalog, assumptions: Assumptions) -> Machines:
    """Look the accelerator and its prices up; sharding is settled once the engine is known."""
    priced = catalog.prices.instance(hardware.instance) if hardware.instance else ()
    asked = hardware.accelerator or (priced[0].accelerator if priced else "") or ""
    candidates, miss, sized = _accelerators(asked or (hardware.instance or ""), catalog)
    whole = ceil(priced[0].accelerators) if priced and not hardware.accelerator else 1
    count = hardware.count or _devices(hardware.parallelism) or whole
    if hardware.hours is None:
        assumptions.add("hardware.hours", "730 a month", "always on")
    if hardware.replicas is None:
        assumptions.add("hardware.replicas", "1", "none are asked for")
    return Machines(
        candidates=candidates,
        asked=asked,
        miss=miss,
        option_gb=hardware.memory / 1e9 if hardware.memory else sized,
        count=count,
        replicas=hardware.replicas or 1,
        nodes=_nodes(count, candidates),
        sharding=Sharding(),
        price=hardware.price,
        prices=priced or _prices_of(candidates, catalog),
        instance=hardware.instance,
        purchase=hardware.purchase or "on-demand",
        hours=MONTH if hardware.hours is None else hardware.hours,
    )


def _accelerators(
    asked: str, catalog: Catalog
) -> tuple[tuple[Accelerator, ...], Miss | None, float | None]:
    """Return what a name may mean, and the memory in GB where the name itself gives it."""
    found = catalog.accelerator(asked)
    if isinstance(found, Match):
        return (found.entry,), None, found.option_gb
    if isinstance(found, Ambiguous):
        return tuple(found.entries), None, None
    return (), Miss(asked, tuple(found.nearest)), None


def _prices_of(candidates: tuple[Accelerator, ...], catalog: Catalog) -> tuple[InstancePrice, ...]:
    return tuple(price for each in candidates for price in catalog.prices.accelerator(each.id))


def _devices(degrees: Parallelism) -> int | None:
    given = [d for d in (degrees.tensor, degrees.pipeline, degrees.data) if d]
    devices = 1
    for degree in given:
        devices *= degree
    return devices if given else None


def _nodes(count: int, candidates: tuple[Accelerator, ...]) -> int:
    per_node = (candidates[0].max_per_node if candidates else None) or _NODE
    return -(-count // per_node)


def counted(machines: Machines, count: int) -> Machines:
    """Return the machines with another number of accelerators in a replica."""
    return replace(machines, count=count, nodes=_nodes(count, machines.candidates))


def spread(
    machines: Machines, degrees: Parallelism, engine: str, assumptions: Assumptions
) -> Machines:
    """Return the machines with the sharding as written, or as the engine would do it."""
    if _devices(degrees) or degrees.expert or degrees.context or machines.count == 1:
        written = Sharding(
            tensor=degrees.tensor or 1,
            pipeline=degrees.pipeline or 1,
            data=degrees.data or 1,
            expert=degrees.expert or 1,
            context=degrees.context or 1,
        )
        return replace(machines, sharding=written)
    if engine in _BY_LAYERS:
        assumptions.add("hardware.parallelism", "layers split over devices", f"{engine}'s default")
        return replace(machines, sharding=Sharding(pipeline=machines.count))
    tensor = -(-machines.count // machines.nodes)
    assumptions.add(
        "hardware.parallelism",
        f"tensor {tensor}, pipeline {machines.nodes}",
        "tensor parallel within a node, pipeline parallel across nodes",
    )
    return replace(machines, sharding=Sharding(tensor=tensor, pipeline=machines.nodes))
