"""The catalogue: a name goes in, the model or accelerator it stands for comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aispec import resources
from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.names import (
    LONGEST,
    full_key,
    key,
    nearest,
    normalise,
    organisation,
    shorter,
    spelled,
    stem,
)
from aispec.catalog.shelf import CatalogError, CompiledShelf, OverlayShelf, Shelf, YamlShelf
from aispec.late import pattern
from aispec.record import record, replace

if TYPE_CHECKING:
    from pathlib import Path

    from aispec.catalog.derived import Derived
    from aispec.catalog.price_book import PriceBook

__all__ = ["Ambiguous", "Catalog", "CatalogError", "Match", "Missing", "data_file", "load_data"]

T = TypeVar("T", Model, Accelerator)
Found = TypeVar("Found")
_MOST_NAMES = 1024  # that are kept with what they stand for

_BRAND = pattern(
    r"^(?:nvidia|amd|intel|apple|google|aws|qualcomm|huawei|tesla|geforce|quadro|radeon|instinct"
    r"|cloud)-"
)
_SIZE = pattern(r"-?(?<![0-9.])([0-9]{1,4})-?g(?:i?b)?$")


@record
class Match(Generic[T]):
    """The entry a name stands for; `how` is "id", "alias" or, with a `note`, "inferred".

    `option_gb` is the size the name itself said (`m4-max-64gb`), where one name has several;
    `format` the weight format it said (`…-AWQ`), by its canonical name.
    """

    entry: T
    how: str
    note: str | None = None
    option_gb: float | None = None
    format: str | None = None


@record
class Ambiguous(Generic[T]):
    """A name several entries go by, as "a100" does."""

    name: str
    entries: tuple[T, ...]


@record
class Missing:
    """A name nobody goes by, and up to three that are spelled like it."""

    name: str
    nearest: tuple[str, ...]


class Catalog:
    """Models and accelerators, ours and those of overlays; a later overlay wins over an earlier.

    An overlay is a folder with `models/*.yaml` and `accelerators/*.yaml` in the form of ours.
    `prices` are a team's own, over the catalogue's.
    Looking up raises CatalogError where an overlay's file cannot be used.
    """

    def __init__(self, overlays: tuple[Path, ...] = (), prices: PriceBook | None = None) -> None:
        from aispec.catalog.price_book import PriceBook

        self.prices = prices or PriceBook()
        above = [OverlayShelf(folder) for folder in reversed(overlays)]
        self._shelves: tuple[Shelf, ...] = (*above, _shipped())
        self._models: dict[tuple[int, str], Model] = {}
        self._accelerators: dict[tuple[int, str], Accelerator] = {}
        self._model_names: dict[str, Match[Model] | Missing] = {}
        self._device_names: dict[str, Match[Accelerator] | Ambiguous[Accelerator] | Missing] = {}

    def read_overlays(self) -> None:
        """Read what is otherwise read when it is asked for. Raises CatalogError."""
        for shelf in self._shelves[:-1]:
            for kind in ("models", "accelerators"):
                shelf.index(kind)

    @classmethod
    def default(cls) -> Catalog:
        """The catalogue as it comes, without overlays; the same object each time."""
        return _default()

    def model(self, name: str) -> Match[Model] | Missing:
        """The model called `name`: an id, an alias, an Ollama tag or a Hugging Face repository."""
        return _kept(self._model_names, name, self._find_model)

    def _find_model(self, name: str) -> Match[Model] | Missing:
        for wanted in (full_key(name), key(name)):
            if found := self._model_of("slugs", wanted):
                return _as_named(name, found)
        return self._made_from(name) or self._missing("models", name)

    def accelerator(self, name: str) -> Match[Accelerator] | Ambiguous[Accelerator] | Missing:
        """The accelerator called `name`: an id, an alias, a cloud's or a label's name."""
        return _kept(self._device_names, name, self._find_device)

    def _find_device(self, name: str) -> Match[Accelerator] | Ambiguous[Accelerator] | Missing:
        written = normalise(name.rpartition("=")[2])
        forms = [written, *_unbranded(written)]
        for form in forms:
            if found := self._known_as(form):
                how = "id" if written == found[0].id else "alias"
                return Match(found[0], how) if len(found) == 1 else Ambiguous(name, found)
        for form in forms:
            found, gb = self._of_size(form)
            if len(found) == 1:
                return _inferred(name, found[0], gb if found[0].options_gb else None)
            if found:
                return Ambiguous(name, found)
        return self._missing("accelerators", name)

    def models(self) -> Iterator[Model]:
        """Every model, by id."""
        return self._every("models", self._model)

    def accelerators(self) -> Iterator[Accelerator]:
        """Every accelerator, by id."""
        return self._every("accelerators", self._accelerator)

    def spellings(self, kind: str) -> tuple[str, ...]:
        """Every name of `models` or `accelerators` that may be suggested; no entry is read."""
        return tuple(dict.fromkeys(name for s in self._shelves for name in s.shown(kind)))

    def search_models(self, query: str) -> tuple[Model, ...]:
        """The models in whose names, family, vendor or licence every word of `query` stands."""
        return tuple(
            each
            for each in self.models()
            if _has(query, each.id, *each.aliases, each.family, each.vendor, each.license)
        )

    def search_accelerators(self, query: str) -> tuple[Accelerator, ...]:
        """The accelerators in whose names, vendor, class or architecture every word stands."""
        return tuple(
            each
            for each in self.accelerators()
            if _has(
                query,
                *(each.id, each.name, *each.aliases, *each.ambiguous_aliases),
                *(each.vendor, each.klass, each.architecture or ""),
            )
        )

    def _model_of(self, table: str, wanted: str) -> Model | None:
        for place, shelf in enumerate(self._shelves):
            if slug := shelf.index("models")[table].get(wanted):
                return self._model(place, slug)
        return None

    def _made_from(self, name: str) -> Match[Model] | None:
        """The model that one nobody lists is a copy or a tuning of."""
        from aispec.catalog.derived import Derived, derive, named_within

        said = derive(name)
        base = said.base if said else name
        for table, wanted in _forms(name, base):
            if entry := self._model_of(table, wanted):
                return _derived(said, entry) if said else _inferred(name, entry)
        inside = named_within(base, lambda wanted: self._model_of("slugs", wanted))
        entry = self._model_of("slugs", key(inside.base)) if inside else None
        if inside is None or entry is None or not entry.open_weight:
            return None
        stored = said.format if said and said.format else inside.format
        return _derived(Derived(name, inside.base, stored), entry)

    def _known_as(self, form: str) -> tuple[Accelerator, ...]:
        for place, shelf in enumerate(self._shelves):
            if slugs := shelf.index("accelerators")["slugs"].get(key(form)):
                return tuple(self._accelerator(place, slug) for slug in slugs)
        return ()

    def _of_size(self, form: str) -> tuple[tuple[Accelerator, ...], float]:
        size = _SIZE.search(form)
        if size is None:
            return (), 0
        gb = float(size[1])
        known = self._known_as(form[: size.start()])
        return tuple(each for each in known if gb == each.memory_gb or gb in each.options_gb), gb

    def _missing(self, kind: str, name: str) -> Missing:
        shown: dict[str, str] = {}
        for shelf in reversed(self._shelves):
            shown |= shelf.shown(kind)
        one_each: dict[str, str] = {}
        for close in nearest(name, shown, n=12):
            one_each.setdefault(shown[close], close)
        return Missing(name, tuple(one_each.values())[:3])

    def _every(self, kind: str, build: Callable[[int, str], T]) -> Iterator[T]:
        found: dict[str, T] = {}
        for place, shelf in enumerate(self._shelves):
            for slug in shelf.slugs(kind):
                entry = build(place, slug)
                found.setdefault(entry.id, entry)
        return iter([found[name] for name in sorted(found)])

    def _model(self, place: int, slug: str) -> Model:
        if (place, slug) not in self._models:
            entry = self._shelves[place].read("models", slug)
            self._models[place, slug] = Model.from_dict(entry)
        return self._models[place, slug]

    def _accelerator(self, place: int, slug: str) -> Accelerator:
        if (place, slug) not in self._accelerators:
            entry = self._shelves[place].read("accelerators", slug)
            self._accelerators[place, slug] = Accelerator.from_dict(entry)
        return self._accelerators[place, slug]


def _kept(known: dict[str, Found], name: str, find: Callable[[str], Found]) -> Found:
    """Return what a name stands for, looked up once: specs and tries name the same few things."""
    if name not in known:
        if len(known) >= _MOST_NAMES:
            known.clear()
        known[name] = find(name)
    return known[name]


@cache
def load_data(name: str) -> Any:
    """A data file that is not one entry a file: `load_data("prices/api")` is `prices/api.yaml`.

    The same value, which nobody may change, comes back each time.
    """
    if resources.packaged():
        return resources.read_json(resources.compiled("catalog", f"{name}.json"))
    from aispec.catalog.compile import read_yaml

    return read_yaml(data_file(f"{name}.yaml"))


def data_file(name: str) -> Path:
    """Where a data file lies, as `data_file("prices/cloud.csv")`."""
    return resources.catalog_dir() / name


@cache
def _default() -> Catalog:
    return Catalog()


@cache
def _shipped() -> Shelf:
    if resources.packaged():
        return CompiledShelf(resources.compiled("catalog"))
    return YamlShelf(resources.catalog_dir())


def _as_named(name: str, entry: Model) -> Match[Model]:
    if spelled(name) == spelled(entry.id):
        return Match(entry, "id")
    org = organisation(name)
    known = {organisation(each) for each in (entry.id, *entry.aliases)}
    if not org or org in known or key(entry.vendor).startswith(key(org)):
        return Match(entry, "alias")
    return _inferred(name, entry)


def _inferred(name: str, entry: T, option_gb: float | None = None) -> Match[T]:
    note = f"{name[:LONGEST]} is not in the catalogue under that name and is read as {entry.id}."
    return Match(entry, "inferred", note, option_gb)


def _derived(said: Derived, entry: Model) -> Match[Model] | None:
    """The entry as its copy has it; None for a copy of what cannot be copied."""
    if (said.format or said.context) and not entry.open_weight:
        return None
    longer = said.context if (said.context or 0) > (entry.context_length or 0) else None
    said = replace(said, context=longer)
    if longer:
        entry = replace(entry, context={**entry.context, "length": longer, "config": longer})
    return Match(entry, "inferred", said.read_as(entry.id), format=said.format)


def _forms(name: str, base: str) -> Iterator[tuple[str, str]]:
    """Tables and keys to look for a name under, when it has none of its own."""
    from aispec.catalog.derived import bases

    for written in bases(base):
        if written != name:
            yield "slugs", key(written)
        for form in shorter(written):
            yield "slugs", key(form)
        yield "stems", key(stem(written))


def _unbranded(form: str) -> Iterator[str]:
    while (rest := _BRAND.sub("", form)) != form:
        form = rest
        yield form


def _has(query: str, *texts: str) -> bool:
    words = query[:LONGEST].lower().split()
    whole = " ".join(texts).lower()
    keys = " ".join(key(text) for text in texts)
    return all(word in whole or (key(word) or word) in keys for word in words)
