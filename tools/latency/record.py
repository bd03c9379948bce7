"""Estimates of rows that constants were fitted without, as the fit wrote them down.

`tests/truth/speed.held_out.csv` has, for each figure of each row, estimated over measured and the
bounds of measured over estimated, twice: with constants fitted without the row's source (for the
silicon corpus without its model on its device), and without every row of its model on its device.
Bounds are by a spread that the row's model on its device did not shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from tests.truth.latency_cases import HERE
from tools.latency.compare import Pair

PATH = HERE / "speed.held_out.csv"
SCHEMES = ("source", "model and device")
_HEAD = "id,figure,without its source,low,high,without its model on its device,low,high"


@dataclass(frozen=True, slots=True)
class Held:
    """Estimated over measured, and the bounds of measured over estimated."""

    ratio: float
    bounds: tuple[float, float]


def read() -> Mapping[tuple[str, str], tuple[Held, Held]]:
    """Return what both schemes say, by row and figure."""
    found = {}
    for line in PATH.read_text(encoding="utf-8").splitlines()[1:]:
        row, figure, *cells = line.rsplit(",", 7)
        one, other = ([float(cell) for cell in cells[at : at + 3]] for at in (0, 3))
        found[row, figure] = (_held(one), _held(other))
    return found


def _held(cells: Sequence[float]) -> Held:
    return Held(cells[0], (cells[1], cells[2]))


def text(
    pairs: Sequence[Pair],
    by_source: Sequence[tuple[float, tuple[float, float]]],
    by_place: Sequence[tuple[float, tuple[float, float]]],
) -> str:
    """Return the file for these residuals, as logarithms, with their bounds."""
    lines = [
        ",".join([pair.case.id, pair.figure, *(_cells(*one)), *(_cells(*other))])
        for pair, one, other in zip(pairs, by_source, by_place, strict=True)
    ]
    return "\n".join([_HEAD, *sorted(lines)]) + "\n"


def _cells(left: float, within: tuple[float, float]) -> list[str]:
    return [f"{value:.3f}" for value in (exp(left), *within)]
