"""How fast `aispec plan` is: candidates a second, and the whole process.

    python benchmarks/plan.py [SPEC…]

Prints for each spec, the README's chat by default, how many candidates were judged and how
(computed by the whole pipeline, or decided by a proof), candidates a second of one core's time in
the search, and seconds of a whole `aispec plan` process by the clock, the best of three.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

from aispec.pipeline import Options
from aispec.planning.plan import as_written, searching
from aispec.planning.question import Question, subject

CHAT = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
hardware: 1x a100-40gb
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
sla: {ttft: 300ms, tps: 15}
"""
TODAY = date(2026, 11, 22)
RUNS = 3


def main(paths: list[str]) -> None:
    """Measure each spec and print a line for it."""
    with tempfile.TemporaryDirectory() as folder:
        chat = Path(folder) / "ai-deploy.yaml"
        chat.write_text(CHAT, encoding="utf-8")
        for path in paths or [str(chat)]:
            print(f"{Path(path).name}: {searched(path)}; the process takes {whole(path):.2f} s")


def searched(path: str) -> str:
    """Return how many candidates were judged, and at what rate, in words."""
    asked = Question(str(Path(path).resolve()))
    about = subject(asked, Options(root="/", today=TODAY))
    search, now = searching(about, asked), as_written(about)
    started = process_time()
    found = search.run(now)
    taken = process_time() - started
    tally = found.tally
    return (
        f"{tally.judged:,} candidates ({tally.computed:,} computed, {tally.refused:,} refused,"
        f" {tally.dominated:,} dominated) in {taken:.2f} s of one core:"
        f" {tally.judged / taken:,.0f} a second"
    )


def whole(path: str) -> float:
    """Return the seconds of the fastest of some whole processes."""
    command = [sys.executable, "-m", "aispec", "plan", path, "--today", TODAY.isoformat()]
    times = []
    for _ in range(RUNS):
        started = perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        times.append(perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main(sys.argv[1:])
