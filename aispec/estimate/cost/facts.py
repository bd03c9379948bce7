"""The facts of group `cost`. A month has 730 hours, that is 30.4 days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from aispec.catalog.api_prices import api_price
from aispec.catalog.deployment import Deployment, Machines
from aispec.estimate import energy
from aispec.estimate.cost import rented
from aispec.estimate.cost.hourly import (
    accelerator_price,
    age_in_days,
    hour_of,
    oldest,
    used_share,
)
from aispec.estimate.cost.tokens import Tariff, for_length, listed, stated
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.late import Late
from aispec.estimate.quantity import How, Quantity, total
from aispec.estimate.request import Request
from aispec.estimate.traffic import Traffic, tokens_per_day
from aispec.estimate.units import DAYS_A_MONTH
from aispec.spec.model import BatchJob, Workload

_SMALL = "meta-llama/Llama-3.1-8B-Instruct"


def on_machines(
    deployment: Deployment,
    workload: Workload,
    request: Request,
    traffic: Traffic,
    utilization: Fact,
    today: date | None,
) -> Facts:
    """Return the group's facts for accelerators that are paid by the hour."""
    machines = deployment.machines
    assert machines is not None
    price = accelerator_price(machines)
    hour = hour_of(machines, price)
    month = Quantity(machines.hours, "hours") * hour
    bill = _figure(month, "USD/month", lambda: f"{machines.hours:g} hours x the hour's cost", hour)
    power = energy_cost(deployment)
    if isinstance(power, Quantity):
        bill = (bill + power).told("the hours' cost and the energy's", inputs=(bill, power))
    there = _elsewhere(deployment, request, traffic)
    return {
        **rented.none("it is not behind an API"),
        "cost.hour": hour,
        "cost.day": _figure(bill, "USD/day", "month / 30.4", bill, 1 / DAYS_A_MONTH),
        "cost.month": bill,
        **per_unit(bill, workload, request, traffic),
        "cost.idle_share": _idle(utilization, machines),
        "cost.api_equivalent_month": there,
        "cost.break_even_users": _break_even(bill, there, workload),
        "cost.break_even_requests": _requests_to_pay(bill, there, traffic),
        "cost.small_model_month": _small(request, traffic),
        "cost.energy_month": power,
        "cost.price_age_days": _age(oldest(machines.prices), machines.price is not None, today),
    }


def by_api(
    deployment: Deployment,
    workload: Workload,
    request: Request,
    traffic: Traffic,
    today: date | None,
) -> Facts:
    """Return the group's facts for an endpoint that is paid by the token."""
    tariff = tariff_of(deployment, request)
    day = _day(tariff, request, traffic, workload.batch)
    by_token = _figure(day, "USD/month", "day x 30.4", day, DAYS_A_MONTH)
    mine = deployment.spec.api is not None and deployment.spec.api.price is not None
    month, as_of = by_token, tariff.as_of
    bill = rented.bill(deployment, request, traffic, by_token)
    if bill.month is not None:
        month, as_of, mine = bill.month, bill.as_of, bill.as_of is None
        day = _figure(month, "USD/day", "month / 30.4", month, 1 / DAYS_A_MONTH)
    return {
        **bill.facts,
        "cost.hour": _figure(day, "USD/hour", "day / 24", day, 1 / 24),
        "cost.day": day,
        "cost.month": month,
        **per_unit(month, workload, request, traffic),
        "cost.idle_share": Absent(
            "tokens are paid, not time" if bill.month is None else "units are paid, not devices"
        ),
        "cost.api_equivalent_month": Absent("it is behind an API already"),
        "cost.break_even_users": Absent("it is behind an API already"),
        "cost.break_even_requests": Absent("it is behind an API already"),
        "cost.small_model_month": _small(request, traffic),
        "cost.energy_month": Absent("the provider pays it"),
        "cost.price_age_days": _age(as_of, mine, today),
    }


def tariff_of(deployment: Deployment, request: Request) -> Tariff:
    """Return what an endpoint's tokens cost: as written, else by the catalogue."""
    api, endpoint = deployment.spec.api, deployment.endpoint
    if api and api.price:
        return stated(api.price)
    return listed(endpoint.prices if endpoint else (), request, bool(api and api.batch))


def _day(
    tariff: Tariff, request: Request, traffic: Traffic, jobs: tuple[BatchJob, ...]
) -> Quantity:
    parts = [_batch_cost(tariff, jobs)] if jobs else []
    if not traffic.only_batch:
        parts.append(_served(tariff, request, traffic))
    return total("USD/day", parts).told(
        lambda: (
            f"{traffic.per_day.value:,.0f} requests x"
            f" ({request.input.value:,.0f} tokens at {tariff.input.value:g} USD/Mtok +"
            f" {request.output.value:,.0f} at {tariff.output.value:g})"
        )
    )


def _served(tariff: Tariff, request: Request, traffic: Traffic) -> Quantity:
    each = tariff.of_request(request)
    if not (each.known and traffic.per_day.known):
        return Quantity.unknown("USD/day", each.reason or traffic.per_day.reason)
    count = traffic.per_day
    return Quantity(
        each.value * count.value,
        "USD/day",
        low=each.low * count.low,
        high=each.high * count.high,
        inputs=(each, count),
        sources=tariff.input.sources,
    )


def _batch_cost(tariff: Tariff, jobs: tuple[BatchJob, ...]) -> Quantity:
    cost = total("USD", (tariff.of(j.requests * j.input, j.requests * j.output) for j in jobs))
    if not cost.known:
        return Quantity.unknown("USD/day", cost.reason)
    return Quantity(cost.value, "USD/day", low=cost.low, high=cost.high)


def per_unit(month: Quantity, workload: Workload, request: Request, traffic: Traffic) -> Facts:
    """Return the month's cost over the tokens, sessions and users that it serves."""

    def for_tokens() -> Quantity:
        monthly = tokens_per_day(traffic, request, workload.batch) * DAYS_A_MONTH
        return _share(month, monthly, "USD/Mtok", 1e6)

    sessions = traffic.per_day * (DAYS_A_MONTH / request.per_session)
    users = workload.users.daily
    per_user: Fact = Absent("daily users are not given")
    if users:
        per_user = _figure(month, "USD/user·month", "month / daily users", month, 1 / users)
    return {
        "cost.per_million_tokens": Late(for_tokens),
        "cost.per_session": _share(month, sessions, "USD/session", 1.0),
        "cost.per_user_month": per_user,
    }


def _share(month: Quantity, amount: Quantity, unit: str, scale: float) -> Quantity:
    if not (month.known and amount.known):
        return Quantity.unknown(unit, month.reason or amount.reason)
    if amount.low <= 0:
        return Quantity.unknown(unit, "nothing is served")
    return Quantity(
        month.value / amount.value * scale,
        unit,
        low=month.low / amount.high * scale,
        high=month.high / amount.low * scale,
        how="the month's cost over what it serves",
        inputs=(month, amount),
    )


def _figure(source: Quantity, unit: str, how: How, of: Quantity, factor: float = 1.0) -> Quantity:
    if not source.known:
        return Quantity.unknown(unit, source.reason)
    return Quantity(
        source.value * factor,
        unit,
        low=source.low * factor,
        high=source.high * factor,
        how=how,
        inputs=(of,),
        sources=of.sources,
    )


def _idle(utilization: Fact, machines: Machines) -> Fact:
    if not isinstance(utilization, Quantity):
        return utilization
    if not utilization.known:
        return Quantity.unknown("", utilization.reason)
    used = used_share(machines)
    shares = [
        max(0.0, 1 - min(u, 1.0) * used)
        for u in (utilization.value, utilization.high, utilization.low)
    ]
    return Quantity(
        shares[0],
        low=shares[1],
        high=shares[2],
        how="1 - utilization at the peak, whole instances counted",
        inputs=(utilization,),
    )


def _elsewhere(deployment: Deployment, request: Request, traffic: Traffic) -> Fact:
    if not deployment.api_prices:
        return Absent("no API price is known for this model")
    day = _served(listed(deployment.api_prices, request, False), request, traffic)
    return _figure(day, "USD/month", "the same requests at list price", day, DAYS_A_MONTH)


def _small(request: Request, traffic: Traffic) -> Fact:
    """Return what the load costs with a small model; whether that one will do is not said."""
    if traffic.only_batch:
        return Absent("there are batch jobs alone")
    return Late(lambda: _with_small(request, traffic))


def _with_small(request: Request, traffic: Traffic) -> Quantity:
    day = _served(_small_tariff(int(request.longest_input.value)), request, traffic)
    how = f"the same requests to {_SMALL} at list price, where it is good enough"
    return _figure(day, "USD/month", how, day, DAYS_A_MONTH)


@lru_cache(maxsize=256)
def _small_tariff(longest: int) -> Tariff:
    """What tokens of the small model cost in requests of up to so much input."""
    return for_length(api_price(None, _SMALL), longest, False)


def energy_cost(deployment: Deployment) -> Fact:
    """Return a month's energy in money, where `assumptions.energy_price` gives USD for a kWh.

    `assumptions.pue`, power usage effectiveness, is what the building draws for one at the rack.
    """
    price = deployment.assumed.get("energy_price")
    if not price:
        return Absent("assumptions.energy_price is not set")
    used = energy.facts(deployment)["energy.kwh_per_month"]
    if not (isinstance(used, Quantity) and used.known):
        return Absent("the power of the accelerators is not known")
    factor = price * deployment.assumed.get("pue", 1.0)
    return _figure(used, "USD/month", f"kWh of the month x {factor:g} USD", used, factor)


def _requests_to_pay(month: Quantity, there: Fact, traffic: Traffic) -> Fact:
    """Return the day's requests whose tokens would cost as much as the accelerators do."""
    if not isinstance(there, Quantity):
        return Absent("no API price is known for this model")
    asked = traffic.per_day
    if not (month.known and there.known and asked.known) or there.low <= 0:
        reason = month.reason or there.reason or asked.reason or "an API would cost nothing"
        return Quantity.unknown("requests/day", reason)
    return Quantity(
        asked.value * month.value / there.value,
        "requests/day",
        low=asked.value * month.low / there.high,
        high=asked.value * month.high / there.low,
        how="the month's cost / what one request's tokens cost by API",
        inputs=(month, there),
    )


def _break_even(month: Quantity, there: Fact, workload: Workload) -> Fact:
    """Return the daily users whose tokens would cost as much as the accelerators do."""
    users = workload.users.daily
    if not users or not isinstance(there, Quantity):
        return Absent("there is no API price or no daily users to compare by")
    if not (month.known and there.known) or there.low <= 0:
        reason = month.reason or there.reason or "an API would cost nothing"
        return Quantity.unknown("users", reason)
    return Quantity(
        users * month.value / there.value,
        "users",
        low=users * month.low / there.high,
        high=users * month.high / there.low,
        how="the month's cost / what one user's tokens cost by API",
        inputs=(month, there),
    )


def _age(as_of: str | None, mine: bool, today: date | None) -> Fact:
    if mine or as_of is None or today is None:
        return Absent("the price is written in the spec, or there is none")
    return age_in_days(as_of, today)
