"""Prices from files of a team's own, over those of the catalogue.

A file names what is paid by the token and what is paid by the hour:

    as_of: 2026-11-01
    source: contract 4711
    tokens:
      - {provider: openai, model: gpt-4o, input: 2.0, output: 8.0, cached_input: 1.0}
    hours:
      - {instance: aws/p5.48xlarge, accelerator: h100-sxm-80gb, accelerators: 8, on_demand: 41.0}
      - {provider: ours, accelerator: l4-24gb, on_demand: 0.40}

Tokens are in USD per million, hours in USD for the whole instance. A row replaces every row of the
catalogue for the same provider and model, or the same instance; a row of hours without an instance
replaces all prices of its accelerator.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from aispec.catalog.api_prices import ApiPrice, api_price
from aispec.catalog.instance_prices import (
    InstancePrice,
    accelerator_prices,
    instance_price,
    priced_accelerators,
)
from aispec.catalog.model_names import slug, stem
from aispec.catalog.providers import canonical_cloud, canonical_provider
from aispec.catalog.shelf import CatalogError
from aispec.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from aispec.spec.document import Document

_MOST = 1 << 20  # bytes
_TOKENS = ("input", "output", "cached_input", "cache_write", "batch_input", "batch_output")
_HOURS = ("on_demand", "spot", "reserved_1y")
_ABOUT = {"as_of", "source"}
_TOKEN_KEYS = {"provider", "model", *_TOKENS, *_ABOUT}
_HOUR_KEYS = {"provider", "instance", "accelerator", "accelerators", "region", *_HOURS, *_ABOUT}


@record
class PriceBook:
    """Prices that go before the catalogue's; an empty one is the catalogue as it comes."""

    by_token: tuple[ApiPrice, ...] = ()
    by_hour: tuple[InstancePrice, ...] = ()

    def over(self, other: PriceBook) -> PriceBook:
        """Return both, this one's rows first; a name that both have is this one's."""
        return PriceBook(self.by_token + other.by_token, self.by_hour + other.by_hour)

    def tokens(self, provider: str | None, model: str) -> tuple[ApiPrice, ...]:
        """Prices of a model's tokens at a provider, or wherever it is offered."""
        known = api_price(provider, model)
        wanted = None if provider is None else _provider(provider)
        own = [
            row
            for row in self.by_token
            if wanted in (None, row.provider)
            and (slug(row.model) == slug(model) or stem(row.model) == stem(model))
        ]
        first = {row.provider: row for row in reversed(own)}
        return (*first.values(), *(row for row in known if row.provider not in first))

    def instance(self, name: str) -> tuple[InstancePrice, ...]:
        """Prices of an instance, `cloud/name` or the name alone."""
        wanted = name.rpartition("/")[2].lower()
        cloud = name.rpartition("/")[0]
        own = [
            row
            for row in self.by_hour
            if row.instance.lower() == wanted and (not cloud or row.provider == _cloud(cloud))
        ]
        return tuple(own[:1]) or instance_price(name)

    def accelerators(self) -> tuple[str, ...]:
        """Catalogue ids of all accelerators that have a price, sorted."""
        own = {row.accelerator for row in self.by_hour if row.accelerators >= 1}
        return tuple(sorted(own.union(priced_accelerators())))

    def instances(self, accelerator: str) -> tuple[str, ...]:
        """Instances with whole accelerators of this catalogue id, as `cloud/name`, sorted."""
        rows = (*self.by_hour, *self.accelerator(accelerator))
        return tuple(
            sorted(
                {
                    f"{row.provider}/{row.instance}"
                    for row in rows
                    if row.accelerator == accelerator and row.instance and row.accelerators >= 1
                }
            )
        )

    def accelerator(self, name: str) -> tuple[InstancePrice, ...]:
        """Prices of instances with whole accelerators of this catalogue id."""
        own = [row for row in self.by_hour if row.accelerator == name and not row.instance]
        return tuple(own[:1]) or accelerator_prices(name)


def read_prices(path: Path, shown: str | None = None) -> PriceBook:
    """Read a file of prices. Raises CatalogError, with the line, where it cannot be used."""
    from aispec.spec.document import parse

    try:
        with path.open("rb") as file:
            raw = file.read(_MOST + 1)
    except OSError as error:
        raise CatalogError(path, error.strerror or "it cannot be read") from error
    text = raw.decode("utf-8", "replace")
    documents, problems = parse(text)
    if problems:
        raise CatalogError(path, f"line {problems[0].span.line}: {problems[0].message}")
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise CatalogError(path, "prices are one mapping with 'tokens' and 'hours'")
    return _Reader(path, shown or path.name, documents[0]).book()


class _Reader:
    """Turns a document into prices, and says where one is wrong."""

    def __init__(self, path: Path, shown: str, document: Document) -> None:
        self._path = path
        self._shown = shown
        self._document = document
        self._data: Mapping[str, Any] = document.data

    def book(self) -> PriceBook:
        self._keys((), self._data, {"tokens", "hours", *_ABOUT})
        return PriceBook(
            tuple(self._token(*row) for row in self._rows("tokens", _TOKEN_KEYS)),
            tuple(self._hour(*row) for row in self._rows("hours", _HOUR_KEYS)),
        )

    def _fail(self, at: tuple[str | int, ...], words: str) -> CatalogError:
        return CatalogError(self._path, f"line {self._document.locate(at).line}: {words}")

    def _keys(self, at: tuple[str | int, ...], row: Mapping[str, Any], known: set[str]) -> None:
        for key in row:
            if key not in known:
                raise self._fail((*at, key), f"'{key}' is not one of {', '.join(sorted(known))}")

    def _rows(self, name: str, known: set[str]) -> list[tuple[int, Mapping[str, Any]]]:
        rows = self._data.get(name)
        rows = [] if rows is None else rows
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._fail((name,), f"'{name}' is a list of mappings")
        for number, row in enumerate(rows):
            self._keys((name, number), row, known)
        return list(enumerate(rows))

    def _text(self, at: tuple[str | int, ...], row: Mapping[str, Any], key: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value:
            raise self._fail(at, f"'{key}' is missing or no text")
        return value

    def _figures(
        self, at: tuple[str | int, ...], row: Mapping[str, Any], names: tuple[str, ...]
    ) -> dict[str, float | None]:
        for name in names:
            value = row.get(name)
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (numeric and 0 <= value < 1e9):
                raise self._fail((*at, name), f"'{name}' is a price in USD, not {value!r}")
        return {name: None if row.get(name) is None else float(row[name]) for name in names}

    def _origin(self, at: tuple[str | int, ...], row: Mapping[str, Any]) -> tuple[str, str]:
        """Return the source to show and the day."""
        as_of = str(row.get("as_of") or self._data.get("as_of") or "")
        try:
            date.fromisoformat(as_of)
        except ValueError:
            raise self._fail(at, "a price needs its day: as_of: 2026-01-31") from None
        said = row.get("source") or self._data.get("source")
        return f"{self._shown}: {said}" if said else self._shown, as_of

    def _token(self, number: int, row: Mapping[str, Any]) -> ApiPrice:
        at = ("tokens", number)
        source, as_of = self._origin(at, row)
        figures = self._figures(at, row, _TOKENS)
        return ApiPrice(
            provider=_provider(self._text(at, row, "provider")),
            model=self._text(at, row, "model"),
            **figures,
            long_context=(),
            windows=(),
            source=source,
            as_of=as_of,
            agrees=None,
            second_input=None,
            second_output=None,
            own=True,
        )

    def _hour(self, number: int, row: Mapping[str, Any]) -> InstancePrice:
        at = ("hours", number)
        source, as_of = self._origin(at, row)
        cloud, _, name = str(row.get("instance") or "").rpartition("/")
        size = row.get("accelerators", 1)
        if isinstance(size, bool) or not isinstance(size, int | float) or not 0 < size < 1e6:
            raise self._fail((*at, "accelerators"), "'accelerators' is a number above zero")
        return InstancePrice(
            provider=_cloud(str(row.get("provider") or cloud or "ours")),
            instance=name,
            accelerator=_device(self._text(at, row, "accelerator")),
            accelerators=float(size),
            region=row.get("region"),
            **self._figures(at, row, _HOURS),
            as_of=as_of,
            source=source,
            kind=None,
            own=True,
        )


def _device(name: str) -> str:
    """Return the catalogue's id of an accelerator, or the name where nothing has it."""
    from aispec.catalog.store import Catalog, Match

    found = Catalog.default().accelerator(name)
    return found.entry.id if isinstance(found, Match) else name


def _provider(name: str) -> str:
    return canonical_provider(name) or name.strip().lower()


def _cloud(name: str) -> str:
    return canonical_cloud(name) or name.strip().lower()
