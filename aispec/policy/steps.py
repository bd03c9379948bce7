"""Values to try for a field: those a rule names, or those that `more`, `less`, `next` stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations
from math import ceil, floor
from typing import Any

from aispec.catalog.api_prices import api_price
from aispec.catalog.formats import weight_format
from aispec.catalog.limits import tiers
from aispec.policy import machine_steps as machine
from aispec.policy.change import Step, step
from aispec.policy.situation import Situation, plain, powers, two_digits_down, two_digits_up
from aispec.spec.model import Target

__all__ = ["PROMISES", "WORDS", "field_steps", "kept"]

WORDS = ("more", "less", "next", "nearest", "other")
"""Words that stand for values which depend on the deployment."""

_FORMATS: Mapping[str, tuple[str, ...]] = {
    "vllm": ("bf16", "fp16", "fp8", "int8", "int4-awq", "int4-gptq"),
    "tensorrt-llm": ("bf16", "fp16", "fp8", "int8", "int4-awq", "int4-gptq"),
    "llama.cpp": ("gguf:Q8_0", "gguf:Q6_K", "gguf:Q5_K_M", "gguf:Q4_K_M"),
    "mlx": ("bf16", "mlx-8bit", "mlx-6bit", "mlx-4bit"),
    "transformers": ("bf16", "fp16", "int8", "nf4"),
}
_LIKE = {"sglang": "vllm", "tgi": "vllm", "ollama": "llama.cpp"}
_CACHES = {"llama.cpp": "q8_0", "vllm": "fp8", "tensorrt-llm": "fp8"}
_BLOCK = 1024  # tokens: a round length

_ON_MACHINES = ("hardware.", "engine.", "precision.")

Steps = Callable[[str, Situation], list[Step]]


def field_steps(path: str, asked: Any, now: Situation) -> list[Step]:
    """Return the values to try for a field, in the order to try them."""
    if path.startswith(_ON_MACHINES) and now.deployment.machines is None:
        return []
    if isinstance(asked, str) and asked in WORDS:
        ways = _WAYS.get(path) or (_promise(path) if path in PROMISES else None)
        return ways(asked, now) if ways else []
    values = asked if isinstance(asked, list) else [asked]
    return [step(value) for value in values]


def kept(path: str, now: Situation) -> list[Step]:
    """Return the values of a promise that the deployment keeps; none where it is not one.

    How many replicas carry the load counts as one, and so do the limits that are asked for.
    """
    if path in PROMISES:
        return _promise(path)("more", now)
    return field_steps(path, "more", now) if path in _ASKED else []


def _engine(now: Situation) -> str:
    name = now.deployment.setup.name if now.deployment.setup else ""
    return _LIKE.get(name, name)


def _weights(word: str, now: Situation) -> list[Step]:
    """Formats that the engine loads: with fewer bits, with more, or others."""
    form = now.deployment.weights
    choice = _FORMATS.get(_engine(now), ())
    known = [(name, other) for name in choice if (other := weight_format(name))]
    if form is None:
        return []
    if word == "less":
        return [step(n) for n, f in known if f.linear_bits < 0.95 * form.linear_bits]
    if word == "more":
        return [step(n) for n, f in reversed(known) if f.linear_bits > 1.05 * form.linear_bits]
    return [step(name) for name, other in known if other.name != form.name]


def _cache(word: str, now: Situation) -> list[Step]:
    smaller, cache = _CACHES.get(_engine(now)), now.deployment.cache
    if word != "less" or smaller is None or cache is None:
        return []
    halved = cache.bytes_per_element is not None and cache.bytes_per_element < 2
    return [] if halved else [step(smaller)]


def _length(word: str, now: Situation) -> list[Step]:
    """The longest sequence: as long as the requests are, up to what the cache holds."""
    have, used = now.value("engine.context"), now.high("context.used")
    if have is None:
        return []
    limit = now.value("model.context_length") or have
    needed = ceil((used or 1.0) / _BLOCK) * _BLOCK
    if word == "more":
        return [step(int(n)) for n in (needed, *powers(needed + 1, limit)) if have < n <= limit][:3]
    room = now.high("memory.kv_capacity_tokens") or have
    shorter = [n for n in reversed(powers(max(needed, 512), have - 1)) if n <= limit]
    fitting = [n for n in shorter if n <= 1.1 * room]
    longest = [int(limit)] if limit < have else []
    return [
        step(n) for n in dict.fromkeys([*longest, *(fitting or shorter)[:4], needed]) if n < have
    ]


def _sequences(word: str, now: Situation) -> list[Step]:
    have, machines = now.value("engine.sequences"), now.deployment.machines
    if have is None or machines is None:
        return []
    wanted = ceil((now.high("workload.concurrency") or 1.0) / machines.replicas)
    if word == "more":
        return [step(n) for n in (wanted, *powers(wanted + 1, 2 * wanted)) if n > have]
    shorter = reversed(powers(1, have - 1))
    return [step(n) for n in dict.fromkeys([*([wanted] if wanted < have else []), *shorter])][:5]


def _tier(word: str, now: Situation) -> list[Step]:
    """The tiers above the present one."""
    endpoint = now.deployment.endpoint
    if endpoint is None or endpoint.provider is None or endpoint.asked is None:
        return []
    known = tiers(endpoint.provider, endpoint.asked)
    here = endpoint.limit.tier if endpoint.limit else None
    above = known[known.index(here) + 1 :] if here in known else known
    return [step(name) for name in above]


def _provider(word: str, now: Situation) -> list[Step]:
    """Other providers of the same model, by the price of their output; or names like this one."""
    deployment = now.deployment
    endpoint = deployment.endpoint
    if word == "nearest":
        return [step(name) for name in endpoint.miss.nearest] if endpoint and endpoint.miss else []
    asked = (endpoint.asked if endpoint else deployment.model.id if deployment.model else "") or ""
    prices = deployment.api_prices or api_price(None, asked)
    by_price = sorted((p.output, p.provider) for p in prices if p.output is not None)
    names = dict.fromkeys(name for _, name in by_price)
    return [step(name) for name in names if endpoint is None or name != endpoint.provider][:4]


def _model(word: str, now: Situation) -> list[Step]:
    miss = now.deployment.model_miss
    return [step(name) for name in miss.nearest] if miss and word == "nearest" else []


def _shorter(part: str) -> Steps:
    """Fewer tokens of one part of a request, so that it stays inside its limits."""

    def steps(word: str, now: Situation) -> list[Step]:
        workload = now.deployment.spec.workload
        have = getattr(workload.tokens, part) if workload else None
        if part == "history" and have is None:
            have = now.value("workload.tokens_in_per_request")
        if have is None or word != "less":
            return []
        return [step(int(n)) for n in _cuts(have, _excess(part, now)) if 0 < n < have]

    return steps


def _cuts(have: float, excess: float) -> list[float]:
    exact = [two_digits_down(have - excess)] if 0 < excess < have else []
    return [*exact, *(two_digits_down(have / n) for n in (2, 4, 8))]


def _excess(part: str, now: Situation) -> float:
    """Tokens by which a request is too long."""
    if part == "output":
        out, most = now.high("workload.tokens_out_per_request"), now.value("context.output_limit")
        if out and most and out > most:
            return out - most
    limits = [now.value(n) for n in ("context.limit", "context.input_limit", "engine.context")]
    known = [limit for limit in limits if limit is not None]
    used = now.high("context.used")
    return used - min(known) if used and known else 0.0


def _turns(word: str, now: Situation) -> list[Step]:
    have = now.value("workload.requests_per_session")
    workload = now.deployment.spec.workload
    have = workload.requests_per_session if workload else have
    if have is None or word != "less":
        return []
    fewer = [floor(have * share) for share in (0.75, 0.5, 0.25, 0.1)]
    return [step(n) for n in dict.fromkeys([*fewer, 1]) if 1 <= n < have]


def _shares(word: str, now: Situation) -> list[Step]:
    """Other shares of a front door's routes: some of one target's requests go to another."""
    routes = now.deployment.spec.routes
    pairs = [*permutations(range(min(len(routes), 3)), 2)]
    return [
        Step(None, _moved(one, routes[one].share, other, routes[other].share, kept))
        for kept in (0.75, 0.5, 0.25)
        for one, other in pairs
    ]


def _moved(one: int, share: float, other: int, beside: float, kept: float) -> dict[str, Step]:
    left = round(share * kept, 4)
    both = {one: left, other: round(beside + share - left, 4)}
    return {f"routes.{n}.share": Step(f"{both[n] * 100:g}%", both[n]) for n in sorted(both)}


PROMISES: Mapping[str, tuple[str, str]] = {
    "budget.monthly": ("cost.month", "USD"),
    "budget.per_session": ("cost.per_session", "USD"),
    "sla.ttft": ("latency.ttft", "ms"),
    "sla.tpot": ("latency.tpot", "ms"),
    "sla.e2e": ("latency.e2e", "s"),
    "sla.tps": ("latency.tps", ""),
}
"""Fields that say what is promised, with the fact that has to keep them and the unit to write."""


_ASKED = ("hardware.replicas", "limits.tpm", "limits.rpm", "limits.tpd")


def _promise(path: str) -> Steps:
    """A promise that the deployment keeps as it is: the likely case, and the worst."""
    fact, unit = PROMISES[path]

    def steps(word: str, now: Situation) -> list[Step]:
        figure = now.known(fact)
        if figure is None:
            return []
        if path == "sla.tps":
            return [Step(plain(v), Target(v)) for v in [two_digits_down(figure.low)] if v > 0]
        value = two_digits_up(figure.high * 1.001)  # a figure is not its own upper bound
        if path.startswith("budget"):
            return [Step(f"{plain(value)} {unit}", value)]
        return [Step(f"{plain(value)}{unit}", Target(value / (1000 if unit == "ms" else 1)))]

    return steps


def _limit(name: str) -> Steps:
    """A higher limit to ask the provider for: what is needed, and with a fifth to spare."""

    def steps(word: str, now: Situation) -> list[Step]:
        needed = now.high(f"limits.{name}_needed")
        if needed is None or word != "more":
            return []
        return [step(plain(two_digits_up(needed * share))) for share in (1.26, 2.0)]

    return steps


_WAYS: Mapping[str, Steps] = {
    "precision.weights": _weights,
    "precision.kv_cache": _cache,
    "engine.max_model_len": _length,
    "engine.max_num_seqs": _sequences,
    "hardware.count": machine.counts,
    "hardware.replicas": machine.replicas,
    "hardware.accelerator": machine.accelerators,
    "hardware.memory": machine.memories,
    "hardware.parallelism.tensor": machine.tensors,
    "hardware.parallelism.pipeline": machine.stages,
    "hardware.parallelism.expert": machine.experts,
    "model.id": _model,
    "routes": _shares,
    "api.tier": _tier,
    "api.provider": _provider,
    "workload.requests_per_session": _turns,
    **{f"workload.tokens.{p}": _shorter(p) for p in ("history", "context", "input", "output")},
    **{f"limits.{name}": _limit(name) for name in ("tpm", "rpm", "tpd")},
}
