from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from aispec.pipeline import Options, check

SPEC = """\
version: 1
name: chat
model: {model}
api: {{provider: openai}}
workload:
  users: 100/day
  tokens: {{system: 9999, input: 10, output: 20}}
  prompts: {{system: prompts/system.txt}}
  languages: {{hi: 100%}}
"""


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aispec", *arguments], input=given, capture_output=True, text=True
    )


def test_a_file_and_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("Learning AI is fun!")
    shown = run("tokens", str(file), "-", "--model", "gpt-4", given="tiktoken is great!")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == (
        f"{file}: 5 tokens; counted with cl100k_base\n<stdin>: 6 tokens; counted with cl100k_base\n"
    )


def test_as_json() -> None:
    shown = run("tokens", "-", "--model", "claude-opus-5", "--format", "json", given="hello there")
    data = json.loads(shown.stdout)
    assert data["tokenizer"] == "claude-4.8"
    file = data["files"][0]
    assert file["low"] <= file["tokens"] <= file["high"]
    assert "how" in file


def test_what_is_missing_is_said() -> None:
    assert run("tokens", "nowhere.txt", "--model", "gpt-4").returncode == 2
    assert run("tokens", "-", given="").returncode == 2


def test_a_long_file_and_a_long_pipe(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("The parcel was delivered. " * 120_000)
    named = run("tokens", str(file), "--model", "gpt-4o")
    with file.open() as opened:
        given = subprocess.run(
            [sys.executable, "-m", "aispec", "tokens", "-", "--model", "gpt-4o"],
            stdin=opened,
            capture_output=True,
            text=True,
        )
    piped = run("tokens", "-", "--model", "gpt-4o", given=file.read_text())
    shown = named.stdout.partition(": ")[2]
    assert "o200k_base in 64 passages, 8.4% of its 3.0 MiB" in shown
    assert given.stdout.partition(": ")[2] == piped.stdout.partition(": ")[2] == shown


def test_too_much_is_refused(tmp_path: Path) -> None:
    with open(tmp_path / "huge.txt", "wb") as file:
        file.truncate((64 << 20) + 1)
    named = run("tokens", str(tmp_path / "huge.txt"), "--model", "gpt-4o")
    assert (named.returncode, "has more than 64 MiB" in named.stderr) == (2, True)
    piped = run("tokens", "-", "--model", "gpt-4o", given="a" * ((32 << 20) + 1))
    assert piped.returncode == 2
    assert "has more than 32 MiB; write it to a file and name that" in piped.stderr


def in_per_request(folder: Path, model: str) -> tuple[float, str]:
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "system.txt").write_text("Learning AI is fun!")
    (folder / "ai-deploy.yaml").write_text(SPEC.format(model=model))
    report = check(["ai-deploy.yaml"], Options(root=str(folder)))
    fact = report.deployments[0].facts["workload.tokens_in_per_request"]
    return fact.value, str(fact.how)  # type: ignore[union-attr]


def test_prompts_are_counted_as_they_stand(tmp_path: Path) -> None:
    """A prompt beats the number beside it, and only numbers are inflated for languages."""
    value, how = in_per_request(tmp_path, "gpt-4")
    assert "system: counted with cl100k_base" in how
    assert value > 5 + 3 * 10
    assert in_per_request(tmp_path, "gpt-4o")[0] == 5 + 13.5
