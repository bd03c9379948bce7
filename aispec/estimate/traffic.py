"""The facts of group `workload`, and the load that they put on one replica or one endpoint.

A day's requests become a rate in the busiest hour through the peak hour's share; a rate becomes a
concurrency through the time a request takes (Little's law), and a given concurrency a rate.
"""

from __future__ import annotations

from collections.abc import Mapping

from aispec.estimate.fact import Absent, Facts
from aispec.estimate.latency.load import Load, closed, opened
from aispec.estimate.latency.roofline import Roofline
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.record import record
from aispec.spec.model import BatchJob, Workload

_HOUR = 3600.0


@record
class Traffic:
    """Requests over all replicas."""

    per_day: Quantity  # requests/day
    rate: Quantity  # requests/s in the busiest hour
    concurrency: Quantity
    load: Load | None  # of one replica
    only_batch: bool = False  # no users, batch jobs alone


def daily_requests(workload: Workload, request: Request) -> Quantity | None:
    """Return a day's requests from daily users, or `None` where no daily users are given."""
    users = workload.users.daily
    if users is None:
        return None
    value = users * request.sessions_per_user * request.per_session
    return Quantity(
        value,
        "requests/day",
        how=lambda: (
            f"{users:,.0f} users a day x {request.sessions_per_user:g} sessions x"
            f" {request.per_session:g} requests"
        ),
    )


def self_hosted(
    workload: Workload,
    request: Request,
    assumed: Mapping[str, float],
    speed: Roofline | None,
    replicas: int,
    most: float,
    spread: tuple[float, float],
) -> Traffic:
    """Return the traffic on accelerators. `most` is what one replica can run at once."""
    per_day = daily_requests(workload, request)
    users = workload.users.concurrent
    rate = None if per_day is None else _peak(per_day, assumed["peak_hour_share"])
    load = _load(speed, users, rate, replicas, most, request)
    if users is not None:
        concurrency = Quantity(users, how=f"{users:g} requests in flight, as written")
        rate = rate or _rate_of_loop(load, replicas, spread)
    elif rate is not None:
        concurrency = _little(load, replicas, spread)
    else:
        concurrency, rate = _batch_only(workload)
    per_day = per_day or _day_of_rate(rate, assumed["peak_hour_share"], workload)
    return Traffic(per_day, rate, concurrency, load, _no_users(workload))


def _load(
    speed: Roofline | None,
    users: float | None,
    rate: Quantity | None,
    replicas: int,
    most: float,
    request: Request,
) -> Load | None:
    if speed is None:
        return None
    prompt = request.input.value * (1 - request.cached_share)
    output = request.output.value
    if users is not None:
        return closed(speed, -(-users // replicas), most, prompt, output)
    if rate is not None:
        return opened(speed, rate.value / replicas, most, prompt, output)
    return None


def _peak(per_day: Quantity, share: float) -> Quantity:
    return Quantity(
        per_day.value * share / _HOUR,
        "requests/s",
        how=lambda: f"{per_day.value:,.0f} requests a day x {share:.0%} in the busiest hour",
        inputs=(per_day,),
    )


def _rate_of_loop(load: Load | None, replicas: int, spread: tuple[float, float]) -> Quantity:
    if load is None:
        return Quantity.unknown("requests/s", "the rate follows from a latency that is not known")
    likely = load.rate * replicas
    return Quantity(
        likely,
        "requests/s",
        low=likely / spread[1],
        high=likely / spread[0],
        how="users who wait for an answer and ask again: concurrency / time in system",
    )


def _little(load: Load | None, replicas: int, spread: tuple[float, float]) -> Quantity:
    if load is None:
        return Quantity.unknown("", "concurrency follows from a latency that is not known")
    likely = load.asked * replicas
    return Quantity(
        likely,
        low=likely * spread[0],
        high=likely * spread[1],
        how="Little's law: rate x time in system",
    )


def _no_users(workload: Workload) -> bool:
    return bool(workload.batch) and workload.users.daily is workload.users.concurrent is None


def _batch_only(workload: Workload) -> tuple[Quantity, Quantity]:
    reason = "neither daily nor concurrent users are given"
    if workload.batch:
        return Quantity(1.0, how="batch jobs alone"), Quantity.unknown("requests/s", reason)
    return Quantity.unknown("", reason), Quantity.unknown("requests/s", reason)


def _day_of_rate(rate: Quantity, share: float, workload: Workload) -> Quantity:
    if not rate.known and workload.batch:
        jobs = sum(job.requests for job in workload.batch)
        return Quantity(jobs, "requests/day", how="each batch job once a day")
    if not rate.known:
        return Quantity.unknown("requests/day", rate.reason)
    day = (rate * (_HOUR / share)).to("requests/s")
    return Quantity(
        day.value,
        "requests/day",
        low=day.low,
        high=day.high,
        how=lambda: f"the busiest hour's rate x 3,600 s / {share:.0%} of a day's traffic",
        inputs=(rate,),
    )


def by_api(
    workload: Workload,
    request: Request,
    assumed: Mapping[str, float],
    seconds: float | None,
) -> Traffic:
    """Return the traffic on an endpoint; `seconds` is a response's time where it was measured."""
    per_day = daily_requests(workload, request)
    users = workload.users.concurrent
    unknown = "the provider's latency is not stated"
    rate = None if per_day is None else _peak(per_day, assumed["peak_hour_share"])
    if users is not None:
        concurrency = Quantity(users, how="as written")
        rate = rate or (
            Quantity(users / seconds, "requests/s", how=f"{users:g} users / {seconds:.1f} s")
            if seconds
            else Quantity.unknown("requests/s", unknown)
        )
    elif rate is not None:
        concurrency = (
            Quantity(rate.value * seconds, how="Little's law: rate x response time")
            if seconds
            else Quantity.unknown("", unknown)
        )
    else:
        concurrency, rate = _batch_only(workload)
    per_day = per_day or _day_of_rate(rate, assumed["peak_hour_share"], workload)
    return Traffic(per_day, rate, concurrency, None, _no_users(workload))


def tokens_per_day(traffic: Traffic, request: Request, jobs: tuple[BatchJob, ...]) -> Quantity:
    """Return a day's tokens, the batch jobs' among them."""
    batch = sum(job.requests * (job.input + job.output) for job in jobs)
    if not traffic.per_day.known:
        return Quantity.unknown("tokens/day", traffic.per_day.reason)
    if traffic.only_batch:
        return Quantity(batch, "tokens/day", how="the batch jobs' tokens, once a day")
    served = traffic.per_day * (request.input + request.output)
    low, high = served.low + batch, served.high + batch
    return Quantity(served.value + batch, "tokens/day", low=low, high=high).told(
        lambda: (
            f"{traffic.per_day.value:,.0f} requests x"
            f" {request.input.value + request.output.value:,.0f} tokens"
            + (f" + {batch:,.0f} of batch jobs" if batch else "")
        ),
        inputs=(traffic.per_day, request.input, request.output),
    )


def facts(traffic: Traffic, request: Request, jobs: tuple[BatchJob, ...]) -> Facts:
    """Return the facts of group `workload`."""
    return {
        **_counts(request),
        "workload.requests_per_day": traffic.per_day,
        "workload.tokens_in_per_request": request.input,
        "workload.tokens_out_per_request": request.output,
        "workload.tokens_per_day": tokens_per_day(traffic, request, jobs),
        "workload.peak_requests_per_second": traffic.rate,
        "workload.concurrency": traffic.concurrency,
    }


def _counts(request: Request) -> Facts:
    """Return how the counts of a workload stand to what its texts will be."""
    inflation, counted = request.inflation, request.counted
    none = Absent("no part has both a file and a number")
    return {
        "workload.language_inflation": inflation or Absent("no languages are written"),
        "workload.prompt_part": counted[0] if counted else none,
        "workload.prompt_counted": counted[1] if counted else none,
        "workload.prompt_stated": Quantity(counted[2], "tokens", how="as written")
        if counted
        else none,
    }
