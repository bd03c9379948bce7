"""A repository with a pull request, cloned as a workflow has it, and the events it can run on."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.fakes.github import GitHub

PULL = 7
CHAT = """\
version: 1
name: support-chat
model: llama-3.1-8b-instruct
precision: bf16
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: h100-sxm-80gb, count: 1, price: 2.99 USD/hour}
workload: {users: {daily: 1000, concurrent: 40}, tokens_per_session: 2000}
sla: {ttft: 1s, tps: 15}
"""
TOO_LARGE = CHAT.replace("llama-3.1-8b", "llama-3.3-70b")
RERANK = """\
version: 1
name: rerank
model: qwen2.5-32b-instruct
precision: int4-awq
engine: {name: vllm, version: "0.33", max_model_len: 8192}
hardware: {accelerator: rtx-4090, count: 1, price: 0.39 USD/hour}
workload: {users: {daily: 200, concurrent: 1}, tokens_per_session: 2000}
"""


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *who, "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


@dataclass
class Project:
    """`origin` is the repository itself; `before`, `head` and `merge` are the commits."""

    origin: Path
    before: str
    head: str
    merge: str
    clones: list[Path] = field(default_factory=list)

    def clone(self, ref: str = "", depth: int = 1) -> Path:
        """A clone with one commit checked out, as `actions/checkout` makes it."""
        folder = self.origin.with_name(f"work-{len(self.clones)}")
        self.clones.append(folder)
        folder.mkdir()
        git(folder, "init", "--quiet")
        git(folder, "remote", "add", "origin", self.origin.as_uri())
        shallow = [f"--depth={depth}"] if depth else []
        git(folder, "fetch", "--quiet", "--no-tags", *shallow, "origin", ref or self.merge)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        return folder


def project(folder: Path, before: dict[str, str], after: dict[str, str | None]) -> Project:
    """A pull request that turns the files `before` into those with `after`; None removes one."""
    origin = folder / "origin"
    origin.mkdir(parents=True)
    git(origin, "init", "--quiet")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    write(origin, {"README.md": "a project\n", **before})
    base = commit(origin, "before")
    git(origin, "checkout", "--quiet", "-b", "change")
    write(origin, after)
    head = commit(origin, "change")
    git(origin, "checkout", "--quiet", "main")
    git(origin, "merge", "--quiet", "--no-ff", "-m", "merge", "change")
    merge = git(origin, "rev-parse", "HEAD")
    git(origin, "update-ref", f"refs/pull/{PULL}/merge", merge)
    git(origin, "reset", "--quiet", "--hard", base)
    return Project(origin, base, head, merge)


def write(folder: Path, files: dict[str, Any]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@cache
def _examples() -> str:
    return Path(__file__).with_name("events.json").read_text("utf-8")


def payload(name: str, of: Project) -> dict[str, Any]:
    """GitHub's example of an event, told of this project."""
    event = json.loads(_examples())[name]
    event["repository"]["default_branch"] = "main"
    if name == "pull_request":
        pull = event["pull_request"]
        event["number"] = pull["number"] = PULL
        pull["head"]["sha"], pull["base"]["sha"] = of.head, of.before
    if name == "push":
        event["before"], event["after"] = of.before, of.merge
    if name == "merge_group":
        event["merge_group"]["base_sha"], event["merge_group"]["head_sha"] = of.before, of.merge
    if name == "workflow_run":
        event["workflow_run"] |= {"head_sha": of.head, "head_branch": "change"}
    return event


def environment(
    hub: GitHub, of: Project, folder: Path, event: str = "pull_request", **changes: Any
) -> dict[str, str]:
    """What the runner says of a job; `changes` are made to the event's payload."""
    said = payload(event, of)
    said.update(changes)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "event.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return {
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_REPOSITORY": hub.repository,
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_API_URL": hub.url,
        "GITHUB_SHA": of.merge,
        "GITHUB_RUN_ID": "9183",
        "GITHUB_RUN_ATTEMPT": "1",
    }
