"""What is used against what may be used: rate limits, context, deadlines, budget, targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aispec.estimate.answer import Answer
from aispec.estimate.display import figure
from aispec.estimate.fact import Fact
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html.bar import Bar, at, bar, span
from aispec.report.report import Judged

_RATES = (
    ("Tokens a minute", "limits.tpm_needed", "limits.tpm_plan"),
    ("Tokens of the busiest minute", "limits.tpm_burst", "limits.tpm_plan"),
    ("Tokens a minute, output reserved", "limits.tpm_reserved", "limits.tpm_plan"),
    ("Input tokens a minute", "limits.itpm_needed", "limits.itpm_plan"),
    ("Output tokens a minute", "limits.otpm_needed", "limits.otpm_plan"),
    ("Requests a minute", "limits.rpm_needed", "limits.rpm_plan"),
    ("Requests a day", "limits.rpd_needed", "limits.rpd_plan"),
    ("Tokens a day", "limits.tpd_needed", "limits.tpd_plan"),
    ("Longest batch job", "limits.batch_duration", "limits.batch_deadline"),
)
_OTHERS = (
    ("Context of the longest request", "context.used", "context.limit"),
    ("Cost a month", "cost.month", "budget.monthly"),
    ("Cost a session", "cost.per_session", "budget.per_session"),
)
_TARGETS = (
    ("Time to first token", "latency.ttft", "sla.ttft"),
    ("Time per output token", "latency.tpot", "sla.tpot"),
    ("Tokens a second for each user", "latency.tps", "sla.tps"),
    ("Time to the last token", "latency.e2e", "sla.e2e"),
)
_FLOORS = {"sla.tps"}  # at least so much; all others are at most
_ROOM = 1.25  # a gauge ends at this share of its limit, or where its bar does
_LONGEST = 4.0  # times the limit; a bar beyond is cut, and its share is written


@record
class Gauge:
    """One figure against its limit; `bar` and `limit_at` are in percent, absent if unknown.

    `why` is the reason where it is unknown.
    """

    title: str
    used: str
    span: str
    limit: str
    share: str
    verdict: str  # within, over, may be over, cannot tell; or no limit
    state: str  # good, warning, error, unknown or plain
    bar: Bar | None
    limit_at: float
    why: str = ""


def limits(each: Judged) -> list[Gauge]:
    """Return what a deployment uses of every limit that it has."""
    return [*_gauges(each, _RATES + _OTHERS)]


def rates(each: Judged) -> list[Gauge]:
    """Return what a deployment uses of its rate limits, and of its batch jobs' time."""
    return [*_gauges(each, _RATES)]


def targets(each: Judged) -> list[Gauge]:
    """Return the latencies of a deployment, against their targets where there are some."""
    made = [*_gauges(each, _TARGETS)]
    told = {gauge.title for gauge in made}
    for title, name, _ in _TARGETS:
        fact = each.facts.get(name)
        if title not in told and isinstance(fact, Quantity):
            made.append(_untargeted(title, fact))
    order = [title for title, _, _ in _TARGETS]
    return sorted(made, key=lambda gauge: order.index(gauge.title))


def _gauges(each: Judged, pairs: Sequence[tuple[str, str, str]]) -> Iterator[Gauge]:
    known: Mapping[str, Fact] = {**each.stated, **each.facts}
    for title, used, limit in pairs:
        one, other = known.get(used), known.get(limit)
        if isinstance(one, Quantity) and one.known and one.high == 0:
            continue  # batch jobs alone have no request
        if isinstance(one, Quantity) and isinstance(other, Quantity):
            yield _gauge(title, one, other, floor=limit in _FLOORS)


def _gauge(title: str, used: Quantity, limit: Quantity, *, floor: bool) -> Gauge:
    if not (used.known and limit.known):
        return _unknown(title, used, limit)
    limit = limit.to(used.unit)
    verdict, state = _verdict(used, limit, floor)
    most = min(max(limit.high * _ROOM, used.high), max(limit.value, 0.0) * _LONGEST)
    return Gauge(
        title=title,
        used=figure(used, "value"),
        span=span(used),
        limit=("at least " if floor else "") + figure(limit, "value"),
        share=_share(used, limit),
        verdict=verdict,
        state=state,
        bar=bar(used, most) if most else None,
        limit_at=at(limit.value, most),
    )


def _unknown(title: str, used: Quantity, limit: Quantity) -> Gauge:
    """A gauge of which one side, or both, can't be told."""
    shown, most = (figure(of, "value") if of.known else "unknown" for of in (used, limit))
    bounds = span(used) if used.known else ""
    why = used.reason or limit.reason
    return Gauge(title, shown, bounds, most, "", "cannot tell", "unknown", None, 0.0, why=why)


def _untargeted(title: str, of: Quantity) -> Gauge:
    if not of.known:
        return Gauge(
            title, "unknown", "", "", "", "cannot tell", "unknown", None, 0.0, why=of.reason
        )
    return Gauge(title, figure(of, "value"), span(of), "", "", "no target", "plain", None, 0.0)


def _verdict(used: Quantity, limit: Quantity, floor: bool) -> tuple[str, str]:
    missed = used.below(limit) if floor else used.above(limit)
    over, under = ("too slow", "fast enough") if floor else ("over", "within")
    return {
        Answer.YES: (over, "error"),
        Answer.MAYBE: (f"may be {over}", "warning"),
        Answer.NO: (under, "good"),
        Answer.UNKNOWN: ("cannot tell", "unknown"),
    }[missed]


def _share(used: Quantity, limit: Quantity) -> str:
    if limit.low <= 0:
        return ""
    ratio = used / limit
    if not ratio.known:
        return ""  # of next to nothing, more than can be computed
    return figure(ratio, "value", "percent", 0 if ratio.value >= 0.1 else 1)
