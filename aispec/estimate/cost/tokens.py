"""What tokens cost behind an API."""

from __future__ import annotations

from functools import lru_cache

from aispec.catalog.api_prices import ApiField, ApiPrice
from aispec.estimate.quantity import Quantity
from aispec.estimate.request import Request
from aispec.record import record
from aispec.spec.model import ApiPrice as StatedPrice


@record
class Tariff:
    """USD per million tokens, by kind of token."""

    input: Quantity
    output: Quantity
    cached: Quantity
    as_of: str | None = None

    def of_request(self, request: Request) -> Quantity:
        """USD of the mean request."""
        fresh = request.input * (1 - request.cached_share)
        read = request.input * request.cached_share
        parts = (self.input * fresh).to("USD") + (self.output * request.output).to("USD")
        if request.cached_share:
            parts = parts + (self.cached * read).to("USD")
        return parts

    def of(self, tokens_in: float, tokens_out: float) -> Quantity:
        """USD of so many tokens, none of them cached."""
        received = (self.input * Quantity(tokens_in, "tokens")).to("USD")
        return received + (self.output * Quantity(tokens_out, "tokens")).to("USD")


def stated(price: StatedPrice) -> Tariff:
    """Return the tariff written in the spec; a cached token costs a fresh one's price if unsaid."""
    missing = "set api.price.{}"
    received = _exact(price.input, missing.format("input"))
    cached = received if price.cached_input is None else _exact(price.cached_input, "")
    return Tariff(received, _exact(price.output, missing.format("output")), cached)


def _exact(value: float | None, reason: str) -> Quantity:
    if value is None:
        return Quantity.unknown("USD/Mtok", reason)
    return Quantity(value, "USD/Mtok", how="as written")


def listed(prices: tuple[ApiPrice, ...], request: Request, batch: bool) -> Tariff:
    """Return the tariff over one or several list prices, for requests of this length."""
    return for_length(prices, int(request.longest_input.value), batch)


@lru_cache(maxsize=1024)
def for_length(prices: tuple[ApiPrice, ...], longest: int, batch: bool) -> Tariff:
    """Return the tariff over list prices, for requests of up to so many input tokens."""
    if not prices:
        reason = "no price is known for this model at this provider: set api.price"
        none = Quantity.unknown("USD/Mtok", reason)
        return Tariff(none, none, none)
    rows = [price.for_request(longest) for price in prices]
    received = _spread(rows, "batch_input" if batch else "input")
    cached = _spread(rows, "cached_input")
    return Tariff(
        input=received,
        output=_spread(rows, "batch_output" if batch else "output"),
        cached=cached if cached.known else received,
        as_of=min(row.as_of for row in rows),
    )


def _spread(rows: list[ApiPrice], field: ApiField) -> Quantity:
    found = [(row, row.spread(field)) for row in rows]
    known = [(row, spread) for row, spread in found if spread is not None]
    if not known:
        return Quantity.unknown("USD/Mtok", f"no {field.replace('_', ' ')} price is published")
    likely = sorted(spread[0] for _, spread in known)[(len(known) - 1) // 2]
    first = known[0][0]
    return Quantity(
        likely,
        "USD/Mtok",
        low=min(spread[1] for _, spread in known),
        high=max(spread[2] for _, spread in known),
        how=lambda: (
            f"{first.source}, {first.as_of}"
            if first.own
            else f"{', '.join(sorted({r.provider for r, _ in known}))}, {first.as_of}"
        ),
        sources=tuple(dict.fromkeys(row.source for row, _ in known))[:3],
    )
