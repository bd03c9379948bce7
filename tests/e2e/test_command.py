"""The command as people run it: a process of its own, files on disk, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: a100-40gb, price: 1.29 USD/hour}
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
sla: {ttft: 1s, tps: 15}
"""


def aispec(*arguments: str, cwd: Path, given: bytes = b"", **environment: str):
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "aispec", *arguments],
        cwd=cwd,
        input=given,
        capture_output=True,
        env={**kept, **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "ai-deploy.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_good_spec_passes(folder: Path) -> None:
    run = aispec("check", "--today", "2026-11-22", cwd=folder)
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"1 deployment in 1 file" in run.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.yaml", b"name: [unclosed\n", b"SPEC002"),
        ("empty.yaml", b"", b"SPEC004"),
        ("binary.yaml", bytes(range(256)), b"SPEC001"),
        ("unknown.yaml", GOOD.replace("model:", "modle:").encode(), b"did you mean 'model'?"),
        ("latin.yaml", "name: caf\xe9\n".encode("latin-1"), b"SPEC001"),
        ("missing.yaml", None, b"there is no such file"),
    ],
)
def test_a_bad_file_has_one_diagnosis_and_good_ones_keep_their_results(
    folder: Path, name: str, content: bytes | None, said: bytes
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    alone = aispec("check", name, "--format", "concise", cwd=folder)
    assert alone.returncode == 2
    assert said in alone.stdout
    assert b"Traceback" not in alone.stdout + alone.stderr
    both = aispec("check", name, "ai-deploy.yaml", "--format", "json", cwd=folder)
    report = json.loads(both.stdout)
    assert both.returncode == 2
    assert [each["name"] for each in report["deployments"]] == ["support-chat"]
    assert report["deployments"][0]["facts"]["memory.fits"] == "yes"
    assert any(finding["path"] == name for finding in report["findings"])


@pytest.mark.parametrize(
    ("written", "wrong", "nearest"),
    [
        ("llama-3.1-8b-instruct", "lama-3.1-8b-instrukt", b"Llama-3.1-8B"),
        ("a100-40gb", "a100-40gigs", b"a100"),
    ],
)
def test_an_unknown_name_is_a_finding_with_the_nearest_ones(
    folder: Path, written: str, wrong: str, nearest: bytes
) -> None:
    (folder / "ai-deploy.yaml").write_text(GOOD.replace(written, wrong), encoding="utf-8")
    run = aispec("check", "--format", "concise", cwd=folder)
    assert run.returncode == 1
    line = next(line for line in run.stdout.splitlines() if b"error" in line)
    assert wrong.encode() in line
    assert nearest.lower() in line.lower()


def test_standard_input_is_read(tmp_path: Path) -> None:
    run = aispec("check", "-", "--format", "json", cwd=tmp_path, given=GOOD.encode())
    assert run.returncode == 0
    assert json.loads(run.stdout)["deployments"][0]["path"] == "<stdin>"


def test_a_folder_without_specs_does_not_pass_in_silence(tmp_path: Path) -> None:
    run = aispec("check", cwd=tmp_path)
    assert run.returncode == 2
    assert b"there is no spec" in run.stdout


def test_fail_on_and_select_decide_the_exit_code(folder: Path) -> None:
    spec = GOOD.replace("sla: {ttft: 1s, tps: 15}", "budget: {monthly: 1 USD}")
    (folder / "ai-deploy.yaml").write_text(spec, encoding="utf-8")
    assert aispec("check", cwd=folder).returncode == 1
    assert aispec("check", "--ignore", "COST", cwd=folder).returncode == 0
    assert aispec("check", "--select", "FIT,LIM", cwd=folder).returncode == 0


def test_a_report_can_be_written_to_a_file(folder: Path) -> None:
    run = aispec("check", "--format", "markdown", "--output", "report.md", cwd=folder)
    assert (run.returncode, run.stdout) == (0, b"")
    assert (folder / "report.md").read_text(encoding="utf-8").startswith("### aispec")
    lost = aispec("check", "--output", "no/such/folder.md", cwd=folder)
    assert lost.returncode == 2
    assert b"can't be written" in lost.stderr


def test_output_is_the_same_anywhere(folder: Path) -> None:
    fixed = ("check", "--today", "2026-11-22", "--format", "json")
    runs = [
        aispec(*fixed, cwd=folder, PYTHONHASHSEED=seed, LC_ALL=locale, TZ=zone).stdout
        for seed, locale, zone in (("0", "C", "UTC"), ("1", "C.UTF-8", "Asia/Tokyo"))
    ]
    assert runs[0] == runs[1]


def test_colour_only_where_it_is_asked_for(folder: Path) -> None:
    assert b"\x1b[" not in aispec("check", cwd=folder).stdout
    broken = folder / "broken.yaml"
    broken.write_bytes(b"a: [")
    assert b"\x1b[" in aispec("check", "broken.yaml", cwd=folder, FORCE_COLOR="1").stdout
    quiet = aispec("check", "broken.yaml", cwd=folder, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b[" not in quiet


@pytest.mark.parametrize(
    "arguments",
    [
        ("chekc",),
        ("check", "--format", "pdf"),
        ("check", "--today", "tomorrow"),
        ("explain", "FIT9999"),
        ("explain", "memory.neded", "ai-deploy.yaml"),
        ("catalog", "models", "no-such-model-at-all"),
    ],
)
def test_a_wrong_question_is_answered_with_2_and_advice(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    run = aispec(*arguments, cwd=folder)
    assert run.returncode == 2
    assert run.stderr
    assert b"Traceback" not in run.stderr


def test_every_command_answers(folder: Path) -> None:
    for arguments in (
        ("--version",),
        ("--help",),
        ("check", "--help"),
        ("facts", "ai-deploy.yaml"),
        ("facts", "--format", "json", "ai-deploy.yaml"),
        ("explain", "FIT001"),
        ("explain", "memory.needed", "ai-deploy.yaml"),
        ("rules", "list"),
        ("rules", "list", "FIT"),
        ("catalog", "models", "llama"),
        ("catalog", "accelerators", "h100"),
        ("catalog", "prices", "gpt-4o-mini"),
        ("schema",),
        ("schema", "rule"),
    ):
        run = aispec(*arguments, cwd=folder)
        assert run.returncode == 0, (arguments, run.stderr)
        assert run.stdout, arguments


def test_our_own_fault_is_3_and_no_traceback(folder: Path) -> None:
    code = (
        "import sys, aispec.pipeline.gathered as p\n"
        "p.find = lambda *a, **k: 1 / 0\n"
        "from aispec.surface.cli.app import run\n"
        "sys.exit(run(['check']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert b"fault of aispec" in done.stderr
    assert b"Traceback" not in done.stderr


def _imported(folder: Path, *arguments: str, **environment: str) -> set[str]:
    """What a whole run has imported when it ends."""
    code = (
        "import sys\n"
        "from aispec.surface.cli.app import run\n"
        f"run({list(arguments)!r})\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))\n"
    )
    command = [sys.executable, "-S", "-c", code]
    path = os.pathsep.join(each for each in sys.path if each)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.usefixtures("untraced")
def test_a_run_imports_only_what_it_needs(folder: Path) -> None:
    found = _imported(folder, "check")
    heavy = {
        *("asyncio", "dataclasses", "difflib", "hashlib", "logging", "multiprocessing", "random"),
        *("socket", "statistics", "tempfile", "unittest", "urllib.request", "aispec.catalog.local"),
        *("aispec.adopt", "aispec.mend", "aispec.planning", "aispec.surface.forge"),
    }
    assert not heavy & found
    others = {name.partition(".")[0] for name in found if "cython" not in name}
    others -= sys.stdlib_module_names
    assert others <= {"__main__", "_yaml", "aispec", "click", "typing_extensions", "yaml"}
    assert sum(name.startswith("aispec") for name in found) <= 175


@pytest.mark.usefixtures("untraced")
def test_a_run_on_what_has_not_changed_judges_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = str(tmp_path_factory.mktemp("kept"))
    for _ in range(2):
        found = _imported(folder, "check", AISPEC_CACHE_DIR=kept)
    judging = {"yaml", "aispec.catalog", "aispec.estimate.facts", "aispec.policy.rule"}
    assert not judging & found
    assert sum(name.startswith("aispec") for name in found) <= 60


@pytest.mark.usefixtures("untraced")
def test_telling_a_rule_imports_no_pipeline(folder: Path) -> None:
    found = _imported(folder, "explain", "FIT001")
    assert not {"aispec.pipeline", "aispec.governance", "aispec.estimate.facts"} & found
    assert sum(name.startswith("aispec") for name in found) <= 60


def test_what_is_registered_for_the_end_is_done(folder: Path) -> None:
    code = (
        "import atexit, sys\n"
        "atexit.register(print, 'goodbye')\n"
        "sys.argv = ['aispec', 'explain', 'FIT001']\n"
        "from aispec.surface.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=True)
    assert done.stdout.startswith(b"FIT001")
    assert done.stdout.endswith(b"goodbye\n")


def test_the_version_is_told_without_importing_anything(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.argv = ['aispec', '--version']\n"
        "from aispec.surface.cli import main\n"
        "main()\n"
        "sys.stderr.write(str('click' in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    assert done.stdout.startswith(b"aispec ")
    assert done.stderr == b"False"
