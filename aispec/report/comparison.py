"""What a change does: two runs compared, deployment by deployment and finding by finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from aispec.estimate.difference import Difference, Trend, difference, shared
from aispec.estimate.quantity import Quantity, total
from aispec.policy.finding import SEVERITIES, Finding, fingerprint, in_order
from aispec.record import record, replace
from aispec.report.matching import match
from aispec.report.report import Judged, Report
from aispec.report.shift import Shift, shifts

Kind = Literal["added", "removed", "renamed", "changed", "same"]


@record
class Pair:
    """One deployment before and after, what is different about it, and what is found in it."""

    before: Judged | None
    after: Judged | None
    kind: Kind
    shifts: tuple[Shift, ...] = ()
    new: tuple[Finding, ...] = ()
    kept: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Its name now, or its last one."""
        each = self.after or self.before
        return each.name if each else ""

    def shift(self, name: str) -> Shift | None:
        """Return how a fact differs; none where it does not."""
        return next((shift for shift in self.shifts if shift.name == name), None)


@record
class Comparison:
    """A run, and what is different from another.

    Without a base everything is `kept`, and `missing` says why there is none. With `new_only` what
    was there before does not count for the exit code. `notes` say what limits the comparison.
    """

    head: Report
    base: Report | None
    pairs: tuple[Pair, ...]
    cost: Shift
    new: tuple[Finding, ...] = ()
    kept: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    missing: str | None = None
    notes: tuple[str, ...] = ()
    new_only: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.new or self.gone) and all(pair.kind == "same" for pair in self.pairs)

    @property
    def counted(self) -> tuple[Finding, ...]:
        """Findings that count for the exit code, by place.

        A file that cannot be read as a spec counts whether or not it was so before: what was asked
        could not be answered.
        """
        if self.base is None or not self.new_only:
            return self.head.counted()
        return tuple(in_order([*self.new, *(f for f in self.kept if f.unreadable)]))

    @property
    def judged(self) -> Report:
        """The head's report with the findings that count, and no others."""
        counting = frozenset(self.counted)
        return replace(
            self.head,
            deployments=tuple(
                replace(each, findings=tuple(f for f in each.counted if f in counting))
                for each in self.head.deployments
            ),
            findings=tuple(f for f in _loose(self.head) if f in counting),
        )

    @property
    def exit_code(self) -> int:
        """As of a report; with `new_only`, for the findings alone that the change brings in."""
        return self.judged.exit_code


def compare(
    base: Report | None, head: Report, *, missing: str | None = None, new_only: bool = False
) -> Comparison:
    """Compare a run with what was there before; `missing` says why there is no `base`."""
    if base is None:
        cost = Shift("cost.month", None, _bill(head), "unknown")
        reason = missing or "there is nothing to compare with"
        pairs = tuple(Pair(None, each, "same", kept=each.counted) for each in head.deployments)
        return Comparison(head, None, pairs, cost, kept=head.counted(), missing=reason)
    pairs = tuple(_pairs(base, head))
    loose = _sorted_out(_loose(base), _loose(head), head.findings, _as_named)
    new, kept, gone = (
        tuple(in_order([*own, *(f for pair in pairs for f in getattr(pair, name))]))
        for name, own in zip(("new", "kept", "gone"), loose, strict=True)
    )
    return Comparison(
        head=head,
        base=base,
        pairs=pairs,
        cost=_cost(base, head, pairs),
        new=new,
        kept=kept,
        gone=gone,
        notes=tuple(_limits(base)),
        new_only=new_only,
    )


def _limits(base: Report) -> Iterator[str]:
    for path in dict.fromkeys(f.path for f in base.counted() if f.unreadable):
        yield f"{path} could not be read as a spec before: what it holds counts as new"


def _pairs(base: Report, head: Report) -> Iterator[Pair]:
    """The head's deployments in their order, then those that are gone."""
    found = match(base.deployments, head.deployments)
    for place, after in enumerate(head.deployments):
        if place in found:
            yield _pair(base.deployments[found[place]], after)
        else:
            yield Pair(None, after, "added", new=after.counted)
    kept = set(found.values())
    for place, before in enumerate(base.deployments):
        if place not in kept:
            yield Pair(before, None, "removed", gone=before.counted)


def _pair(before: Judged, after: Judged) -> Pair:
    moved = tuple(shifts({**before.stated, **before.facts}, {**after.stated, **after.facts}))
    new, kept, gone = _sorted_out(
        before.counted, after.counted, after.findings, lambda f: _as_before(f, before)
    )
    kind: Kind = "changed" if moved or new or gone else "same"
    if before.name != after.name:
        kind = "renamed"
    return Pair(before, after, kind, moved, tuple(new), tuple(kept), tuple(gone))


def _bill(report: Report) -> Quantity | None:
    """USD a month of a whole run, unknown costs left out; none where there is no cost at all."""
    return report.cost_month if report.costs else None


def _cost(base: Report, head: Report, pairs: Sequence[Pair]) -> Shift:
    """The change of the bill: the sum of the deployments' own, so that what stays cancels out."""
    before, after = _bill(base), _bill(head)
    parts = [part for pair in pairs if (part := _own_cost(pair)) is not None]
    moved = [part for part in parts if part.trend != "same"]
    if not moved:
        return Shift("cost.month", before, after, "same")
    amount = total("USD/month", [part.amount for part in parts], "the sum over deployments")
    if not amount.known:
        return Shift("cost.month", before, after, "unknown")
    made = Difference(_trend(amount, moved), amount, _share(amount, base.cost_month, parts))
    return Shift("cost.month", before, after, made.trend, made)


def _share(amount: Quantity, before: Quantity, parts: Sequence[Difference]) -> Quantity:
    """The change as a share of the bill: a mean of the parts' own, and so between them."""
    whole = amount / before
    own = [part.share for part in parts]
    if not (whole.known and all(each.known for each in own)):
        return whole
    low = max(whole.low, min(each.low for each in own))
    high = min(whole.high, max(each.high for each in own))
    if low > high:
        return whole
    middle = min(max(whole.value, low), high)
    return Quantity(middle, low=low, high=high, how="the change / the bill before")


def _own_cost(pair: Pair) -> Difference | None:
    """What a deployment adds to the change of the bill; none where it has no cost to compare."""
    before = pair.before.cost if pair.before else None
    after = pair.after.cost if pair.after else None
    if before is None and after is None:
        return None
    nothing = Quantity.unknown("", "there was no cost before")
    if before is not None and after is not None and before.known and after.known:
        assert pair.before
        assert pair.after
        alike = shared("cost.month", pair.before.facts, pair.after.facts)
        return difference(before, after, alike)
    for figure in (before, after):
        if figure is not None and not figure.known:
            still = pair.kind == "same"
            return None if still else Difference("about the same", figure, nothing)
    if after is not None:
        return Difference("up", after, nothing)
    assert before is not None
    return Difference("down", -before, nothing)


def _trend(amount: Quantity, moved: Sequence[Difference]) -> Trend:
    if amount.low > 0 or amount.high < 0:
        return "up" if amount.low > 0 else "down"
    if all(part.trend == "about the same" for part in moved):
        return "about the same"
    return "possibly up" if amount.value > 0 else "possibly down"


def _loose(report: Report) -> tuple[Finding, ...]:
    """Findings that count and belong to no deployment."""
    return tuple(finding for finding in report.findings if finding.silenced is None)


def _sorted_out(
    before: Sequence[Finding],
    after: Sequence[Finding],
    every: Sequence[Finding],
    identity: Callable[[Finding], str],
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Return what is new, kept and gone.

    What got graver is new; what only a comment silences now, among `every`, is not gone.
    """
    waiting: dict[str, list[Finding]] = {}
    for finding in before:
        waiting.setdefault(_as_named(finding), []).append(finding)
    new: list[Finding] = []
    kept: list[Finding] = []
    for finding in after:
        was = waiting.get(identity(finding))
        old = was.pop(0) if was else None
        graver = old is None or SEVERITIES.index(finding.severity) < SEVERITIES.index(old.severity)
        (new if graver else kept).append(finding)
    silent = {identity(finding) for finding in every if finding.silenced is not None}
    gone = [f for name, was in waiting.items() if name not in silent for f in was]
    return new, kept, gone


def _as_named(finding: Finding) -> str:
    return finding.fingerprint or f"{finding.code} {finding.message}"


def _as_before(finding: Finding, before: Judged) -> str:
    """The identity that a finding would have in the file and under the name of before."""
    if (finding.path, finding.deployment) == (before.path, before.name):
        return _as_named(finding)
    at = str(finding.data.get("at", ""))
    return fingerprint(finding.code, before.path, before.name, at)
