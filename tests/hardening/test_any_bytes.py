"""Whatever stands in a file, there is a diagnosis inside it, in every format, in bounded time.

`python -m tests.hardening.test_any_bytes COUNT [SEED [PACKAGE]]` tries many.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from aispec.pipeline import Options, check
from tests.hardening.bytes import KINDS, inputs, told
from tests.hardening.measured import Measured, measured, whole
from tests.hardening.search import MEBIBYTES, SECONDS, TODAY, judged, main

COUNT = 150
OPTIONS = Options(today=TODAY)


def trouble(data: bytes) -> tuple[str | None, Measured]:
    """Say what is wrong with how aispec takes this input, if anything is, and what it cost.

    The cost is that of one command: reading, judging, and the slowest of all formats.
    """
    report, cost = measured(lambda: check((), OPTIONS, {"ai-deploy.yaml": data}))
    return judged(report, cost)


HEAVY = {
    "a hundred MB": b"a: b\n" * (20 << 20),
    "one line": b"version: 1\n" + b"routes: [" + b"{to: a}, " * 100_000 + b"]",
    "documents": b"---\n".join(b"name: n%d\n" % n for n in range(1200)),
    "nesting": b"a: " + b"[" * 500_000,
    "one scalar": b"name: '" + b"\xc3\xa9" * 500_000 + b"'",
    "unknown keys": b"".join(b"k%d: 1\n" % n for n in range(9_000)),
}


@pytest.mark.parametrize("data", HEAVY.values(), ids=HEAVY)
def test_what_is_heavy_costs_a_whole_process_little(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_bytes(data)
    for form in ("terminal", "html"):
        code, errors, took = whole(["check", "--format", form], tmp_path)
        assert code == 2
        assert errors.strip() == b""
        assert 20 < took.mebibytes < MEBIBYTES
        assert took.seconds < SECONDS


@pytest.mark.parametrize("seed", [1, 2])
def test_every_input_has_a_diagnosis(seed: int) -> None:
    troubles = [(why, data[:2000]) for data in inputs(seed, COUNT) if (why := trouble(data)[0])]
    assert troubles == []


def test_inputs_are_the_same_everywhere() -> None:
    assert list(inputs(3, 20)) == list(inputs(3, 20))


def test_every_kind_of_change_is_made() -> None:
    made = Counter(kind for _, kinds in told(5, 600) for kind in kinds)
    assert set(made) == set(KINDS)
    assert min(made.values()) >= 3


if __name__ == "__main__":
    sys.exit(main("inputs", inputs, trouble, lambda data: {"ai-deploy.yaml": data}))
