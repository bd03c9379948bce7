"""What a plan allows: limits written in the spec, else the catalogue's for provider and tier."""

from __future__ import annotations

from datetime import date

from aispec.catalog.deployment import Deployment
from aispec.catalog.limits import RateLimit, counts_cached_input, rate_limit, tiers
from aispec.estimate.fact import Absent, Fact
from aispec.estimate.provisioned import is_provisioned
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request

UNITS = {
    "tpm": "tokens/min",
    "rpm": "requests/min",
    "tpd": "tokens/day",
    "rpd": "requests/day",
    "itpm": "tokens/min",
    "otpm": "tokens/min",
}
_NONE = Absent("no rate limit applies to it")


def plan(deployment: Deployment, name: str, received: Quantity) -> Fact:
    """Return one limit: a figure, unknown where the provider publishes none, or absent.

    Requests of much input, as `received` of the mean one has it, may have a bucket of their own.
    """
    unit = UNITS[name]
    written = getattr(deployment.spec.limits, name)
    if written is not None:
        return Quantity(written, unit, how="as written")
    endpoint, api = deployment.endpoint, deployment.spec.api
    if endpoint is None:
        return _NONE
    if api and is_provisioned(api.tier):
        return Absent("provisioned throughput has no such limit")
    limit = endpoint.limit.for_input(received.value) if endpoint.limit else None
    value = getattr(limit, name) if limit else None
    if limit is not None and value is not None:
        how = f"{limit.provider} tier {limit.tier}, {limit.dated}"
        return Quantity(float(value), unit, how=how, sources=(limit.source,))
    return _unpublished(deployment, name)


def _unpublished(deployment: Deployment, name: str) -> Fact:
    if name in ("tpd", "rpd"):
        return Absent("no daily limit is published")
    if name in ("itpm", "otpm"):
        return Absent("input and output have no limits of their own")
    who = (deployment.endpoint and deployment.endpoint.provider) or "the provider"
    reason = f"{who} publishes no {name.upper()} for it: set limits.{name}"
    return Quantity.unknown(UNITS[name], reason)


def counted_input(deployment: Deployment, request: Request) -> Quantity:
    """Return the input tokens of a request that count against a limit.

    Some providers leave out what is read from the prompt cache; where nobody has said, both ends.
    """
    endpoint = deployment.endpoint
    share = request.cached_share
    if not share or endpoint is None or not endpoint.provider:
        return request.input
    counts = endpoint.limit.cached_input_counts if endpoint.limit else None
    if counts is None:
        counts = counts_cached_input(endpoint.provider)
    if counts:
        return request.input
    fresh = request.input * (1 - share)
    if counts is False:
        return fresh.told(lambda: f"{share:.0%} of {request.input.value:,.0f} is cached, uncounted")
    return Quantity(
        request.input.value, "tokens", low=fresh.low, high=request.input.high, how=request.input.how
    )


def joint(itpm: Fact, otpm: Fact, received: Quantity, sent: Quantity) -> Quantity | None:
    """Return the tokens a minute that split limits allow at this mix of input and output.

    The narrower of the two decides how many requests a minute pass.
    """
    rates = [
        limit.value / tokens.value
        for limit, tokens in ((itpm, received), (otpm, sent))
        if isinstance(limit, Quantity) and limit.known and tokens.value
    ]
    if not rates:
        return None
    requests = min(rates)
    sources = tuple(s for f in (itpm, otpm) if isinstance(f, Quantity) for s in f.sources)
    return Quantity(
        requests * (received.value + sent.value),
        "tokens/min",
        how=lambda: (
            f"{_shown(itpm)} input and {_shown(otpm)} output tokens a minute pass {requests:,.1f}"
            f" requests of {received.value:,.0f} in and {sent.value:,.0f} out"
        ),
        sources=tuple(dict.fromkeys(sources)),
    )


def _shown(limit: Fact) -> str:
    return f"{limit.value:,.0f}" if isinstance(limit, Quantity) and limit.known else "any"


def days_left(deployment: Deployment, today: date | None) -> Fact:
    """Return the days until the provider drops the scheme that the limits are of."""
    endpoint = deployment.endpoint
    limit = endpoint.limit if endpoint else None
    if limit is None or limit.until is None:
        return Absent("no end of these limits is announced")
    if today is None:
        return Quantity.unknown("days", "today's date is not given")
    left = (date.fromisoformat(limit.until) - today).days
    return Quantity(float(left), "days", how=f"until {limit.until}", sources=(limit.source,))


def tier_that_would_do(
    deployment: Deployment,
    requests: Quantity,
    received: Quantity,
    sent: Quantity,
    daily: tuple[Quantity, Quantity],
) -> Fact:
    """Return the lowest tier whose published limits hold the load.

    `daily` are the requests and the tokens of a day.
    """
    endpoint = deployment.endpoint
    if endpoint is None or not endpoint.provider:
        return Absent("it is not behind an API")
    names = tiers(endpoint.provider, endpoint.asked or "")
    if not names:
        return Absent("the provider publishes no tiers for it")
    if not requests.known:
        return Absent("the rate of requests is not known")
    for name in names:
        found = rate_limit(endpoint.provider, endpoint.asked or "", name)
        limit = found.for_input(received.value) if found else None
        if limit and _holds(limit, requests.value, received.value, sent.value, daily):
            return name
    return f"above {names[-1]}"


def _holds(
    limit: RateLimit,
    requests: float,
    received: float,
    sent: float,
    daily: tuple[Quantity, Quantity],
) -> bool:
    day_requests, day_tokens = (each.value if each.known else 0.0 for each in daily)
    asked = (
        (limit.rpm, requests),
        (limit.tpm, requests * (received + limit.output_weight * sent)),
        (limit.itpm, requests * received),
        (limit.otpm, requests * sent),
        (limit.rpd, day_requests),
        (limit.tpd, day_tokens),
    )
    stated = [(most, need) for most, need in asked if most is not None]
    return bool(stated) and all(need <= most for most, need in stated)
