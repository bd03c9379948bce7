"""`python -m tools.mutation`: change the code in many places and say which changes no test notices.

Record first (`--record`), then try a sample. The same seed draws the same changes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from math import inf

from tools.mutation.mutant import Mutant
from tools.mutation.mutants import sampled
from tools.mutation.recording import Record, record, recorded
from tools.mutation.trial import begin, verdict, warm

_UNNOTICED = ("survived", "untested")
_UNCHANGED = 8  # changes whose tests are first run on the code as it is


def main() -> int:
    """Return 1 where fewer changes are noticed than `--minimum` asks for, 2 without a record."""
    asked = _asked()
    if asked.record:
        return record(asked.jobs)
    try:
        known = recorded()
    except FileNotFoundError:
        print("there is no record of the tests: run `python -m tools.mutation --record` first")
        return 2
    mutants, total = sampled(asked.sample, asked.seed, asked.only)
    warm()
    if not _sound(mutants[:_UNCHANGED], known, asked.budget):
        print("the tests fail on the code as it is: nothing could be told from what they notice")
        return 2
    end = time.monotonic() + 60 * asked.minutes
    counts: Counter[str] = Counter()
    left = []
    for mutant, word in _tried(_until(end, mutants), known, asked.jobs, asked.budget):
        if word in _UNNOTICED:
            left.append(mutant)
        else:
            counts[word] += 1
    print(f"{counts.total()} noticed at once, {len(left)} asked of more tests", flush=True)
    for mutant, word in _tried(left, known, asked.jobs, asked.patience):
        counts[word] += 1
        if word in _UNNOTICED:
            print(f"{mutant.path}:{mutant.first}: {word}", flush=True)
            print(f"  - {mutant.before}\n  + {mutant.after}", flush=True)
    tried = counts.total()
    noticed = tried - sum(counts[word] for word in _UNNOTICED)
    share = 100 * noticed / max(tried, 1)
    kinds = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
    print(f"{noticed} of {tried} noticed, {share:.1f}% ({kinds}), of {total}; seed {asked.seed}")
    return 0 if share >= asked.minimum else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--record", action="store_true", help="see which lines tests run")
    parser.add_argument("--sample", type=int, default=600, help="how many changes, 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="how the paths to change begin")
    parser.add_argument("--budget", type=float, default=10, help="seconds of tests for a change")
    parser.add_argument("--patience", type=float, default=60, help="the same where none noticed")
    parser.add_argument("--minutes", type=float, default=inf, help="begin no trial after so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minimum", type=float, default=85, help="per cent to be noticed")
    return parser.parse_args()


def _sound(mutants: list[Mutant], known: Record, budget: float) -> bool:
    """Whether tests that are asked about some changes pass without any."""
    asked = {t for m in mutants for t in known.tests(m.path, m.first, m.last, budget)}
    tests = sorted(asked, key=lambda test: (known.seconds[test], test))
    _, status = os.waitpid(begin(None, tests, sum(known.seconds[test] for test in tests)), 0)
    return not tests or verdict(status) == "survived"


def _until(end: float, mutants: list[Mutant]) -> Iterator[Mutant]:
    for mutant in mutants:
        if time.monotonic() > end:
            return
        yield mutant


def _tried(
    mutants: Iterable[Mutant], known: Record, jobs: int, budget: float
) -> Iterator[tuple[Mutant, str]]:
    """Try the changes, some at a time, and yield each with what became of it."""
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        tests = known.tests(mutant.path, mutant.first, mutant.last, budget)
        if not tests:
            yield mutant, "untested"
            continue
        if len(running) == jobs:
            yield _ended(running)
        seconds = sum(known.seconds[test] for test in tests)
        running[begin(mutant, tests, seconds)] = mutant
    while running:
        yield _ended(running)


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, str]:
    process, status = os.wait()
    return running.pop(process), verdict(status)


if __name__ == "__main__":
    sys.exit(main())
