"""`aispec plan` as people use it: on the command line, over files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aispec.surface.cli.app import run
from aispec.surface.cli.plan_command import Progress

CHAT = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
hardware: 1x a100-40gb  # what we have
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
sla: {ttft: 300ms, tps: 15}
"""
FEW = ["--today", "2026-11-22", "--accelerator", "l4-24gb,a10g-24gb", "--max-gpus", "1"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ai-deploy.yaml").write_text(CHAT, encoding="utf-8")
    return tmp_path


def plan(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capfd.readouterr()
    code = run(["plan", *arguments])
    out, err = capfd.readouterr()
    return code, out, err


def data(capfd: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, _ = plan(capfd, "ai-deploy.yaml", *FEW, "--format", "json", *arguments)
    return code, json.loads(out)


def test_a_failing_spec_becomes_one_that_passes(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tight = CHAT.replace("1x a100-40gb", "1x t4-16gb").replace("precision: bf16\n", "")
    (folder / "ai-deploy.yaml").write_text(tight, encoding="utf-8")
    assert run(["check", "ai-deploy.yaml"]) == 1
    code, _, _ = plan(capfd, "ai-deploy.yaml", *FEW, "--write", "1", "new.ai-deploy.yaml")
    assert code == 0
    assert run(["check", "new.ai-deploy.yaml", "--today", "2026-11-22"]) == 0
    assert (folder / "ai-deploy.yaml").read_text(encoding="utf-8") == tight


def test_a_file_that_is_there_is_never_overwritten(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = plan(capfd, "ai-deploy.yaml", *FEW, "--write", "1", "ai-deploy.yaml")
    assert (code, out) == (2, "")
    assert "ai-deploy.yaml is there already: name a new file" in err
    assert (folder / "ai-deploy.yaml").read_text(encoding="utf-8") == CHAT


def test_json_has_what_one_needs_to_apply_it(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, found = data(capfd, "--keep", "engine")
    assert code == 0
    assert found["now"]["standing"] == "meets"
    [cheapest] = [each for each in found["proposals"] if "cheapest" in each["awards"]]
    assert cheapest["changes"]["hardware.instance"]
    assert not [path for path in cheapest["changes"] if path.startswith("engine.max")]
    assert cheapest["facts"]["cost.month"]["low"] <= cheapest["facts"]["cost.month"]["high"]
    judged = found["judged"]
    assert judged["candidates"] == sum(judged[k] for k in ("computed", "refused", "dominated"))


def test_the_same_question_has_the_same_answer(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one, other = (plan(capfd, "ai-deploy.yaml", *FEW) for _ in range(2))
    assert one == other
    assert "\x1b" not in one[1]
    assert one[2] == ""


def test_standard_input_is_planned(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHAT.encode())))
    code, out, _ = plan(capfd, "-", *FEW)
    assert code == 0
    assert "support-chat  <stdin>" in out


def test_a_page_and_a_text_are_written(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = plan(capfd, "ai-deploy.yaml", *FEW, "--format", "html", "-o", "plan.html")
    assert (code, out) == (0, "")
    assert (folder / "plan.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    _, out, _ = plan(capfd, "ai-deploy.yaml", *FEW, "--format", "markdown")
    assert out.startswith("### aispec plan: `support-chat`")


def test_nothing_to_propose_exits_with_one(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    impossible = CHAT.replace("300ms", "1ms").replace("  # what we have", "")
    (folder / "ai-deploy.yaml").write_text(impossible, encoding="utf-8")
    code, out, _ = plan(capfd, "ai-deploy.yaml", "--today", "2026-11-22", "--keep", "hardware")
    assert code == 1
    assert "Nothing meets every target" in out
    assert "and the target is 1 ms" in out


def test_an_unknown_model_is_a_finding(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "ai-deploy.yaml").write_text(CHAT.replace("llama-3.1-8b", "lama-9z"), "utf-8")
    code, out, err = plan(capfd, "ai-deploy.yaml", *FEW)
    assert (code, out) == (1, "")
    assert err.startswith("error: [SPEC101] the catalogue does not know lama-9z-instruct")


DOOR = """\
version: 1
name: door
workload: {users: 1000/day, tokens_per_session: 2000}
routes: [{to: small, share: 60%}, {to: large, share: 40%}]
---
version: 1
name: small
model: llama-3.1-8b-instruct
hardware: 1x a100-40gb
---
version: 1
name: large
model: llama-3.1-8b-instruct
hardware: 1x a100-40gb
"""


def test_a_front_doors_targets_are_planned_one_by_one(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "ai-deploy.yaml").write_text(DOOR, encoding="utf-8")
    code, _, err = plan(capfd, "ai-deploy.yaml", *FEW)
    assert code == 2
    assert "choose one of its targets with --name, of small, large" in err
    code, out, _ = plan(capfd, "ai-deploy.yaml", *FEW, "--name", "small")
    assert code == 0
    assert out.startswith("small  ai-deploy.yaml")


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (CHAT, ["--name", "other"], "has no deployment 'other': it has support-chat"),
        (CHAT + "---\n" + CHAT.replace("support-chat", "b"), [], "choose with --name, of support"),
        (CHAT + "colour: red\n", [], "[SPEC005] unknown key 'colour'"),
        (CHAT.replace("llama-3.1-8b-instruct", "./weights"), [], "name a model of the catalogue"),
        (CHAT, ["--keep", "colour"], "--keep takes model, precision, hardware, engine"),
        (CHAT, ["--max-gpus", "many"], "--max-gpus"),
        (CHAT, ["--provider", "acme"], "nobody sells accelerators or tokens under the name 'acme'"),
        (CHAT, ["--accelerator", "l5"], "does not know the accelerator 'l5'"),
        (CHAT, ["--engine", "vlm"], "there is no engine 'vlm'"),
    ],
)
def test_a_wrong_question_says_what_to_ask_instead(
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    text: str,
    arguments: list[str],
    words: str,
) -> None:
    (folder / "ai-deploy.yaml").write_text(text, encoding="utf-8")
    code, out, err = plan(capfd, "ai-deploy.yaml", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_folder_is_not_a_spec(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = plan(capfd, ".")
    assert code == 2
    assert "is a folder: name the spec to plan" in err


def test_progress_is_drawn_after_a_second_and_cleared(
    capfd: pytest.CaptureFixture[str],
) -> None:
    times = iter([0.0, 0.5, 1.1, 1.2, 2.0])
    progress = Progress(lambda: next(times))
    for judged in (10, 2_000, 3_000):
        progress.show(judged, 9_000)
    progress.show(9_000, 9_000)
    assert capfd.readouterr().err == "\r\x1b[K2,000 of 9,000 candidates judged\r\x1b[K"
