"""What machine-read formats say of a run: which findings, at which place, in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import isabs, join, normpath

from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.report import Report
from aispec.report.words import message


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as a forge or a CI server is told of it.

    `folder` is where the run's paths start, seen from the repository's root: forges name files from
    there. `new` are the fingerprints of findings that a change brings, where there is something to
    compare with.
    """

    report: Report
    folder: str = ""
    new: frozenset[str] | None = None
    fixes: Mapping[tuple[str, str], Replacement] = field(default_factory=dict)

    def path(self, finding: Finding) -> str:
        """Return the finding's file from the repository's root."""
        if isabs(finding.path) or finding.path.startswith("<"):
            return finding.path
        return normpath(join(self.folder, finding.path))

    def gravest_first(self) -> list[Finding]:
        """Return the findings that count, the gravest first, otherwise by place."""
        return sorted(self.report.counted(), key=lambda f: SEVERITIES.index(f.severity))


@dataclass(frozen=True, slots=True)
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


def replacement(before: str, after: str) -> Replacement | None:
    """Return the one stretch in which two texts differ; none where they do not."""
    if before == after:
        return None
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    last = len(before) - end
    line, column = _place(before, start)
    end_line, end_column = _place(before, last)
    return Replacement(line, column, end_line, end_column, after[start : len(after) - end])


def _common(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _place(text: str, at: int) -> tuple[int, int]:
    line = text.count("\n", 0, at) + 1
    return line, at - (text.rfind("\n", 0, at) + 1) + 1
