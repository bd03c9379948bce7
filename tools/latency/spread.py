"""How far measurements spread about held-out estimates, by what is known of a deployment.

The absolute residual is taken as exponential about a scale that is a product of factors, one for
each tag: a Laplace law whose logarithm is linear, fitted by Newton's method with a prior that pulls
every factor to 1, so that a tag with few rows has its parents' spread. The reach of the bounds is
then read off the residuals in units of their scale, on rows whose part did not fit the scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.estimate.latency.constants import LEAST, regime, unfamiliar
from tools.latency.compare import Pair

_PULL = 30.0  # rows that the prior of a factor weighs
_FLOOR = 0.02  # no residual counts as smaller
_ROUNDS = 30
PARTS = 8
_OUTSIDE = 0.06  # share of measurements beyond either bound


@dataclass(frozen=True, slots=True)
class Known:
    """A held-out row: what is known of it, its residual, and the part it is left out with."""

    tags: tuple[str, ...]
    left: float  # logarithm of measured over estimated
    weight: float
    part: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The scale of the residuals, and how many of it lie between the bounds and the estimate."""

    factors: Mapping[str, float]  # logarithms
    reach: tuple[float, float]

    def scale(self, tags: Sequence[str]) -> float:
        """Return the scale of a deployment's residuals."""
        return exp(sum(self.factors.get(tag, 0.0) for tag in tags))


def tags_of(pair: Pair, seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Return all that is known of a pair, by a fit that has `seen` only so much."""
    assert pair.speed is not None
    size = regime(pair.figure, pair.speed.active)
    return (*pair.speed.tags, *size, *unfamiliar(pair.speed.tags, seen))


def spread(rows: Sequence[Known]) -> tuple[Spread, list[tuple[float, float]]]:
    """Return the spread of these rows, and each row's bounds by a spread that it did not shape."""
    scales = [0.0] * len(rows)
    for part in range(PARTS):
        apart = Spread(_factors([row for row in rows if row.part != part]), (0.0, 0.0))
        for place, row in enumerate(rows):
            if row.part == part:
                scales[place] = apart.scale(row.tags)
    ratios = [row.left / scale for row, scale in zip(rows, scales, strict=True)]
    weights = [row.weight for row in rows]
    low, high = (_quantile(ratios, weights, at) for at in (_OUTSIDE, 1 - _OUTSIDE))
    within = [(exp(min(low * s, -LEAST)), exp(max(high * s, LEAST))) for s in scales]
    return Spread(_factors(rows), (low, high)), within


def _quantile(values: Sequence[float], weights: Sequence[float], at: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][np.searchsorted(reached, at * reached[-1])])


def _factors(rows: Sequence[Known]) -> dict[str, float]:
    """Return the logarithm of each tag's factor; `any` is that of the whole."""
    names = sorted({tag for row in rows for tag in row.tags})
    places = {name: place for place, name in enumerate(names)}
    bears = np.zeros((len(rows), len(names)))
    for line, row in enumerate(rows):
        bears[line, [places[tag] for tag in row.tags]] = 1.0
    sizes = np.maximum(np.abs([row.left for row in rows]), _FLOOR)
    weights = np.array([row.weight for row in rows])
    pull = np.array([1e-6 if name == "any" else _PULL for name in names])
    theta = np.zeros(len(names))
    theta[places["any"]] = np.log((weights * sizes).sum() / weights.sum())
    for _ in range(_ROUNDS):
        ratios = weights * sizes * np.exp(-bears @ theta)
        gradient = bears.T @ (weights - ratios) + pull * theta
        curve = (bears * ratios[:, None]).T @ bears + np.diag(pull)
        step = np.clip(np.linalg.solve(curve, gradient), -0.5, 0.5)
        theta = theta - step
        if np.abs(step).max() < 1e-6:
            break
    return {name: float(theta[place]) for name, place in places.items()}
