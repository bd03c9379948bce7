"""What a search for deployments has found: the data that every format of `aispec plan` shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aispec.estimate.fact import Facts
from aispec.record import record

Standing = Literal["meets", "possibly", "cannot tell", "fails"]
STANDINGS: tuple[Standing, ...] = ("meets", "possibly", "cannot tell", "fails")
"""How a deployment stands to what is required of it, the best first."""

Scalar = str | int | float | bool | None


@record
class Proposal:
    """One way to deploy, with what it comes to.

    `changes` are the fields that differ from the file, as one writes them; None is a field that
    goes away. `doubts` are the codes of required rules that may be broken or can't be told.
    """

    title: str
    standing: Standing
    facts: Facts
    changes: Mapping[str, Scalar]
    spec: str  # the whole deployment as YAML
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    accelerators: int = 0  # in all replicas
    market: str | None = None  # "marketplace" or "serverless", where the price is not a list price
    level: int | None = None  # of latency: figures of one level are as good as equal


@record
class Miss:
    """A deployment that would be cheaper or near, and why it is none."""

    title: str
    facts: Facts
    reasons: tuple[str, ...]  # messages of the rules it breaks
    codes: tuple[str, ...]


@record
class Tally:
    """How many candidates were judged, and how.

    `computed` went through the whole pipeline, `refused` are proven to fail, `dominated` proven to
    be no better than one that was computed.
    """

    computed: int
    refused: int
    dominated: int

    @property
    def judged(self) -> int:
        """All of them."""
        return self.computed + self.refused + self.dominated


@record
class Plan:
    """The proposals for one deployment of a file.

    `front` are the proposals that none beats in cost and latency at once, by cost; `apis` the
    cheapest of each provider; `unpriced` those whose price nobody lists.
    """

    version: str
    path: str
    name: str
    now: Proposal
    now_reasons: tuple[str, ...]
    cheapest: Proposal | None
    fastest: Proposal | None
    smallest: Proposal | None
    smallest_model: Proposal | None
    front: tuple[Proposal, ...]
    apis: tuple[Proposal, ...]
    unpriced: tuple[Proposal, ...]
    misses: tuple[Miss, ...]
    tally: Tally
    constraints: tuple[str, ...]
    excused: tuple[str, ...]  # codes that are silenced in the file and not required here
    step: float  # latencies within this share of each other count as equal

    def numbered(self) -> tuple[Proposal, ...]:
        """Return every proposal once, in the order in which they are numbered."""
        awards = (self.cheapest, self.fastest, self.smallest, self.smallest_model)
        listed = [each for each in awards if each]
        listed += [*self.front, *self.apis, *self.unpriced]
        found: dict[str, Proposal] = {}
        for each in listed:
            found.setdefault(each.spec, each)
        return tuple(found.values())
