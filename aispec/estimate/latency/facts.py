"""The facts of groups `latency` and `throughput`."""

from __future__ import annotations

from math import ceil, isfinite

from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.late import Late
from aispec.estimate.latency.constants import bounds, regime
from aispec.estimate.latency.load import Load
from aispec.estimate.latency.queueing import seen
from aispec.estimate.latency.roofline import Roofline
from aispec.estimate.latency.targets import Asked, Percentiles, Targets
from aispec.estimate.quantity import Quantity, largest
from aispec.estimate.request import Request
from aispec.estimate.vocabulary import FACTS
from aispec.spec.model import ApiLatency, Sla

_NOTHING = Sla()
_BUSIEST = 0.85  # share of its capacity up to which a replica is run
_SOURCES = ("aispec/catalog/data/latency.yaml",)
_LATENCY = tuple(name for name in FACTS if name.startswith("latency."))
_THROUGHPUT = tuple(name for name in FACTS if name.startswith("throughput."))


def spread(speed: Roofline, figure: str) -> tuple[float, float]:
    """Return the factors that bound a figure, wider for what no measurement is like.

    `figure` is one of `decode`, `first`, `load` and `queue`, a user's TPOT and TTFT alone and with
    others, or `rate`, the throughput of a full replica.
    """
    return bounds(speed.tags, figure, regime(figure, speed.active))


def unknown(reason: str) -> Facts:
    """Return both groups' facts where they can't be computed."""
    return {name: Quantity.unknown(FACTS[name].unit, reason) for name in (*_LATENCY, *_THROUGHPUT)}


def absent(reason: str) -> Facts:
    """Return both groups' facts for a deployment that never gets as far as serving."""
    return dict.fromkeys((*_LATENCY, *_THROUGHPUT), Absent(reason))


def facts(
    speed: Roofline,
    load: Load | None,
    request: Request,
    replicas: int,
    ranks: int = 1,
    promised: Sla = _NOTHING,
) -> Facts:
    """Return both groups' facts for a self-hosted deployment at its expected concurrency.

    `load` is that of one of the `ranks` of data parallelism that a replica has. Times are those at
    the percentiles that `promised` is written in.
    """
    prompt, output = read_prompt(request), request.output.value
    percentiles = Percentiles.of(promised)
    at = (percentiles.ttft, percentiles.tpot)
    times = seen(speed, load, prompt, output, at)
    running = max(load.running, 1.0) if load else 1.0
    crowded = load is not None and load.asked > 1
    first, step = ("queue", "load") if crowded else ("first", "decode")
    ttft = _first(times.ttft, spread(speed, first), load).told(
        lambda: _first_line(prompt, running, at[0]), sources=_SOURCES
    )
    tpot = _bounded(times.tpot, "s", spread(speed, step)).told(
        lambda: f"a step of {running:,.1f} sequences, and the prefills in between{_at(at[1])}",
        sources=_SOURCES,
    )
    steps = Quantity(max(output - 1, 0.0))
    found: Facts = {
        "latency.ttft": ttft.to("ms"),
        "latency.tpot": tpot.to("ms"),
        "latency.tps": (1 / tpot * Quantity(1, "tokens"))
        .to("tokens/s")
        .told("one token in each TPOT", inputs=(tpot,), sources=_SOURCES),
        "latency.e2e": (ttft + tpot * steps).told(
            "TTFT + (output - 1) x TPOT", inputs=(ttft, tpot), sources=_SOURCES
        ),
    }
    able = _throughput(speed, load, request, (replicas, ranks))
    if load is not None:
        able["throughput.max_rate_at_targets"] = _at_targets(
            speed, load, request, replicas * ranks, promised
        )
    return {**found, **able}


def read_prompt(request: Request) -> float:
    """Tokens of a prompt that no prefix cache holds."""
    return request.input.value * (1 - request.cached_share)


def _first(seconds: float, within: tuple[float, float], load: Load | None) -> Quantity:
    if not isfinite(seconds):
        asked = load.utilization if load else 0.0
        reason = (
            f"requests come {asked:.1f} times as fast as they are answered: the wait has no end"
        )
        return Quantity.unknown("s", reason)
    return _bounded(seconds, "s", within)


def _first_line(prompt: float, running: float, percentile: float | None) -> str:
    line = f"prefill of {prompt:,.0f} tokens with {running:,.1f} requests running"
    return line + _at(percentile)


def _at(percentile: float | None) -> str:
    return "" if percentile is None else f", at p{percentile:g}"


def _bounded(value: float, unit: str, within: tuple[float, float]) -> Quantity:
    low, high = within
    return Quantity(value, unit, low=value * low, high=value * high)


def _throughput(
    speed: Roofline,
    load: Load | None,
    request: Request,
    each: tuple[int, int],
) -> Facts:
    """Return what all replicas can do; `each` holds their number, and the ranks of each."""
    if load is None:
        reason = "neither daily nor concurrent users are given"
        return {name: Quantity.unknown(FACTS[name].unit, reason) for name in _THROUGHPUT}
    serving = each[0] * each[1]
    fast, slow = spread(speed, "rate")
    most = load.capacity * serving
    capacity = Quantity(
        most,
        "requests/s",
        low=most / slow,
        high=most / fast,
        how="the most that all replicas can do, at the batch their cache and engine allow",
        sources=_SOURCES,
    )
    used, need = _busy(load, capacity, *each)
    return {
        "throughput.tokens_per_second": Late(lambda: _tokens(capacity, request.output)),
        "throughput.requests_per_second": capacity,
        "throughput.utilization": used,
        "throughput.replicas_needed": need,
    }


def _tokens(capacity: Quantity, output: Quantity) -> Quantity:
    each_second = (capacity * output / Quantity(1, "requests")).to("tokens/s")
    return each_second.told("requests a second x output tokens", inputs=(capacity, output))


def _at_targets(speed: Roofline, load: Load, request: Request, serving: int, promised: Sla) -> Fact:
    targets = Targets.of(promised)
    if not targets.any:
        return Absent("no target of latency is written")
    return Late(lambda: _highest_rate(speed, load, request, serving, promised))


def _highest_rate(
    speed: Roofline, load: Load, request: Request, serving: int, promised: Sla
) -> Quantity:
    """Search for the rate at targets: it takes longer than all the other facts of its groups."""
    targets = Targets.of(promised)
    asked = Asked(
        speed, load.slots, read_prompt(request), request.output.value, Percentiles.of(promised)
    )
    first, step = spread(speed, "queue"), spread(speed, "load")
    return Quantity(
        asked.rate(targets) * serving,
        "requests/s",
        low=asked.rate(targets, first[1], step[1]) * serving,
        high=asked.rate(targets, first[0], step[0]) * serving,
        how="the highest rate at which every target is still met",
        sources=_SOURCES,
    )


def _busy(load: Load, capacity: Quantity, replicas: int, ranks: int) -> tuple[Quantity, Quantity]:
    """Return utilization and the replicas needed.

    A replica is busy to the share of the rate it can do, in a closed loop at least to the share of
    its slots that users hold.
    """
    asked = Quantity(load.rate * replicas * ranks, "requests/s")
    used = (asked / capacity).told("rate at the peak / the most it can do")
    if load.looped:
        held = Quantity(load.utilization, how="users / requests a replica runs at once")
        need = float(max(ceil(load.utilization * replicas - 1e-9), 1))
        slots = Quantity(need, how="so that every user finds a free slot", inputs=(held,))
        return largest(held, used), slots
    replicas_at = [
        float(max(ceil(u * replicas / _BUSIEST), 1)) for u in (used.value, used.low, used.high)
    ]
    return used, Quantity(
        replicas_at[0],
        low=replicas_at[1],
        high=replicas_at[2],
        how=f"so that none is busier than {_BUSIEST:.0%} at the peak",
        inputs=(used,),
    )


def measured(latency: ApiLatency | None, request: Request) -> Facts:
    """Return both groups' facts for an API: what the team measured, or nothing."""
    reason = "an API's latency is known by measurement only: set api.latency"
    found = unknown(reason)
    found |= dict.fromkeys(_THROUGHPUT, Absent("the provider's"))
    if latency is None:
        return found
    ttft = _stated(latency.ttft, "s", reason)
    tps = _stated(latency.tps, "tokens/s", reason)
    tpot = 1 / tps * Quantity(1, "tokens")
    found["latency.ttft"] = ttft.to("ms")
    found["latency.tps"] = tps
    found["latency.tpot"] = tpot.to("ms")
    steps = Quantity(max(request.output.value - 1, 0.0))
    found["latency.e2e"] = (ttft + tpot.to("s") * steps).told("measured TTFT + output / TPS")
    return found


def _stated(value: float | None, unit: str, reason: str) -> Quantity:
    if value is None:
        return Quantity.unknown(unit, reason)
    return Quantity(value, unit, how="measured by the team")
