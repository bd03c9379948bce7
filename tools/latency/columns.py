"""Every pair as fitted, and as estimated without the rows it is tested on."""

from __future__ import annotations

from collections.abc import Sequence

from tools.latency import record
from tools.latency.compare import Pair
from tools.latency.figures import Outcome


def columns(found: Sequence[Pair]) -> dict[str, list[Outcome]]:
    """Return the outcomes of each way to test."""
    known = [pair for pair in found if pair.speed is not None]
    kept = record.read()
    sides = {"fitted": [Outcome(pair, pair.predict()) for pair in known]}
    for place, name in enumerate(record.SCHEMES):
        sides[f"without its {name}"] = [
            Outcome(pair, kept[pair.case.id, pair.figure][place] * pair.measured)
            for pair in known
            if (pair.case.id, pair.figure) in kept
        ]
    return sides
