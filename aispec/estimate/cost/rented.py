"""What provisioned units cost, by the hour and reserved, beside the same load by the token.

Units are paid whether or not they are used: so many a month as the peak needs, for 730 hours, or
reserved for a month or a year at a price for the whole term.
"""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.catalog.limits import ProvisionedPrice, provisioned_price
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.provisioned import is_provisioned, scope_of, term_of, units_needed
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.estimate.traffic import Traffic
from aispec.estimate.units import MONTH_HOURS
from aispec.record import made, record

_NAMES = ("pay_as_you_go_month", "provisioned_hourly", "provisioned_monthly", "provisioned_yearly")
_TERMS = {
    "hour": "provisioned_hourly",
    "month": "provisioned_monthly",
    "year": "provisioned_yearly",
}
_MONTHS = 12
# Tokens in a data zone or a region cost a tenth more than global ones (Azure retail prices).
_NEARBY = 1.1


@record
class Bill:
    """The facts of provisioned units; `month` is what is paid where the spec rents them."""

    facts: Facts = made(default_factory=dict)
    month: Quantity | None = None  # USD/month
    as_of: str | None = None


def none(reason: str) -> Facts:
    """Return the facts where there are no provisioned units to speak of."""
    return {f"cost.{name}": Absent(reason) for name in _NAMES}


def bill(deployment: Deployment, request: Request, traffic: Traffic, by_token: Quantity) -> Bill:
    """Return what the units for the peak cost by each term, and the load by the token."""
    api, endpoint = deployment.spec.api, deployment.endpoint
    tier = api.tier if api else None
    rented = is_provisioned(tier)
    price = provisioned_price((endpoint and endpoint.provider) or "", scope_of(tier))
    if price is None:
        return _unpriced("no price of a provisioned unit is known", rented)
    needed = units_needed(deployment, request, _a_minute(traffic.rate))
    if not isinstance(needed, Quantity):
        return _unpriced("no provisioned units are sold for it", rented)
    own = deployment.assumed.get("ptu_price")
    terms = {_TERMS[term]: each for term, each in _by_term(needed, price, own).items()}
    nearby = _NEARBY if scope_of(tier) != "global" else 1.0
    found: Facts = {"cost.pay_as_you_go_month": by_token.within(1.0, nearby)}
    found |= {f"cost.{name}": figure for name, figure in terms.items()}
    if not rented:
        return Bill(found)
    stated = own is not None and term_of(tier) == "hour"
    return Bill(found, terms[_TERMS[term_of(tier)]], None if stated else price.as_of)


def _unpriced(reason: str, rented: bool) -> Bill:
    return Bill(none(reason), Quantity.unknown("USD/month", reason) if rented else None)


def _by_term(needed: Quantity, price: ProvisionedPrice, own: float | None) -> dict[str, Quantity]:
    hour = price.hour if own is None else own
    return {
        "hour": _paid(needed, hour * MONTH_HOURS, f"{hour:g} USD an hour x 730", price),
        "month": _paid(needed, price.month, f"{price.month:g} USD, reserved for a month", price),
        "year": _paid(
            needed,
            price.year / _MONTHS,
            f"{price.year:,g} USD / 12, reserved for a year",
            price,
        ),
    }


def _paid(needed: Quantity, each: float, words: str, price: ProvisionedPrice) -> Quantity:
    if not needed.known:
        return Quantity.unknown("USD/month", needed.reason)
    return Quantity(
        needed.value * each,
        "USD/month",
        low=needed.low * each,
        high=needed.high * each,
        how=lambda: f"{needed.value:,.0f} units x {words}",
        inputs=(needed,),
        sources=(f"{price.source}, {price.as_of}",),
    )


def _a_minute(rate: Quantity) -> Quantity:
    if not rate.known:
        return Quantity.unknown("requests/min", rate.reason)
    return Quantity(rate.value * 60, "requests/min", low=rate.low * 60, high=rate.high * 60)
