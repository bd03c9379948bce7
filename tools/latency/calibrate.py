"""Bounds from rows held out of the fit: both what they are, and how well they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from tools.latency.compare import FIGURES, Pair
from tools.latency.spread import PARTS, Known, Spread, spread, tags_of

PLACES = {"engines": 3, "hardware": 1, "pairs": 4, "chips": 5}
"""Where tags stand that say what a fit has seen."""

_BALANCE = 0.3  # n rows of one source, engine and model on a device count as n^(1 - this)
Seen = dict[str, list[str]]
Within = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to hold rows out: residuals (estimated over measured, logarithms), and groups."""

    left: Sequence[float]
    groups: Sequence[str]


def seen(pairs: Sequence[Pair]) -> Seen:
    """Return what a fit on these pairs has seen."""
    tags = [pair.speed.tags for pair in pairs if pair.speed is not None]
    return {name: sorted({each[place] for each in tags}) for name, place in PLACES.items()}


def calibrated(
    pairs: Sequence[Pair], schemes: Sequence[Scheme]
) -> tuple[Mapping[str, Spread], list[list[Within]]]:
    """Return each figure's spread, and for each scheme each pair's bounds."""
    known = [_known(pairs, scheme) for scheme in schemes]
    within: list[list[Within]] = [[(0.0, 0.0)] * len(pairs) for _ in schemes]
    spreads = {}
    for figure in FIGURES:
        rows = [
            (side, place)
            for side in range(len(schemes))
            for place, pair in enumerate(pairs)
            if pair.figure == figure
        ]
        spreads[figure], bounds = spread([known[side][place] for side, place in rows])
        for (side, place), each in zip(rows, bounds, strict=True):
            within[side][place] = each
    return spreads, within


def _known(pairs: Sequence[Pair], scheme: Scheme) -> list[Known]:
    sizes = Counter(map(_cell, pairs))
    left_by = {
        group: seen([p for p, each in zip(pairs, scheme.groups, strict=True) if each != group])
        for group in sorted(set(scheme.groups))
    }
    return [
        Known(
            tags_of(pair, left_by[group]),
            -residual,
            float(sizes[_cell(pair)] ** -_BALANCE),
            crc32(f"{pair.case.model} on {pair.case.device}".encode()) % PARTS,
        )
        for pair, residual, group in zip(pairs, scheme.left, scheme.groups, strict=True)
    ]


def _cell(pair: Pair) -> tuple[str, ...]:
    case = pair.case
    return case.source, case.engine, case.model, case.device, pair.figure
