"""Assumptions that stand in for what a spec leaves out: named, settable, printed."""

from __future__ import annotations

from collections.abc import Mapping

from aispec.catalog.deployment import Assumption
from aispec.record import made, record

DEFAULTS: Mapping[str, float] = {
    "peak_hour_share": 0.15,
    "output_share": 0.25,
    "language_inflation": 1.5,
    "draft_acceptance": 0.7,
    "host_bandwidth": 60.0,
}
"""Share of a day's traffic in its busiest hour; share of a session's tokens that is output; tokens
of a text in another language for one in English; share of a draft's tokens that the model accepts;
GB/s of the host's memory, from which layers that stay there are read."""


@record(frozen=False)
class Assumptions:
    """Collects what was assumed while a spec is resolved."""

    made: list[Assumption] = made(default_factory=list)

    def add(self, name: str, value: object, why: str) -> None:
        """Note that `name` has `value` because of `why`."""
        self.made.append(Assumption(name, str(value), why))


def settled(*sources: Mapping[str, float]) -> dict[str, float]:
    """Return the named assumptions: the defaults, changed by each source in turn."""
    values = dict(DEFAULTS)
    for source in sources:
        values.update(source)
    return values
