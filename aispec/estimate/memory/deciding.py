"""Which knob decides whether a deployment fits, and the setting with which it would."""

from __future__ import annotations

from aispec.catalog.deployment import Setup
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Unknown
from aispec.estimate.memory.budget import Budget
from aispec.estimate.memory.cache import Cache
from aispec.estimate.memory.odds import suffices
from aispec.estimate.quantity import Quantity, combined

_STEP = 256  # tokens by which a context is shortened


def decided_by(
    budget: Budget, cache: Cache | None, setup: Setup, fitting: Quantity, verdicts: Verdicts
) -> Fact:
    """Return the knob in words, with a setting that certainly fits where there is one."""
    boots, serves, full = verdicts
    available = budget.kv_available
    if not available.known:
        return Unknown(available.reason)
    if available.high <= 0:
        need = budget.offered.value - available.value
        offered = budget.offered.value
        return f"the weights: with the engine's own they take {need:.1f} of {offered:.1f} GiB"
    if boots is not Answer.YES:
        return _starting(budget, cache, setup, full)
    if serves is not Answer.YES:
        return _serving(fitting)
    if available.low < full.high:
        worst = max(available.low, 0.0)
        return (
            f"nothing is likely to be tight: {available.value:.1f} GiB are left for cache,"
            f" {worst:.1f} at worst"
        )
    return f"nothing is tight: {available.low:.1f} GiB are left for cache at worst"


Verdicts = tuple[Answer, Answer, Quantity]
"""Whether it boots, whether it serves, and the cache of one sequence of full length."""


def _starting(budget: Budget, cache: Cache | None, setup: Setup, full: Quantity) -> str:
    if suffices(combined("GiB", (budget.kv_available,), (full,))) is Answer.YES:
        share = setup.utilization or 1.0
        return f"gpu_memory_utilization: {share:g} leaves too little beside the engine's budget"
    longest = _longest(cache, budget.kv_available.low, setup.context or 0) if cache else 0
    if longest:
        return f"max_model_len: it starts with {longest:,}"
    return "max_model_len: no length is sure to start"


def _longest(cache: Cache, available: float, context: int) -> int:
    """The longest context, in steps of 256 tokens, whose cache certainly fits."""
    low, high = 0, context // _STEP
    while low < high:
        middle = (low + high + 1) // 2
        fits = cache.at_most(float(middle * _STEP)) <= available
        low, high = (middle, high) if fits else (low, middle - 1)
    return low * _STEP


def _serving(fitting: Quantity) -> str:
    if not fitting.known or fitting.low < 1:
        return "max_num_seqs: not even one request of the workload is sure to fit"
    return f"max_num_seqs: it fits with {fitting.low:,.0f}, and the rest waits"
