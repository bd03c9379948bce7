"""The baseline, end to end: what it hides, what it never does, and how it shrinks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aispec.policy.baseline import NAME
from aispec.surface.cli.app import run

SPEC = """version: 1
name: {name}
model: llama-3.3-70b-instruct
precision: {precision}
engine: {{name: vllm, version: "0.11", max_model_len: 8192}}
hardware: {{accelerator: h100-sxm-80gb, count: 2, price: 2 USD/hour}}
workload: {{users: {{concurrent: 20}}, tokens: {{input: 3000, output: 500}}}}
sla: {{ttft: 60s}}
"""
DAY = ["--today", "2026-11-22"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".aispec.yaml").write_text("select: [FIT]\n", encoding="utf-8")
    write(tmp_path / "a")
    return tmp_path


def write(folder: Path, name: str = "chat", precision: str = "bf16", above: str = "") -> None:
    folder.mkdir(exist_ok=True)
    text = above + SPEC.format(name=name, precision=precision)
    (folder / "ai-deploy.yaml").write_text(text, encoding="utf-8")


def check(capfd: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[dict[str, object]]]:
    capfd.readouterr()
    code = run(["check", "--format", "json", "--no-remedies", *DAY, *more])
    data = json.loads(capfd.readouterr().out)
    found = [finding for each in data["deployments"] for finding in each["findings"]]
    return code, [*found, *data["silenced"]]


def counted(found: list[dict[str, object]]) -> list[object]:
    return [finding["code"] for finding in found if "reason" not in finding]


def test_what_was_recorded_waits_and_says_so(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check(capfd)[0] == 1
    assert run(["baseline", *DAY]) == 0
    code, found = check(capfd)
    assert code == 0
    assert counted(found) == []
    assert [finding["reason"] for finding in found] == ["baseline"]
    assert check(capfd, "--no-baseline")[0] == 1


def test_lines_may_move_and_the_run_may_start_elsewhere(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["baseline", *DAY])
    write(repository / "a", above="# a comment\n# and another\n")
    assert check(capfd)[0] == 0
    monkeypatch.chdir(repository / "a")
    assert check(capfd)[0] == 0


def test_a_new_finding_is_never_hidden(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(["baseline", *DAY])
    write(repository / "b", name="second")
    code, found = check(capfd)
    assert code == 1
    assert counted(found) == ["FIT001"]
    (repository / "b" / "ai-deploy.yaml").unlink()
    write(repository / "a", name="another-chat")
    assert check(capfd)[0] == 1


def test_a_rule_that_may_not_be_silenced_does_not_wait(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["baseline", *DAY])
    settings = "select: [FIT]\nforbid_silencing: [FIT001]\n"
    (repository / ".aispec.yaml").write_text(settings, encoding="utf-8")
    assert check(capfd)[0] == 1


def test_it_may_only_shrink(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(["baseline", *DAY])
    assert run(["baseline", *DAY]) == 2
    write(repository / "b", name="second")
    assert run(["baseline", "--update", *DAY]) == 1
    assert "new, not added: b/ai-deploy.yaml: FIT001" in capfd.readouterr().out
    assert len(entries(repository)) == 1
    assert run(["baseline", "--update", "--accept-new", *DAY]) == 0
    assert len(entries(repository)) == 2
    write(repository / "a", precision="fp8")
    write(repository / "b", name="second", precision="fp8")
    assert run(["baseline", "--update", *DAY]) == 0
    assert entries(repository) == []


def entries(repository: Path) -> list[object]:
    data = json.loads((repository / NAME).read_text(encoding="utf-8"))
    return list(data["findings"])


def test_a_finding_that_got_worse_counts_again(
    repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["baseline", *DAY])
    file = repository / NAME
    file.write_text(file.read_text(encoding="utf-8").replace('"error"', '"warning"'), "utf-8")
    assert check(capfd)[0] == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2}', '{"version": 1, "findings": [1]}'])
def test_a_broken_baseline_is_an_error_of_the_settings(
    text: str, repository: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (repository / NAME).write_text(text, encoding="utf-8")
    run(["check", "--format", "concise", *DAY])
    assert f"{NAME}:1:1: error[SPEC015]" in capfd.readouterr().out
    assert run(["check", "--baseline", os.devnull, *DAY]) == 2


def test_the_same_findings_give_the_same_bytes(repository: Path) -> None:
    write(repository / "b", name="second")
    run(["baseline", *DAY])
    first = (repository / NAME).read_bytes()
    run(["baseline", "--output", "again.json", *DAY])
    assert (repository / "again.json").read_bytes() == first
