"""The facts of group `limits`: what the peak asks of a plan, and how long batch jobs take.

Providers refill buckets of requests and of tokens; some count input and output apart, some leave
out what is read from the prompt cache, and some reserve `max_tokens` when a request is admitted.
"""

from __future__ import annotations

from datetime import date
from math import sqrt

from aispec.catalog.deployment import Deployment
from aispec.catalog.limits import counts_max_tokens
from aispec.estimate import batch
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.late import Late
from aispec.estimate.plan import UNITS, counted_input, days_left, joint, plan, tier_that_would_do
from aispec.estimate.provisioned import units_needed
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.estimate.traffic import Traffic, tokens_per_day
from aispec.record import record
from aispec.spec.model import BatchJob, Workload

_MINUTE = 60.0
# Standard deviations by which the busiest of an hour's 60 minutes lies above their mean, where
# requests come by chance: the expected maximum of 60 normal variates, and its 95th percentile.
_BUSIEST = 2.3, 3.1
# Where nobody says what `max_tokens` is: times the mean output, likely, least and most.
_RESERVED = 2.0, 1.0, 4.0
_NONE = Absent("no rate limit applies to it")
_NEEDED = ("tpm", "rpm", "tpd", "rpd", "itpm", "otpm")


@record
class _Load:
    """What the limits are held against."""

    requests: Quantity  # a minute of the busiest hour
    received: Quantity  # input tokens of a request that count
    sent: Quantity  # output tokens of a request
    weight: float = 1.0  # tokens of the limit that an output token takes

    @property
    def tokens(self) -> Quantity:
        """Tokens of a request that count, input and output together."""
        return self.received + (self.sent if self.weight == 1 else self.sent * self.weight)


def facts(
    deployment: Deployment,
    workload: Workload,
    request: Request,
    traffic: Traffic,
    today: date | None = None,
) -> Facts:
    """Return the group's facts; absent where neither an API nor written limits bound the load."""
    per_minute = _scaled(traffic.rate, _MINUTE, "requests/min", "peak requests a second x 60")
    limit = deployment.endpoint.limit if deployment.endpoint else None
    weight = limit.output_weight if limit else 1.0
    load = _Load(per_minute, counted_input(deployment, request), request.output, weight)
    plans = {name: plan(deployment, name, request.input) for name in UNITS}
    plans["tpm"] = _whole(plans, load)
    limited = any(isinstance(each, Quantity) for each in plans.values())
    found: Facts = {f"limits.{name}_plan": each for name, each in plans.items()}
    found |= {f"limits.{name}_needed": _NONE for name in _NEEDED}
    found |= dict.fromkeys(_EXTRA, _NONE)
    found["limits.plan_days_left"] = days_left(deployment, today)
    found |= batch.facts(workload.batch, deployment, plans["tpm"], plans["rpm"])
    if traffic.only_batch:
        found["limits.tpd_needed"] = tokens_per_day(traffic, request, workload.batch)
        found["limits.pace"] = _pace_of_batch(workload.batch, plans)
    elif limited or deployment.endpoint:
        day = tokens_per_day(traffic, request, workload.batch)
        found |= _needed(deployment, request, load, traffic, day)
        found["limits.pace"] = _pace(plans, load)
    return found


_EXTRA = (
    *("limits.tpm_reserved", "limits.tpm_burst", "limits.pace"),
    *("limits.tier_needed", "limits.ptu_needed"),
)


def _whole(plans: dict[str, Fact], load: _Load) -> Fact:
    """Return the tokens a minute in all, also where only input and output have limits."""
    whole = plans["tpm"]
    if isinstance(whole, Quantity) and whole.known:
        return whole
    return joint(plans["itpm"], plans["otpm"], load.received, load.sent) or whole


def _needed(
    deployment: Deployment, request: Request, load: _Load, traffic: Traffic, day: Quantity
) -> Facts:
    tokens = load.tokens
    return {
        "limits.rpm_needed": load.requests,
        "limits.tpm_needed": _a_minute(load.requests, tokens),
        "limits.tpd_needed": day,
        "limits.rpd_needed": _scaled(traffic.per_day, 1.0, "requests/day", "requests of a day"),
        "limits.itpm_needed": Late(lambda: _a_minute(load.requests, load.received)),
        "limits.otpm_needed": Late(lambda: _a_minute(load.requests, load.sent)),
        "limits.tpm_reserved": _reserved(deployment, load),
        "limits.tpm_burst": Late(lambda: _burst(load.requests, tokens)),
        "limits.tier_needed": tier_that_would_do(
            deployment, load.requests, load.received, load.sent, (traffic.per_day, day)
        ),
        "limits.ptu_needed": units_needed(deployment, request, load.requests),
    }


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


def _a_minute(requests: Quantity, tokens: Quantity) -> Quantity:
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


def _reserved(deployment: Deployment, load: _Load) -> Fact:
    """Return the tokens a minute that are counted at admission, `max_tokens` of output and all."""
    endpoint = deployment.endpoint
    if endpoint is None or not (endpoint.provider and counts_max_tokens(endpoint.provider)):
        return Absent("it is admitted on the tokens that it uses")
    return _a_minute(load.requests, load.received + _most_output(deployment, load.sent))


def _most_output(deployment: Deployment, sent: Quantity) -> Quantity:
    written = deployment.assumed.get("max_tokens")
    if written:
        return Quantity(written, "tokens", how="max_tokens as assumed")
    model = deployment.model
    cap = float((model and model.context.get("max_output")) or float("inf"))
    likely, low, high = (max(min(sent.value * n, cap), sent.value) for n in _RESERVED)
    return Quantity(likely, "tokens", low=low, high=high, how="max_tokens, which is not written")


def _burst(requests: Quantity, tokens: Quantity) -> Quantity:
    """Return the tokens of the busiest minute of the busiest hour."""
    if not (requests.known and tokens.known):
        return Quantity.unknown("tokens/min", requests.reason or tokens.reason)
    mean = requests.value
    likely, most = (mean + n * sqrt(mean) for n in _BUSIEST)
    return Quantity(
        likely * tokens.value,
        "tokens/min",
        low=min(requests.low * tokens.low, likely * tokens.value),
        high=max(most, requests.high) * tokens.high,
        how=lambda: f"{mean:,.1f} requests a minute by chance, {likely:,.1f} in the busiest of 60",
        inputs=(requests, tokens),
    )


def _pace(plans: dict[str, Fact], load: _Load) -> Fact:
    """Return the requests a minute that no limit turns away."""
    gates = (
        (plans["rpm"], 1.0),
        (plans["tpm"], load.tokens.value),
        (plans["itpm"], load.received.value),
        (plans["otpm"], load.sent.value),
    )
    return _narrowest(gates)


def _pace_of_batch(jobs: tuple[BatchJob, ...], plans: dict[str, Fact]) -> Fact:
    largest = max((job.input + job.output for job in jobs), default=0.0)
    return _narrowest(((plans["rpm"], 1.0), (plans["tpm"], largest)))


def _narrowest(gates: tuple[tuple[Fact, float], ...]) -> Fact:
    rates = [
        limit.value / each
        for limit, each in gates
        if isinstance(limit, Quantity) and limit.known and each
    ]
    if not rates:
        return Absent("no limit is known")
    return Quantity(min(rates), "requests/min", how="the narrowest limit over what a request takes")
