"""A month's cost by part, and what it comes to for each token, session and user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aispec.estimate.display import figure, words
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html.bar import Bar, bar
from aispec.report.html.memory import why_not

_UNITS = (
    ("cost.per_million_tokens", "By token"),
    ("cost.per_session", "By session"),
    ("cost.per_user_month", "By daily user"),
    ("cost.api_equivalent_month", "The same load behind an API"),
    ("cost.break_even_users", "Self-hosting is cheaper from"),
    ("cost.idle_share", "Paid time that is idle at the peak"),
)


@record
class Part:
    """One thing that is paid for; no bar where its cost is not known."""

    title: str
    likely: str
    span: str
    bar: Bar | None


@record
class Costs:
    """The parts and their sum in USD a month, and the units it is worth knowing in."""

    parts: tuple[Part, ...]
    month: Part
    units: tuple[tuple[str, str], ...]


def costs(facts: Facts, parts: Mapping[str, Quantity]) -> Costs | str:
    """Return a month's cost, or the reason why there is none to show."""
    month = facts.get("cost.month")
    if not (isinstance(month, Quantity) and month.known):
        return why_not(month)
    known = [part for part in parts.values() if part.known]
    most = max((of.high for of in (month, *known)), default=0.0)
    return Costs(
        parts=tuple(_part(title, part, most) for title, part in parts.items()),
        month=_part("A month", month, most),
        units=tuple(_units(facts)),
    )


def _part(title: str, of: Quantity, most: float) -> Part:
    if not of.known:
        return Part(title, words(of), "", None)
    span = "" if of.exact else _money(of, "range")
    return Part(title, _money(of, "value"), span, bar(of, most))


def _money(of: Quantity, show: str) -> str:
    text = figure(of, "range" if show == "range" else "value")
    return text.removesuffix(" a month")


def _units(facts: Facts) -> Iterator[tuple[str, str]]:
    for name, title in _UNITS:
        fact = facts.get(name)
        if isinstance(fact, Quantity) and fact.known:
            yield title, figure(fact, style="percent" if name == "cost.idle_share" else "unit")
