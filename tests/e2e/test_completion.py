"""Completion, as the shells' scripts ask for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aispec.surface.cli.app import application
from tests.e2e.inside import inside


def completed(words: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what bash is offered after these words, the last of them incomplete."""
    from click.shell_completion import BashComplete

    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    lines = BashComplete(application, {}, "aispec", "_AISPEC_COMPLETE").complete().splitlines()
    return [line.partition(",")[2] for line in lines]


def test_the_installed_command_answers_a_shell(tmp_path: Path) -> None:
    asked = {"_AISPEC_COMPLETE": "bash_complete", "COMP_WORDS": "aispec ch", "COMP_CWORD": "1"}
    run = subprocess.run(
        [sys.executable, "-c", "from aispec.surface.cli import main; main()"],
        cwd=tmp_path, capture_output=True, check=False, timeout=60, env={**os.environ, **asked},
    )  # fmt: skip
    assert (run.stdout, run.stderr) == (b"plain,check\n", b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str, tmp_path: Path) -> None:
    run = inside("completion", shell, cwd=tmp_path)
    assert run.returncode == 0
    assert f"_AISPEC_COMPLETE={shell}_complete".encode() in run.stdout
    found = shutil.which(shell)
    if found:
        subprocess.run([found, "-n"], input=run.stdout, check=True, timeout=30)


def test_an_unknown_shell_is_told_the_known_ones(tmp_path: Path) -> None:
    run = inside("completion", "tcsh", cwd=tmp_path)
    assert run.returncode == 2
    assert b"'bash', 'zsh', 'fish'" in run.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("aispec ch", "check"),
        ("aispec init --mod", "--model"),
        ("aispec init --model llama-3.1-8", "Llama-3.1-8B-Instruct"),
        ("aispec init --hardware h100-s", "h100-sxm-80gb"),
        ("aispec init --api op", "openai"),
        ("aispec init --engine sg", "sglang"),
        ("aispec init --precision int4-a", "int4-awq"),
        ("aispec explain FIT00", "FIT001"),
        ("aispec explain memory.n", "memory.needed"),
        ("aispec check --select FI", "FIT001"),
        ("aispec check --ignore FIT001,COST00", "FIT001,COST001"),
        ("aispec fix --remedy LA", "LAT001"),
        ("aispec tokens x --model gpt-4o-m", "gpt-4o-mini"),
        ("aispec catalog models qwen3-8", "Qwen3-8B"),
        ("aispec catalog accelerators l40", "L40S"),
        ("aispec completion z", "zsh"),
    ],
)
def test_what_is_offered(words: str, offered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered in completed(words, monkeypatch)


def test_commands_are_offered_without_importing_them(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from click.shell_completion import ShellComplete\n"
        "from aispec.surface.cli.app import application\n"
        "found = ShellComplete(application, {}, 'aispec', 'X').get_completions([], '')\n"
        "assert {'check', 'init', 'fix'} <= {each.value for each in found}\n"
        "assert not [name for name in sys.modules if name.endswith('_command')], sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)
