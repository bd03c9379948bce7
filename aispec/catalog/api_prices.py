"""What tokens cost: list prices of hosted models, USD per million tokens.

None is an unknown price, never a free one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from aispec import resources
from aispec.catalog.model_names import slug, stem
from aispec.catalog.providers import canonical_provider, providers, resells
from aispec.catalog.store import load_data
from aispec.record import record, replace

if TYPE_CHECKING:
    from aispec.catalog.compile import PriceIndex

ApiField = Literal["input", "output", "cached_input", "cache_write", "batch_input", "batch_output"]
Spread = tuple[float, float, float]


@record
class LongContext:
    """The price of a whole request whose input is longer than `above` tokens."""

    above: int
    input: float
    output: float


@record
class PriceWindow:
    """A time of day with its own price; `hours` of the day's 24 belong to it."""

    name: str
    hours_utc: tuple[str, ...]
    hours: float
    input: float
    output: float
    cached_input: float | None

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day, in UTC, belongs to it."""
        return any(start <= minute < end for start, end in map(_minutes, self.hours_utc))


def _minutes(stretch: str) -> tuple[int, int]:
    start, end = (clock.split(":") for clock in stretch.split("-"))
    return int(start[0]) * 60 + int(start[1]), int(end[0]) * 60 + int(end[1])


@record(eq=False)
class ApiPrice:
    """One model's list price at one provider, USD per million tokens.

    Each is equal to itself alone, so that what is made of some prices is found by them.
    """

    provider: str
    model: str
    input: float | None
    output: float | None
    cached_input: float | None
    cache_write: float | None
    batch_input: float | None
    batch_output: float | None
    long_context: tuple[LongContext, ...]
    windows: tuple[PriceWindow, ...]
    source: str
    as_of: str
    agrees: bool | None
    second_input: float | None
    second_output: float | None
    own: bool = False  # from a team's own file

    def spread(self, field: ApiField) -> Spread | None:
        """(likely, low, high) of one price, None if it is unknown.

        The likely price is the mean over a day's windows where the price has any. Low and high
        span the windows, and the second source's figure where it disagrees.
        """
        base: float | None = getattr(self, field)
        if base is None:
            return None
        windows = [(getattr(w, field, None), w.hours) for w in self.windows]
        timed = [(price, hours) for price, hours in windows if price is not None]
        values = [price for price, _ in timed] or [base]
        likely = sum(p * h for p, h in timed) / sum(h for _, h in timed) if timed else base
        second: float | None = getattr(self, f"second_{field}", None)
        if second is not None:
            values.append(second)
        return likely, min(values), max(values)

    def at(self, moment: datetime) -> ApiPrice:
        """The price that holds at a moment, where a provider's price depends on the time of day.

        A moment without a time zone is taken for UTC.
        """
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        minute = moment.hour * 60 + moment.minute
        window = next((w for w in self.windows if w.holds(minute)), None)
        if window is None:
            return self
        return replace(
            self,
            input=window.input,
            output=window.output,
            cached_input=window.cached_input,
            windows=(),
        )

    def for_request(self, input_tokens: int) -> ApiPrice:
        """The price that holds for a request of this many input tokens.

        A long request's cached and batch prices rise in the same proportion as its uncached ones,
        which is how the providers with such a tier list them.
        """
        tier = max(
            (t for t in self.long_context if input_tokens > t.above),
            key=lambda t: t.above,
            default=None,
        )
        if tier is None or not self.input or not self.output:
            return self
        more_in, more_out = tier.input / self.input, tier.output / self.output
        return replace(
            self,
            input=tier.input,
            output=tier.output,
            cached_input=_times(self.cached_input, more_in),
            cache_write=_times(self.cache_write, more_in),
            batch_input=_times(self.batch_input, more_in),
            batch_output=_times(self.batch_output, more_out),
            second_input=_times(self.second_input, more_in),
            second_output=_times(self.second_output, more_out),
            windows=(),
            long_context=(),
        )


@lru_cache(maxsize=1024)
def api_price(provider: str | None, model: str) -> tuple[ApiPrice, ...]:
    """Prices of a model at one provider, or at all of them where the provider is None.

    Names match by provider's own key or catalogue id, whatever their case, organisation and
    separators; only if no name matches are "-Instruct", dates and the like left aside. Empty where
    the provider or the model is unknown.
    """
    if provider is None:
        return tuple(p for name in providers() for p in _listed(name, model))
    canonical = canonical_provider(provider)
    if canonical is None:
        return ()
    own = _listed(canonical, model)
    if own:
        return own
    resold = (p for other in resells(canonical) for p in _listed(other, model))
    return tuple(
        replace(p, provider=canonical, source=f"{p.provider}'s list price: {p.source}")
        for p in resold
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _listed(provider: str, model: str) -> tuple[ApiPrice, ...]:
    for how, wanted in (("slugs", slug(model)), ("stems", stem(model))):
        found = _index()[how].get(wanted, {}).get(provider)
        if found:
            rows = load_data(f"prices/api/{provider}")["prices"]
            return tuple(_api_price(provider, rows[place]) for place in found)
    return ()


@lru_cache(maxsize=1)
def _index() -> PriceIndex:
    """Where each name of a model is priced; a wheel has it made."""
    if resources.packaged():
        made: PriceIndex = load_data("prices/api-index")
        return made
    from aispec.catalog.compile import price_index

    priced = load_data("prices/providers")["priced"]
    return price_index({name: load_data(f"prices/api/{name}") for name in priced})


def _api_price(provider: str, row: Mapping[str, Any]) -> ApiPrice:
    source = load_data("prices/providers")["sources"][row["source"]]
    second = row.get("second", {})
    windows = (w | {"hours_utc": tuple(w["hours_utc"])} for w in row.get("windows", ()))
    return ApiPrice(
        provider=provider,
        model=row["model"],
        input=row.get("input"),
        output=row.get("output"),
        cached_input=row.get("cached_input"),
        cache_write=row.get("cache_write"),
        batch_input=row.get("batch_input"),
        batch_output=row.get("batch_output"),
        long_context=tuple(LongContext(**tier) for tier in row.get("long_context", ())),
        windows=tuple(PriceWindow(**window) for window in windows),
        source=source["title"],
        as_of=source["as_of"],
        agrees=second.get("agrees"),
        second_input=second.get("input"),
        second_output=second.get("output"),
    )
