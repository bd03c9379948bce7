"""Settings of a repository: `.aispec.yaml`, the nearest one above a spec."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aispec.record import made, record, replace
from aispec.spec.globs import matches
from aispec.spec.problem import Problem
from aispec.spec.repository import around, is_within
from aispec.spec.text import decode, taken

if TYPE_CHECKING:
    from aispec.spec.document import Document

NAME = ".aispec.yaml"


@record
class Override:
    """Other rules for some of the specs."""

    paths: tuple[str, ...]
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = made(default_factory=dict)


@record
class Settings:
    """What `.aispec.yaml` says; paths and globs are relative to `folder`.

    `select` is None where all rules are on. `document` knows where each stands.
    """

    folder: str = "."
    path: str | None = None
    specs: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = made(default_factory=dict)
    overlays: tuple[str, ...] = ()
    prices: str | None = None
    assumptions: Mapping[str, float] = made(default_factory=dict)
    fail_on: str | None = None
    overrides: tuple[Override, ...] = ()
    forbid_silencing: tuple[str, ...] = ()
    document: Document | None = None

    def for_spec(self, path: str) -> Settings:
        """The settings that hold for one spec, its path relative to `folder`."""
        settings = self
        for override in self.overrides:
            if matches(path, override.paths):
                settings = replace(
                    settings,
                    select=settings.select if override.select is None else override.select,
                    ignore=settings.ignore + override.ignore,
                    severity={**settings.severity, **override.severity},
                )
        return settings


def load_settings(path: str) -> tuple[Settings, list[Problem]]:
    """The settings of a file, or those of nobody and what is wrong with it, all as SPEC015."""
    empty = Settings(os.path.dirname(path) or ".", path)
    if os.path.islink(path) and not is_within(path, around(empty.folder)):
        words = "the settings are a link that leaves the repository"
        return empty, [Problem("SPEC015", words, file=path)]
    try:
        with open(path, "rb") as file:
            raw = taken(file)
    except OSError as error:
        words = f"the settings cannot be read: {error.strerror or 'no reason'}"
        return empty, [Problem("SPEC015", words, file=path)]
    documents, problems = _parse(raw)
    problems = problems or [problem for one in documents for problem in _check(one)]
    if problems:
        return empty, [replace(problem, code="SPEC015", file=path) for problem in problems]
    return (_build(documents[0], empty) if documents else empty), []


class SettingsFinder:
    """Finds and reads the settings that govern a folder; each folder and file only once.

    `only` is the path of settings that govern every folder.
    """

    def __init__(self, only: str | None = None) -> None:
        self._only = only
        self._by_folder: dict[str, str | None] = {}
        self._by_path: dict[str, tuple[Settings, list[Problem]]] = {}

    def governing(self, folder: str) -> tuple[Settings, list[Problem]]:
        """The nearest settings at or above a folder, up to the repository's root."""
        path = self._only or self._nearest(os.path.abspath(folder))
        if path is None:
            return Settings(folder), []
        if path not in self._by_path:
            self._by_path[path] = load_settings(path)
        return self._by_path[path]

    def _nearest(self, folder: str) -> str | None:
        passed = []
        found: str | None = None
        while folder not in self._by_folder:
            passed.append(folder)
            path = os.path.join(folder, NAME)
            if os.path.isfile(path):
                found = path
                break
            above = os.path.dirname(folder)
            if above == folder or os.path.exists(os.path.join(folder, ".git")):
                break
            folder = above
        else:
            found = self._by_folder[folder]
        self._by_folder.update(dict.fromkeys(passed, found))
        return found


def _parse(raw: bytes) -> tuple[list[Document], list[Problem]]:
    from aispec.spec.document import parse

    text, problem = decode(raw)
    return ([], [problem]) if problem else parse(text)


def _check(document: Document) -> list[Problem]:
    from aispec.resources import schema
    from aispec.spec.schema import check

    if not isinstance(document.data, dict):
        words = "settings are a mapping of keys such as 'specs' and 'ignore'"
        return [Problem("SPEC015", words, document.locate(()))]
    return check(document, schema("config"), "the settings")


def _build(document: Document, empty: Settings) -> Settings:
    from aispec.spec.build import assumptions

    data: Mapping[str, Any] = document.data
    return replace(
        empty,
        specs=_several(data.get("specs")),
        extends=_several(data.get("extends")),
        select=tuple(data["select"]) if "select" in data else None,
        ignore=tuple(data.get("ignore", ())),
        severity=dict(data.get("severity", {})),
        overlays=_several(data.get("overlays")),
        prices=data.get("prices"),
        assumptions=assumptions(data.get("assumptions", {})),
        fail_on=data.get("fail_on"),
        overrides=tuple(_override(one) for one in data.get("overrides", ())),
        forbid_silencing=tuple(data.get("forbid_silencing", ())),
        document=document,
    )


def _override(data: Mapping[str, Any]) -> Override:
    return Override(
        paths=_several(data["paths"]),
        select=tuple(data["select"]) if "select" in data else None,
        ignore=tuple(data.get("ignore", ())),
        severity=dict(data.get("severity", {})),
    )


def _several(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
