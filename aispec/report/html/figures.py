"""Every figure of a deployment with its bounds, derivations of the main ones, and sources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aispec.estimate.display import figure, words
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import FACTS
from aispec.record import record
from aispec.report.derivation import Step, steps
from aispec.report.html.bar import span

_DERIVED = (
    "memory.needed",
    "memory.offered",
    "latency.ttft",
    "latency.tpot",
    "throughput.utilization",
    "cost.month",
    "limits.tpm_needed",
)
_SCIENTIFIC = 1e15


@record
class Figure:
    """One fact: its value and bounds, or its words; `state` is known, unknown or absent."""

    name: str
    meaning: str
    value: str
    span: str
    how: str
    state: str


@record
class Derivation:
    """A fact and what it was made from, depth first."""

    name: str
    value: str
    how: str
    steps: tuple[Step, ...]


def every(facts: Facts) -> list[tuple[str, list[Figure]]]:
    """Return all facts by topic."""
    grouped = groupby(facts.items(), key=lambda item: item[0].partition(".")[0])
    return [(topic, [_figure(name, fact) for name, fact in group]) for topic, group in grouped]


def derivations(facts: Facts) -> list[Derivation]:
    """Return how the main figures were made, those that are known and made from others."""
    made = []
    for name in _DERIVED:
        fact = facts.get(name)
        if isinstance(fact, Quantity) and fact.known and (below := tuple(steps(name, facts))):
            bounds = f" ({_span(fact)})" if _span(fact) else ""
            made.append(Derivation(name, figure(fact, "value") + bounds, fact.how, below))
    return made


def sources(facts: Facts) -> list[str]:
    """Return where the figures are from, once each."""
    return [*dict.fromkeys(s for fact in facts.values() for s in _sources(fact))]


def _sources(fact: Fact) -> Iterator[str]:
    if isinstance(fact, Quantity):
        yield from fact.sources


def _figure(name: str, fact: Fact) -> Figure:
    term = FACTS.get(name)
    meaning = term.meaning if term else ""
    if isinstance(fact, Absent):
        return Figure(name, meaning, "does not apply", "", fact.reason, "absent")
    if isinstance(fact, Unknown) or (isinstance(fact, Quantity) and not fact.known):
        return Figure(name, meaning, "unknown", "", fact.reason, "unknown")
    if isinstance(fact, Quantity):
        return Figure(name, meaning, figure(fact, "value"), _span(fact), fact.how, "known")
    return Figure(name, meaning, words(fact), "", "", "known")


def _span(fact: Quantity) -> str:
    return figure(fact, "range") if _SCIENTIFIC <= fact.low < fact.high else span(fact)
