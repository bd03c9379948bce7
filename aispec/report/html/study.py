"""What a page shows beside the facts: figures over a range of load, and the cost by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.record import made, record
from aispec.report.report import Judged

Axis = Literal["users at once", "requests/s in the busiest hour"]
Key = tuple[str, int]
"""A deployment's file and line."""


@record
class Point:
    """The facts of group `latency` at one load."""

    load: float  # in what the axis says
    latency: Mapping[str, Fact]


@record
class Sweep:
    """Latency over a range of load. `points` are by load and have one at `now`."""

    axis: Axis
    now: float  # the load the deployment is judged at
    most: Quantity | None  # requests/s beyond which no queue ends; none where users wait
    points: tuple[Point, ...]


@record
class Study:
    """What was computed of one deployment for its page only."""

    sweep: Sweep | None = None
    costs: Mapping[str, Quantity] = made(default_factory=dict)  # USD a month by part


Studies = Mapping[Key, Study]


def key(each: Judged) -> Key:
    """Return what a deployment's study goes by."""
    return each.path, each.line
