"""The fit: damped Gauss-Newton on logarithms, robust, with a prior for every factor.

Constants are products of factors, so that the derivative by a factor is the derivative by its
constant, taken numerically. Factors that bear on the same rows are fitted as one and shared out
afterwards. Rows held out are estimated with constants fitted from the priors anew, so that nothing
of them is left. Needs numpy; the package does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from multiprocessing import get_context
from typing import Any

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.record import replace
from tools.latency.compare import Pair
from tools.latency.form import BALANCE, KINDS, NOISE, START, kinds, width
from tools.latency.vector import Rows

_STEP = 1e-3
_ROUNDS = 10
_FAR = 0.15  # residuals from which a row counts less
_ENOUGH = 4e-4  # share of the cost that a round has to save
_BOLDEST = 0.7  # the most that one round changes a logarithm
_TRIES = 6
_WORKERS = 2
_SAMPLED = 7  # one row in so many is checked
_SAME = 1e-6

Key = tuple[str, str]


@dataclass(slots=True)
class Problem:
    """Pairs with an estimate, and the factors that bear on them."""

    pairs: Sequence[Pair]
    rows: Mapping[str, tuple[Any, Rows]]  # by the way of the estimate: places, and columns
    measured: Any  # logarithms
    members: list[list[tuple[Key, float]]]  # factors fitted as one, with the widths of their priors
    spans: Any
    centre: Any  # where the priors are centred, logarithms
    weights: Any
    bearing: Mapping[str, Any]  # for each constant: the places of each row's factors

    def constants(self, theta: Any) -> dict[str, Any]:
        """Return each row's constants."""
        padded = np.append(theta, 0.0)
        return {name: np.exp(padded[places].sum(1)) for name, places in self.bearing.items()}

    def left(self, own: Mapping[str, Any]) -> Any:
        """Return the logarithm of estimated over measured under these constants."""
        found = np.zeros(len(self.pairs))
        for way, (places, rows) in self.rows.items():
            mine = {name: values[places] for name, values in own.items()}
            found[places] = np.log(np.maximum(rows.estimate(way, mine), 1e-9))
        return found - self.measured

    def slopes(self, theta: Any, base: Any) -> Any:
        """Return the derivatives of the residuals by the logarithm of each factor."""
        own = self.constants(theta)
        found = np.zeros((len(self.pairs), len(theta) + 1), np.float32)
        every = np.arange(len(self.pairs))
        for name, places in self.bearing.items():
            slope = (self.left({**own, name: own[name] * (1 + _STEP)}) - base) / _STEP
            for column in places.T:
                found[every, column] += slope
        return found[:, :-1]

    def factors(self, theta: Any) -> dict[Key, float]:
        """Return the logarithm of every factor: shared out by the widths of the priors."""
        found = {}
        for place, members in enumerate(self.members):
            whole = sum(span**2 for _, span in members)
            for key, span in members:
                found[key] = float(theta[place]) * span**2 / whole
        return found


def problem(pairs: Iterable[Pair]) -> Problem:
    """Return the problem of fitting every constant to these pairs."""
    known = [pair for pair in pairs if pair.speed is not None]
    bears: dict[Key, list[int]] = {}
    spans: dict[Key, float] = {}
    for row, pair in enumerate(known):
        assert pair.speed is not None
        for kind, tag in kinds(pair.speed.tags):
            for name, allowed in KINDS.items():
                if kind in allowed:
                    bears.setdefault((name, tag), []).append(row)
                    spans[name, tag] = width(name, kind)
    alike: dict[tuple[str, tuple[int, ...]], list[tuple[Key, float]]] = {}
    for key, rows in bears.items():
        alike.setdefault((key[0], tuple(rows)), []).append((key, spans[key]))
    members = list(alike.values())
    return Problem(
        known,
        _by_way(known),
        np.array([log(pair.measured) for pair in known]),
        members,
        np.array([sum(span**2 for _, span in each) ** 0.5 for each in members]),
        np.array([_centre(each) for each in members]),
        _weights(known),
        _bearing(list(alike), len(known)),
    )


def _by_way(pairs: Sequence[Pair]) -> dict[str, tuple[Any, Rows]]:
    found = {}
    for way in sorted({pair.way for pair in pairs}):
        places = [row for row, pair in enumerate(pairs) if pair.way == way]
        found[way] = (np.array(places), Rows([pairs[row] for row in places]))
    return found


def _centre(members: Sequence[tuple[Key, float]]) -> float:
    """Return the constant's start where `any` is among the factors, else no change."""
    return next((log(START[name]) for (name, tag), _ in members if tag == "any"), 0.0)


def _bearing(alike: Sequence[tuple[str, tuple[int, ...]]], rows: int) -> dict[str, Any]:
    places: dict[str, list[list[int]]] = {name: [[] for _ in range(rows)] for name in KINDS}
    for place, (name, mine) in enumerate(alike):
        for row in mine:
            places[name][row].append(place)
    found = {}
    for name, each in places.items():
        most = max(map(len, each))
        found[name] = np.array([[*row, *[len(alike)] * (most - len(row))] for row in each])
    return found


def _weights(pairs: Sequence[Pair]) -> Any:
    cells = [(p.case.source, p.case.engine, p.case.model, p.case.device, p.figure) for p in pairs]
    sizes = Counter(cells)
    raw = np.array([sizes[cell] ** -BALANCE for cell in cells])
    noise = np.array([NOISE[pair.figure] for pair in pairs])
    return raw / raw.mean() / noise**2


def solve(task: Problem, keep: Any = 1.0) -> tuple[Any, Any]:
    """Return the logarithms of the factors that fit the kept pairs best, and all residuals."""
    theta = task.centre.copy()
    left = task.left(task.constants(theta))
    cost, damping = _cost(task, theta, left, keep), 1e-2
    for _ in range(_ROUNDS):
        normal, side = _normal(task, theta, left, keep)
        for _ in range(_TRIES):
            damped = normal + np.diag(damping * np.diag(normal))
            trial = theta - np.clip(np.linalg.solve(damped, side), -_BOLDEST, _BOLDEST)
            after = task.left(task.constants(trial))
            found = _cost(task, trial, after, keep)
            if found < cost:
                break
            damping = max(damping * 10, 0.1)
        else:
            break
        saved, cost = cost - found, found
        theta, left, damping = trial, after, max(damping / 5, 1e-3)
        if saved < _ENOUGH * cost:
            break
    return theta, left


def _cost(task: Problem, theta: Any, left: Any, keep: Any) -> float:
    loss = 2 * _FAR**2 * (np.sqrt(1 + (left / _FAR) ** 2) - 1)
    prior = ((theta - task.centre) / task.spans) ** 2
    return float((task.weights * keep * loss).sum() + prior.sum())


def _normal(task: Problem, theta: Any, left: Any, keep: Any) -> tuple[Any, Any]:
    """Return the normal matrix and the gradient of the cost, halved."""
    weights = task.weights * keep / np.sqrt(1 + (left / _FAR) ** 2)
    slopes = task.slopes(theta, left)
    half = slopes * np.sqrt(weights)[:, None].astype(np.float32)
    normal = (half.T @ half).astype(float)
    pull = 1 / task.spans**2
    normal[np.diag_indices_from(normal)] += pull
    return normal, slopes.T @ (weights * left) + pull * (theta - task.centre)


def agree(task: Problem, theta: Any) -> None:
    """Raise `ValueError` where arrays and the package's own formulas differ."""
    own = task.constants(theta)
    left = task.left(own)
    for row, pair in list(enumerate(task.pairs))[::_SAMPLED]:
        assert pair.speed is not None
        mine = {name: float(values[row]) for name, values in own.items()}
        told = replace(pair, speed=replace(pair.speed, own=mine)).predict()
        if abs(log(told / pair.measured) - left[row]) > _SAME:
            raise ValueError(f"{pair.case.id}, {pair.figure}: arrays and the package differ")


def held_out(task: Problem, groups: Sequence[str]) -> Any:
    """Return each pair's residual under constants fitted without its group; `""` is no group."""
    found = np.zeros(len(groups))
    names = sorted(set(groups) - {""})
    with get_context("fork").Pool(_WORKERS, _remember, (task, groups)) as pool:
        for name, left in zip(names, pool.map(_without, names, chunksize=1), strict=True):
            out = np.array([each == name for each in groups])
            found[out] = left[out]
    return found


_HELD: list[tuple[Problem, Sequence[str]]] = []


def _remember(task: Problem, groups: Sequence[str]) -> None:
    _HELD[:] = [(task, groups)]


def _without(name: str) -> Any:
    [(task, groups)] = _HELD
    return solve(task, np.array([float(each != name) for each in groups]))[1]
