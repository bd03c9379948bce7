"""Which tests run which lines, and how long each takes: one run of the tests that import the code.

`python -m tools.mutation --record` writes it to `.mutation/`; it goes stale as code and tests
change, so a trial notices when it is older than they are.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tools.mutation.mutant import ON_TRIAL, ROOT

HOME = ROOT / ".mutation"
_LINES, _SECONDS = HOME / "coverage", HOME / "seconds.json"
_ELSEWHERE = ("tests/e2e", "tests/docs", "tests/tools", "tests/truth")
"""Tests of installed commands and of stored pages: in processes of their own, or long."""


def record(workers: int) -> int:
    """Run the tests, remember what each runs and how long it takes, and return pytest's verdict."""
    HOME.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "-p", "tools.mutation.recording"]
    command += ["--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    command += [f"--cov={package}" for package in ON_TRIAL]
    command += [f"--ignore={folder}" for folder in _ELSEWHERE]
    env = {**os.environ, "COVERAGE_FILE": str(_LINES), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


class _Clock:
    """Adds up the seconds of each test's set-up, call and tear-down."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one part of one test."""
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Write them down."""
        rounded = {name: round(spent, 4) for name, spent in sorted(self.seconds.items())}
        _SECONDS.write_text(json.dumps(rounded, indent=0), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Time the tests where they are counted; with workers, that is not in the workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Clock())


@dataclass(frozen=True, slots=True)
class Record:
    """The seconds of each test, how many lines it runs, and the tests that run each line."""

    seconds: dict[str, float]
    reach: Counter[str]
    lines: dict[str, dict[int, frozenset[str]]]

    def tests(self, path: str, first: int, last: int, budget: float) -> list[str]:
        """Return tests that run a change on these lines, the cheapest first, for `budget` seconds.

        One half are the cheapest of all, the other those that run the least beside these lines:
        they are about them. What runs as a module is imported is run by every test that uses the
        module or names it; by any, where there is none.
        """
        ran = self.lines.get(path, {})
        found: set[str] = set()
        for span in _spans(path, first, last):
            found = {test for line in span for test in ran.get(line, ())}
            if found:
                break
        found = found or self._of_module(path) or {*self.seconds}
        cheapest = sorted(found & self.seconds.keys(), key=lambda test: (self.seconds[test], test))
        closest = sorted(cheapest, key=lambda test: self.reach[test])
        chosen = {
            test
            for ranked in (cheapest, closest)
            for test in _afforded(ranked, self.seconds, budget / 2)
        }
        return [test for test in cheapest if test in chosen]

    def _of_module(self, path: str) -> set[str]:
        ran = {test for tests in self.lines.get(path, {}).values() for test in tests}
        return ran | {test for test in self.seconds if test.partition("::")[0] in _naming(path)}


def recorded() -> Record:
    """Read what was recorded. Raises `FileNotFoundError` where nothing was."""
    from coverage import CoverageData

    seconds = json.loads(_SECONDS.read_text(encoding="utf-8"))
    data = CoverageData(str(_LINES))
    data.read()
    lines = {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        path = Path(file).relative_to(ROOT).as_posix()
        lines[path] = {line: _names(contexts) for line, contexts in by_line.items()}
    reach = Counter(test for by_line in lines.values() for ran in by_line.values() for test in ran)
    return Record(seconds, reach, lines)


def _names(contexts: Iterable[str]) -> frozenset[str]:
    return frozenset(context.rpartition("|")[0] for context in contexts if context)


def _afforded(tests: list[str], seconds: dict[str, float], budget: float) -> Iterator[str]:
    for test in tests:
        budget -= seconds[test]
        if budget < 0:
            return
        yield test


def _spans(path: str, first: int, last: int) -> list[range]:
    """The lines of the statement that a change stands in, then those of what holds that, inmost."""
    around = [
        node
        for node in _statements(path)
        if node.lineno <= first and last <= (node.end_lineno or 0)
    ]
    around.sort(key=lambda node: (node.end_lineno or 0) - node.lineno)
    return [range(node.lineno, (node.end_lineno or 0) + 1) for node in around]


@cache
def _naming(path: str) -> frozenset[str]:
    """The files of tests that import a module by its name."""
    name = path.removesuffix(".py").replace("/", ".")
    files = (ROOT / "tests").rglob("test_*.py")
    named = (file for file in files if f"from {name} import" in file.read_text(encoding="utf-8"))
    return frozenset(file.relative_to(ROOT).as_posix() for file in named)


@cache
def _statements(path: str) -> list[ast.stmt]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
