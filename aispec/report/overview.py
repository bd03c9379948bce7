"""One row a deployment: what a first look needs, as texts that each format dresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aispec.estimate.display import Style, figure, words
from aispec.estimate.fact import Absent, Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import SEVERITIES
from aispec.record import record
from aispec.report.report import Judged
from aispec.report.words import fits

NOTHING = ""
UNKNOWN = "?"


@record
class Row:
    """A deployment's figures in words; empty where they do not apply, `?` where unknown.

    `memory` is GiB needed and offered, `tokens` tokens a minute needed and of the plan, `first` the
    time to first token and its target.
    """

    status: str  # error, warning, note, unknown or good
    name: str
    memory: tuple[str, str]
    fits: str
    cost: str
    tokens: tuple[str, str]
    first: tuple[str, str]


def row(each: Judged) -> Row:
    """Return the row of one deployment."""
    facts, stated = each.facts, each.stated
    return Row(
        status=status(each),
        name=each.name,
        memory=_pair(facts, "memory.needed", facts, "memory.offered", "number"),
        fits=fits(facts.get("memory.fits")),
        cost=shown(facts.get("cost.month")).removesuffix(" a month"),
        tokens=_short_pair(_pair(facts, "limits.tpm_needed", facts, "limits.tpm_plan", "number")),
        first=_pair(facts, "latency.ttft", stated, "sla.ttft", "unit"),
    )


def status(each: Judged) -> str:
    """Return the gravest severity found, `unknown` where nobody can tell, or `good`."""
    found = each.counted
    for severity in SEVERITIES[:2]:
        if any(finding.severity == severity for finding in found):
            return severity
    if any(finding.certainty == "unknown" for finding in found):
        return "unknown"
    return "note" if found else "good"


def gravest_first(deployments: Sequence[Judged]) -> list[Judged]:
    """Return deployments with those that fail first, otherwise as they came."""
    order = ("error", "warning", "unknown", "note", "good")
    return sorted(deployments, key=lambda each: order.index(status(each)))


def shown(fact: Fact | None, style: Style = "unit") -> str:
    """Return a fact in few words: `?` for what is unknown, nothing for what does not apply."""
    if fact is None or isinstance(fact, Absent):
        return NOTHING
    if isinstance(fact, Unknown) or (isinstance(fact, Quantity) and not fact.known):
        return UNKNOWN
    return figure(fact, style=style) if isinstance(fact, Quantity) else words(fact)


def spelled(part: str) -> str:
    """Return what `shown` gave with the unknown in a word, where there is room for one."""
    return "unknown" if part == UNKNOWN else part


def _pair(
    one: Mapping[str, Fact], name: str, other: Mapping[str, Fact], limit: str, style: Style
) -> tuple[str, str]:
    first, second = one.get(name), other.get(limit)
    if not shown(first):
        return NOTHING, NOTHING
    if style == "unit" and isinstance(first, Quantity) and isinstance(second, Quantity):
        second = second.to(first.unit)
    return shown(first, style), shown(second, style)


def _short_pair(pair: tuple[str, str]) -> tuple[str, str]:
    first, second = map(short, pair)
    return first, second


def short(number: str) -> str:
    """Return whole thousands as `37k`, whole millions as `2M`."""
    return re.sub(r",000k\b", "M", re.sub(r",000(?!,)\b", "k", number))
