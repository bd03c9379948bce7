"""What one run of aispec found: the data that every format is written from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity, total
from aispec.policy.finding import SEVERITIES, Finding, Severity
from aispec.record import made, record

if TYPE_CHECKING:
    from aispec.catalog.deployment import Assumption

FailOn = Literal["error", "warning", "note"]


def strictest(asked: Iterable[str | None]) -> FailOn:
    """Return the threshold that the most findings reach, of those that settings ask for."""
    words = set(asked)
    return next((word for word in reversed(SEVERITIES) if word in words), "error")


@record
class Judged:
    """One deployment with its facts, what was assumed, and what was found."""

    path: str
    line: int
    name: str
    facts: Facts
    stated: Facts
    assumptions: tuple[Assumption, ...]
    findings: tuple[Finding, ...]
    note: str | None = None  # how an inexact model name was read

    @property
    def counted(self) -> tuple[Finding, ...]:
        """Findings that are not silenced."""
        return tuple(f for f in self.findings if f.silenced is None)

    @property
    def wanting(self) -> bool:
        """Whether something is found that a remedy is looked for."""
        return any(finding.wanting for finding in self.findings)

    @property
    def cost(self) -> Quantity | None:
        """USD a month that it adds to a bill, known or not; a front door's is its targets'."""
        month = self.facts.get("cost.month")
        own = isinstance(month, Quantity) and month.how != "the sum over its targets"
        return month if isinstance(month, Quantity) and own else None


@record
class Report:
    """A run over some files. `findings` belong to no deployment; `lines` are the files' texts."""

    version: str
    files: tuple[str, ...]
    deployments: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    fail_on: FailOn = "error"
    lines: Mapping[str, list[str]] = made(default_factory=dict)

    def every(self) -> tuple[Finding, ...]:
        """Return all findings, silenced ones too, by place."""
        return _by_place(self._found())

    def counted(self) -> tuple[Finding, ...]:
        """Return the findings that are not silenced, by place."""
        return _by_place(finding for finding in self._found() if finding.silenced is None)

    def silenced(self) -> tuple[Finding, ...]:
        """Return the findings that a comment silences, by place."""
        return _by_place(finding for finding in self._found() if finding.silenced is not None)

    def count(self, severity: Severity) -> int:
        """Return how many findings count with this severity."""
        return sum(f.severity == severity and f.silenced is None for f in self._found())

    def _found(self) -> Iterator[Finding]:
        yield from self.findings
        for each in self.deployments:
            yield from each.findings

    @property
    def costs(self) -> tuple[Quantity, ...]:
        """USD a month of each deployment that has a cost, known or not, front doors left out."""
        return tuple(cost for each in self.deployments if (cost := each.cost) is not None)

    @property
    def cost_month(self) -> Quantity:
        """USD a month over all deployments whose cost is known; a front door's is its targets'."""
        known = [cost for cost in self.costs if cost.known]
        return total("USD/month", known, "the sum over deployments with a known cost")

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings at `fail_on` or worse, 2 a file that could not be read as a spec."""
        counted = [finding for finding in self._found() if finding.silenced is None]
        if any(finding.unreadable for finding in counted):
            return 2
        worst = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        return 1 if any(finding.severity in worst for finding in counted) else 0


def _by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        sorted(findings, key=lambda f: (f.path, f.span.line, f.span.column, f.code, f.message))
    )
