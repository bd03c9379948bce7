"""What a fact can be: a figure, an answer, a text, unknown, or beside the point."""

from __future__ import annotations

from aispec.estimate.answer import Answer
from aispec.estimate.quantity import Quantity
from aispec.record import record


@record
class Unknown:
    """A text or an answer that can't be had, with the reason. Figures have `Quantity.unknown`."""

    reason: str


@record
class Absent:
    """A fact that does not apply to this deployment, or a field its author left out.

    Memory does not apply to a model behind an API, and a target that nobody set can't be missed: a
    comparison with something absent is certainly not the case, where one with something unknown
    can't be told.
    """

    reason: str = "not stated"


Fact = Quantity | Answer | str | bool | Unknown | Absent
Facts = dict[str, Fact]
"""Facts by the names of `aispec.estimate.vocabulary`."""


def above_zero(fact: Fact | None) -> Quantity | None:
    """Return a figure that is known and above zero, and nothing for any other fact."""
    return fact if isinstance(fact, Quantity) and fact.known and fact.value > 0 else None
