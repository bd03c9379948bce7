"""`aispec init` as people run it: flags, sources, a terminal, and files that are there already."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.spec.reader import read, read_file
from tests.e2e.inside import inside
from tests.e2e.test_command import aispec

SOURCES = Path(__file__).parents[1] / "adopt" / "sources"
SCHEMA_LINE = "# yaml-language-server: $schema="


def test_flags_answer_all_questions(tmp_path: Path) -> None:
    run = aispec(
        *("init", "--model", "llama-3.1-8b-instruct", "--hardware", "2x a100-40gb"),
        *("--users", "60 at once", "--tokens", "input=900,output=300", "--ttft", "300ms"),
        *("--tps", "15", "--name", "support-chat", "--engine", "vllm 0.11", "--precision", "FP8"),
        *("--budget", "500 USD"),
        cwd=tmp_path,
    )
    assert (run.returncode, run.stdout) == (0, b"")
    text = (tmp_path / "ai-deploy.yaml").read_text(encoding="utf-8")
    assert text.startswith(SCHEMA_LINE)
    assert "guess" not in text
    [located] = read(text, "x").deployments
    spec = located.spec
    assert (spec.name, spec.engine.name, spec.engine.version) == ("support-chat", "vllm", "0.11")
    assert (spec.precision.weights, spec.budget.monthly) == ("fp8", 500.0)
    assert spec.hardware is not None
    assert (spec.hardware.accelerator, spec.hardware.count) == ("a100-40gb", 2)
    assert spec.workload is not None
    assert (spec.workload.users.concurrent, spec.workload.tokens.input) == (60.0, 900.0)


def test_without_a_terminal_missing_flags_are_named(tmp_path: Path) -> None:
    run = inside("init", "--users", "10/day", cwd=tmp_path)
    assert run.returncode == 2
    assert b"missing: --model, --hardware or --api, --tokens, --ttft and --tps" in run.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "lama-3.1-8b", "--hardware", "h100"), b"the nearest are Llama-3.1-8B"),
        (("--model", "gpt-4o", "--hardware", "h1000"), b"no accelerator 'h1000'; the nearest are"),
        (("--model", "gpt-4o", "--api", "opnai"), b"the nearest are openai"),
        (("--model", "gpt-4o", "--api", "openai", "--users", "many"), b"such as 1000/day"),
        (("--model", "gpt-4o", "--api", "openai", "--ttft", "5 parsecs"), b"such as 300ms"),
        (("--model", "gpt-4o", "--api", "openai", "--tokens", "in=5"), b"no part of a request"),
        (("--model", "gpt-4o", "--api", "openai", "--hardware", "l4"), b"runs in one place"),
        (("--model", "x/y", "--hardware", "l4", "--engine", "vlm"), b"the nearest are vllm"),
        (("--model", "x/y", "--hardware", "l4", "--precision", "fp9"), b"no format 'fp9'"),
        (("--model", "../../etc", "--hardware", "l4", "-o", "/no/such/x.yaml"), b"no folder"),
        (("--from", "nothing.yaml"), b"No such file"),
    ],
)
def test_bad_answers_say_what_is_right(
    tmp_path: Path, arguments: tuple[str, ...], said: bytes
) -> None:
    run = inside("init", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert said in run.stderr
    assert b"Traceback" not in run.stderr
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_without_being_told(tmp_path: Path) -> None:
    spec = tmp_path / "ai-deploy.yaml"
    spec.write_text("mine", encoding="utf-8")
    answers = ("--model", "gpt-4o-mini", "--api", "openai")
    run = inside("init", *answers, cwd=tmp_path)
    assert run.returncode == 2
    assert b"--force" in run.stderr
    assert spec.read_text(encoding="utf-8") == "mine"
    assert inside("init", *answers, "--force", cwd=tmp_path).returncode == 0
    assert read_file(str(spec)).problems == ()


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    run = inside("init", "--model", "gpt-4o-mini", "--api", "openai", cwd=tmp_path)
    assert run.returncode == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_source_goes_to_standard_output(tmp_path: Path) -> None:
    source = str(SOURCES / "production-stack-values.yaml")
    for arguments in (("-",), ("--output", "-")):
        run = inside("init", "--from", source, *arguments, cwd=tmp_path)
        file = read(run.stdout, "x")
        assert (run.returncode, file.problems) == (0, ())
        assert [each.spec.name for each in file.deployments] == ["llama3", "mistral"]
    assert b"2 deployments, 9 lines are guesses" in run.stderr


def test_flags_go_before_the_source(tmp_path: Path) -> None:
    run = inside(
        *("init", "--from", "-", "--hardware", "h200", "--users", "5000/day", "-o", "-"),
        cwd=tmp_path,
        given=b"vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 16k",
    )
    [located] = read(run.stdout, "x").deployments
    assert located.spec.hardware is not None
    assert (located.spec.hardware.accelerator, located.spec.hardware.count) == ("h200", 2)
    assert located.spec.engine.max_model_len == 16_000


def test_a_command_itself_is_a_source(tmp_path: Path) -> None:
    run = inside("init", "--from", "vllm serve Qwen/Qwen3-8B -tp 2", "-", cwd=tmp_path)
    assert run.returncode == 0
    assert b"from the command." in run.stdout
    assert b"model: Qwen/Qwen3-8B" in run.stdout
    other = inside("init", "--from", "echo hello", "-", cwd=tmp_path)
    assert other.returncode == 2
    assert b"no engine is started" in other.stderr


def test_a_config_beside_the_spec_is_named_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "house"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes((SOURCES / "config.json").read_bytes())
    run = inside("init", "--from", "models/house/config.json", cwd=tmp_path)
    assert run.returncode == 0
    [located] = read_file(str(tmp_path / "ai-deploy.yaml")).deployments
    assert located.spec.model is not None
    assert located.spec.model.path == "./models/house"
    checked = inside("check", "--format", "concise", cwd=tmp_path)
    assert b"SPEC" not in checked.stdout


def test_hook_and_workflow_are_written_beside_a_spec_that_is_there(tmp_path: Path) -> None:
    spec = tmp_path / "ai-deploy.yaml"
    spec.write_text("mine", encoding="utf-8")
    run = inside("init", "--hook", "--workflow", cwd=tmp_path)
    assert (run.returncode, spec.read_text(encoding="utf-8")) == (0, "mine")
    hook = (tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "- id: aispec\n" in hook
    assert "pull_request" in (tmp_path / ".github/workflows/aispec.yaml").read_text("utf-8")
    again = inside("init", "--hook", cwd=tmp_path)
    assert b"is there already" in again.stderr
    assert hook.encode() in again.stdout


def on_a_terminal(folder: Path, *arguments: str, typed: str) -> tuple[int, str]:
    """Run the command on a terminal of its own and type when it asks."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "aispec", *arguments],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, typed.encode())
    shown, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
        elif process.poll() is not None:
            break
    code = process.wait(timeout=10)
    os.close(ours)
    return code, shown.decode(errors="replace")


def test_five_questions_with_usual_answers(tmp_path: Path) -> None:
    code, shown = on_a_terminal(tmp_path, "init", typed="\n\n\n\n\n")
    assert code == 0, shown
    assert shown.count("]: ") == 5
    file = read_file(str(tmp_path / "ai-deploy.yaml"))
    assert file.problems == ()
    assert "guess" not in file.text


def test_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    typed = "gpt-5-mni\ngpt-4o-mini\nopnai\n\n\n\nnone\n"
    code, shown = on_a_terminal(tmp_path, "init", typed=typed)
    assert code == 0, shown
    assert "the nearest are" in shown
    [located] = read_file(str(tmp_path / "ai-deploy.yaml")).deployments
    assert located.spec.api is not None
    assert located.spec.api.provider == "openai"


def test_only_what_a_source_does_not_say_is_asked(tmp_path: Path) -> None:
    source = str(SOURCES / "vllm-deployment.yaml")
    code, shown = on_a_terminal(tmp_path, "init", "--from", source, typed="\n\n\n")
    assert code == 0, shown
    assert shown.count("]: ") == 3


_ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_ANSWERS = {
    "model": _ANY | st.sampled_from(["gpt-4o", "Llama 3.1 8B", "x/y", "./m", "llama3.1:8b"]),
    "hardware": _ANY
    | st.sampled_from(["2x h100", "a100", "aws/p5.48xlarge", "0x l4", "m4-max-64gb"]),
    "users": _ANY | st.sampled_from(["1000/day", "60 at once", "2k", "concurrent=5", "1e9", "0"]),
    "tokens": _ANY | st.sampled_from(["2000", "input=1,output=2", "90k", "output:5"]),
    "ttft": _ANY | st.sampled_from(["300ms", "1.5s", "300", "0"]),
    "tps": _ANY | st.sampled_from(["15", "15 tokens/s", "1k"]),
    "name": _ANY,
    "engine": _ANY | st.sampled_from(["vllm", "vLLM 0.11", "ollama", "mlx", "tgi 3"]),
    "precision": _ANY | st.sampled_from(["BF16", "Q4_K_M", "awq", "exl2-4.0bpw"]),
    "budget": _ANY | st.sampled_from(["500 USD", "$5", "1 USD/month"]),
}


@settings(max_examples=300)
@given(st.fixed_dictionaries({}, optional=_ANSWERS))
def test_whatever_the_flags_say_the_spec_reads(answers: dict[str, str]) -> None:
    from click.testing import CliRunner

    from aispec.surface.cli.init_command import command

    given_flags = {"model": "gpt-4o-mini", "hardware": "l4", **answers}
    arguments = [f"--{name}={value}" for name, value in given_flags.items()]
    run = CliRunner().invoke(command, [*arguments, "-o", "-"], standalone_mode=False)
    if run.exception is None:
        file = read(run.stdout, "x")
        assert file.problems == (), run.stdout
        assert len(file.deployments) == 1
    else:
        import click

        assert isinstance(run.exception, click.ClickException), run.exception
