"""Whatever stands in a file, there is a diagnosis inside it, in every format, in bounded time.

`python -m tests.hardening.test_any_bytes COUNT [SEED]` tries as many inputs as you like, and prints
what went wrong, and the longest time and the most memory that one took.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from aispec.pipeline import Options, check
from aispec.report.report import Report
from aispec.surface.cli.formats import FORMATS, Run
from tests.hardening.bytes import KINDS, inputs, told
from tests.hardening.measured import Measured, measured, whole
from tests.hardening.sound import astray, unsound

COUNT = 150
COSTLIEST = 5
SECONDS = 2.0
MEBIBYTES = 150  # of a whole process
GROWTH = MEBIBYTES - 60  # of one that has read a small spec before
TODAY = date(2026, 11, 22)
OPTIONS = Options(today=TODAY)


def trouble(data: bytes) -> tuple[str | None, Measured]:
    """Say what is wrong with how aispec takes this input, if anything is, and what it cost.

    The cost is that of one command: reading, judging, and the slowest of all formats.
    """
    report, cost = measured(lambda: check((), OPTIONS, {"ai-deploy.yaml": data}))
    return judged(report, cost)


def judged(report: Report, cost: Measured) -> tuple[str | None, Measured]:
    """Say what is wrong with a report in any format, and what it cost together with that."""
    texts = {}
    writing = Measured(0.0, 0.0)
    for form, write in FORMATS.items():
        texts[form], one = measured(partial(write, Run(report), True))
        writing = writing.or_more(one)
    cost = cost.then(writing)
    if report.exit_code not in (0, 1, 2):
        return f"exit code {report.exit_code}", cost
    if cost.seconds > SECONDS or cost.mebibytes > GROWTH:
        return f"it took {cost}", cost
    return astray(report) or unsound(texts), cost


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


def as_commands(data: bytes, folder: Path) -> tuple[str | None, Measured]:
    """Say what is wrong when whole processes read this input, and the most that one took."""
    (folder / "ai-deploy.yaml").write_bytes(data)
    most = Measured(0.0, 0.0)
    for form in FORMATS:
        code, errors, took = whole(["check", "--format", form, "--today", str(TODAY)], folder)
        most = most.or_more(took)
        if code not in (0, 1, 2) or b"Traceback" in errors:
            return f"{form}: exit code {code}, {errors[-500:]!r}", most
    too_much = most.seconds > SECONDS or most.mebibytes > MEBIBYTES
    return (f"it took {most}" if too_much else None), most


def main(count: int, seed: int) -> int:
    """Try many inputs, the costliest again as whole processes, and print what goes wrong."""
    failed = 0
    costs: list[tuple[Measured, int, bytes]] = []
    began = time.monotonic()
    for number, data in enumerate(inputs(seed, count)):
        cost = Measured(0.0, 0.0)
        try:
            why, cost = trouble(data)
        except Exception as error:  # whatever escapes is what this looks for
            why = f"{type(error).__name__}: {error}"
        costs.append((cost, number, data))
        failed += _told(number, why, data)
    most = Measured(0.0, 0.0)
    slowest = sorted(costs, key=lambda each: each[0].seconds)[-COSTLIEST:]
    largest = sorted(costs, key=lambda each: each[0].mebibytes)[-COSTLIEST:]
    with TemporaryDirectory() as folder:
        for _, number, data in (*slowest, *largest):
            why, cost = as_commands(data, Path(folder))
            most = most.or_more(cost)
            failed += _told(number, why, data)
    print(
        f"seed {seed}: {count:,} inputs, {failed} with trouble; whole processes took at most {most}"
        f"; {time.monotonic() - began:.0f} s in all"
    )
    return int(failed > 0)


def _told(number: int, why: str | None, data: bytes) -> bool:
    if why:
        print(f"{number}: {why}", data[:2000], sep="\n", end="\n\n", flush=True)
    return why is not None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
