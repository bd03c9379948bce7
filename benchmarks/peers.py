"""CPU time and memory of whole runs beside check-jsonschema's on the same files.

    python -m benchmarks.peers [--runs 7] [--specs 1 100 1000]

It makes an environment of its own, installs this checkout and check-jsonschema into it, writes
specs, and prints medians of paired runs: aispec does its full job, schema, estimates, every rule
and the whole report; check-jsonschema validates the same files against the same schema. Bytecode is
cached. *Anew* judges every spec, *again* takes what was found in the run before, in which nothing
was different; this is what the targets are for.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from tests.hardening.specs import valid, write

ROOT = Path(__file__).parents[1]
_OURS = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
"""Nothing that keeps bytecode from being cached, or reads this checkout in place of the wheel."""
TARGETS = {1: 0.35, 100: 0.20, 1000: 0.15}


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and peak memory in MiB of one process."""

    seconds: float
    mebibytes: float


def main() -> int:
    """Measure and print; exit with 1 where a ratio misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="paired runs (default: 7)")
    parser.add_argument("--specs", type=int, nargs="*", default=list(TARGETS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        commands = _install(folder / "environment")
        work = folder / "work"
        work.mkdir()
        return _compare(work, commands, asked.specs, asked.runs)


def _install(environment: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", str(ROOT), "check-jsonschema"], check=True
    )
    return environment / "bin"


def _compare(folder: Path, commands: Path, sizes: list[int], runs: int) -> int:
    schema = str(ROOT / "schemas" / "ai-deploy.schema.json")
    empty = [str(commands / "python"), "-I", "-c", "pass"]
    version = [str(commands / "aispec"), "--version"]
    explain = [str(commands / "aispec"), "explain", "FIT001"]
    for name, command in (("empty Python", empty), ("--version", version), ("explain", explain)):
        cost = _typical([_run(command, folder) for _ in range(runs)])
        print(f"{name:14} {cost.seconds:7.3f} s {cost.mebibytes:5.0f} MiB")
    heads = ("aispec anew", "aispec again", "check-jsonschema")
    print(f"{'specs':>5}" + "".join(f"{head:>20}" for head in heads) + "   ratios     target")
    missed = 0
    for size in sizes:
        specs = _write(folder / str(size), size)
        files = [str(path) for path in specs.glob("*.yaml")]
        again = [str(commands / "aispec"), "check", str(specs)]
        theirs = [str(commands / "check-jsonschema"), "--schemafile", schema, *files]
        _run(again, folder)
        rounds = [
            [_run(command, folder) for command in ([*again, "--no-cache"], again, theirs)]
            for _ in range(_times(runs, size))
        ]
        costs = [_typical(list(each)) for each in zip(*rounds, strict=True)]
        ratios = [cost.seconds / costs[-1].seconds for cost in costs[:2]]
        target = TARGETS.get(size)
        missed += target is not None and ratios[1] > target
        told = "".join(f"{c.seconds:9.3f} s {c.mebibytes:5.0f} MiB" for c in costs)
        print(f"{size:5}{told}   {ratios[0]:.2f} {ratios[1]:.2f}  {target or '':>7}")
    return int(missed > 0)


def _times(runs: int, size: int) -> int:
    return max(runs if size < 1000 else runs // 3, 1)


def _write(folder: Path, count: int) -> Path:
    folder.mkdir()
    draw = Random(count)
    for number in range(count):
        spec = {**valid(draw), "name": f"deployment-{number}"}
        (folder / f"{number}.ai-deploy.yaml").write_text(write(spec).text, encoding="utf-8")
    return folder


def _run(command: list[str], folder: Path) -> Cost:
    """Run once; a child of a child, so that its peak memory is its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        subprocess.run(
            command,
            cwd=folder,
            env={**_OURS, "AISPEC_CACHE_DIR": str(folder.parent / "kept")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(writer, f"{used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        seconds, mebibytes = pipe.read().split()
    os.waitpid(child, 0)
    return Cost(float(seconds), float(mebibytes))


def _typical(costs: list[Cost]) -> Cost:
    return Cost(median(c.seconds for c in costs), median(c.mebibytes for c in costs))


if __name__ == "__main__":
    sys.exit(main())
