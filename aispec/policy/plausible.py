"""Which changes are worth a try: those that surely do not help are left out, by rough arithmetic.

Nothing here decides whether a change helps; the pipeline does. It only spares it the hopeless.
"""

from __future__ import annotations

from functools import cache

from aispec.catalog.entries import Accelerator
from aispec.catalog.formats import WeightFormat, weight_format
from aispec.catalog.store import Catalog, Match
from aispec.policy.change import Changes
from aispec.policy.engine import names
from aispec.policy.rule import Rule
from aispec.policy.situation import Situation

_ROOM = 0.97  # of memory: what takes more of it leaves nothing for the rest
_CACHE = 0.6  # of the cache that is needed now: a faster deployment has fewer requests at once
_LUCK = 3.0  # how much faster a change may turn out than its hardware is
_SERVED = frozenset(("memory.needed", "memory.serves"))
_GOALS = (
    ("latency.ttft", "sla.ttft"),
    ("latency.tpot", "sla.tpot"),
    ("latency.e2e", "sla.e2e"),
    ("sla.tps", "latency.tps"),
    ("throughput.replicas_needed", "hardware.replicas"),
)


def plausible(rule: Rule, changes: Changes, now: Situation) -> bool:
    """Whether a change may help: the weights may fit, and it may be as fast as it has to be."""
    used = names(rule)
    if "api.provider" in changes or now.deployment.spec.routes:
        return True
    return _fits(changes, now, not _SERVED.isdisjoint(used)) and (
        rule.prefix != "LAT" or _fast(used, changes, now)
    )


def _fits(changes: Changes, now: Situation, served: bool) -> bool:
    weights, memory = now.value("memory.weights"), now.value("hardware.memory_per_device")
    machines = now.deployment.machines
    if weights is None or memory is None or machines is None:
        return True
    cache_now = _CACHE * (now.value("memory.kv_needed") or 0.0) if served else 0.0
    if "precision.kv_cache" in changes:
        cache_now /= 2
    if "hardware.replicas" in changes:
        cache_now *= machines.replicas / changes["hardware.replicas"].made
    devices = _devices(changes, now)
    need = (weights * _bits(changes, now) + cache_now) / devices
    return need < _ROOM * memory * _memory(changes, now, memory)


def _fast(used: tuple[str, ...], changes: Changes, now: Situation) -> bool:
    """Whether a change may bring what is too slow to its target."""
    if any(path.startswith(("sla.", "budget.")) for path in changes):
        return True
    wanted = 1.0
    for high, low in _GOALS:
        one, other = now.value(high), now.known(low) or _stated(low, now)
        if high in used and one and other:
            wanted = max(wanted, one / (other if isinstance(other, float) else other.value or 1.0))
    quicker = _devices(changes, now) * _speed(changes, now) / _bits(changes, now)
    if "hardware.replicas" in changes and now.deployment.machines:
        quicker *= changes["hardware.replicas"].made / now.deployment.machines.replicas
    return _LUCK * quicker >= wanted


def _stated(name: str, now: Situation) -> float | None:
    """A target as the spec has it, in the fact's unit."""
    target = getattr(now.deployment.spec.sla, name.removeprefix("sla."), None)
    if target is None:
        return None
    return float(target.value * (1000 if name in ("sla.ttft", "sla.tpot") else 1))


def _devices(changes: Changes, now: Situation) -> float:
    machines = now.deployment.machines
    if machines is None or "hardware.count" not in changes:
        return 1.0
    return float(changes["hardware.count"].made) / machines.count


def _bits(changes: Changes, now: Situation) -> float:
    form = now.deployment.weights
    if form is None or "precision.weights" not in changes:
        return 1.0
    other = weight_format(str(changes["precision.weights"].written))
    return 0.95 * _stored(other) / _stored(form) if other else 1.0


def _stored(form: WeightFormat) -> float:
    return form.effective_bits or form.linear_bits


def _memory(changes: Changes, now: Situation, memory: float) -> float:
    """Memory of a device after a change, over what it is now."""
    if "hardware.accelerator" in changes:
        card = device(str(changes["hardware.accelerator"].written))
        return ((card.usable_gib()[0] if card else None) or memory) / memory
    if "hardware.memory" in changes:
        return float(changes["hardware.memory"].made / 2**30 / memory)
    return 1.0


def _speed(changes: Changes, now: Situation) -> float:
    """Speed of a device after a change over what it is now: the better of bandwidth and rate."""
    if "hardware.accelerator" not in changes:
        return 1.0
    card = device(str(changes["hardware.accelerator"].written))
    width = now.value("hardware.bandwidth_per_device")
    rate = now.value("hardware.compute_per_device")
    if card is None or not width or not card.bandwidth_gbps:
        return 1.0
    faster = (card.tflops("bf16") or 0.0) / rate if rate else 1.0
    return max(card.bandwidth_gbps / width, faster)


@cache
def device(name: str) -> Accelerator | None:
    """Return the accelerator of the catalogue that goes by a name."""
    found = Catalog.default().accelerator(name)
    return found.entry if isinstance(found, Match) else None
