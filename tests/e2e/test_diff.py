"""`aispec diff` and `aispec check --diff` as people run them, on real repositories."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO

import jsonschema
import pytest

from aispec.resources import schema
from aispec.surface.cli import app

CHAT = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: a100-40gb, count: 1, price: 1.29 USD/hour}
workload: {users: 1000/day, tokens_per_session: 2000}
limits: {tpm: 40000}
sla: {ttft: 1s, tps: 15}
budget: {increase: 25%}
"""
DOUBLED = CHAT.replace("count: 1", "count: 2")
RENAMED = CHAT.replace("support-chat", "assistant")
TODAY = ("--today", "2026-11-22")
SHAPE = jsonschema.Draft202012Validator(schema("report"))


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: bytes
    stderr: bytes


def aispec(*arguments: str, cwd: Path) -> Done:
    """The command in this process, which saves most of the time that it takes to start."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        code = app.run(arguments)
    streams: list[BinaryIO] = [out.buffer, err.buffer]
    written = [stream.getvalue() for stream in streams if isinstance(stream, BytesIO)]
    return Done(code, *written)


def git(*arguments: str, cwd: Path) -> str:
    given = {"GIT_CONFIG_GLOBAL": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        given |= {f"GIT_{who}_NAME": "x", f"GIT_{who}_EMAIL": "x@y.example"}
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=cwd,
        env={**os.environ, **given},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def commit(folder: Path, *, tag: str, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git("add", "-A", cwd=folder)
    git("commit", "-q", "-m", tag, cwd=folder)
    git("tag", tag, cwd=folder)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    git("init", "-q", cwd=folder)
    (folder / "deploy").mkdir()
    (folder / "deploy" / "chat.ai-deploy.yaml").write_text(CHAT, encoding="utf-8")
    commit(folder, tag="v1")
    (folder / "deploy" / "chat.ai-deploy.yaml").write_text(DOUBLED, encoding="utf-8")
    return folder


def changes(*arguments: str, cwd: Path) -> dict:
    run = aispec("diff", *arguments, "--format", "json", *TODAY, cwd=cwd)
    assert not run.stderr, run.stderr
    data = json.loads(run.stdout)
    SHAPE.validate(data)
    assert data["summary"]["exit_code"] == run.returncode
    return data


def shift(data: dict, name: str) -> dict:
    (found,) = [each for each in data["deployments"][0]["changes"] if each["name"] == name]
    return found


def test_a_commit_is_compared_with_the_working_tree(repository: Path) -> None:
    data = changes("v1", cwd=repository)
    cost = shift(data, "cost.month")
    assert cost["turn"] == "up"
    assert cost["share"]["value"] == pytest.approx(1)
    assert cost["difference"]["value"] == pytest.approx(730 * 1.29)
    assert shift(data, "hardware.count")["after"]["value"] == 2
    assert data["summary"]["changed"] == 1


def test_one_change_may_not_raise_the_cost_by_more_than_it_may(repository: Path) -> None:
    data = changes("v1", cwd=repository)
    new = data["deployments"][0]["findings"]["new"]
    (steep,) = [finding for finding in new if finding["code"] == "COST005"]
    assert steep["severity"] == "error"
    assert steep["message"].startswith("this change makes support-chat cost 100% more")
    assert "COST005" not in aispec("check", *TODAY, cwd=repository).stdout.decode()


def test_a_thing_does_not_differ_from_itself(repository: Path) -> None:
    for arguments in (("v1", "v1"), ("HEAD", "v1"), ("deploy", "deploy")):
        data = changes(*arguments, cwd=repository)
        assert data["summary"]["same"] == len(data["deployments"]) == 1
        assert data["deployments"][0]["changes"] == []


def test_two_commits_are_compared_without_the_working_tree(repository: Path) -> None:
    commit(repository, tag="v2")
    (repository / "deploy" / "chat.ai-deploy.yaml").unlink()
    assert changes("v1", "v2", cwd=repository)["summary"]["changed"] == 1
    assert changes("v2", "v1", cwd=repository)["summary"]["cost_month"]["turn"] == "down"


def test_files_and_folders_are_compared(tmp_path: Path) -> None:
    for name, text in (("a", CHAT), ("b", DOUBLED)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-deploy.yaml").write_text(text, encoding="utf-8")
    for arguments in (("a", "b"), ("a/ai-deploy.yaml", "b/ai-deploy.yaml")):
        data = changes(*arguments, cwd=tmp_path)
        assert data["summary"]["changed"] == 1
        assert shift(data, "cost.month")["share"]["value"] == pytest.approx(1)


def test_added_removed_and_renamed(repository: Path) -> None:
    spec = repository / "deploy" / "chat.ai-deploy.yaml"
    spec.write_text(RENAMED, encoding="utf-8")
    data = changes("v1", cwd=repository)
    assert [each["kind"] for each in data["deployments"]] == ["renamed"]
    assert data["deployments"][0]["before"]["name"] == "support-chat"
    spec.write_text(CHAT.replace("llama-3.1-8b-instruct", "qwen2.5-7b-instruct"), encoding="utf-8")
    spec.rename(repository / "moved.ai-deploy.yaml")
    assert [each["kind"] for each in changes("v1", cwd=repository)["deployments"]] == ["changed"]


def test_another_name_does_not_hide_an_increase(repository: Path) -> None:
    renamed = DOUBLED.replace("support-chat", "assistant")
    (repository / "deploy" / "chat.ai-deploy.yaml").write_text(renamed, encoding="utf-8")
    (each,) = changes("v1", cwd=repository)["deployments"]
    assert each["kind"] == "renamed"
    assert "COST005" in [finding["code"] for finding in each["findings"]["new"]]


def test_a_first_spec_is_added(repository: Path) -> None:
    git("rm", "-rq", "--cached", ".", cwd=repository)
    git("commit", "-q", "--allow-empty", "-m", "nothing", cwd=repository)
    data = changes("HEAD", cwd=repository)
    assert [each["kind"] for each in data["deployments"]] == ["added"]
    assert data["findings"]["gone"] == []


def test_settings_policies_and_prompts_are_those_of_then(repository: Path) -> None:
    commit(
        repository,
        tag="v2",
        **{
            "deploy__chat.ai-deploy.yaml": CHAT,
            "deploy__prompts__system.txt": "one word",
            ".aispec.yaml": "ignore: [FIT, COST]\n",
        },
    )
    spec = repository / "deploy" / "chat.ai-deploy.yaml"
    spec.write_text(
        CHAT.replace(
            "tokens_per_session: 2000}",
            "tokens: {input: 500, output: 200}, prompts: {system: prompts/system.txt}}",
        ),
        encoding="utf-8",
    )
    commit(repository, tag="v3")
    (repository / "deploy" / "prompts" / "system.txt").write_text("many words " * 500)
    data = changes("v3", cwd=repository)
    used = shift(data, "context.used")
    assert used["before"]["value"] < 800 < used["after"]["value"]
    assert data["findings"] == {"new": [], "kept": [], "gone": []}
    (repository / ".aispec.yaml").unlink()
    news = [f["code"] for f in changes("v3", cwd=repository)["deployments"][0]["findings"]["new"]]
    assert any(code.startswith(("FIT", "COST")) for code in news)


def test_only_what_is_new_fails(repository: Path) -> None:
    slow = CHAT.replace("ttft: 1s", "ttft: 1ms").replace("budget: {increase: 25%}\n", "")
    commit(repository, tag="v2", **{"deploy__chat.ai-deploy.yaml": slow})
    assert aispec("diff", "v2", *TODAY, cwd=repository).returncode == 1
    assert aispec("diff", "v2", "--fail-on-new", *TODAY, cwd=repository).returncode == 0
    assert aispec("check", "--diff", "v2", *TODAY, cwd=repository).returncode == 1
    held = aispec("check", "--diff", "v2", "--fail-on-new", *TODAY, cwd=repository)
    assert held.returncode == 0
    assert aispec("check", "--diff", "v1", "--fail-on-new", *TODAY, cwd=repository).returncode == 1


def test_check_says_what_changed_in_every_format(repository: Path) -> None:
    asked = ("check", "--diff", "v1", *TODAY)
    assert b"+100%" in aispec(*asked, cwd=repository).stdout
    assert b"(+100%)" in aispec(*asked, "--format", "markdown", cwd=repository).stdout
    data = json.loads(aispec(*asked, "--format", "json", cwd=repository).stdout)
    SHAPE.validate(data)
    assert data["diff"]["summary"]["changed"] == 1
    log = json.loads(aispec(*asked, "--format", "sarif", cwd=repository).stdout)
    states = {r["ruleId"]: r["baselineState"] for r in log["runs"][0]["results"]}
    assert states["COST005"] == "new"


def test_a_subfolder_and_named_files_are_compared_with_themselves(repository: Path) -> None:
    (repository / "odd.yaml").write_text(CHAT, encoding="utf-8")
    commit(repository, tag="v2")
    assert changes("v2", cwd=repository / "deploy")["summary"]["same"] == 1
    run = aispec("check", "odd.yaml", "--diff", "v2", "--format", "json", *TODAY, cwd=repository)
    assert json.loads(run.stdout)["diff"]["summary"]["same"] == 1
    full = str(repository / "odd.yaml")
    run = aispec("check", full, "--diff", "v2", "--format", "json", *TODAY, cwd=repository)
    assert [each["kind"] for each in json.loads(run.stdout)["diff"]["deployments"]] == ["same"]


def test_a_path_outside_the_repository_has_no_past(repository: Path) -> None:
    outside = repository.parent / "outside.yaml"
    outside.write_text(CHAT, encoding="utf-8")
    for path in ("../outside.yaml", str(outside)):
        run = aispec("check", path, "--diff", "v1", "--format", "json", *TODAY, cwd=repository)
        assert [e["kind"] for e in json.loads(run.stdout)["diff"]["deployments"]] == ["added"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), b"there is no commit 'nope' in this repository"),
        (("--", "--upload-pack=touch pwned"), b"is not the name of a commit"),
        (("--", "-x"), b"is not the name of a commit"),
        (("v1", "--", "--output=pwned"), b"is not the name of a commit"),
        (("v1\n",), b"is not the name of a commit"),
        (("",), b"is not the name of a commit"),
        (("HEAD:deploy",), b"there is no commit"),
        (("deploy",), b"is a path: compare two as"),
        (("deploy", "nowhere"), b"is a path: compare two as"),
    ],
)
def test_what_is_no_commit_is_said_and_not_obeyed(
    repository: Path, arguments: tuple[str, ...], said: bytes
) -> None:
    before = sorted(path.name for path in repository.rglob("*"))
    run = aispec("diff", *arguments, cwd=repository)
    assert (run.returncode, run.stdout) == (2, b"")
    assert said in run.stderr
    assert b"Traceback" not in run.stderr
    assert sorted(path.name for path in repository.rglob("*")) == before


def test_no_repository_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ai-deploy.yaml").write_text(CHAT, encoding="utf-8")
    for arguments in (("diff", "main"), ("check", "--diff", "main")):
        run = aispec(*arguments, cwd=tmp_path)
        assert run.returncode == 2
        assert b"this folder is in no git repository" in run.stderr


def test_a_shallow_clone_says_what_to_fetch(repository: Path, tmp_path: Path) -> None:
    commit(repository, tag="v2")
    old = git("rev-parse", "v1", cwd=repository)
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth=1", "--no-tags", f"file://{repository}", str(clone), cwd=tmp_path)
    run = aispec("diff", old, cwd=clone)
    assert run.returncode == 2
    assert f"git fetch --depth=1 origin {old}".encode() in run.stderr
    assert b"fetch-depth: 0" in run.stderr


def test_links_in_a_commit_lead_nowhere(repository: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(CHAT.replace("support-chat", "secret"), encoding="utf-8")
    (repository / "link.ai-deploy.yaml").symlink_to(secret)
    commit(repository, tag="v2")
    (repository / "link.ai-deploy.yaml").unlink()
    data = changes("v2", cwd=repository)
    assert [each["name"] for each in data["deployments"]] == ["support-chat"]


def test_hooks_filters_and_drivers_of_a_repository_are_not_run(repository: Path) -> None:
    mark = repository.parent / "ran"
    (repository / ".gitattributes").write_text("* filter=evil diff=evil\n", encoding="utf-8")
    commit(repository, tag="v2")
    run = f"touch {mark}"
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor"):
        git("config", key, run, cwd=repository)
    git("config", "core.pager", run, cwd=repository)
    changes("v1", "v2", cwd=repository)
    assert not mark.exists()


def test_the_working_tree_is_left_as_it_is(repository: Path) -> None:
    before = git("status", "--porcelain", cwd=repository)
    aispec("diff", "v1", *TODAY, cwd=repository)
    aispec("check", "--diff", "v1", *TODAY, cwd=repository)
    assert git("status", "--porcelain", cwd=repository) == before
    assert git("stash", "list", cwd=repository) == ""


def test_several_formats_at_once(repository: Path) -> None:
    run = aispec(
        *("check", "--format", "concise", "--output", "sarif=a.sarif", "-o", "junit=a.xml"),
        *("--output", "json=a.json", *TODAY),
        cwd=repository,
    )
    assert run.stdout.count(b"\n") == len(
        json.loads((repository / "a.sarif").read_text())["runs"][0]["results"]
    )
    assert (repository / "a.xml").read_text().startswith("<?xml")
    SHAPE.validate(json.loads((repository / "a.json").read_text()))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a", "-o", "b"), b"need a format each"),
        (("-o", "json=a", "-o", "sarif=a"), b"a file of its own"),
        (("-o", "json="), b"a file of its own"),
        (("-o", "pdf=a"), b"there is no format 'pdf'"),
        (("--fail-on-new",), b"--fail-on-new goes with --diff"),
        (("--diff", "v1", "-"), b"standard input has no past"),
    ],
)
def test_wrong_questions(repository: Path, arguments: tuple[str, ...], said: bytes) -> None:
    run = aispec("check", *arguments, cwd=repository)
    assert run.returncode == 2
    assert said in run.stderr


def test_sarif_offers_remedies_that_are_edits(repository: Path) -> None:
    slow = CHAT.replace("budget: {increase: 25%}", "budget: {monthly: 100 USD}")
    spec = repository / "deploy" / "chat.ai-deploy.yaml"
    spec.write_text(slow, encoding="utf-8")
    run = aispec("check", "--format", "sarif", *TODAY, cwd=repository)
    log = json.loads(run.stdout)
    fixes = [fix for result in log["runs"][0]["results"] for fix in result.get("fixes", ())]
    assert fixes
    (change,) = fixes[0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "deploy/chat.ai-deploy.yaml"
    assert "\n".join(fixed(slow, change["replacements"])) != slow
    spec.write_text("\n".join(fixed(slow, change["replacements"])), encoding="utf-8")
    again = json.loads(aispec("check", "--format", "sarif", *TODAY, cwd=repository).stdout)
    found = {result["ruleId"] for result in again["runs"][0]["results"]}
    (mended,) = [r["ruleId"] for r in log["runs"][0]["results"] if fixes[0] in r.get("fixes", ())]
    assert mended not in found


def fixed(text: str, edits: list[dict]) -> list[str]:
    """The lines of a text after SARIF's replacements, none of which spans lines here."""
    lines = text.split("\n")
    for edit in reversed(edits):
        region = edit["deletedRegion"]
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        start, end = region["startColumn"] - 1, region["endColumn"] - 1
        lines[region["startLine"] - 1] = line[:start] + edit["insertedContent"]["text"] + line[end:]
    return lines
