"""Legal thresholds on training compute, in FLOP, with where and since when each holds."""

from __future__ import annotations

from functools import cache

from aispec.catalog.store import load_data
from aispec.record import record


@record
class Threshold:
    """One threshold: `flop` in all, or `ratio` of the original model's, crossed when `comparison`.

    `in_force` is as of the catalogue's `checked` date.
    """

    id: str
    name: str
    jurisdiction: str
    flop: float | None
    ratio: float | None
    comparison: str
    status: str
    in_force: bool
    since: str
    until: str | None
    notes: str
    sources: tuple[str, ...]


@cache
def thresholds() -> tuple[Threshold, ...]:
    """All thresholds, those no longer or not yet in force among them."""
    return tuple(
        Threshold(**{"ratio": None, **entry, "sources": tuple(entry["sources"])})
        for entry in load_data("thresholds/training_compute")["thresholds"]
    )


def threshold(id: str) -> Threshold | None:  # noqa: A002 - the field's own name
    """The threshold of this id, None if there is no such."""
    return next((each for each in thresholds() if each.id == id), None)
