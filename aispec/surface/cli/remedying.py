"""Applying remedies to texts: those asked for by code, or chosen one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import click

from aispec.mend.mend import with_fields
from aispec.mend.text import RefusedError
from aispec.policy.finding import Finding, Remedy
from aispec.record import made, record
from aispec.surface.judging import judged_texts
from aispec.surface.terminal import tell

_MOST_ROUNDS = 40
_EVERY = ("all", "errors")
_PROMISES = ("budget.", "sla.", "limits.")  # what only whoever made them may change
_ASKED = re.compile(r"([A-Za-z]+[0-9]*|all|errors)(?:=([1-9][0-9]?))?")

Choose = Callable[[Finding], Remedy | None]


@record(frozen=False)
class Remedied:
    """Texts by path after remedies; what was applied, and what was refused, in words."""

    texts: dict[str, str]
    applied: list[str] = made(default_factory=list)
    refused: list[str] = made(default_factory=list)


@record
class Asked:
    """A remedy that was asked for: a code or the beginning of one, and which of its remedies."""

    code: str
    number: int = 1

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        if self.code.lower() in _EVERY:
            return finding.severity == "error"
        return finding.code.startswith(self.code.upper())


def asked(written: str) -> Asked:
    """Return what `FIT001=2`, `FIT` or `all` asks for. Raises ValueError for anything else."""
    match = _ASKED.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"'{written}' is not a rule's code such as FIT001, FIT001=2 or 'all'")
    return Asked(match[1], int(match[2] or 1))


def chosen(wanted: tuple[Asked, ...]) -> Choose:
    """Return what chooses the remedy that was asked for.

    It raises `UsageError` where a finding has fewer remedies than the number asked for.
    """

    def choose(finding: Finding) -> Remedy | None:
        for each in wanted:
            if each.covers(finding):
                if each.code.lower() in _EVERY:
                    return next(filter(_keeps_promises, finding.remedies), None)
                most = len(finding.remedies)
                if each.number > most:
                    words = f"{finding.code} of {finding.deployment} has {most}"
                    raise click.UsageError(f"there is no remedy {each.number}: {words}")
                return finding.remedies[each.number - 1]
        return None

    return choose


def _keeps_promises(remedy: Remedy) -> bool:
    return not any(field.startswith(_PROMISES) for field in remedy.set)


def ask(finding: Finding) -> Remedy | None:
    """Show a finding with its remedies on the terminal, and return the one that is chosen."""
    tell(f"{finding.severity}[{finding.code}]: {finding.message}", error=True)
    for number, remedy in enumerate(finding.remedies, 1):
        tell(f"  {number}  {remedy.change}: {remedy.effect}", error=True)
    most = len(finding.remedies)
    words = f"Apply which (1 to {most}, 0 for none)"
    number = click.prompt(words, type=click.IntRange(0, most), default=0, err=True)
    return finding.remedies[number - 1] if number else None


def remedied(
    texts: Mapping[str, str], choose: Choose, *, today: date | None, prices: str | None
) -> Remedied:
    """Apply one remedy after another, the specs judged anew each time, until none is chosen.

    A remedy is tried once for each deployment and finding: what comes back is left.
    """
    made = Remedied(dict(texts))
    seen: set[tuple[str, str | None, str]] = set()
    for _ in range(_MOST_ROUNDS):
        report = judged_texts(made.texts, today=today, prices=prices)
        found = _next(list(report.counted()), choose, seen)
        if not found:
            break
        for finding, remedy in found:
            _apply(made, finding, remedy)
    return made


def _apply(made: Remedied, finding: Finding, remedy: Remedy) -> None:
    where = f"{finding.path}: {finding.deployment}: {finding.code}: {remedy.change}"
    text, name = made.texts[finding.path], finding.deployment or ""
    try:
        made.texts[finding.path] = with_fields(text, finding.path, name, dict(remedy.set))
    except RefusedError as refused:
        made.refused.append(f"{where} is left to you: {refused}")
    else:
        made.applied.append(f"{where}, {remedy.effect}")


def _next(
    findings: list[Finding], choose: Choose, seen: set[tuple[str, str | None, str]]
) -> list[tuple[Finding, Remedy]]:
    """Return a finding of each file, the gravest first, with the remedy chosen for it.

    One of each at a time: what helps one deployment changes what is found of its neighbours.
    """
    found: dict[str, tuple[Finding, Remedy]] = {}
    for finding in sorted(findings, key=lambda f: f.severity):
        key = (finding.path, finding.deployment, finding.code)
        if not finding.remedies or key in seen or finding.path in found:
            continue
        remedy = choose(finding)
        seen.add(key)
        if remedy is not None:
            found[finding.path] = finding, remedy
    return [found[path] for path in sorted(found)]
