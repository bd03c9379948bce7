"""What a month's cost goes to, part by part: for reports; rules judge the whole."""

from __future__ import annotations

from math import isclose

from aispec.catalog.deployment import Deployment
from aispec.estimate.cost.facts import tariff_of
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity, total
from aispec.estimate.request import Request
from aispec.estimate.units import DAYS_A_MONTH
from aispec.spec.model import BatchJob, Workload

Parts = dict[str, Quantity]
"""USD a month by what it is paid for. The likely values add up to `cost.month`."""


def parts(deployment: Deployment, workload: Workload, request: Request, facts: Facts) -> Parts:
    """Return the parts of `cost.month`; none where it is not known, or paid in another way."""
    month = facts.get("cost.month")
    if not (isinstance(month, Quantity) and month.known):
        return {}
    if deployment.machines:
        return _of_hours(facts, month)
    found = _of_tokens(deployment, workload, request, facts)
    # What is rented for a term is not paid by the token, and has no such parts.
    whole = sum(part.value for part in found.values() if part.known)
    return found if isclose(whole, month.value, rel_tol=1e-6) else {}


def _of_hours(facts: Facts, month: Quantity) -> Parts:
    """The hours in use and idle by `cost.idle_share`, and the energy where it has a price."""
    energy, idle = facts["cost.energy_month"], facts["cost.idle_share"]
    priced = isinstance(energy, Quantity) and energy.known
    hours = month.inputs[0] if priced and month.inputs else month
    found: Parts = {"Accelerator hours": hours}
    if isinstance(idle, Quantity) and idle.known:
        used = Quantity(1 - idle.value, low=1 - idle.high, high=1 - idle.low)
        found = {
            "Accelerators in use": _share(hours, used),
            "Accelerators idle": _share(hours, idle),
        }
    if priced and isinstance(energy, Quantity):
        found["Energy"] = energy
    return found


def _share(hours: Quantity, share: Quantity) -> Quantity:
    """A share of the bill; what is paid is the same whichever share is idle."""
    return (hours * share).to("USD/month").told("hours x the share of them", inputs=(hours, share))


def _of_tokens(deployment: Deployment, workload: Workload, request: Request, facts: Facts) -> Parts:
    tariff = tariff_of(deployment, request)
    asked = facts["workload.requests_per_day"]
    found: Parts = {}
    if isinstance(asked, Quantity) and asked.known and not _only_batch(workload):
        cached = request.cached_share
        for name, price, tokens in (
            ("Input tokens", tariff.input, request.input * (1 - cached)),
            ("Cached input tokens", tariff.cached, request.input * cached),
            ("Output tokens", tariff.output, request.output),
        ):
            found[name] = _month(price, tokens, asked)
    if workload.batch:
        received, written = _tokens_of(workload.batch)
        found["Batch jobs, input"] = _month(tariff.input, received, Quantity(1.0))
        found["Batch jobs, output"] = _month(tariff.output, written, Quantity(1.0))
    return {name: part for name, part in found.items() if not part.known or part.value}


def _only_batch(workload: Workload) -> bool:
    return bool(workload.batch) and workload.users.daily is workload.users.concurrent is None


def _tokens_of(jobs: tuple[BatchJob, ...]) -> tuple[Quantity, Quantity]:
    """Tokens that a day's jobs read and write."""
    received = total("tokens", (Quantity(job.requests * job.input, "tokens") for job in jobs))
    return received, total(
        "tokens", (Quantity(job.requests * job.output, "tokens") for job in jobs)
    )


def _month(price: Quantity, tokens: Quantity, times: Quantity) -> Quantity:
    """USD a month for so many tokens, so many times a day."""
    spent = (price * tokens).to("USD")
    if not spent.known:
        return Quantity.unknown("USD/month", spent.reason)
    return Quantity(
        spent.value * times.value * DAYS_A_MONTH,
        "USD/month",
        low=spent.low * times.low * DAYS_A_MONTH,
        high=spent.high * times.high * DAYS_A_MONTH,
        how=lambda: (
            f"{times.value:,.0f} a day x {tokens.value:,.0f} tokens at"
            f" {price.value:g} USD/Mtok x 30.4 days"
        ),
        inputs=(price, tokens, times),
        sources=price.sources,
    )
