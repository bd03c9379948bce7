"""The hooks for pre-commit: which files they run on, and a commit that they let through or not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aispec.spec.discover import is_spec_path

from .test_diff import CHAT, git

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
SPECS = [
    *("ai-deploy.yaml", "ai-deploy.yml", "deploy/ai-deploy.yaml", "a/b/chat.ai-deploy.yaml"),
    *("ai-deploy.staging.yaml", "ai-deploy-chat.yml", "deploy/ai-deploy.eu-west.yaml"),
    *("ai-deploy/chat.yaml", "services/ai-deploy/rerank.yml", "llama-3.1-8b.ai-deploy.yaml"),
]
OTHERS = [
    *("ai-deploy.json", "ai-deploy.yaml.bak", "ai-deploy", "my-ai-deploy.yaml", "AI-DEPLOY.yaml"),
    *("xai-deploy.yaml", "ai-deployment.yaml", "ai-deploy/notes/x.yaml", "ai-deploy/README.md"),
    *("deploy.yaml", "not-ai-deploy/chat.yaml", ".ai-deploy.yaml", "ai-deploy/.hidden.yaml"),
    *("docs/ai-deploy.yaml.md", "ai-deploy.yaml/x", "ai-deploy.", ".yaml", ""),
]
PIECES = st.sampled_from(
    ["ai-deploy", ".", "-", "/", "yaml", "yml", "x", ".aispec", "chat", ".bak"]
)


def runs_on(hook: str, path: str) -> bool:
    return re.search(HOOKS[hook]["files"], path) is not None


@pytest.mark.parametrize("path", SPECS)
def test_hooks_run_on_specs(path: str) -> None:
    assert runs_on("aispec", path)
    assert runs_on("aispec-all", path)


@pytest.mark.parametrize("path", OTHERS)
def test_hooks_run_on_nothing_else(path: str) -> None:
    assert not runs_on("aispec", path)
    assert not runs_on("aispec-all", path)


@pytest.mark.parametrize("path", [".aispec.yaml", "deploy/.aispec.yaml"])
def test_settings_are_no_specs_and_concern_all(path: str) -> None:
    assert not runs_on("aispec", path)
    assert runs_on("aispec-all", path)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_hooks_run_on_what_check_finds_by_itself(path: str) -> None:
    path = re.sub("/+", "/", path).strip("/")
    assert runs_on("aispec", path) == is_spec_path(path)


def test_hooks_are_as_pre_commit_wants_them() -> None:
    from pre_commit.clientlib import load_manifest

    hooks = {hook["id"]: hook for hook in load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))}
    assert list(hooks) == ["aispec", "aispec-all"]
    assert hooks["aispec"]["pass_filenames"] is True
    assert hooks["aispec-all"]["pass_filenames"] is False
    assert all(hook["require_serial"] for hook in hooks.values())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with both hooks from this checkout, run as they would be once installed."""
    folder = tmp_path / "acme"
    (folder / "deploy").mkdir(parents=True)
    git("init", "-q", cwd=folder)
    hooks: list[dict[str, Any]] = [
        {**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"}
        for hook in HOOKS.values()
    ]
    for hook in hooks:
        del hook["description"]
    settings = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (folder / "deploy" / "chat.ai-deploy.yaml").write_text(CHAT, encoding="utf-8")
    (folder / "other.yaml").write_text("no: spec\n", encoding="utf-8")
    git("add", "-A", cwd=folder)
    return folder


def hooked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--verbose", *arguments],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(folder.parent / "home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_good_commit_passes_and_a_bad_one_does_not(repository: Path) -> None:
    good = hooked(repository)
    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.count("1 deployment in 1 file") == 2
    spec = repository / "deploy" / "chat.ai-deploy.yaml"
    spec.write_text(CHAT.replace("a100-40gb, count: 1", "rtx-4060"), encoding="utf-8")
    git("add", "-A", cwd=repository)
    bad = hooked(repository, "aispec")
    assert bad.returncode == 1
    assert "error[FIT" in bad.stdout


def test_a_commit_without_a_spec_runs_nothing(repository: Path) -> None:
    git("commit", "-q", "-m", "first", cwd=repository)
    (repository / "other.yaml").write_text("still: no spec\n", encoding="utf-8")
    git("add", "-A", cwd=repository)
    run = hooked(repository)
    assert run.returncode == 0
    assert run.stdout.count("(no files to check)") == 2
