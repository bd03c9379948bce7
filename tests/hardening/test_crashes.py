"""A crash while a file is written leaves the old one whole, and nothing beside it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aispec.surface.cli.app import run
from tests.spec.specimens import SHORT

TODAY = ("--today", "2026-11-22")
PLAN = ("plan", "ai-deploy.yaml", "--max-gpus", "1", *TODAY)
REPLACING: dict[str, tuple[tuple[str, ...], str]] = {
    "check": (("check", "--output", "json=out", *TODAY), "out"),
    "report": (("report", "--format", "html", "-o", "out", *TODAY), "out"),
    "diff": (("diff", "before.yaml", "ai-deploy.yaml", "-o", "out", *TODAY), "out"),
    "facts": (("facts", "-o", "out", *TODAY), "out"),
    "plan": ((*PLAN, "-o", "out"), "out"),
    "tokens": (("tokens", "before.yaml", "-m", "gpt-4o", "-o", "out"), "out"),
    "schema": (("schema", "-o", "out"), "out"),
    "fix": (("fix", *TODAY), "ai-deploy.yaml"),
    "init": (("init", "--from", "vllm serve Qwen/Qwen3-8B", "-o", "out", "--force"), "out"),
    "baseline": (("baseline", "--update", "-o", "base.json", *TODAY), "base.json"),
    "rules test": (("rules", "test", "policy", "--write"), "policy/x.yaml"),
}
"""Commands that replace a file, and which one."""
NEW: dict[str, tuple[tuple[str, ...], str]] = {
    "plan --write": ((*PLAN, "--write", "1", "new"), "new"),
    "rules new": (("rules", "new", "a-rule"), "rules/operations/a-rule.yaml"),
    "a first baseline": (("baseline", *TODAY), ".aispec-baseline.json"),
}
"""Commands that write a file which is not there before."""
RULE = """\
code: ACME001
name: is-named
summary: The deployment has a name, as all have.
severity: error
since: 0.1.0
when: given(name)
at: name
message: "{{ name }} has a name"
why: It is there to be found in every example.
examples:
  - title: one
    spec: {version: 1, name: one, model: gpt-4o, api: openai, workload: {users: 1/day}}
    finds: "two has a name"
  - title: none
    spec: {version: 1, name: one, model: gpt-4o, api: openai, workload: {users: 1/day}}
    finds: nothing
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "x.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "ai-deploy.yaml").write_text(SHORT.replace("bf16", "BF16"), encoding="utf-8")
    (tmp_path / "before.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "out").write_text("old\n", encoding="utf-8")
    (tmp_path / "base.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", REPLACING)
def test_each_of_these_replaces_its_file(name: str, folder: Path) -> None:
    arguments, target = REPLACING[name]
    before = contents(folder)
    os.chmod(folder / target, 0o640)
    assert run(arguments) in (0, 1)
    after = contents(folder)
    assert {key for key in after if after[key] != before.get(key)} == {target}
    assert stat.S_IMODE((folder / target).stat().st_mode) == 0o640


@pytest.mark.parametrize("name", [*REPLACING, *NEW])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failing_step_leaves_all_as_it_was(
    name: str, fault: BaseException, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise fault

    arguments, _ = {**REPLACING, **NEW}[name]
    before = contents(folder)
    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(os, "link", fail)
    assert run(arguments) in (2, 130)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["check", "fix", "report"])
def test_a_full_disk_leaves_all_as_it_was(name: str, folder: Path) -> None:
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100));"
        "from aispec.surface.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    before = contents(folder)
    done = command(code, *REPLACING[name][0])
    assert done.returncode == 2
    assert b"can't be written: File too large" in done.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["check", "fix", "rules test"])
def test_a_killed_process_leaves_the_old_file_whole(name: str, folder: Path) -> None:
    code = (
        "import os, signal, sys; os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "from aispec.surface.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    arguments, target = REPLACING[name]
    before = contents(folder)
    assert command(code, *arguments).returncode == -signal.SIGKILL
    after = contents(folder)
    assert after[target] == before[target]
    assert all(key.rpartition("/")[2].startswith(".aispec-") for key in after.keys() - before)


def command(code: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    around = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    whole = [sys.executable, "-c", code, *arguments]
    return subprocess.run(whole, capture_output=True, check=False, timeout=120, env=around)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_is_as_open_as_the_umask_says(folder: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        assert run(["schema", "-o", "new"]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "new").stat().st_mode) == mode


def test_what_is_there_is_not_written_over(folder: Path) -> None:
    before = contents(folder)
    assert run([*PLAN, "--write", "1", "out"]) == 2
    assert run(["init", "--from", "vllm serve Qwen/Qwen3-8B", "-o", "out"]) == 2
    assert run(["baseline", "-o", "base.json", *TODAY]) == 2
    assert contents(folder) == before
