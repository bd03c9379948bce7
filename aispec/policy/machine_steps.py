"""Other hardware to try: counts, replicas, accelerators, sizes of memory."""

from __future__ import annotations

from collections import Counter
from functools import cache

from aispec import resources
from aispec.catalog.entries import Accelerator
from aispec.catalog.instance_prices import accelerator_prices, hourly_range
from aispec.catalog.store import load_data
from aispec.policy.change import Step, step
from aispec.policy.plausible import device
from aispec.policy.situation import Situation, powers, upwards

_BY_LAYERS = ("llama.cpp", "ollama", "transformers", "mlx", "plain")
_MOST_DEVICES = 16
_MOST_REPLICAS = 1_000
OFFERED = "offered"
"""The file of a wheel's catalogue that names what `offered` returns."""

_USUAL = 8
"""An accelerator with this many listed prices is one that people can get."""


def counts(word: str, now: Situation) -> list[Step]:
    """More accelerators in a replica, or fewer: powers of two, and three where layers are split."""
    machines = now.deployment.machines
    if machines is None:
        return []
    choice = powers(1, _MOST_DEVICES)
    setup = now.deployment.setup
    if setup and setup.name in _BY_LAYERS:
        choice = sorted({*choice, 3, 6})
    more = word == "more"
    return [step(n) for n in choice if (n > machines.count if more else n < machines.count)][:4]


def replicas(word: str, now: Situation) -> list[Step]:
    """More replicas, the number the load needs first; or as few as may do."""
    machines = now.deployment.machines
    if machines is None:
        return []
    have, needed = machines.replicas, now.high("throughput.replicas_needed")
    if word != "more":
        fewer = {1, have // 2, have - 1, int(needed or 1)}
        return [step(n) for n in sorted(fewer) if 0 < n < have][:4]
    choice: list[float] = [have + 1, 2 * have, 4 * have, 8 * have]
    if needed is not None and needed > have:
        choice = [needed, 1.45 * needed]  # the load that near-saturation allows
    return [step(n) for n in upwards(choice, have) if n <= _MOST_REPLICAS]


def accelerators(word: str, now: Situation) -> list[Step]:
    """Accelerators with as much memory or more, or cheaper ones, the cheapest first.

    Of an ambiguous name, all that it may mean; of one that nobody knows, the nearest.
    """
    machines = now.deployment.machines
    if machines is None:
        return []
    if word == "nearest":
        if len(machines.candidates) > 1:
            return [step(_short(each)) for each in machines.candidates]
        return [step(name) for name in machines.miss.nearest] if machines.miss else []
    current = machines.accelerator
    if current is None:
        return []
    memory, price = now.value("hardware.memory_per_device") or 0.0, _price(current)
    others = [each for each in offered() if each.id != current.id]
    if word == "more":
        chosen = [each for each in others if (each.usable_gib()[0] or 0.0) >= 0.97 * memory]
    else:
        chosen = [each for each in others if price is not None and (_price(each) or 0) < price]
    return [step(_short(each)) for each in chosen]


def memories(word: str, now: Situation) -> list[Step]:
    """Larger sizes of an accelerator that comes in several."""
    machines = now.deployment.machines
    card = machines.accelerator if machines else None
    if machines is None or card is None or word != "more":
        return []
    have = machines.option_gb or card.memory_gb or 0.0
    return [Step(f"{gb:g}GB", gb * 1e9) for gb in sorted(card.options_gb) if gb > have]


def tensors(word: str, now: Situation) -> list[Step]:
    """Tensor parallel degrees that divide the attention heads and share the key-value heads."""
    machines, heads = now.deployment.machines, now.value("architecture.heads")
    if machines is None or heads is None:
        return []
    have, kv = machines.sharding.tensor, now.value("architecture.kv_heads") or heads
    even = [n for n in powers(1, _MOST_DEVICES) if kv % n == 0 or n % kv == 0]
    fitting = [n for n in even if heads % n == 0]
    return [step(n) for n in reversed(fitting) if (n < have if word == "less" else n > have)]


def stages(word: str, now: Situation) -> list[Step]:
    """More pipeline stages, of those that divide the accelerators of a replica."""
    machines = now.deployment.machines
    if machines is None or word != "more":
        return []
    count = machines.count
    return [step(n) for n in range(machines.sharding.pipeline + 1, count + 1) if count % n == 0]


def experts(word: str, now: Situation) -> list[Step]:
    """Expert parallel degrees that divide the experts."""
    machines, number = now.deployment.machines, now.value("architecture.experts")
    if machines is None or number is None or word != "less":
        return []
    return [step(n) for n in range(machines.sharding.expert - 1, 0, -1) if number % n == 0][:3]


def _short(card: Accelerator) -> str:
    """An accelerator's id as people write it."""
    return card.id.removeprefix(card.vendor + "-")


def _price(card: Accelerator) -> float | None:
    spread = hourly_range(accelerator_prices(card.id))
    return spread[0] if spread else None


@cache
def offered() -> tuple[Accelerator, ...]:
    """Accelerators that people can get, by price: of each, none is cheaper and has more.

    A wheel has their names worked out: it takes the prices of all.
    """
    if resources.packaged():
        return tuple(card for name in load_data(OFFERED) if (card := device(name)))
    return _chosen()


def _chosen() -> tuple[Accelerator, ...]:
    rows = (row for group in load_data("prices/cloud")["groups"] for row in group["rows"])
    listed = Counter(row[1] for row in rows if row[2] >= 1)
    usual = (device(name) for name, number in sorted(listed.items()) if number >= _USUAL)
    priced = sorted(
        ((_price(each) or 0.0, each.id, each) for each in usual if each and _price(each)),
        key=lambda entry: entry[:2],
    )
    chosen: list[Accelerator] = []
    for _, _, each in priced:
        if each.klass != "datacenter" and each.klass != "workstation":
            continue
        if each.vendor == "nvidia" and all(_better(each, other) for other in chosen):
            chosen.append(each)
    return tuple(chosen)


def _better(one: Accelerator, other: Accelerator) -> bool:
    """Whether one has more memory or more bandwidth than another."""
    more_memory = (one.memory_gb or 0.0) > (other.memory_gb or 0.0)
    return more_memory or (one.bandwidth_gbps or 0.0) > (other.bandwidth_gbps or 0.0)
