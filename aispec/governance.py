"""Which rules, catalogue and assumptions govern a file: the nearest `.aispec.yaml`, and the run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from aispec.catalog.store import Catalog, CatalogError
from aispec.policy.baseline import NAME, Baseline, BaselineError, read
from aispec.policy.engine import from_problem
from aispec.policy.finding import Finding
from aispec.policy.rule import Rule, load_builtin
from aispec.policy.selection import Selection
from aispec.record import record, replace
from aispec.report.report import FailOn, strictest
from aispec.spec.location import START
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile
from aispec.spec.repository import is_within
from aispec.spec.settings import Settings, SettingsFinder

if TYPE_CHECKING:
    from pathlib import Path

    from aispec.catalog.price_book import PriceBook


class Wishes(Protocol):
    """What a run asks for over the settings."""

    @property
    def select(self) -> tuple[str, ...]:
        """Rules that run, if any are named."""

    @property
    def ignore(self) -> tuple[str, ...]:
        """Rules that do not."""

    @property
    def prices(self) -> str | None:
        """A file of prices that goes before the settings' and the catalogue's."""

    @property
    def baseline(self) -> str | None:
        """A baseline's file; none for the one beside the settings, an empty text for no one."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules beside those that come with aispec and those settings name."""

    @property
    def repository(self) -> str | None:
        """The folder that settings may not leave."""


@record
class Governance:
    """What holds for one file. `known` are all rules, `rules` those that run."""

    settings: Settings
    catalog: Catalog
    known: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    selection: Selection


class Governor:
    """Finds the governance of each file, and keeps what is wrong with settings and rules."""

    def __init__(self, root: str, finder: SettingsFinder, wishes: Wishes) -> None:
        self._root = root
        self._finder = finder
        self._wishes = wishes
        self._known: dict[str | None, tuple[Rule, ...]] = {}
        self._catalogs: dict[str | None, Catalog] = {}
        self._by_file: dict[str, Governance] = {}
        self._by_settings: dict[tuple[object, ...], Governance] = {}
        self._baselines: dict[str, Baseline | None] = {}
        self._problems: list[Problem] = []

    def of(self, path: str) -> Governance:
        """Return what governs the spec at `path`, relative to the root."""
        if path not in self._by_file:
            self._by_file[path] = self._govern(path)
        return self._by_file[path]

    def baseline(self, path: str) -> Baseline | None:
        """Return the recorded findings that hold for the spec at `path`, if there are any."""
        named = self._wishes.baseline
        if named == "":
            return None
        settings = self.of(path).settings
        beside = os.path.join(settings.folder if settings.path else self._root, NAME)
        if named is None and not os.path.isfile(beside):
            return None
        file = named or beside
        if file not in self._baselines:
            self._baselines[file] = self._recorded(file)
        return self._baselines[file]

    def _recorded(self, file: str) -> Baseline | None:
        root = self._wishes.repository or self._root
        if self._wishes.baseline is None and not is_within(file, root):
            words = "the baseline is a link that leaves the repository"
            self._note([Problem("SPEC015", words, file=file)])
            return None
        try:
            return read(file)
        except BaselineError as error:
            self._note([Problem("SPEC015", str(error), file=file)])
            return None

    def findings(self) -> list[Finding]:
        """Return what is wrong with the settings and the rules they name."""
        return [from_problem(problem, self._shown(problem.file)) for problem in self._problems]

    def fail_on(self, files: Sequence[SpecFile]) -> FailOn:
        """Return the strictest threshold of all settings in play."""
        return strictest(self.of(file.path).settings.fail_on for file in files)

    def _govern(self, path: str) -> Governance:
        full = os.path.join(self._root, path)
        settings, problems = self._finder.governing(os.path.dirname(full) or ".")
        self._note(problems)
        own = settings.for_spec(os.path.relpath(full, settings.folder).replace(os.sep, "/"))
        known = self._rules(settings)
        selection = self._selection(own)
        severity = tuple(sorted(selection.severity.items()))
        key = (settings.path, selection.select, selection.ignore, severity)
        if key not in self._by_settings:
            rules = tuple(rule for rule in selection.of(known) if not rule.reader)
            catalog = self._catalog(settings)
            self._by_settings[key] = Governance(own, catalog, known, rules, selection)
        return replace(self._by_settings[key], settings=own)

    def _selection(self, settings: Settings) -> Selection:
        wishes = self._wishes
        severity = {c: s for c, s in settings.severity.items() if s != "off"}
        off = tuple(code for code, word in settings.severity.items() if word == "off")
        return Selection(
            select=wishes.select or settings.select or (),
            ignore=(*settings.ignore, *off, *wishes.ignore),
            severity=severity,  # type: ignore[arg-type]  # the settings' schema allows no other
        )

    def _rules(self, settings: Settings) -> tuple[Rule, ...]:
        if settings.path not in self._known:
            self._known[settings.path] = (
                *load_builtin(),
                *self._wishes.rules,
                *self._own_rules(settings),
            )
        return self._known[settings.path]

    def _own_rules(self, settings: Settings) -> tuple[Rule, ...]:
        if not settings.extends:
            return ()
        from aispec.policy.rulefile import RuleError, load_rules

        try:
            return load_rules([*dict.fromkeys(self._policies(settings))])
        except RuleError as error:
            self._note([Problem("SPEC015", error.message, error.span, file=error.path)])
            return ()

    def _policies(self, settings: Settings) -> Iterator[Path]:
        """The folders of rules that settings extend: in the repository, or of a package."""
        if not settings.extends:
            return
        from pathlib import Path

        from aispec.packages import PREFIX, rules_of

        for number, name in enumerate(settings.extends):
            near = not name.startswith(PREFIX) and os.path.isdir(
                os.path.join(settings.folder, name)
            )
            package = None if near else rules_of(name)
            if package:
                yield package
            else:
                what = "folder or installed package with rules"
                yield from map(Path, self._inside(settings, [name], "extends", what, number))

    def _catalog(self, settings: Settings) -> Catalog:
        if settings.path not in self._catalogs:
            folders = self._inside(settings, settings.overlays, "overlays")
            prices = self._prices(settings)
            self._catalogs[settings.path] = self._with_overlays(folders, prices)
        return self._catalogs[settings.path]

    def _with_overlays(self, folders: Sequence[str], prices: PriceBook | None) -> Catalog:
        if not (folders or prices):
            return Catalog.default()
        from pathlib import Path

        made = Catalog(tuple(map(Path, folders)), prices)
        try:
            made.read_overlays()
        except CatalogError as error:
            self._note([Problem("SPEC015", f"overlays: {error.message}", file=str(error.path))])
            return Catalog((), prices)
        return made

    def _prices(self, settings: Settings) -> PriceBook | None:
        """Return the run's own prices over those that settings name, if there are any."""
        asked = self._wishes.prices
        if not (asked or settings.prices):
            return None
        from aispec.catalog.price_book import PriceBook

        book = PriceBook()
        if settings.prices:
            root = os.path.realpath(self._wishes.repository or self._root)
            named = os.path.realpath(os.path.join(settings.folder, settings.prices))
            if is_within(named, root):
                book = self._book(named, settings.prices, settings).over(book)
            else:
                words = f"prices: '{settings.prices}' lies outside the repository"
                self._note([Problem("SPEC015", words, file=settings.path)])
        return self._book(asked, asked, settings).over(book) if asked else book

    def _book(self, path: str, shown: str, settings: Settings) -> PriceBook:
        from pathlib import Path

        from aispec.catalog.price_book import PriceBook, read_prices

        try:
            return read_prices(Path(path), shown)
        except CatalogError as error:
            self._note([Problem("SPEC015", f"prices: {error.message}", file=path)])
            return PriceBook()

    def _inside(
        self,
        settings: Settings,
        names: Iterable[str],
        key: str,
        what: str = "folder",
        first: int = 0,
    ) -> list[str]:
        """Return the folders that settings name, those that leave the repository refused."""
        root = os.path.realpath(self._wishes.repository or self._root)
        folders = []
        for number, name in enumerate(names, first):
            folder = os.path.realpath(os.path.join(settings.folder, name))
            if is_within(folder, root) and os.path.isdir(folder):
                folders.append(folder)
                continue
            span = settings.document.locate((key, number)) if settings.document else START
            where = "" if "package" in what else " in the repository"
            words = f"{key}: there is no {what} '{name}'{where}"
            self._note([Problem("SPEC015", words, span, file=settings.path)])
        return folders

    def _note(self, problems: Iterable[Problem]) -> None:
        self._problems += [p for p in problems if p not in self._problems]

    def settings(self, path: str) -> tuple[Settings, str]:
        """Return the settings over the spec at `path` before overrides, and its path in them."""
        full = os.path.join(self._root, path)
        settings, _ = self._finder.governing(os.path.dirname(full) or ".")
        return settings, os.path.relpath(full, settings.folder).replace(os.sep, "/")

    def shown(self, path: str | None) -> str:
        """Return the path of settings as people would write it."""
        return self._shown(path)

    def _shown(self, path: str | None) -> str:
        shown = os.path.relpath(path, self._root) if path else "."
        return (path or "." if shown.startswith("..") else shown).replace(os.sep, "/")
