"""Which files are specs: names, folders, globs, what is ignored, links."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aispec.spec.discover import find, is_spec_name
from aispec.spec.globs import matches


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    write(
        root,
        *("ai-deploy.yaml", "deploy/chat.ai-deploy.yml", "deploy/ai-deploy.staging.yaml"),
        *("deploy/values.yaml", "models/one.yaml", "models/deep/two.yml", "notes.txt"),
        *("node_modules/x/ai-deploy.yaml", ".venv/ai-deploy.yaml", ".git/ai-deploy.yaml"),
        *("build/ai-deploy.yaml", "lab/old/ai-deploy.yaml", "lab/new/ai-deploy.yaml"),
    )
    return root


def write(root: Path, *names: str, text: str = "version: 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(root: Path, *paths: str) -> list[str]:
    files, problems = find(paths, str(root))
    assert problems == []
    return files


ALL = [
    *("ai-deploy.yaml", "build/ai-deploy.yaml", "deploy/ai-deploy.staging.yaml"),
    *("deploy/chat.ai-deploy.yml", "lab/new/ai-deploy.yaml", "lab/old/ai-deploy.yaml"),
]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *(("ai-deploy.yaml", True), ("ai-deploy.yml", True), ("x.ai-deploy.yaml", True)),
        *(("ai-deploy-chat.yaml", True), ("ai-deploy/chat.yaml", False)),
        *(("ai-deploy.prod.yml", True), ("my-ai-deploy.yaml", False), ("ai-deploy.json", False)),
        *(("ai-deploy.yaml.bak", False), ("AI-DEPLOY.yaml", False), (".ai-deploy.yaml", False)),
    ],
)
def test_names(name: str, is_one: bool) -> None:
    assert is_spec_name(name) is is_one


def test_a_folder_may_say_what_its_files_are(tmp_path: Path) -> None:
    root = tmp_path / "ai-deploy"
    for folder, name in (("ai-deploy", "chat.yaml"), ("lab/ai-deploy", "x.yml"), (".", "no.yaml")):
        write(root / folder, name)
    for name in (".hidden.yaml", "deeper/no.yaml", "no.json"):
        write(root / "ai-deploy", name)
    assert found(root, ".") == ["ai-deploy/chat.yaml", "lab/ai-deploy/x.yml"]


def test_a_folder_is_searched(tree: Path) -> None:
    assert found(tree, ".") == ALL
    assert found(tree, "deploy") == ["deploy/ai-deploy.staging.yaml", "deploy/chat.ai-deploy.yml"]


def test_a_file_is_taken_whatever_its_name_and_only_once(tree: Path) -> None:
    assert found(tree, "models/one.yaml", "./models/../models/one.yaml", "notes.txt") == [
        *("models/one.yaml", "notes.txt")
    ]


def test_globs(tree: Path) -> None:
    assert found(tree, "models/**/*.y*ml") == ["models/deep/two.yml", "models/one.yaml"]
    assert found(tree, "*/ai-deploy*.yaml") == [
        *("build/ai-deploy.yaml", "deploy/ai-deploy.staging.yaml")
    ]


def test_what_is_not_there(tree: Path) -> None:
    files, problems = find(["gone.yaml", "gone/", "*.toml", "ai-deploy.yaml"], str(tree))
    assert files == ["ai-deploy.yaml"]
    assert [(problem.code, problem.file) for problem in problems] == [
        *(("SPEC001", "gone.yaml"), ("SPEC001", "gone/"), ("SPEC001", "*.toml"))
    ]


def test_gitignore_nested_and_taken_back(tree: Path) -> None:
    write(tree, ".gitignore", text="/build/\nlab/*/ai-deploy.yaml\n")
    write(tree / "lab", ".gitignore", text="!new/ai-deploy.yaml\n")
    kept = [path for path in ALL if path not in ("build/ai-deploy.yaml", "lab/old/ai-deploy.yaml")]
    assert found(tree, ".") == kept
    assert found(tree, "lab") == ["lab/new/ai-deploy.yaml"]
    assert found(tree, "lab/old") == []
    assert found(tree, "build/ai-deploy.yaml") == ["build/ai-deploy.yaml"]


def test_settings_name_more_specs(tree: Path) -> None:
    write(tree, ".aispec.yaml", text="specs: models/**\n")
    assert found(tree, ".") == sorted([*ALL, "models/deep/two.yml", "models/one.yaml"])
    write(tree / "models", ".aispec.yaml", text="specs: ['*.yaml']\n")
    assert found(tree, ".") == sorted([*ALL, "models/one.yaml"])


def test_broken_settings_are_not_passed_over(tree: Path) -> None:
    write(tree, ".aispec.yaml", text="spec: models/**\n")
    _, problems = find(["."], str(tree))
    assert [(p.code, p.message) for p in problems] == [
        ("SPEC015", "unknown key 'spec' in the settings; did you mean 'specs'?")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links(tree: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside", "ai-deploy.yaml")
    os.symlink(tmp_path / "outside", tree / "out")
    os.symlink(tmp_path / "outside" / "ai-deploy.yaml", tree / "x.ai-deploy.yaml")
    os.symlink(tree, tree / "deploy" / "loop")
    os.symlink(tree / "models" / "one.yaml", tree / "in.ai-deploy.yaml")
    os.symlink(tree / "nowhere", tree / "dead.ai-deploy.yaml")
    assert found(tree, ".") == sorted([*ALL, "in.ai-deploy.yaml"])


def test_pathspec_is_imported_only_for_a_gitignore(tree: Path) -> None:
    code = (
        "import sys; from aispec.spec.discover import find; find(['.'], sys.argv[1]);"
        "print('pathspec' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tree)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("glob", "path", "matched"),
    [
        *(("*.yaml", "a.yaml", True), ("*.yaml", "b/a.yaml", False), ("**/*.yaml", "a.yaml", True)),
        *(("**/*.yaml", "b/c/a.yaml", True), ("b/**", "b/c/a.yaml", True), ("b", "b/a.yaml", True)),
        *(("b/**/c", "b/c", True), ("a?.yaml", "ab.yaml", True), ("a?.yaml", "a/.yaml", False)),
        *(
            ("[ab].yaml", "b.yaml", True),
            ("[!ab].yaml", "b.yaml", False),
            ("a.yaml", "aXyaml", False),
        ),
        *(
            ("[a-c]/x", "b/x", True),
            ("./a.yaml", "a.yaml", True),
            ("legacy/", "legacy/a.yaml", True),
        ),
        *(("*" * 40 + "x", "a" * 200, False), ("**/" * 40 + "x", "a/" * 100, False)),
    ],
)
def test_matching(glob: str, path: str, matched: bool) -> None:
    assert matches(path, [glob]) is matched
