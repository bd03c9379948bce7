"""What a device offers, and what its engine has left for cache.

- vLLM: `utilization x total - weights - activations - runtime (- graphs from 0.21 on)`, which
  closes to 0.01 GiB on 85 start-up logs that print every term. `total` is what the driver reports,
  not the size on the box.
- SGLang and TGI: `fraction x (total - context and communicators) - weights`: the fraction is of
  what is free before the weights are loaded; everything else lives in the rest.
- TensorRT-LLM: a fraction of what is free once the engine is loaded.
- llama.cpp, Transformers, MLX: all that is left.
"""

from __future__ import annotations

from functools import lru_cache

from aispec.catalog.deployment import Machines, Setup
from aispec.catalog.entries import Accelerator
from aispec.estimate.memory.overheads import Overheads
from aispec.estimate.quantity import Quantity, combined, smallest
from aispec.record import record

_NOTHING = Quantity(0.0, "GiB")


@record
class Budget:
    """One device's memory as its engine divides it. All in GiB."""

    weights: Quantity
    overheads: Overheads
    offered: Quantity
    kv_available: Quantity
    room: Quantity  # what is left for that which lives outside the engine's budget


def total_memory(machines: Machines, reported: bool = False) -> Quantity:
    """Return the memory of one device that a framework can use, over all it may be.

    `reported` asks for the total that the driver reports, whatever the system has taken of it.
    """
    device = machines.accelerator
    if device is None:
        return Quantity.unknown("GiB", f"the memory of {machines.asked} is not known")
    return _memory_of(machines.candidates, machines.option_gb, reported)


@lru_cache(maxsize=256)
def _memory_of(
    candidates: tuple[Accelerator, ...], option_gb: float | None, reported: bool
) -> Quantity:
    sizes = [size for each in candidates for size in _sizes(each, option_gb, reported)]
    if not sizes:
        return Quantity.unknown("GiB", f"the memory of {candidates[0].name} is not known")
    return Quantity(
        sizes[0][0],
        "GiB",
        low=min(size[1] for size in sizes),
        high=max(size[2] for size in sizes),
        how=lambda: " or ".join(f"{each.name}" for each in candidates),
        sources=candidates[0].sources[:2],
    )


def _sizes(
    each: Accelerator, option_gb: float | None, reported: bool
) -> list[tuple[float, float, float]]:
    options = [option_gb] if option_gb else [None, *each.options_gb]
    found = [each.usable_gib(option, reported) for option in options]
    return [
        (likely, low, high)
        for likely, low, high in found
        if likely is not None and low is not None and high is not None
    ]


def divide(total: Quantity, setup: Setup, weights: Quantity, overheads: Overheads) -> Budget:
    """Divide a device's memory as its engine would."""
    law = {"vllm": _budgeted, "pool": _pooled, "share-of-free": _shared}.get(setup.facts.kind)
    if law is None:
        used = (weights, overheads.activations, overheads.runtime)
        left = combined("GiB", (total,), used, "what is left of the device")
        return Budget(weights, overheads, total, left, _NOTHING)
    return law(total, setup.utilization or 0.9, weights, overheads)


def _budgeted(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    offered = (total * share).told(lambda: f"{share:g} x {total.value:.2f} GiB", inputs=(total,))
    inside = [weights, overheads.activations, overheads.runtime]
    outside = [overheads.context, overheads.warm_up]
    (inside if overheads.graphs_inside else outside).append(overheads.graphs)
    left = combined("GiB", (offered,), inside, "offered - all but the cache")
    room = combined("GiB", (total * (1 - share),), outside)
    return Budget(weights, overheads, offered, left, room)


def _pooled(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    outside = (overheads.activations, overheads.graphs, overheads.runtime)
    pool = combined("GiB", (total * share,), (overheads.context * share, weights))
    rest = combined("GiB", (total,), (weights, overheads.context, *outside))
    # Engines of this kind lower their fraction when the rest of the card is too small for them.
    room = combined("GiB", (total * ((1 - share) * 1.5),), outside)
    left = smallest(pool, rest).told(f"{share:g} x what is free before loading - weights")
    return Budget(weights, overheads, total, left, room)


def _shared(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    inside = (weights, overheads.activations, overheads.runtime, overheads.graphs)
    free = combined("GiB", (total,), (*inside, overheads.context))
    kept = free * (1 - share) if free.known and free.low > 0 else _NOTHING
    left = (free * share).told(f"{share:g} of what is free once loaded", inputs=(free,))
    return Budget(weights, overheads, total - kept, left, _NOTHING)
