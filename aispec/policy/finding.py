"""What aispec has to say about one place in one spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from aispec.digest import digest
from aispec.record import made, record
from aispec.spec.location import START, Span

Severity = Literal["error", "warning", "note"]
Certainty = Literal["certain", "possible", "unknown"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@record
class Label:
    """A second place that explains the first."""

    span: Span
    text: str


@record
class Remedy:
    """A change that makes a finding go away, tried on the pipeline, with what it leads to."""

    change: str  # "precision.weights: fp8"
    set: Mapping[str, str | int | float | None]  # None: the field goes away
    effect: str  # "fits with 18.1 GiB to spare, same cost"
    cost_month: float | None = None  # USD

    def __hash__(self) -> int:
        return hash((self.change, self.effect))


@record
class Finding:
    """One judgement, at the node it is about.

    `severity` is what counts after certainty, settings and `--strict`; `deployment` is the name of
    the deployment it belongs to, or `None` for one about a file. The fingerprint names rule, file,
    deployment and node, not the line, so that it survives edits above it.
    """

    code: str
    name: str
    severity: Severity
    certainty: Certainty
    message: str
    path: str
    span: Span = START
    deployment: str | None = None
    note: str | None = None
    help: str | None = None
    labels: tuple[Label, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    fingerprint: str = ""
    unreadable: bool = False  # the file could not be read as a spec: exit code 2
    silenced: Silence | None = None
    data: Mapping[str, object] = made(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.path, self.span, self.code, self.message))

    @property
    def wanting(self) -> bool:
        """Whether a remedy is looked for: it counts, and as more than a note."""
        return self.silenced is None and self.severity != "note"


@record
class Silence:
    """Why and until when a finding is not counted."""

    reason: str
    until: str | None = None
    line: int = 0


def fingerprint(code: str, path: str, deployment: str | None, at: str) -> str:
    """Return what names a finding from run to run: rule, file, deployment and node, but no line."""
    return digest("\0".join((code, path, deployment or "", at)), 8)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order they are shown: by file, place, code and deployment."""
    return sorted(
        findings,
        key=lambda f: (f.path, f.span.line, f.span.column, f.code, f.deployment or "", f.message),
    )
