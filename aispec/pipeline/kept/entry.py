"""How a result is written down: JSON, of the findings and of the figures that overviews show."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Finding, Label, Remedy, Silence
from aispec.record import record
from aispec.report.report import Judged
from aispec.spec.location import Span

FACTS = (
    "memory.needed",
    "memory.offered",
    "memory.fits",
    "cost.month",
    "limits.tpm_needed",
    "limits.tpm_plan",
    "latency.ttft",
)
STATED = ("sla.ttft",)
"""What is shown of a deployment beside its findings; nothing else of it is kept."""

_PLAIN = (
    "code",
    "name",
    "severity",
    "certainty",
    "message",
    "note",
    "help",
    "fingerprint",
    "unreadable",
)


class Kept(dict[str, Any]):
    """The few facts that are kept. Asking for another one is a mistake, and raises `KeyError`."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a fact that is kept, or the default where there was none."""
        fact = self[name]
        return default if fact is None else fact


@record
class Entry:
    """What was found of one file, and whether remedies were looked for."""

    deployments: tuple[Judged, ...]
    sought: bool

    @property
    def lacking(self) -> bool:
        """Whether something wants remedies, and none were looked for."""
        return not self.sought and any(each.wanting for each in self.deployments)


def written(entry: Entry) -> str:
    """Return an entry as a text."""
    made = [
        [
            each.line,
            each.name,
            _facts(each.facts, FACTS),
            _facts(each.stated, STATED),
            [_finding(finding) for finding in each.findings],
        ]
        for each in entry.deployments
    ]
    return json.dumps([entry.sought, made], separators=(",", ":"))


def read(text: bytes, path: str) -> Entry | None:
    """Return what a text says of the file at `path`; None where it says nothing that we wrote."""
    try:
        sought, made = json.loads(text)
        return Entry(tuple(_judged(path, *each) for each in made), sought is True)
    except (ValueError, TypeError, LookupError, RecursionError, AttributeError):
        return None


def _judged(
    path: str,
    line: int,
    name: str,
    facts: Mapping[str, Any],
    stated: Mapping[str, Any],
    findings: Sequence[Sequence[Any]],
) -> Judged:
    return Judged(
        path=path,
        line=line,
        name=name,
        facts=_unpacked(facts),
        stated=_unpacked(stated),
        assumptions=(),
        findings=tuple(_found(each, path, name) for each in findings),
    )


def _facts(facts: Facts, names: Sequence[str]) -> dict[str, Any]:
    return {name: _fact(facts.get(name)) for name in names}


def _fact(fact: Fact | None) -> Any:
    if isinstance(fact, Quantity):
        if fact.known:
            return [fact.unit.name, fact.value, fact.low, fact.high]
        return [fact.unit.name, fact.reason]
    if isinstance(fact, Answer):
        return {"answer": fact.value}
    if isinstance(fact, Unknown):
        return {"unknown": fact.reason}
    if isinstance(fact, Absent):
        return {"absent": fact.reason}
    return fact


def _unpacked(facts: Mapping[str, Any]) -> Kept:
    return Kept({name: _made(fact) for name, fact in facts.items()})


def _made(fact: Any) -> Fact | None:
    if isinstance(fact, list):
        name, value, *bounds = fact
        if not bounds:
            return Quantity.unknown(name, value)
        low, high = bounds
        return Quantity(value, name, low=low, high=high)
    if isinstance(fact, dict):
        ((kind, word),) = fact.items()
        if kind == "answer":
            return Answer(word)
        return {"unknown": Unknown, "absent": Absent}[kind](word)  # type: ignore[no-any-return]
    return fact  # type: ignore[no-any-return]


def _finding(finding: Finding) -> list[Any]:
    silence = finding.silenced
    return [
        _ends(finding.span),
        [[_ends(label.span), label.text] for label in finding.labels],
        [[r.change, dict(r.set), r.effect, r.cost_month] for r in finding.remedies],
        [silence.reason, silence.until, silence.line] if silence else None,
        [getattr(finding, name) for name in _PLAIN],
    ]


def _ends(span: Span) -> list[int]:
    return [span.line, span.column, span.end_line, span.end_column]


def _found(made: Sequence[Any], path: str, deployment: str) -> Finding:
    span, labels, remedies, silence, plain = made
    return Finding(
        path=path,
        deployment=deployment,
        span=Span(*span),
        labels=tuple([Label(Span(*ends), text) for ends, text in labels]),
        remedies=tuple([Remedy(*each) for each in remedies]),
        silenced=Silence(*silence) if silence else None,
        **dict(zip(_PLAIN, plain, strict=True)),
    )
