"""Looking for inputs that break a run, among as many as one likes.

What went wrong is printed, and what the costliest inputs took as whole processes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from aispec.report.report import Report
from aispec.surface.formats import FORMATS, Run
from tests.hardening.measured import Measured, measured, whole
from tests.hardening.neighbours import put
from tests.hardening.sound import astray, unsound

SECONDS = 2.0
MEBIBYTES = 150  # of a whole process
GROWTH = MEBIBYTES - 60  # of one that has read a small spec before
TODAY = date(2026, 11, 22)
COSTLIEST = 5
NOTHING = Measured(0.0, 0.0)

_T = TypeVar("_T")
Trouble = tuple[str | None, Measured]


def judged(report: Report, cost: Measured) -> Trouble:
    """Say what is wrong with a report in any format, and what one command took.

    The cost is that of reading and judging, and of the slowest of all formats.
    """
    texts = {}
    writing = NOTHING
    for form, write in FORMATS.items():
        texts[form], one = measured(partial(write, Run(report), True))
        writing = writing.or_more(one)
    cost = cost.then(writing)
    if report.exit_code not in (0, 1, 2):
        return f"exit code {report.exit_code}", cost
    if cost.seconds > SECONDS or cost.mebibytes > GROWTH:
        return f"it took {cost}", cost
    return astray(report) or unsound(texts), cost


def main(
    name: str,
    inputs: Callable[[int, int], Iterable[_T]],
    trouble: Callable[[_T], Trouble],
    files: Callable[[_T], Mapping[str, bytes]],
) -> int:
    """Try COUNT inputs of a SEED, as the command line says, and print what goes wrong.

    PACKAGE is a folder that a wheel was installed to: whole processes are measured with that.
    """
    given = dict(enumerate(sys.argv))
    count, seed, package = int(given[1]), int(given.get(2, 0)), given.get(3)
    failed = 0
    costs: list[tuple[Measured, int, _T]] = []
    began = time.monotonic()
    for number, one in enumerate(inputs(seed, count)):
        cost = NOTHING
        try:
            why, cost = trouble(one)
        except Exception as error:  # whatever escapes is what this looks for
            why = f"{type(error).__name__}: {error}"
        costs = _costliest([*costs, (cost, number, one)])
        failed += _told(number, why, one)
    most = NOTHING
    for _, number, one in costs:
        why, cost = _as_commands(files(one), package)
        most = most.or_more(cost)
        failed += _told(number, why, one)
    print(
        f"seed {seed}: {count:,} {name}, {failed} with trouble; whole processes took at most {most}"
        f"; {time.monotonic() - began:.0f} s in all"
    )
    return int(failed > 0)


def _costliest(costs: list[tuple[Measured, int, _T]]) -> list[tuple[Measured, int, _T]]:
    """Those that took the longest, and those that took the most memory."""
    slowest = sorted(costs, key=lambda each: each[0].seconds)[-COSTLIEST:]
    largest = sorted(costs, key=lambda each: each[0].mebibytes)[-COSTLIEST:]
    return slowest + [each for each in largest if each not in slowest]


def _as_commands(files: Mapping[str, bytes], package: str | None) -> Trouble:
    """Say what is wrong when whole processes read these files, and the most that one took."""
    most = NOTHING
    with TemporaryDirectory() as folder:
        put(Path(folder), files)
        for form in FORMATS:
            arguments = ["check", "--format", form, "--today", str(TODAY)]
            code, errors, took = whole(arguments, Path(folder), package)
            most = most.or_more(took)
            if code not in (0, 1, 2) or b"Traceback" in errors:
                return f"{form}: exit code {code}, {errors[-500:]!r}", most
    too_much = most.seconds > SECONDS or most.mebibytes > MEBIBYTES
    return (f"it took {most}" if too_much else None), most


def _told(number: int, why: str | None, one: object) -> bool:
    if why:
        print(f"{number}: {why}", repr(one)[:2000], sep="\n", end="\n\n", flush=True)
    return why is not None
