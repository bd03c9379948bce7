"""What the unlucky requests see: percentiles of waits and of steps.

A wait for a free slot follows an M/G/c queue: Erlang's probability of waiting (Sakasegawa's form)
and Kimura's correction for the spread of service times,
`wait(p) = ln(C / (1 - p)) x (1 + cv^2) / (2 (c mu - lambda))`. Waits behind other prompts are taken
as exponential, and steps as log-normal, with spreads measured between p50 and p99 of
open-loop benchmarks (`spread` in `aispec/catalog/data/latency.yaml`).
"""

from __future__ import annotations

from functools import lru_cache
from math import erf, exp, inf, log, sqrt

from aispec.catalog.store import load_data
from aispec.estimate.latency.load import Load, waiting
from aispec.estimate.latency.step import Roofline
from aispec.record import record

_VARIED = 1.0  # squared coefficient of variation of service times
_ALONE = 1.001  # requests in flight up to which there is nobody to wait for


@record
class Seen:
    """Seconds that a request takes to its first token, and per token after it."""

    ttft: float
    tpot: float


def seen(
    speed: Roofline,
    load: Load | None,
    prompt: float,
    output: float,
    percentiles: tuple[float | None, float | None],
) -> Seen:
    """Return TTFT and TPOT at these percentiles; `None` stands for the mean.

    A TTFT without end is that of a rate which the replica can't serve.
    """
    running = max(load.running, 1.0) if load else 1.0
    first = speed.first_token(running, prompt, output)
    step = speed.per_token(running, prompt, output)
    return unlucky(speed, load, speed.prefill(prompt), Seen(first, step), percentiles)


def unlucky(
    speed: Roofline,
    load: Load | None,
    alone: float,
    usual: Seen,
    percentiles: tuple[float | None, float | None],
) -> Seen:
    """Return TTFT and TPOT at these percentiles, where one user `alone` and the mean are known."""
    at_first, at_step = percentiles
    running = max(load.running, 1.0) if load else 1.0
    first = _first(speed, load, alone, usual.ttft, at_first)
    return Seen(first, usual.tpot * _slow(running, at_step))


def _first(
    speed: Roofline, load: Load | None, alone: float, usual: float, percentile: float | None
) -> float:
    if load is None:
        return alone
    if load.overloaded:
        return inf
    behind = usual - alone
    behind += waiting(speed, load) if load.looped else 0.0
    if percentile is None:
        return alone + behind + (0.0 if load.looped else _slot(load, None))
    wait = 0.0 if load.looped else _slot(load, percentile)
    return alone + behind * _exponential(percentile) + wait


def _exponential(percentile: float) -> float:
    """Return a percentile of an exponential wait, over its mean."""
    return -log(1 - min(percentile, 99.99) / 100)


def _slow(running: float, percentile: float | None) -> float:
    """Return a percentile of the time per token over its mean; one user alone has no spread."""
    if percentile is None or running <= _ALONE:
        return 1.0
    return _beyond_mean(percentile)


@lru_cache(maxsize=64)
def _beyond_mean(percentile: float) -> float:
    spread = float(load_data("latency")["spread"]["tpot"])
    return exp(spread * _deviations(min(percentile, 99.99) / 100))


def _deviations(share: float) -> float:
    """Standard deviations below which this share of a normal distribution lies, by halving.

    The library's own is behind an import that takes as long as twenty of our estimates.
    """
    low, high = -8.0, 8.0
    while low < (middle := (low + high) / 2) < high:
        below = (1 + erf(middle / sqrt(2))) / 2 < share
        low, high = (middle, high) if below else (low, middle)
    return low


def _slot(load: Load, percentile: float | None) -> float:
    """Seconds that an arrival waits for one of the slots, at a percentile or on average."""
    busy = load.utilization
    chance = float(busy ** (sqrt(2 * (load.slots + 1)) - 1))
    drain = 2 * (load.capacity - load.rate) / (1 + _VARIED)
    if drain <= 0:
        return inf
    if percentile is None:
        return chance / drain
    beyond = 1 - min(percentile, 99.99) / 100
    return max(log(chance / beyond), 0.0) / drain if chance > beyond else 0.0
