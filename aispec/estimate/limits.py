"""The facts of group `limits`: what the peak asks of a plan, and how long batch jobs take.

A plan's figures are those written in the spec, else the catalogue's default for the provider's
tier. A batch job is done when its tokens and its requests have both passed the plan's gate:
`max(tokens / TPM, requests / RPM)` minutes.
"""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.estimate.traffic import Traffic, tokens_per_day
from aispec.spec.model import BatchJob, Workload

_MINUTE = 60.0
_NONE = Absent("no rate limit applies to it")


def facts(deployment: Deployment, workload: Workload, request: Request, traffic: Traffic) -> Facts:
    """Return the group's facts; absent where neither an API nor written limits bound the load."""
    tpm, rpm, tpd = (_plan(deployment, name) for name in ("tpm", "rpm", "tpd"))
    requests = _scaled(traffic.rate, _MINUTE, "requests/min", "peak requests a second x 60")
    tokens = request.input + request.output
    limited = any(isinstance(plan, Quantity) for plan in (tpm, rpm, tpd))
    found: Facts = {
        "limits.tpm_plan": tpm,
        "limits.rpm_plan": rpm,
        "limits.tpd_plan": tpd,
        "limits.tpm_needed": _NONE,
        "limits.rpm_needed": _NONE,
        "limits.tpd_needed": _NONE,
        **_batch(workload.batch, tpm, rpm),
    }
    if traffic.only_batch:
        found["limits.tpd_needed"] = tokens_per_day(traffic, request, workload.batch)
    elif limited or deployment.endpoint:
        found["limits.rpm_needed"] = requests
        found["limits.tpm_needed"] = _tokens_a_minute(requests, tokens)
        found["limits.tpd_needed"] = tokens_per_day(traffic, request, workload.batch)
    return found


def _scaled(rate: Quantity, factor: float, unit: str, how: str) -> Quantity:
    if not rate.known:
        return Quantity.unknown(unit, rate.reason)
    return Quantity(
        rate.value * factor,
        unit,
        low=rate.low * factor,
        high=rate.high * factor,
        how=how,
        inputs=(rate,),
    )


def _tokens_a_minute(requests: Quantity, tokens: Quantity) -> Quantity:
    product = requests * tokens
    if not product.known:
        return Quantity.unknown("tokens/min", product.reason)
    return Quantity(
        product.value,
        "tokens/min",
        low=product.low,
        high=product.high,
        how=lambda: f"{requests.value:,.1f} requests a minute x {tokens.value:,.0f} tokens",
        inputs=(requests, tokens),
    )


def _plan(deployment: Deployment, name: str) -> Fact:
    unit = {"tpm": "tokens/min", "rpm": "requests/min", "tpd": "tokens/day"}[name]
    written = getattr(deployment.spec.limits, name)
    if written is not None:
        return Quantity(written, unit, how="as written")
    endpoint = deployment.endpoint
    if endpoint is None:
        return _NONE
    limit = endpoint.limit
    value = getattr(limit, name) if limit else None
    if limit is None or value is None:
        who = endpoint.provider or "the provider"
        if name == "tpd":
            return Absent("no daily limit is published")
        return Quantity.unknown(
            unit, f"{who} publishes no {name.upper()} for it: set limits.{name}"
        )
    how = f"{limit.provider} tier {limit.tier}, {limit.as_of}"
    return Quantity(float(value), unit, how=how, sources=(limit.source,))


def _batch(jobs: tuple[BatchJob, ...], tpm: Fact, rpm: Fact) -> Facts:
    if not jobs:
        none = Absent("no batch job")
        return {"limits.batch_duration": none, "limits.batch_deadline": none}
    gates = (tpm, rpm)
    if not any(isinstance(gate, Quantity) for gate in gates):
        return {"limits.batch_duration": _NONE, "limits.batch_deadline": _deadline(jobs[0])}
    times = [(_duration(job, tpm, rpm), job) for job in jobs]
    known = [(time, job) for time, job in times if time.known]
    if not known:
        return {"limits.batch_duration": times[0][0], "limits.batch_deadline": _deadline(jobs[0])}
    longest, job = max(known, key=lambda pair: pair[0].value)
    return {"limits.batch_duration": longest, "limits.batch_deadline": _deadline(job)}


def _deadline(job: BatchJob) -> Fact:
    if job.deadline is None:
        return Absent(f"{job.name} has no deadline")
    return Quantity(job.deadline / _MINUTE, "min", how=f"deadline of {job.name}")


def _duration(job: BatchJob, tpm: Fact, rpm: Fact) -> Quantity:
    tokens = job.requests * (job.input + job.output)
    minutes = [
        amount / gate.value
        for amount, gate in ((tokens, tpm), (job.requests, rpm))
        if isinstance(gate, Quantity) and gate.known and gate.value
    ]
    if not minutes:
        return Quantity.unknown("min", "the plan's limits are not known")
    rate = tpm.value if isinstance(tpm, Quantity) and tpm.known else None
    return Quantity(
        max(minutes),
        "min",
        how=lambda: (
            f"{job.name}: {job.requests:,.0f} requests x {job.input + job.output:,.0f} tokens"
            + (f" at {rate:,.0f} tokens a minute" if rate else "")
        ),
    )
