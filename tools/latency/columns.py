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
    sides = {"fitted": [Outcome(pair, pair.predict(), pair.bounds) for pair in known]}
    for place, name in enumerate(record.SCHEMES):
        held = [
            (pair, kept[pair.case.id, pair.figure][place])
            for pair in known
            if (pair.case.id, pair.figure) in kept
        ]
        sides[f"without its {name}"] = [
            Outcome(pair, each.ratio * pair.measured, each.bounds) for pair, each in held
        ]
    return sides
