"""What a search for deployments may change, and how far."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.record import record

KEPT = ("model", "precision", "hardware", "engine")
"""Parts of a spec that can be kept as they are."""


class PlanError(Exception):
    """The question was wrong: what to ask instead is said in the message."""


class Unplannable(Exception):  # noqa: N818 - it is a finding about the spec, not a fault
    """Nothing can be searched for this deployment; the message reads as a finding does."""


@record
class Wishes:
    """Constraints on the search. Empty ones constrain nothing."""

    keep: frozenset[str] = frozenset()
    providers: tuple[str, ...] = ()  # clouds and APIs, in any spelling
    accelerators: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    models: tuple[str, ...] = ()  # that are good enough, beside the one in the file
    max_gpus: int | None = None  # in all replicas
    max_cost: float | None = None  # USD a month
    marketplaces: bool = False  # whether going rates of marketplaces are offers, too

    def told(self) -> Iterator[str]:
        """Yield each constraint in words."""
        for part in KEPT:
            if part in self.keep:
                yield f"{part} as written"
        for name, values in (
            ("from", self.providers),
            ("on", self.accelerators),
            ("with", self.engines),
            ("also the models", self.models),
        ):
            if values:
                yield f"{name} {', '.join(values)}"
        if self.max_gpus is not None:
            yield f"at most {self.max_gpus} accelerators"
        if self.max_cost is not None:
            yield f"at most ${self.max_cost:,.0f} a month"
