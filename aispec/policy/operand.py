"""Parts of an expression while it is checked, and the checks of units, kinds and reach."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.estimate.units import NONE, Unit, ratio
from aispec.policy.amiss import ExpressionError, suggestion
from aispec.policy.assembly import Kind, Parts

WORDS: dict[str, tuple[str, ...]] = {
    "model.kind": ("open-weight", "api"),
    "hardware.class": (
        *("datacenter", "workstation", "consumer", "laptop", "unified-memory"),
        *("edge", "npu", "tpu", "asic", "cpu"),
    ),
    "environment": ("development", "staging", "production"),
    "use": ("commercial", "internal", "research"),
    "hardware.purchase": ("on-demand", "spot", "reserved-1y"),
    "sla.profile": ("chat", "completion", "voice", "agent", "batch"),
}
"""All that some texts can be."""

SHARES = frozenset(
    (
        "engine.gpu_memory_utilization",
        "workload.prefix_cache_hit",
        "sla.availability",
        "cost.idle_share",
        "precision.uneven_share",
        "memory.host_share",
    )
)
"""Numbers between 0 and 1."""

SIGNED = frozenset(("memory.headroom", "model.days_to_retirement", "limits.plan_days_left"))
"""The only numbers that can be negative."""


class Operand:
    """A part: what kind of thing it is, what it is made of, and where it stands (from column one).

    `constant` is the value of a literal, `term` the name of a fact or field.
    """

    __slots__ = ("column", "constant", "kind", "parts", "term", "text", "unit")

    def __init__(
        self,
        kind: Kind,
        parts: Parts,
        text: str,
        column: int,
        *,
        unit: Unit = NONE,
        constant: Fact | None = None,
        term: str | None = None,
    ) -> None:
        self.kind = kind
        self.parts = parts
        self.text = text
        self.column = column
        self.unit = unit
        self.constant = constant
        self.term = term

    @property
    def end_column(self) -> int:
        """The first column after it."""
        return self.column + len(self.text)

    def error(self, message: str, advice: str | None = None) -> ExpressionError:
        """Return an error that points at this part."""
        return ExpressionError(message, self.column, self.end_column, advice)

    def described(self) -> str:
        """Say what it is: `memory.needed is in GiB`."""
        if self.kind != "number":
            return f"{self.text} is {'a text' if self.kind == 'text' else 'an answer'}"
        return (
            f"{self.text} is {f'in {self.unit.name}' if self.unit.dimensions else 'a plain number'}"
        )


def require_units(left: Operand, right: Operand, verb: str) -> None:
    """Raise an ExpressionError where the two measure different things."""
    if left.unit.dimensions == right.unit.dimensions:
        return
    for literal, other in ((right, left), (left, right)):
        bare = not literal.unit.dimensions or not other.unit.dimensions
        if bare and other.constant is None and isinstance(literal.constant, Quantity):
            figure = f"{literal.constant.value:.15g} {other.unit.name}".rstrip()
            raise literal.error(f"{other.described()}: write {figure}")
    whole = f"{left.described()} and {right.described().replace(' is ', ' ', 1)}"
    raise ExpressionError(f"{whole}: they cannot be {verb}", left.column, right.end_column)


def require_kind(operand: Operand, kind: Kind, use: str) -> None:
    """Raise an ExpressionError where a part is not of the kind that `use` needs."""
    if operand.kind != kind:
        wanted = {"number": "numbers", "text": "texts", "answer": "conditions"}[kind]
        raise operand.error(f"{operand.described()}: {use} takes {wanted}")


def require_word(term: Operand, word: Operand) -> None:
    """Raise an ExpressionError where a text is compared with what it never is."""
    words = WORDS.get(term.term or "")
    if words is None or not isinstance(word.constant, str) or word.constant in words:
        return
    listed = ", ".join(words[:-1]) + " or " + words[-1]
    message = f'{term.term} is never "{word.constant}": it is {listed}'
    raise word.error(message, suggestion(word.constant, words))


_NEVER: dict[str, Callable[[float, float, float], bool]] = {
    ">": lambda value, low, high: value >= high,
    ">=": lambda value, low, high: value > high,
    "<": lambda value, low, high: value <= low,
    "<=": lambda value, low, high: value < low,
    "==": lambda value, low, high: not low <= value <= high,
}


def require_reach(term: Operand, operator: str, literal: Operand) -> None:
    """Raise an ExpressionError where a comparison can never hold, such as a share above 100%."""
    if term.term is None or not isinstance(literal.constant, Quantity) or operator not in _NEVER:
        return
    low = -inf if term.term in SIGNED else 0.0
    high = 1.0 if term.term in SHARES else inf
    value = literal.constant.value * ratio(literal.unit, term.unit)
    if not _NEVER[operator](value, low, high):
        return
    bound = "at most 100%" if value > low and high == 1.0 else "never negative"
    advice = f"write {value:g}%" if high == 1.0 and 1 < value <= 100 else None
    message = f"{term.term} {operator} {literal.text} never holds: {term.term} is {bound}"
    raise ExpressionError(
        message,
        min(term.column, literal.column),
        max(term.end_column, literal.end_column),
        advice,
    )
