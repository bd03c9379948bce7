"""The fit: damped Gauss-Newton on logarithms, robust, with a prior for every factor.

Constants are products of factors, so that the derivative by a factor is the derivative by its
constant, taken numerically from the package's own formulas. Needs numpy; the package does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.catalog.store import load_data
from aispec.estimate.latency.constants import constants
from tools.latency.compare import Pair
from tools.latency.form import KINDS, NOISE, USED, kinds, width

_STEP = 1e-3
_ROUNDS = 12
_BALANCE = 0.3  # a source of n rows counts as n^(1 - this)
_FAR = 0.35  # residuals from which a row counts less

Key = tuple[str, str]


def group(pair: Pair) -> str:
    """Return what is left out together: a source, or a model on a device of the silicon corpus."""
    case = pair.case
    return f"{case.model} on {case.device}" if case.corpus == "silicon" else case.source


@dataclass(slots=True)
class Problem:
    """Pairs with an estimate, and the factors that bear on them."""

    pairs: Sequence[Pair]
    keys: dict[Key, int]
    spans: Any  # widths of the priors
    start: Any  # logarithms
    weights: Any
    bearing: list[list[tuple[str, list[int]]]]  # for each pair: constants, and their factors

    def apply(self, theta: Any) -> None:
        """Set the constants that every estimate reads."""
        for tags in {pair.speed.tags for pair in self.pairs if pair.speed}:
            own: Any = constants(tags)
            for name, allowed in KINDS.items():
                own[name] = exp(
                    sum(
                        theta[self.keys[name, tag]]
                        for kind, tag in kinds(tags)
                        if kind in allowed and (name, tag) in self.keys
                    )
                )

    def residuals(self, some: Iterable[int] | None = None) -> Any:
        """Return the logarithm of estimated over measured."""
        chosen = range(len(self.pairs)) if some is None else some
        return np.array([_residual(self.pairs[i]) for i in chosen])

    def jacobian(self, base: Any) -> Any:
        """Return the derivatives of the residuals by the logarithm of each factor."""
        found = np.zeros((len(self.pairs), len(self.keys)))
        for row, pair in enumerate(self.pairs):
            assert pair.speed is not None
            own: Any = pair.speed.own
            for name, places in self.bearing[row]:
                kept = own[name]
                own[name] = kept * (1 + _STEP)
                slope = (_residual(pair) - base[row]) / _STEP
                own[name] = kept
                for place in places:
                    found[row, place] = slope
        return found


def problem(pairs: Iterable[Pair]) -> Problem:
    """Return the problem of fitting every constant to these pairs, from the constants as filed."""
    known = [pair for pair in pairs if pair.speed is not None]
    keys: dict[Key, int] = {}
    spans: list[float] = []
    bearing = []
    for pair in known:
        assert pair.speed is not None
        mine: list[tuple[str, list[int]]] = []
        for name in USED[pair.figure]:
            places = []
            for kind, tag in kinds(pair.speed.tags):
                if kind not in KINDS[name]:
                    continue
                if (name, tag) not in keys:
                    keys[name, tag] = len(keys)
                    spans.append(width(kind))
                places.append(keys[name, tag])
            mine.append((name, places))
        bearing.append(mine)
    filed = load_data("latency")["constants"]
    start = np.array([log(filed[name].get(tag, 1.0)) for name, tag in keys])
    return Problem(known, keys, np.array(spans), start, _weights(known), bearing)


def _weights(pairs: Sequence[Pair]) -> Any:
    sizes: dict[tuple[str, str], int] = {}
    for pair in pairs:
        key = (group(pair), pair.figure)
        sizes[key] = sizes.get(key, 0) + 1
    raw = np.array([sizes[group(pair), pair.figure] ** -_BALANCE for pair in pairs])
    return raw / raw.mean()


def _residual(pair: Pair) -> float:
    return log(max(pair.predict(), 1e-9) / pair.measured)


def solve(task: Problem, rounds: int = _ROUNDS) -> Any:
    """Return the logarithms of the factors that fit all pairs best."""
    theta, centre = task.start.copy(), _centre(task)
    task.apply(theta)
    left = task.residuals()
    cost, damping = _cost(task, theta, left, centre), 1e-2
    for _ in range(rounds):
        slopes = task.jacobian(left)
        for _ in range(6):
            step = _newton(task, theta, left, slopes, centre, damping)
            trial = theta + np.clip(step, -1.0, 1.0)
            task.apply(trial)
            after = task.residuals()
            found = _cost(task, trial, after, centre)
            if found < cost:
                theta, left, damping = trial, after, damping / 4
                break
            damping = damping * 5 + 1e-3
        else:
            break
        if cost - found < 1e-4 * cost:
            break
        cost = found
    task.apply(theta)
    return theta


def _centre(task: Problem) -> Any:
    """Return where the priors are centred: the filed value for `any`, else no change."""
    return np.array([START[name] if tag == "any" else 0.0 for name, tag in task.keys])


def _robust(left: Any) -> Any:
    return 1 / np.sqrt(1 + (left / _FAR) ** 2)


def _cost(task: Problem, theta: Any, left: Any, centre: Any) -> float:
    loss = 2 * _FAR**2 * (np.sqrt(1 + (left / _FAR) ** 2) - 1)
    prior = ((theta - centre) / task.spans) ** 2
    return float((task.weights * loss).sum() / NOISE**2 + prior.sum())


def _newton(
    task: Problem, theta: Any, left: Any, slopes: Any, centre: Any, damping: float,
    keep: Any = None,
) -> Any:  # fmt: skip
    weights = task.weights * _robust(left) / NOISE**2
    if keep is not None:
        weights = weights * keep
    normal = (slopes * weights[:, None]).T @ slopes
    pull = 1 / task.spans**2
    normal[np.diag_indices_from(normal)] += pull + damping
    side = slopes.T @ (weights * left) + pull * (theta - centre)
    return -np.linalg.solve(normal, side)


def held_out(task: Problem, theta: Any, groups: Sequence[str], rounds: int = 2) -> Any:
    """Return each pair's residual under constants fitted without its group."""
    centre, found = _centre(task), np.zeros(len(groups))
    task.apply(theta)
    left = task.residuals()
    slopes = task.jacobian(left)
    for name in sorted(set(groups)):
        keep = np.array([0.0 if each == name else 1.0 for each in groups])
        trial, now = theta, left
        for _ in range(rounds):
            trial = trial + np.clip(
                _newton(task, trial, now, slopes, centre, 1e-2, keep), -1.0, 1.0
            )
            task.apply(trial)
            now = task.residuals()
        out = [i for i, each in enumerate(groups) if each == name]
        found[out] = now[out]
    task.apply(theta)
    return found


START = {
    name: log(value)
    for name, value in {
        "bandwidth": 0.8,
        "cache_bandwidth": 0.6,
        "decode_arithmetic": 0.2,
        "layer_us": 60.0,
        "step_us": 300.0,
        "sequence_us": 20.0,
        "expert_factor": 1.2,
        "collective_us": 8.0,
        "prefill": 0.5,
        "prefill_scaling": 0.7,
        "ramp": 60.0,
        "attention_factor": 2.0,
        "floor_ms": 8.0,
        "queue": 0.5,
        "burst": 0.02,
        "wait_steps": 1.0,
        "interference": 0.8,
        "slot_wait": 0.5,
    }.items()
}
"""Where the priors of the constants themselves are centred: published shares and costs."""
