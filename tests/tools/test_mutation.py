"""Which tests are asked about a change, and what their answer means."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest

from tools.mutation.mutant import ROOT, Mutant
from tools.mutation.recording import Record
from tools.mutation.trial import verdict

PATH = "aispec/estimate/memory/dealing.py"
TEXT = (ROOT / PATH).read_text(encoding="utf-8")
LINE = next(n for n, line in enumerate(TEXT.splitlines(), 1) if "dealt[item" in line)


def record(seconds: dict[str, float], lines: dict[int, set[str]]) -> Record:
    ran = {line: frozenset(tests) for line, tests in lines.items()}
    reach = Counter(test for tests in lines.values() for test in tests)
    return Record(seconds, reach, {PATH: ran})


def test_the_cheapest_of_those_that_run_the_line_are_asked() -> None:
    seconds = {"slow": 3.0, "quick": 0.1, "usual": 1.0, "elsewhere": 0.1}
    known = record(seconds, {LINE: {"slow", "quick", "usual"}, 1: {"elsewhere"}})
    assert known.tests(PATH, LINE, LINE, 100) == ["quick", "usual", "slow"]
    assert known.tests(PATH, LINE, LINE, 2.4) == ["quick", "usual"]
    assert known.tests(PATH, LINE, LINE, 0) == []


def test_a_test_about_the_line_is_asked_though_others_are_cheaper() -> None:
    seconds = {f"wide{n}": 0.2 for n in range(10)} | {"close": 0.9}
    wide = {*seconds} - {"close"}
    known = record(seconds, {LINE: {*seconds}, LINE - 1: wide, LINE - 2: wide})
    assert "close" in known.tests(PATH, LINE, LINE, 2)


def test_what_runs_at_import_is_asked_of_all_who_use_the_module() -> None:
    known = record({"a": 1.0, "b": 2.0}, {LINE: {"a"}})
    assert known.tests(PATH, 3, 3, 10) == ["a"]
    assert known.tests("aispec/estimate/units.py", 1, 1, 10) == ["a", "b"]


def test_what_the_end_of_a_trial_means() -> None:
    assert [verdict(code << 8) for code in (0, 1, 2, 5)] == [
        *("survived", "killed", "killed", "untested"),
    ]
    assert [verdict(number) for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGSEGV)] == [
        *("timeout", "timeout", "killed"),
    ]


TRIAL = """
import os
from tools.mutation.mutant import Mutant
from tools.mutation.trial import begin, verdict
from pathlib import Path
path, test = "aispec/estimate/memory/dealing.py", "tests/estimate/test_paged_cache.py"
tests = [f"{test}::test_the_output_is_dealt_as_a_layer"]
text = Path(path).read_text(encoding="utf-8")
for changed in (text, text.replace("+= 1", "+= 2"), text.replace("Return how", "Say how")):
    begin(Mutant(path, 1, 1, "", "", changed), tests, 5.0)
    print(verdict(os.wait()[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="trials are forks")
def test_a_trial_runs_the_changed_text_and_changes_no_file() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", TRIAL], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["survived", "killed", "survived"]
    assert (ROOT / PATH).read_text(encoding="utf-8") == TEXT


def test_the_same_seed_draws_the_same_changes() -> None:
    pytest.importorskip("mutmut")
    from tools.mutation.mutants import sampled

    only = "aispec/estimate/memory/dealing"
    some, total = sampled(5, 1, only)
    every, _ = sampled(0, 1, only)
    assert some == sampled(5, 1, only)[0]
    assert len(some) == 5 < len(every) == total
    assert {each.path for each in every} == {PATH}
    for each in every:
        assert isinstance(each, Mutant)
        assert each.source != TEXT
        assert each.before in " ".join(line.strip() for line in TEXT.splitlines())
        compile(each.source, PATH, "exec")
