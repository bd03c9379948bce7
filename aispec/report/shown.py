"""What machine-read formats say of a run: which findings, at which place, in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import isabs, join, normpath

from aispec.policy.finding import SEVERITIES, Finding
from aispec.record import made, record
from aispec.report.report import Report
from aispec.report.words import message

_WORDS = re.compile(r"[\w.%$/-]+|\s|.", re.DOTALL)


@record
class Shown:
    """A run as a forge or a CI server is told of it.

    `folder` is where the run's paths start, seen from the repository's root: forges name files from
    there. `new` are the fingerprints of findings that a change brings, where there is something to
    compare with.
    """

    report: Report
    folder: str = ""
    new: frozenset[str] | None = None
    fixes: Mapping[tuple[str, str], Sequence[Replacement]] = made(default_factory=dict)

    def path(self, finding: Finding) -> str:
        """Return the finding's file from the repository's root."""
        if isabs(finding.path) or finding.path.startswith("<"):
            return finding.path
        return normpath(join(self.folder, finding.path))

    def gravest_first(self) -> list[Finding]:
        """Return the findings that count, the gravest first, otherwise by place."""
        return sorted(self.report.counted(), key=lambda f: SEVERITIES.index(f.severity))


@record
class Replacement:
    """One stretch of a file and what to write in its place; lines and columns count from one."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def words(finding: Finding) -> str:
    """Return what a finding says, with its note, its help and its remedies, line by line."""
    advice = f"Help: {finding.help}" if finding.help else None
    lines = [text for text in (message(finding), finding.note, advice) if text]
    lines += [f"Remedy: {remedy.change}: {remedy.effect}" for remedy in finding.remedies]
    return "\n".join(lines)


def distinct(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Yield findings with a name that no other of them has: its fingerprint, and a number."""
    seen: Counter[str] = Counter()
    for finding in findings:
        name = finding.fingerprint or finding.code
        seen[name] += 1
        yield finding, name if seen[name] == 1 else f"{name}-{seen[name]}"


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """Return the stretches in which two texts differ, whole words each, from the first to the last.

    They are cut out of the lines that differ, so that a long file costs no more than a short one.
    """
    from difflib import SequenceMatcher

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    one, other = (_WORDS.findall("".join(lines[start : len(lines) - end])) for lines in (old, new))
    at = [sum(map(len, old[:start]))]
    for word in one:
        at.append(at[-1] + len(word))
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return tuple(
        Replacement(*_place(before, at[i]), *_place(before, at[j]), "".join(other[k:m]))
        for kind, i, j, k, m in steps
        if kind != "equal"
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _place(text: str, at: int) -> tuple[int, int]:
    line = text.count("\n", 0, at) + 1
    return line, at - (text.rfind("\n", 0, at) + 1) + 1
