"""The facts of group `memory`, and the verdicts that follow from them.

Boots: the engine starts, that is, it can hold one sequence of its full length. Serves: it holds the
expected concurrency of the workload's longest requests. Fits: both.
"""

from __future__ import annotations

from math import floor

from aispec.catalog.deployment import Deployment, Setup
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.memory import host
from aispec.estimate.memory.beside import beside
from aispec.estimate.memory.budget import Budget, divide, total_memory
from aispec.estimate.memory.cache import Cache, cache_of, of_draft
from aispec.estimate.memory.deciding import decided_by
from aispec.estimate.memory.overheads import (
    Overheads,
    eager_overheads,
    local_overheads,
    server_overheads,
)
from aispec.estimate.memory.weights import Weights, on_fullest_device
from aispec.estimate.quantity import Quantity, combined, largest
from aispec.estimate.request import Request
from aispec.estimate.vocabulary import FACTS
from aispec.record import record

_NAMES = tuple(name for name in FACTS if name.startswith("memory."))
_NONE = Quantity(0.0, "GiB", how="this model keeps no cache")
_BYTES = Quantity(0.0, "bytes", how="this model keeps no cache")


def absent(reason: str) -> Facts:
    """Return the group's facts for a deployment whose memory is somebody else's."""
    return dict.fromkeys(_NAMES, Absent(reason))


def unknown(reason: str) -> Facts:
    """Return the group's facts where the model or its weights are not known."""
    return {
        name: Unknown(reason)
        if FACTS[name].kind != "number"
        else Quantity.unknown(FACTS[name].unit, reason)
        for name in _NAMES
    }


@record
class Room:
    """What the device has for cache, before any load is known."""

    budget: Budget
    loaded: Weights
    cache: Cache | None
    keeps_cache: bool
    per_sequence: Quantity
    per_token: Quantity
    full_length: Quantity  # GiB of one sequence of the engine's full length
    ranks: int  # data-parallel ranks of a replica
    shared: float  # share of a request's cache that a prefix cache may keep once for all


def room(deployment: Deployment, weights: Weights, request: Request) -> Room | None:
    """Divide the fullest device's memory; `None` where the model's shape is not published."""
    setup, machines, model = deployment.setup, deployment.machines, deployment.model
    if not (setup and machines and model):
        return None
    fields = model.architecture
    if not fields or "hidden_size" not in fields or "vocab_size" not in fields:
        return None
    cache = cache_of(deployment)
    keeps = fields["type"] not in ("encoder", "encoder-decoder")
    device = total_memory(machines)
    own = on_fullest_device(weights, deployment)
    more = beside(deployment)
    on_device = combined("GiB", (own, *more), how="the model, and what is loaded beside it")
    on_device = on_device if more else own
    overheads = _overheads(deployment, request, _slots(setup, 1.0))
    return Room(
        budget=divide(device, setup, on_device, overheads),
        loaded=weights,
        cache=cache,
        keeps_cache=keeps,
        per_sequence=_kept(deployment, cache, request.longest) if cache else _NONE,
        per_token=cache.per_token() if cache else _BYTES,
        full_length=_kept(deployment, cache, _full(setup, request)) if cache else _NONE,
        ranks=machines.sharding.data,
        shared=_shared(setup, request),
    )


def _shared(setup: Setup, request: Request) -> float:
    """Share of a request that others have cached; only batching servers share a prefix's cache."""
    if setup.facts.kind not in ("vllm", "pool", "share-of-free") or not request.longest.value:
        return 0.0
    return request.cached_share * min(request.input.value / request.longest.value, 1.0)


def _kept(deployment: Deployment, cache: Cache, tokens: Quantity) -> Quantity:
    """GiB of one sequence, with what a drafting model keeps of it."""
    own, drafted = cache.of(tokens), of_draft(deployment, tokens)
    if drafted is None:
        return own
    return (own + drafted).told(lambda: f"{own.how}, and the draft's {drafted.value:.3f} GiB")


def _full(setup: Setup, request: Request) -> Quantity:
    if setup.context is None:
        return request.longest
    return Quantity(float(setup.context), "tokens")


def _slots(setup: Setup, sequences: float) -> float:
    return float(setup.sequences or max(sequences, 1.0))


def _overheads(deployment: Deployment, request: Request, slots: float) -> Overheads:
    setup, model = deployment.setup, deployment.model
    assert setup is not None
    assert model is not None
    fields = model.architecture or {}
    if setup.facts.kind == "llama.cpp":
        return local_overheads(deployment, fields, slots)
    if setup.facts.kind == "eager":
        return eager_overheads(deployment, fields, request.longest_input, Quantity(slots))
    return server_overheads(deployment, fields)


def sequences_that_fit(space: Room) -> Quantity:
    """Return how many of the workload's longest requests a replica's cache holds at once."""
    available, one = space.budget.kv_available, space.per_sequence
    if not space.keeps_cache or (one.known and one.high == 0):
        return Quantity.unknown("", "this model keeps no cache")
    if not (available.known and one.known):
        return Quantity.unknown("", available.reason or one.reason)
    counts = (
        floor(max(available.value, 0.0) / one.value) * space.ranks,
        floor(max(available.low, 0.0) / one.high) * space.ranks,
        floor(max(available.high, 0.0) / one.low) * space.ranks,
    )
    return Quantity(
        float(counts[0]),
        low=float(counts[1]),
        high=float(counts[2]),
        how=lambda: f"{available.value:.2f} GiB for cache / {one.value:.3f} GiB a request",
        inputs=(available, one),
    )


def facts(deployment: Deployment, space: Room, concurrency: Quantity) -> Facts:
    """Return the group's facts. `concurrency` is the requests in flight over all replicas."""
    setup, machines = deployment.setup, deployment.machines
    assert setup is not None
    assert machines is not None
    budget, over = space.budget, space.budget.overheads
    held = _held(concurrency, machines.replicas * space.ranks, setup.sequences)
    needed_cache = _cache_of_load(space, held)
    if setup.facts.kind == "llama.cpp" and space.keeps_cache and needed_cache.known:
        needed_cache = largest(needed_cache, _allocated(space, setup))
    parts = [budget.weights, needed_cache, over.activations, over.runtime]
    if over.graphs_inside or setup.facts.kind == "pool":
        parts.append(over.graphs)
    needed = combined("GiB", parts, how="weights + cache + activations + graphs + runtime")
    boots = _boots(space, setup)
    serves = ~needed_cache.above(budget.kv_available)
    fitting = sequences_that_fit(space)
    fitting_layers = host.layers_that_fit(deployment, space.loaded, needed, needed_cache, budget)
    return {
        "memory.weights": budget.weights,
        "memory.host_share": host.host_share(deployment, space.loaded),
        "memory.layers_that_fit": fitting_layers,
        "memory.kv_per_token": space.per_token,
        "memory.kv_per_sequence": space.per_sequence,
        "memory.kv_needed": needed_cache,
        "memory.activations": over.activations,
        "memory.graphs": over.graphs,
        "memory.runtime": over.runtime,
        "memory.needed": needed,
        "memory.offered": budget.offered,
        "memory.headroom": combined("GiB", (budget.offered,), (needed,), "offered - needed"),
        "memory.kv_available": budget.kv_available,
        "memory.kv_capacity_tokens": _capacity(space),
        "memory.sequences_that_fit": fitting,
        "memory.fits_beside": _judged(budget.outside_fits, budget),
        "memory.boots": _judged(boots, budget),
        "memory.serves": _judged(serves, budget),
        "memory.fits": _judged(boots & serves, budget),
        "memory.decided_by": decided_by(
            budget, space.cache, setup, fitting, (boots, serves, space.full_length)
        ),
    }


def _held(concurrency: Quantity, ranks: int, most: int | None) -> Quantity:
    """Sequences that one rank holds: its share of the concurrency, rounded up, up to its limit."""
    if not concurrency.known:
        return concurrency
    cap = float(most) if most else float("inf")
    shares = [
        min(max(-(-figure // ranks), 1.0), cap)
        for figure in (concurrency.value, concurrency.low, concurrency.high)
    ]
    line = f"{concurrency.value:,.1f} requests in flight over {ranks} ranks"
    return Quantity(shares[0], low=shares[1], high=shares[2], how=line, inputs=(concurrency,))


def _cache_of_load(space: Room, held: Quantity) -> Quantity:
    if not space.keeps_cache:
        return _NONE
    needed = space.per_sequence * held
    if needed.known and space.shared:
        # At best the prefix that all requests share is kept once.
        alone = held.low - (held.low - 1) * space.shared
        low = min(space.per_sequence.low * alone, needed.low)
        needed = Quantity(needed.value, "GiB", low=low, high=needed.high)
    return needed.told(
        lambda: (
            f"{held.value:g} sequences x {space.per_sequence.value:.3f} GiB"
            if needed.known
            else needed.reason
        ),
        inputs=(held, space.per_sequence),
    )


def _allocated(space: Room, setup: Setup) -> Quantity:
    """GiB of cache that llama.cpp allocates at start: the whole context of every slot."""
    slots = float(setup.sequences or 1)
    whole = space.full_length * slots
    return whole.told(lambda: f"{slots:g} slots x {space.full_length.value:.3f} GiB, at start")


def _boots(space: Room, setup: Setup) -> Answer:
    if not space.keeps_cache:
        return ~space.budget.kv_available.below(0.0 * space.budget.offered)
    full = space.full_length
    if setup.facts.kind == "llama.cpp" and setup.sequences:
        full = full * float(setup.sequences)
    return ~full.above(space.budget.kv_available) & space.budget.outside_fits


def _capacity(space: Room) -> Quantity:
    available, one = space.budget.kv_available, space.per_token
    if not space.keeps_cache or space.cache is None:
        return Quantity.unknown("tokens", "this model keeps no cache")
    if not available.known:
        return Quantity.unknown("tokens", available.reason)
    per_token = one.value / 2**30
    scale = space.ranks * space.cache.split / per_token if per_token else 0.0
    return Quantity(
        max(available.value, 0.0) * scale,
        "tokens",
        low=max(available.low, 0.0) * scale,
        high=max(available.high, 0.0) * scale,
        how=lambda: f"{available.value:.2f} GiB / {one.value:,.0f} bytes a token",
        inputs=(available, one),
    )


def _judged(answer: Answer, budget: Budget) -> Fact:
    if answer is Answer.UNKNOWN:
        reasons = (budget.offered.reason, budget.kv_available.reason)
        return Unknown(next((r for r in reasons if r), "the expected concurrency is not known"))
    return answer
