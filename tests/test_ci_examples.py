"""The snippets for other people's pipelines: they parse, they ask for little, and they run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aispec.surface import formats
from aispec.surface.cli import check_command, comment_command

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "ci"
SNIPPETS = sorted(FOLDER.iterdir())
YAML = [path for path in SNIPPETS if path.suffix == ".yml"]
GITHUB = [path for path in YAML if path.name.startswith("github-")]


def ids(path: Path) -> str:
    return path.name


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def scripts(path: Path) -> Iterator[str]:
    """What a snippet runs in a shell."""
    text = path.read_text(encoding="utf-8")
    if path.name == "Jenkinsfile":
        yield from re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
        return
    data = read(path)
    if path.name == "gitlab-ci.yml":
        for part in ("before_script", "script", "after_script"):
            yield "\n".join(data["aispec"][part])
    for step in data.get("steps", ()):
        if "bash" in step:
            yield re.sub(r"\$\((\w+\.?\w*)\)", "VALUE", step["bash"])
    for job in data.get("jobs", {}).values():
        for step in job.get("steps", ()):
            if "run" in step:
                yield re.sub(r"\$\{\{.*?\}\}", "VALUE", step["run"])


@pytest.mark.parametrize("path", YAML, ids=ids)
def test_snippets_are_yaml(path: Path) -> None:
    assert isinstance(read(path), dict)


@pytest.mark.parametrize("path", SNIPPETS, ids=ids)
def test_their_scripts_are_shell(path: Path) -> None:
    for script in scripts(path):
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert done.returncode == 0, f"{path.name}: {done.stderr}"


@pytest.mark.parametrize("path", SNIPPETS, ids=ids)
def test_they_ask_for_options_and_formats_that_there_are(path: Path) -> None:
    options = {name for each in check_command.command.params for name in each.opts}
    text = "\n".join(scripts(path))
    for name in re.findall(r"(?<![\w-])--(?:output|diff|fail-on-new|format)\b", text):
        assert name in options
    for form in re.findall(r'--output "?(\w+)=', text):
        assert form in formats.FORMATS


@pytest.mark.parametrize("path", GITHUB, ids=ids)
def test_workflows_begin_with_no_permission_and_pin_by_commit(path: Path) -> None:
    data = read(path)
    assert data["permissions"] == {}
    allowed = {"contents": "read", "pull-requests": "write", "security-events": "write"}
    allowed["actions"] = "read"
    for job in data["jobs"].values():
        assert job["permissions"].items() <= allowed.items()
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"])
    assert "pull_request_target" not in path.read_text(encoding="utf-8")


def test_gitlab_gives_its_reports_by_their_names() -> None:
    job = read(FOLDER / "gitlab-ci.yml")["aispec"]
    script = "\n".join(job["script"])
    assert f"gitlab={job['artifacts']['reports']['codequality']}" in script
    assert f"junit={job['artifacts']['reports']['junit']}" in script
    assert comment_command.command.name == "comment"


def test_every_forge_has_a_snippet() -> None:
    names = {path.name for path in SNIPPETS}
    assert {"gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile"} <= names
    assert any(name.startswith("github-code-scanning") for name in names)
