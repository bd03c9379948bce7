"""Bounds from rows held out of the fit: both what they are, and how well they hold.

How far measurements spread is taken from models on devices held out, for each figure. Deployments
whose like was never measured are what leaving out a source shows: they have wider bounds, by
factors of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from zlib import crc32

import numpy as np  # type: ignore[import-not-found, unused-ignore]

from aispec.estimate.latency.constants import unfamiliar
from tools.latency.compare import Pair
from tools.latency.spread import INSIDE, PARTS, Known, Spread, spread, tags_of, within

PLACES = {"engines": 3, "hardware": 1, "pairs": 4, "chips": 5}
"""Where tags stand that say what a fit has seen."""

STRANGE = ("unfamiliar chips", "unfamiliar pair", "unfamiliar")
"""What about a deployment no measurement is like, from the least to the most."""

_BALANCE = 0.5  # n rows of one source, engine and model on a device shape the scale as n^0.5
_NEW = 0.2  # logarithm by which each of them widens bounds, at the least
_FEW = 30  # rows that tell nothing
Seen = dict[str, list[str]]
Within = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to hold rows out: residuals (estimated over measured, logarithms), and groups."""

    left: Sequence[float]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Each figure's spread, what widens it, and each scheme's bounds of each pair."""

    spreads: Mapping[str, Spread]
    widening: Mapping[str, float]  # logarithms
    within: Sequence[Sequence[Within]]


def seen(pairs: Sequence[Pair]) -> Seen:
    """Return what a fit on these pairs has seen."""
    tags = [pair.speed.tags for pair in pairs if pair.speed is not None]
    return {name: sorted({each[place] for each in tags}) for name, place in PLACES.items()}


def calibrated(pairs: Sequence[Pair], by_source: Scheme, by_place: Scheme) -> Calibrated:
    """Return the bounds that hold for models on devices held out, and how both schemes fare."""
    spreads, scales = _spreads(pairs, by_place)
    ranges = [
        within(spreads[pair.spreads].reach, scale)
        for pair, scale in zip(pairs, scales, strict=True)
    ]
    strange = [_strange(pairs, scheme.groups) for scheme in (by_source, by_place)]
    widening = _widening(by_source.left, ranges, strange[0])
    sides = []
    for names in strange:
        wide = [exp(widening[name]) if name else 1.0 for name in names]
        sides.append(
            [(exp(low * w), exp(high * w)) for (low, high), w in zip(ranges, wide, strict=True)]
        )
    return Calibrated(spreads, widening, sides)


def _spreads(pairs: Sequence[Pair], scheme: Scheme) -> tuple[Mapping[str, Spread], Sequence[float]]:
    """Return each figure's spread, and each pair's scale by one that it did not shape."""
    sizes = Counter(map(_cell, pairs))
    scales, spreads = [0.0] * len(pairs), {}
    for figure, inside in INSIDE.items():
        mine = [place for place, pair in enumerate(pairs) if pair.spreads == figure]
        rows = [
            Known(
                tags_of(pairs[place]),
                -scheme.left[place],
                float(sizes[_cell(pairs[place])] ** -_BALANCE),
                crc32(f"{pairs[place].case.model} on {pairs[place].case.device}".encode()) % PARTS,
            )
            for place in mine
        ]
        spreads[figure], found = spread(rows, inside)
        for place, scale in zip(mine, found, strict=True):
            scales[place] = scale
    return spreads, scales


def _strange(pairs: Sequence[Pair], groups: Sequence[str]) -> list[str]:
    """Return what of each pair a fit without its group has not seen; nothing, as a rule."""
    left_by = {
        group: seen([p for p, each in zip(pairs, groups, strict=True) if each != group])
        for group in sorted(set(groups))
    }
    found = []
    for pair, group in zip(pairs, groups, strict=True):
        assert pair.speed is not None
        found.append("".join(unfamiliar(pair.speed.tags, left_by[group])))
    return found


def _widening(
    left: Sequence[float], ranges: Sequence[Within], strange: Sequence[str]
) -> dict[str, float]:
    """Return the factors by which bounds hold as often where the like was never measured.

    What is unlike anything in more ways never has narrower bounds.
    """
    found, least = {}, 0.0
    for name in STRANGE:
        beyond = [
            max(-each / high, -each / low)
            for each, (low, high), here in zip(left, ranges, strange, strict=True)
            if here == name
        ]
        least += _NEW
        if len(beyond) >= _FEW:
            least = max(least, log(float(np.quantile(beyond, INSIDE["load"]))))
        found[name] = least
    return found


def _cell(pair: Pair) -> tuple[str, ...]:
    case = pair.case
    return case.source, case.engine, case.model, case.device, pair.figure
