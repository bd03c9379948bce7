"""What is known of each serving engine: its defaults and its memory's constants, by version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aispec.catalog.store import load_data
from aispec.record import record

Version = tuple[int, ...]


@record(eq=False)
class EngineFacts:
    """One engine's entry in `data/engines.yaml`, of which there is one object.

    `constants` are lists of rows, each with the version it begins with and where it was measured;
    `of` picks the row that holds for a version.
    """

    name: str
    kind: str  # vllm | pool | llama.cpp | eager: which memory model describes it
    latest: Version
    formats: frozenset[str]
    devices: frozenset[str]
    constants: Mapping[str, tuple[Mapping[str, Any], ...]]

    def of(self, constant: str, version: Version | None) -> Mapping[str, Any]:
        """Return the row of a constant that holds for `version`, or for the latest."""
        asked = version or self.latest
        chosen = self.constants[constant][0]
        for row in self.constants[constant]:
            if version_of(row["since"]) <= asked:
                chosen = row
        return chosen

    def number(self, constant: str, version: Version | None) -> float:
        """Return the likely value of a constant for `version`."""
        return float(self.of(constant, version)["value"])


@lru_cache(maxsize=256)
def version_of(text: str) -> Version:
    """Return a version such as `0.11.2` as numbers, ignoring what follows them (`0.6.4.post1`)."""
    numbers: list[int] = []
    for part in str(text).lstrip("v").split(".")[:4]:
        if not part.isdigit() or len(part) > 6:
            break
        numbers.append(int(part))
    return tuple(numbers)


@lru_cache(maxsize=32)
def engine(name: str) -> EngineFacts | None:
    """Return the engine of that name, or `None`."""
    entry = load_data("engines").get(name)
    if entry is None:
        return None
    return EngineFacts(
        name=name,
        kind=entry["kind"],
        latest=version_of(entry["latest"]),
        formats=frozenset(entry["formats"]),
        devices=frozenset(entry["devices"]),
        constants={key: tuple(rows) for key, rows in entry["constants"].items()},
    )
