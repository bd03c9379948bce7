"""How long batch jobs take under a plan, and by when they must be done.

Under rate limits a job takes `max(tokens / TPM, requests / RPM)` minutes. Through a batch API the
queue decides: so many tokens may wait at once, and each queueful is promised within a day.
"""

from __future__ import annotations

from math import ceil

from aispec.catalog.deployment import Deployment
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.spec.model import BatchJob

_MINUTE = 60.0
_PROMISED = 24 * 60.0  # minutes in which providers promise a batch
_SOONEST = 60.0  # minutes that a batch took where there was little to do


def facts(jobs: tuple[BatchJob, ...], deployment: Deployment, tpm: Fact, rpm: Fact) -> Facts:
    """Return the duration and the deadline of the job that takes longest."""
    if not jobs:
        none = Absent("no batch job")
        return {"limits.batch_duration": none, "limits.batch_deadline": none}
    if not (_queued(deployment) or any(isinstance(gate, Quantity) for gate in (tpm, rpm))):
        none = Absent("no rate limit applies to it")
        return {"limits.batch_duration": none, "limits.batch_deadline": _deadline(jobs[0])}
    times = [(_duration(job, deployment, tpm, rpm), job) for job in jobs]
    known = [(time, job) for time, job in times if time.known]
    if not known:
        return {"limits.batch_duration": times[0][0], "limits.batch_deadline": _deadline(jobs[0])}
    longest, job = max(known, key=lambda pair: pair[0].value)
    return {"limits.batch_duration": longest, "limits.batch_deadline": _deadline(job)}


def _deadline(job: BatchJob) -> Fact:
    if job.deadline is None:
        return Absent(f"{job.name} has no deadline")
    return Quantity(job.deadline / _MINUTE, "min", how=f"deadline of {job.name}")


def _queued(deployment: Deployment) -> bool:
    """Whether a batch API's queue takes the jobs; a limit that is written is meant for them."""
    spec = deployment.spec
    return bool(spec.api and spec.api.batch) and spec.limits.tpm is None


def _duration(job: BatchJob, deployment: Deployment, tpm: Fact, rpm: Fact) -> Quantity:
    if _queued(deployment):
        limit = deployment.endpoint.limit if deployment.endpoint else None
        return _through_queue(job, limit.batch_queue if limit else None)
    return _paced(job, tpm, rpm)


def _through_queue(job: BatchJob, queue: int | None) -> Quantity:
    tokens = job.requests * (job.input + job.output)
    fills = max(ceil(tokens / queue), 1) if queue else 1
    held = f"a queue of {queue:,} tokens" if queue else "a queue of unpublished length"
    return Quantity(
        fills * _PROMISED,
        "min",
        low=fills * _SOONEST,
        high=fills * _PROMISED,
        how=lambda: (
            f"{job.name}: {tokens:,.0f} tokens fill {held} {fills:,} time(s), each done within 24 h"
        ),
    )


def _paced(job: BatchJob, tpm: Fact, rpm: Fact) -> Quantity:
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
