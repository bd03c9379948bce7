"""Judging a deployment: every rule over its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Unknown
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import Certainty, Finding, Label, Severity, fingerprint, in_order
from aispec.policy.message import template
from aispec.policy.panel import Seat, names_of, panel
from aispec.policy.place import Places, nearest, place
from aispec.policy.rule import Rule, builtin_by_code
from aispec.record import record
from aispec.spec.location import Span
from aispec.spec.problem import Problem

MAX_REASONS = 3

_CERTAINTY: dict[Answer, Certainty] = {
    Answer.YES: "certain",
    Answer.MAYBE: "possible",
    Answer.UNKNOWN: "unknown",
}
_LESS: dict[Severity, Severity] = {"error": "warning", "warning": "note", "note": "note"}
Verdict = tuple[Severity, Certainty, Severity]
"""The severity that counts, how sure it is, and the severity of the rule itself."""

_DOUBT = ("certain", "possible", "unknown")


@record
class Subject:
    """A deployment to judge: its file, its document there, its name and its facts."""

    path: str
    document: Places
    name: str
    scope: Mapping[str, Fact]
    today: date | None = None


def judge(rules: Sequence[Rule], subject: Subject, *, strict: bool = False) -> list[Finding]:
    """Return what `rules` find, in order of place; the more specific rule speaks for the general.

    A condition that certainly holds has its rule's severity, one that possibly holds has one step
    less, and one that nobody can tell is a note, or with `strict` has the rule's severity.
    """
    found = panel(rules).holding(subject.scope)
    speaking = _most_specific([(seat, _CERTAINTY[answer]) for seat, answer in found])
    places: dict[str, Span] = {}
    return in_order(_finding(seat, sure, subject, strict, places) for seat, sure in speaking)


def _finding(
    seat: Seat, certainty: Certainty, subject: Subject, strict: bool, places: dict[str, Span]
) -> Finding:
    rule = seat.rule
    message, note, advice = _words(seat, subject.scope, certainty)
    span = places.get(rule.at)
    if span is None:
        span = places[rule.at] = place(subject.document, rule.at)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=_severity(rule.severity, certainty, strict),
        certainty=certainty,
        message=message,
        path=subject.path,
        span=span,
        deployment=subject.name,
        note=note,
        help=advice,
        labels=tuple(_labels(rule, subject)) if rule.also else (),
        fingerprint=fingerprint(rule.code, subject.path, subject.name, rule.at),
        data={"facts": seat.names, "at": rule.at},
    )


def verdicts(
    rules: Sequence[Rule], scope: Mapping[str, Fact], *, strict: bool = False
) -> dict[str, Verdict]:
    """Return what `judge` would find, by code and without its words."""
    found = panel(rules).holding(scope)
    speaking = _most_specific([(seat, _CERTAINTY[answer]) for seat, answer in found])
    return {
        seat.rule.code: (
            _severity(seat.rule.severity, certainty, strict),
            certainty,
            seat.rule.severity,
        )
        for seat, certainty in speaking
    }


def finds(rules: Sequence[Rule], scope: Mapping[str, Fact], code: str) -> bool:
    """Return whether `judge` would find something by one rule, without asking all the others."""
    ready = panel(rules)
    seat = ready.seat(code)
    answer = seat.outcome(scope) if seat else Answer.NO
    if answer is Answer.NO:
        return False
    sure = _DOUBT.index(_CERTAINTY[answer])
    others = (other.outcome(scope) for other in ready.instead_of(code))
    return all(o is Answer.NO or _DOUBT.index(_CERTAINTY[o]) > sure for o in others)


def names(rule: Rule) -> tuple[str, ...]:
    """Return the facts and fields that a rule's condition uses, sorted."""
    return names_of(rule.when, rule.applies)


def _severity(severity: Severity, certainty: Certainty, strict: bool) -> Severity:
    if certainty == "possible":
        return _LESS[severity]
    return "note" if certainty == "unknown" and not strict else severity


def _words(
    seat: Seat, scope: Mapping[str, Fact], certainty: Certainty
) -> tuple[str, str | None, str | None]:
    """The message, the note and the help."""
    rule = seat.rule
    if certainty == "unknown":
        return _cannot_tell(seat, scope), _line(rule.unknown, scope), None
    if certainty == "possible" and rule.message_possible:
        message = template(rule.message_possible).render(scope)
    else:
        doubt = "possibly: " if certainty == "possible" else ""
        message = doubt + template(rule.message).render(scope)
    return message, _line(rule.note, scope), _line(rule.help, scope)


def _line(text: str, scope: Mapping[str, Fact]) -> str | None:
    """A line that can be left out, and is where a figure of it is missing."""
    return template(text).filled(scope) if text else None


def _cannot_tell(seat: Seat, scope: Mapping[str, Fact]) -> str:
    reasons = dict.fromkeys(
        reason for name in seat.names if (reason := why_unknown(name, scope.get(name)))
    )
    given = "; ".join([*reasons][:MAX_REASONS]) or "the figures do not say"
    summary = seat.rule.summary.rstrip(".")
    if summary[1:2].islower() or summary[1:2] == " ":
        summary = summary[0].lower() + summary[1:]
    return f"cannot tell whether {summary}: {given}"


def why_unknown(name: str, fact: Fact | None) -> str | None:
    """Return why a fact is unknown; nothing for one that is known or absent."""
    if isinstance(fact, Quantity):
        return None if fact.known else fact.reason or f"{name} is unknown"
    if isinstance(fact, Unknown):
        return fact.reason or f"{name} is unknown"
    return f"{name} is unknown" if fact is Answer.UNKNOWN else None


def _labels(rule: Rule, subject: Subject) -> Iterable[Label]:
    main = nearest(subject.document, rule.at)
    for at, say in rule.also:
        if nearest(subject.document, at) not in ((), main):
            said = template(say).filled(subject.scope)
            if said is not None:
                yield Label(place(subject.document, at), said)


def _most_specific(found: Sequence[tuple[Seat, Certainty]]) -> list[tuple[Seat, Certainty]]:
    """Drop what a more specific rule says that is at least as sure."""
    spoken: dict[str, int] = {}
    for seat, certainty in found:
        for code in seat.rule.instead_of:
            sure = _DOUBT.index(certainty)
            spoken[code] = min(sure, spoken.get(code, sure))
    if not spoken:
        return list(found)
    return [
        (seat, certainty)
        for seat, certainty in found
        if spoken.get(seat.rule.code, len(_DOUBT)) > _DOUBT.index(certainty)
    ]


def from_problem(
    problem: Problem,
    path: str,
    deployment: str | None = None,
    rules: Mapping[str, Rule] | None = None,
) -> Finding:
    """Return a problem of reading a file as a finding; `rules` by code name it."""
    rule = (builtin_by_code() if rules is None else rules).get(problem.code)
    at = ".".join(map(str, problem.path))
    return Finding(
        code=problem.code,
        name=rule.name if rule else problem.code.lower(),
        severity="error",
        certainty="certain",
        message=problem.message,
        path=path,
        span=problem.span,
        deployment=deployment,
        note=problem.note,
        help=problem.help,
        fingerprint=fingerprint(problem.code, path, deployment, at),
        unreadable=True,
    )
