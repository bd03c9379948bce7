"""What a call takes: processor time, and how far the memory of the process grows meanwhile.

A whole process is measured by `whole`, at the end of a long search: its memory is its own alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

_T = TypeVar("_T")
_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_COMMAND = """\
import sys
from aispec.surface.cli.app import run
code = run(sys.argv[1:])
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        sys.stderr.write("\\n" + line.split()[1])  # its own: rusage has the parent's in it
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the processor; MiB at the peak, 0 where nobody can tell."""

    seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s and {self.mebibytes:.0f} MiB"

    def then(self, other: Measured) -> Measured:
        """Both, one after the other."""
        return Measured(self.seconds + other.seconds, max(self.mebibytes, other.mebibytes))

    def or_more(self, other: Measured) -> Measured:
        """The larger of each."""
        most = max(self.seconds, other.seconds), max(self.mebibytes, other.mebibytes)
        return Measured(*most)


def measured(call: Callable[[], _T]) -> tuple[_T, Measured]:
    """Return what the call returns, and what it took."""
    _forget_peak()
    held, began = _held("VmRSS:"), time.process_time()
    result = call()
    return result, Measured(time.process_time() - began, _held("VmHWM:") - held)


def whole(
    arguments: Sequence[str], folder: Path, package: str | None = None
) -> tuple[int, bytes, Measured]:
    """Run aispec to its end: its exit code, what it wrote as errors, and what it took.

    `package` is a folder that a wheel was installed to; without one the checkout runs.
    """
    with TemporaryFile() as errors:
        around = {**os.environ, "PYTHONPATH": package or str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", _COMMAND, *arguments]
        process = subprocess.Popen(
            command, cwd=folder, env=around, stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        *said, held = errors.read().split(b"\n")
        took = Measured(usage.ru_utime + usage.ru_stime, int(held or 0) / 1024)
        return process.returncode, b"\n".join(said), took


def _forget_peak() -> None:
    try:
        _RESET.write_text("5")  # Linux: the peak is counted anew from here
    except OSError:
        return


def _held(what: str) -> float:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return 0.0
    return max((int(x.split()[1]) / 1024 for x in lines if x.startswith(what)), default=0.0)
