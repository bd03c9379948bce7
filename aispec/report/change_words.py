"""What changed, in words that several formats share."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.estimate.answer import Answer
from aispec.estimate.display import Style, figure, narrow, range_words
from aispec.estimate.fact import Fact
from aispec.report.cells import counted
from aispec.report.comparison import Comparison, Pair
from aispec.report.overview import shown
from aispec.report.report import Judged, Report
from aispec.report.shift import Shift
from aispec.report.words import counts, fits

SETTINGS = (
    "model.asked",
    "model.id",
    "precision.weights",
    "precision.kv_cache",
    "hardware.accelerator",
    "hardware.count",
    "hardware.replicas",
    "hardware.instance",
    "hardware.purchase",
    "hardware.hours",
    "engine.id",
    "engine.version",
    "engine.context",
    "engine.sequences",
    "api.provider",
    "api.tier",
    "api.batch",
)
"""What a deployment is made of; changes of these explain the others."""

FIGURES = {
    "memory.fits": "memory",
    "memory.needed": "memory needed",
    "memory.offered": "memory offered",
    "memory.sequences_that_fit": "requests that fit at once",
    "context.used": "longest request",
    "context.limit": "context limit",
    "latency.ttft": "time to first token",
    "latency.tps": "speed for each user",
    "latency.e2e": "whole response",
    "throughput.utilization": "utilization",
    "limits.tpm_needed": "tokens a minute",
    "limits.tpm_plan": "tokens a minute of the plan",
    "limits.rpm_needed": "requests a minute",
    "limits.rpm_plan": "requests a minute of the plan",
    "cost.month": "cost a month",
    "cost.per_session": "cost of a session",
    "sla.ttft": "target for the first token",
    "sla.tps": "target for the speed",
    "sla.e2e": "target for the whole response",
    "budget.monthly": "budget a month",
}
"""The facts whose changes people are told, with what they are called."""

_SHARES = ("throughput.utilization",)
_MOST_NAMED = 3
_TIMES = 9.0  # a share from which on a change is said as a multiple


def told(pair: Pair) -> Iterator[tuple[str, Shift]]:
    """Yield the changes of a deployment that people are told: its settings first, then figures."""
    for name in SETTINGS:
        shift = pair.shift(name)
        if shift and not (name == "model.id" and pair.shift("model.asked")):
            yield name, shift
    for name, title in FIGURES.items():
        shift = pair.shift(name)
        if shift:
            yield title, shift


def side(name: str, fact: Fact | None) -> str:
    """Return one side of a change: `unknown` for what is, `none` for what does not apply."""
    style: Style = "percent" if name in _SHARES else "unit"
    words = fits(fact) if isinstance(fact, Answer) else shown(fact, style)
    return {"?": "unknown", "": "none"}.get(words, words)


def percent(shift: Shift) -> str:
    """Return `+100%`; nothing where nobody can tell, or what was there before was nothing."""
    made = shift.difference
    if made is None or made.trend not in ("up", "down") or not made.share.known:
        return ""
    share = made.share
    if share.value >= _TIMES:
        return f"{figure(share + 1, 'auto', 'number', 0)} times"
    if not narrow(share):
        words = range_words(share, "percent")
        return words if made.trend == "down" else f"+{words}"
    number = round(share.value * 100)
    if number == -100 and share.value > -1:
        return f"{share.value * 100:.1f}%"
    return f"{number:+,}%" if number else "less than 1%"


def turned(shift: Shift) -> str:
    """Return how a figure moved: `+100%`, `about the same`, `possibly up`, or nothing."""
    if shift.turn in ("about the same", "possibly up", "possibly down"):
        return shift.turn
    return percent(shift)


def money(shift: Shift) -> str:
    """Return what a change does to the bill: `+$256 a month`; nothing where it does nothing."""
    if shift.turn == "unknown":
        return "change in cost unknown"
    if shift.turn == "about the same":
        return "about the same cost"
    if shift.turn in ("possibly up", "possibly down"):
        return f"cost {shift.turn}"
    if shift.difference is None or shift.turn == "same":
        return ""
    amount = shift.difference.amount
    size = -amount if shift.turn == "down" else amount
    if narrow(size):
        return f"{'-' if shift.turn == 'down' else '+'}{figure(size)}"
    return f"{figure(size)} {'less' if shift.turn == 'down' else 'more'}"


def verdict(comparison: Comparison) -> tuple[list[str], str]:
    """Return the deployments that the verdict is about, if it is about few, and the verdict."""
    from aispec.report.verdict import failing as failed_in
    from aispec.report.verdict import verdict as of_report

    report = comparison.judged
    failed = [each.name for each in failed_in(report)]
    name, said = of_report(report)
    if 1 < len(failed) <= _MOST_NAMED and "cannot be read" not in said:
        return failed, "fail"
    if failed or "cannot be read" in said:
        return [name] if name else [], said
    return _passing(comparison, report)


def _passing(comparison: Comparison, report: Report) -> tuple[list[str], str]:
    """Name the one deployment that is judged or that changed, else say how many pass."""
    old = [f for f in comparison.kept if f.severity == "error"]
    if comparison.new_only and old:
        return [], f"nothing new fails, {counted(len(old), 'error')} from before"
    found = counts(report) if report.counted() else ""
    every = comparison.head.deployments
    moved = [pair.after for pair in comparison.pairs if pair.after and pair.kind != "same"]
    about = every if len(every) == 1 else moved
    if len(about) == 1:
        return [about[0].name], ", ".join(filter(None, (_fitting(about[0]), found)))
    said = f"all {counted(len(every), 'deployment')} pass" if every else "no deployment is left"
    return [], ", ".join(filter(None, (said, found)))


def _fitting(each: Judged) -> str:
    fit = each.facts.get("memory.fits")
    return fits(fit) if isinstance(fit, Answer) else "passes"
