"""Whatever stands in a file beside a spec, there is a diagnosis, in every format, in bounded time.

`python -m tests.hardening.test_any_neighbours COUNT [SEED [PACKAGE]]` tries many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from aispec.adopt.draft import AdoptError
from aispec.adopt.sources import drafts
from aispec.adopt.writing import written
from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check
from tests.hardening.measured import measured
from tests.hardening.neighbours import CHANGED, changes, files, put, sources
from tests.hardening.search import GROWTH, SECONDS, TODAY, Trouble, judged, main
from tests.hardening.sound import steering

COUNT = 30


def changed(change: tuple[str, bytes]) -> Mapping[str, bytes]:
    return {**files(), change[0]: change[1]}


def trouble(change: tuple[str, bytes]) -> Trouble:
    """Say what is wrong with how aispec takes a changed file, if anything is, and what it cost."""
    with TemporaryDirectory() as folder:
        put(Path(folder), changed(change))
        options = Options(root=folder, repository=folder, today=TODAY)
        report, cost = measured(lambda: check((".",), options))
        return judged(report, cost)


def test_all_are_read_as_they_are(tmp_path: Path) -> None:
    put(tmp_path, files())
    report = check((".",), Options(root=str(tmp_path), repository=str(tmp_path), today=TODAY))
    assert len(report.deployments) == 4
    assert not report.findings
    for each in report.deployments[:3]:
        weights = each.facts["memory.weights"]
        assert isinstance(weights, Quantity)
        assert weights.known


@pytest.mark.parametrize("seed", [1, 2])
def test_every_change_has_a_diagnosis(seed: int) -> None:
    tried = list(changes(seed, COUNT))
    assert {name for name, _ in tried} == set(CHANGED)
    troubles = [(why, each) for each in tried if (why := trouble(each)[0])]
    assert troubles == []


def adopted(data: bytes) -> Trouble:
    """Say what is wrong with the specs that are drafted from a source, and what it cost."""

    def run() -> str:
        try:
            return written(drafts(data), "x")
        except AdoptError as error:
            return str(error)

    text, cost = measured(run)
    if cost.seconds > SECONDS or cost.mebibytes > GROWTH:
        return f"it took {cost}", cost
    return steering({"draft": text}), cost


@pytest.mark.parametrize("seed", [1, 2])
def test_every_source_is_drafted_or_refused(seed: int) -> None:
    troubles = [(why, data) for data in sources(seed, COUNT) if (why := adopted(data)[0])]
    assert troubles == []


def _both(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    yield from changes(seed, count)
    yield from (("source", data) for data in sources(seed, count))


if __name__ == "__main__":
    sys.exit(
        main(
            "changed files and as many sources",
            _both,
            lambda one: adopted(one[1]) if one[0] == "source" else trouble(one),
            lambda one: files() if one[0] == "source" else changed(one),
        )
    )
