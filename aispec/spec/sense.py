"""What a schema cannot say of a deployment: figures that contradict, paths that leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aispec.late import pattern
from aispec.spec.build import HARDWARE, is_path
from aispec.spec.document import Document
from aispec.spec.location import Path
from aispec.spec.problem import Problem
from aispec.spec.units import UnitError, read, show

_LEAVES = pattern(r"/|\\|~|[A-Za-z]:|[a-z0-9+]+://")
_MOST = 100_000
_DUST = 1e-6


def contradictions(document: Document) -> list[Problem]:
    """What is wrong with a document that the schema has passed."""
    data = document.data
    return [
        *_counts(data, document),
        *_shares(data, document),
        *_assumptions(data, document),
        *(_leaves(path, written, document) for path, written in paths(data) if leaves(written)),
    ]


def paths(data: Any) -> list[tuple[Path, str]]:
    """The paths that a deployment names, each with the way to it."""
    found: list[tuple[Path, str]] = []
    model = data.get("model")
    if isinstance(model, str) and is_path(model):
        found.append((("model",), model))
    if isinstance(model, dict) and "path" in model:
        found.append((("model", "path"), model["path"]))
    prompts = data.get("workload", {}).get("prompts", {})
    found.extend((("workload", "prompts", part), path) for part, path in prompts.items())
    return found


def leaves(written: str) -> bool:
    """Whether a path is absolute, of another machine, or spelled for one kind of machine only."""
    return _LEAVES.match(written) is not None or "\\" in written


def _leaves(path: Path, written: str, document: Document) -> Problem:
    words = f"{'.'.join(map(str, path))} leaves the repository, read {show(written)}"
    advice = "write a path relative to this file, with '/'"
    return Problem("SPEC013", words, document.locate(path), path, help=advice)


def _counts(data: Any, document: Document) -> Iterator[Problem]:
    hardware = data.get("hardware")
    match = HARDWARE.fullmatch(hardware) if isinstance(hardware, str) else None
    if match and match[1] and not 1 <= int(match[1]) <= _MOST:
        words = f"hardware must be 1 to {_MOST:,} accelerators, read {show(hardware)}"
        yield Problem("SPEC010", words, document.locate("hardware"), ("hardware",))


def _shares(data: Any, document: Document) -> Iterator[Problem]:
    languages: Path = ("workload", "languages")
    total = sum(
        read("share", part) for part in data.get("workload", {}).get("languages", {}).values()
    )
    if total > 1 + _DUST:
        words = f"the shares in workload.languages add up to {total * 100:.6g}%, more than 100%"
        yield Problem("SPEC010", words, document.locate(languages), languages)
    total = sum(read("share", route["share"]) for route in data.get("routes", ()))
    if "routes" in data and abs(total - 1) > _DUST:
        words = f"the shares of the routes add up to {total * 100:.6g}%, not to 100%"
        yield Problem("SPEC014", words, document.locate_key("routes"), ("routes",))


def _assumptions(data: Any, document: Document) -> Iterator[Problem]:
    for name, value in data.get("assumptions", {}).items():
        path = ("assumptions", name)
        try:
            if name.endswith("_share"):
                read("share", value)
        except UnitError as error:
            words = f"assumptions.{name} {error.message}"
            yield Problem(error.code, words, document.locate(path), path, help=error.help)
