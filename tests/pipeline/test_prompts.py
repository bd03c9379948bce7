"""Prompt files of any size and kind, from a spec to its facts or to a finding with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aispec.estimate import tokens
from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check
from aispec.report.report import Report
from aispec.spec.text_file import MOST, TextFile
from tests.hardening.measured import measured, whole

SPEC = """\
version: 1
name: {name}
model: {model}
api: {{provider: openai, tier: 1}}
workload:
  users: 100/day
  tokens: {{output: 20}}
  prompts: {prompts}
"""


def spec(prompts: str, model: str = "gpt-4o", name: str = "chat") -> str:
    return SPEC.format(name=name, model=model, prompts=prompts)


def judged(folder: Path, *specs: str, remedies: bool = False) -> Report:
    (folder / "ai-deploy.yaml").write_text("---\n".join(specs))
    return check(["ai-deploy.yaml"], Options(root=str(folder), remedies=remedies))


def received(report: Report, number: int = 0) -> Quantity:
    fact = report.deployments[number].facts["workload.tokens_in_per_request"]
    assert isinstance(fact, Quantity)
    return fact


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the texts that are read, each time that one is."""
    sizes: list[int] = []
    read = TextFile.passages

    def noted(self: TextFile, most: int) -> object:
        sizes.append(self.size)
        return read(self, most)

    monkeypatch.setattr(TextFile, "passages", noted)
    return sizes


def test_the_end_of_a_long_prompt_counts(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("The parcel was delivered. " * 400_000)  # 10 MB
    count = received(judged(tmp_path, spec("{system: long.txt}")))
    assert count.low < 2_000_000 < count.high
    assert "system: counted with o200k_base in 64 passages, 2.5% of its 9.9 MiB" in str(count.how)


def test_a_prompt_beyond_the_most_is_refused(tmp_path: Path) -> None:
    with open(tmp_path / "huge.txt", "wb") as file:
        file.truncate(MOST + (6 << 20))
    report = judged(tmp_path, spec("{system: huge.txt}"))
    (finding,) = report.counted()
    assert (finding.code, finding.span.line, finding.span.column) == ("SPEC018", 8, 21)
    assert finding.message == (
        "workload.prompts.system has 70.0 MiB, more than the 64 MiB that a prompt may have"
    )
    assert (report.exit_code, report.deployments) == (2, ())


def test_a_prompt_of_the_most_is_counted(tmp_path: Path) -> None:
    with open(tmp_path / "zeros.txt", "wb") as file:
        file.truncate(MOST)
    assert received(judged(tmp_path, spec("{system: zeros.txt}"))).value > MOST / 4


def test_a_folder_is_no_prompt(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (finding,) = judged(tmp_path, spec("{input: prompts}")).counted()
    assert (finding.code, finding.span.line) == ("SPEC018", 8)
    assert finding.message == "workload.prompts.input is a folder, not a text"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (finding,) = judged(tmp_path, spec("{input: pipe}")).counted()
    assert (finding.code, finding.message) == ("SPEC018", "workload.prompts.input is not a file")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.txt").write_text("hush")

    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("aispec.spec.text_file.of_file", refuse)
    (finding,) = judged(tmp_path, spec("{input: secret.txt}")).counted()
    assert finding.code == "SPEC018"
    assert finding.message == "workload.prompts.input can't be read: Permission denied"


def test_a_file_that_is_not_there_has_one_finding(tmp_path: Path) -> None:
    report = judged(tmp_path, spec("{input: nowhere.txt}"))
    codes = [finding.code for finding in report.counted()]
    assert "SPEC013" in codes
    assert "SPEC018" not in codes


def test_a_file_of_many_deployments_is_read_once_by_tokenizer(
    tmp_path: Path, counted: list[int]
) -> None:
    (tmp_path / "long.txt").write_text("The parcel was delivered. " * 60_000)
    specs = [
        spec("{system: long.txt, input: long.txt}", model, f"chat-{number}-{model}")
        for number in range(10)
        for model in ("gpt-4o", "gpt-4")
    ]
    report = judged(tmp_path, *specs, remedies=True)
    assert any(finding.remedies for finding in report.counted())
    assert len(counted) == 2


def test_a_target_gets_the_files_that_its_front_door_names(tmp_path: Path) -> None:
    (tmp_path / "door").mkdir()
    (tmp_path / "target").mkdir()
    (tmp_path / "door" / "system.txt").write_text("The parcel was delivered. " * 100)
    door = (
        "version: 1\nname: door\nroutes: [{to: chat, share: 100%}]\n"
        "workload: {users: 100/day, tokens: {output: 20}, prompts: {system: system.txt}}\n"
    )
    (tmp_path / "door" / "ai-deploy.yaml").write_text(door)
    target = "version: 1\nname: chat\nmodel: gpt-4o\napi: {provider: openai, tier: 1}\n"
    (tmp_path / "target" / "ai-deploy.yaml").write_text(target)
    report = check(["."], Options(root=str(tmp_path)))
    assert [one.facts["model.id"] for one in report.deployments][1] == "gpt-4o"
    assert received(report, 1).value == 501
    assert received(report).low < 501 < received(report).high  # by which tokenizer, it can't say


@pytest.mark.parametrize("letter", ["a", "\x00", "=", "\n"])
def test_any_four_parts_are_counted_in_bounds(tmp_path: Path, letter: str) -> None:
    for part in ("system", "history", "context", "input"):
        (tmp_path / f"{part}.txt").write_text(part + letter * (4 << 20))
    tokens.encoding("o200k_base")
    named = "{system: system.txt, history: history.txt, context: context.txt, input: input.txt}"
    report, took = measured(lambda: judged(tmp_path, spec(named), remedies=True))
    assert report.exit_code == 1
    assert took.seconds < 1.5
    assert took.mebibytes < 60


def test_a_whole_run_on_a_long_prompt_stays_in_bounds(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("a" * (4 << 20))
    (tmp_path / "ai-deploy.yaml").write_text(
        "---\n".join([spec("{system: long.txt}"), spec("{system: long.txt}", "gpt-4", "other")])
    )
    code, errors, took = whole(["check"], tmp_path)
    assert (code, errors.strip()) == (1, b"")
    assert took.mebibytes < 125
