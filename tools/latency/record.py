"""Estimates of rows that constants were fitted without, as the fit wrote them down.

`tests/truth/speed.held_out.csv` has, for each figure of each row, estimated over measured twice:
with constants fitted without the row's source (for the silicon corpus without its model on its
device), and without every row of its model on its device.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.truth.latency_cases import HERE
from tools.latency.compare import Pair

PATH = HERE / "speed.held_out.csv"
SCHEMES = ("source", "model and device")
_HEAD = "id,figure,without its source,without its model on its device"


def read() -> Mapping[tuple[str, str], tuple[float, float]]:
    """Return estimated over measured under both schemes, by row and figure."""
    found = {}
    for line in PATH.read_text(encoding="utf-8").splitlines()[1:]:
        row, figure, source, place = line.rsplit(",", 3)
        found[row, figure] = (float(source), float(place))
    return found


def text(pairs: Sequence[Pair], by_source: Iterable[float], by_place: Iterable[float]) -> str:
    """Return the file for these ratios."""
    lines = [
        f"{pair.case.id},{pair.figure},{one:.3f},{other:.3f}"
        for pair, one, other in zip(pairs, by_source, by_place, strict=True)
    ]
    return "\n".join([_HEAD, *sorted(lines)]) + "\n"
