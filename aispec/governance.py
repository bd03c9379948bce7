"""Which rules, catalogue and assumptions govern a file: the nearest `.aispec.yaml`, and the run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from aispec.catalog.store import Catalog
from aispec.policy.engine import from_problem
from aispec.policy.finding import SEVERITIES, Finding
from aispec.policy.rule import Rule, load_builtin
from aispec.policy.selection import Selection
from aispec.report.report import FailOn
from aispec.spec.location import START
from aispec.spec.problem import Problem
from aispec.spec.reader import SpecFile
from aispec.spec.settings import Settings, SettingsFinder


class Wishes(Protocol):
    """What a run asks for over the settings."""

    @property
    def select(self) -> tuple[str, ...]:
        """Rules that run, if any are named."""

    @property
    def ignore(self) -> tuple[str, ...]:
        """Rules that do not."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules beside those that come with aispec and those settings name."""

    @property
    def repository(self) -> str | None:
        """The folder that settings may not leave."""


@dataclass(frozen=True, slots=True)
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
        self._problems: list[Problem] = []

    def of(self, path: str) -> Governance:
        """Return what governs the spec at `path`, relative to the root."""
        if path not in self._by_file:
            self._by_file[path] = self._govern(path)
        return self._by_file[path]

    def findings(self) -> list[Finding]:
        """Return what is wrong with the settings and the rules they name."""
        return [from_problem(problem, self._shown(problem.file)) for problem in self._problems]

    def fail_on(self, files: Sequence[SpecFile]) -> FailOn:
        """Return the strictest threshold of all settings in play."""
        asked = [self.of(file.path).settings.fail_on for file in files]
        named = [word for word in SEVERITIES if word in asked]
        return named[-1] if named else "error"

    def _govern(self, path: str) -> Governance:
        full = os.path.join(self._root, path)
        settings, problems = self._finder.governing(os.path.dirname(full) or ".")
        self._note(problems)
        own = settings.for_spec(os.path.relpath(full, settings.folder).replace(os.sep, "/"))
        known = self._rules(settings)
        selection = self._selection(own)
        key = (settings.path, selection.select, selection.ignore, *sorted(selection.severity))
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

        folders = [Path(f) for f in self._inside(settings, settings.extends, "extends")]
        try:
            return load_rules(folders)
        except RuleError as error:
            self._note([Problem("SPEC015", error.message, error.span, file=error.path)])
            return ()

    def _catalog(self, settings: Settings) -> Catalog:
        if settings.path not in self._catalogs:
            folders = self._inside(settings, settings.overlays, "overlays")
            self._catalogs[settings.path] = (
                Catalog(tuple(map(Path, folders))) if folders else Catalog.default()
            )
        return self._catalogs[settings.path]

    def _inside(self, settings: Settings, names: Iterable[str], key: str) -> list[str]:
        """Return the folders that settings name, those that leave the repository refused."""
        root = os.path.realpath(self._wishes.repository or self._root)
        folders = []
        for number, name in enumerate(names):
            folder = os.path.realpath(os.path.join(settings.folder, name))
            if os.path.commonpath((root, folder)) == root and os.path.isdir(folder):
                folders.append(folder)
                continue
            span = settings.document.locate((key, number)) if settings.document else START
            words = f"{key}: there is no folder '{name}' in the repository"
            self._note([Problem("SPEC015", words, span, file=settings.path)])
        return folders

    def _note(self, problems: Iterable[Problem]) -> None:
        self._problems += [p for p in problems if p not in self._problems]

    def _shown(self, path: str | None) -> str:
        shown = os.path.relpath(path, self._root) if path else "."
        return (path or "." if shown.startswith("..") else shown).replace(os.sep, "/")
