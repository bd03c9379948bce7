"""How far measurements spread about held-out estimates, by what is known of a deployment.

The scale of a residual is a product of factors, one for each tag: its logarithm is fitted by
quantile regression, so that it is what most residuals stay within and long tails count as such,
with a prior that pulls every factor to 1, so that a tag with few deployments has its parents'
spread. The reach of the bounds is the shortest that holds the share of measurements it has to, in
units of their scale, on rows whose part did not fit the scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.estimate.latency.constants import LEAST, regime
from tools.latency.compare import Pair

PARTS = 8
INSIDE = {"decode": 0.865, "first": 0.91, "load": 0.865, "rate": 0.91, "queue": 0.91}
"""The share of measurements that bounds hold, for each figure that has bounds of its own.

Those of figures that are known well hold fewer, so that bounds which are wide in any case can be
relied on.
"""
_WITHIN = 0.8  # share of residuals that stay within their scale
_PULL = 80.0  # rows that the prior of a factor weighs
_PULL_OF_ENGINE = 8.0  # bounds are to hold as often for each of them
_ENGINE = 3  # place of its tag
_SMOOTH = 0.05  # logarithm below which the loss is a parabola
_ROUNDS = 40
_FLOOR = 0.03  # no residual counts as smaller
_TRIED = 25  # places of the reach
_BROAD = ("rate", "queue")  # too few deployments were measured for more than their kinds of tag
_KINDS = slice(0, 5)  # hardware, chips, engine, engine on either

Bounds = tuple[float, float]  # logarithms of measured over estimated


@dataclass(frozen=True, slots=True)
class Known:
    """A held-out row: its tags, its residual, what it counts and the part it is left out with."""

    tags: tuple[str, ...]
    left: float  # logarithm of measured over estimated
    weight: float
    part: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The scale of the residuals, and how many of it lie between the bounds and the estimate."""

    factors: Mapping[str, float]  # logarithms
    reach: Bounds

    def scale(self, tags: Sequence[str]) -> float:
        """Return the scale of a deployment's residuals."""
        return exp(sum(self.factors.get(tag, 0.0) for tag in tags))


def tags_of(pair: Pair) -> tuple[str, ...]:
    """Return what may tell how far a pair's measurement is from its estimate."""
    assert pair.speed is not None
    tags = pair.speed.tags
    if pair.spreads in _BROAD:
        return tags[_KINDS]
    return (*tags, *regime(pair.spreads, pair.speed.active))


def spread(rows: Sequence[Known], inside: float) -> tuple[Spread, list[float]]:
    """Return the spread of these rows, and each row's scale by a spread that it did not shape."""
    scales = [0.0] * len(rows)
    for part in range(PARTS):
        apart = Spread(_factors([row for row in rows if row.part != part]), (0.0, 0.0))
        for place, row in enumerate(rows):
            if row.part == part:
                scales[place] = apart.scale(row.tags)
    reach = _shortest(np.array([row.left for row in rows]), np.array(scales), inside)
    return Spread(_factors(rows), reach), scales


def within(reach: Bounds, scale: float) -> Bounds:
    """Return the bounds at a scale."""
    return min(reach[0] * scale, -LEAST), max(reach[1] * scale, LEAST)


def _shortest(left: Any, scales: Any, inside: float) -> Bounds:
    """Return the reach that holds a share of the rows and is shortest on average."""
    ratios = np.sort(left / scales)

    def at(share: float) -> float:
        return float(ratios[min(int(share * len(ratios)), len(ratios) - 1)])

    found = []
    for below in np.linspace(0, 1 - inside, _TRIED):
        low, high = at(below), at(below + inside)
        length = np.maximum(high * scales, LEAST) - np.minimum(low * scales, -LEAST)
        found.append((float(length.mean()), low, high))
    return min(found)[1:]


def _factors(rows: Sequence[Known]) -> dict[str, float]:
    """Return the logarithm of each tag's factor; `any` is that of the whole.

    The loss of a quantile, `share x beyond` above it and `(1 - share) x beyond` below it, by least
    squares that are weighed anew in each round.
    """
    names = ["any", *sorted({tag for row in rows for tag in row.tags} - {"any"})]
    places = {name: place for place, name in enumerate(names)}
    bears = np.zeros((len(rows), len(names)))
    for line, row in enumerate(rows):
        bears[line, [places[tag] for tag in row.tags]] = 1.0
    sizes = np.log(np.maximum(np.abs([row.left for row in rows]), _FLOOR))
    weights = np.array([row.weight for row in rows])
    engines = {row.tags[_ENGINE] for row in rows}
    pull = np.array([_PULL_OF_ENGINE if name in engines else _PULL for name in names])
    pull[0] = 1e-6
    theta = np.zeros(len(names))
    theta[0] = np.quantile(sizes, _WITHIN)
    for _ in range(_ROUNDS):
        beyond = sizes - bears @ theta
        slopes = weights * np.where(beyond > 0, _WITHIN, 1 - _WITHIN) / np.hypot(beyond, _SMOOTH)
        normal = (bears * slopes[:, None]).T @ bears + np.diag(pull)
        theta += np.linalg.solve(normal, bears.T @ (slopes * beyond) - pull * theta)
    return {name: float(theta[place]) for name, place in places.items()}
