"""What a device offers, and what its engine has left for cache.

- vLLM: `utilization x total - weights - activations - runtime (- graphs from 0.21 on)`, which
  closes to 0.01 GiB on 85 start-up logs that print every term. `total` is what the driver reports,
  not the size on the box.
- SGLang and TGI: `fraction x total - weights`; everything else lives in the rest.
- TensorRT-LLM: a fraction of what is free once the engine is loaded.
- llama.cpp, Transformers, MLX: all that is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aispec.catalog.deployment import Machines, Setup
from aispec.catalog.entries import Accelerator
from aispec.estimate.answer import Answer
from aispec.estimate.memory.overheads import Overheads
from aispec.estimate.quantity import Quantity, smallest

_NOTHING = Quantity(0.0, "GiB")


@dataclass(frozen=True, slots=True)
class Budget:
    """One device's memory as its engine divides it. All in GiB."""

    weights: Quantity
    overheads: Overheads
    offered: Quantity
    kv_available: Quantity
    outside_fits: Answer  # whether what lives outside the engine's budget has room


@lru_cache(maxsize=16)
def total_memory(machines: Machines) -> Quantity:
    """Return the memory of one device that a framework can use, over all it may be."""
    sizes = [size for each in machines.candidates for size in _sizes(machines, each)]
    if not sizes:
        name = machines.accelerator.name if machines.accelerator else machines.asked
        return Quantity.unknown("GiB", f"the memory of {name} is not known")
    return Quantity(
        sizes[0][0],
        "GiB",
        low=min(size[1] for size in sizes),
        high=max(size[2] for size in sizes),
        how=lambda: " or ".join(f"{each.name}" for each in machines.candidates),
        sources=machines.candidates[0].sources[:2],
    )


def _sizes(machines: Machines, each: Accelerator) -> list[tuple[float, float, float]]:
    options = [machines.option_gb] if machines.option_gb else [None, *each.options_gb]
    found = [each.usable_gib(option) for option in options]
    return [
        (likely, low, high)
        for likely, low, high in found
        if likely is not None and low is not None and high is not None
    ]


def divide(total: Quantity, setup: Setup, weights: Quantity, overheads: Overheads) -> Budget:
    """Divide a device's memory as its engine would."""
    law = {"vllm": _budgeted, "pool": _pooled, "share-of-free": _shared}.get(setup.facts.kind)
    if law is None:
        used = weights + overheads.activations + overheads.runtime
        return Budget(weights, overheads, total, total - used, Answer.YES)
    return law(total, setup.utilization or 0.9, weights, overheads)


def _budgeted(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    offered = (total * share).told(lambda: f"{share:g} x {total.value:.2f} GiB", inputs=(total,))
    inside = weights + overheads.activations + overheads.runtime
    outside = overheads.context
    if overheads.graphs_inside:
        inside = inside + overheads.graphs
    else:
        outside = outside + overheads.graphs
    left = offered - inside
    room = total * (1 - share)
    return Budget(
        weights,
        overheads,
        offered,
        _line(left, "offered - all but the cache"),
        ~outside.above(room),
    )


def _pooled(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    pool = total * share - weights
    outside = overheads.activations + overheads.graphs + overheads.runtime
    return Budget(
        weights,
        overheads,
        total,
        _line(smallest(pool, total - weights - outside), f"{share:g} x total - weights"),
        ~outside.above(total * (1 - share) * 1.5),
    )


def _shared(total: Quantity, share: float, weights: Quantity, overheads: Overheads) -> Budget:
    inside = weights + overheads.activations + overheads.runtime + overheads.graphs
    free = total - inside - overheads.context
    return Budget(
        weights,
        overheads,
        (total - free * (1 - share)).to("GiB") if free.known and free.low > 0 else total,
        _line(free * share, f"{share:g} of what is free once loaded"),
        Answer.YES,
    )


def _line(left: Quantity, how: str) -> Quantity:
    return left.told(how)
