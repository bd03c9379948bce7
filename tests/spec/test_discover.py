"""Which files are specs: names, folders, globs, what is ignored, links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from aispec.spec.discover import find, is_spec_name
from aispec.spec.globs import matches
from aispec.spec.ignored import Ignored, with_folder


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


PIECES = (
    *("*", "**/", "/**", "?", "[ab]", "[^a]", r"\*", r"\[a]"),
    *("a", "b", "ab", ".yaml", "/", "!", " "),
)


def test_what_git_ignores_is_ignored(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    names = [
        f"{top}/{folder}/{name}"
        for top in ("a", "ab", "a b", "[a]", "a*")
        for folder in ("a", "ba", "c.yaml")
        for name in ("a", "ab.yaml", "b")
    ]
    for name in names:
        write((tmp_path / name).parent, (tmp_path / name).name, text="")
    draw = Random(1)
    for _ in range(40):
        lines = ["".join(draw.choices(PIECES, k=draw.randrange(1, 6))) for _ in range(3)]
        lines = [line for line in lines if not re.search(r"//|[^/]\*\*/", line)]  # git's own secret
        write(tmp_path, ".gitignore", text="\n".join(lines) + "\n")
        asked = [*git, "check-ignore", "--no-index", "-z", "--stdin"]
        told = subprocess.run(
            asked, input="\0".join(names).encode(), capture_output=True, check=False
        )
        ignored = with_folder(str(tmp_path), None)
        assert ignored is not None
        ours = {name for name in names if left_out(ignored, tmp_path, name)}
        assert ours == set(told.stdout.decode().split("\0")) - {""}, lines


def left_out(ignored: Ignored, root: Path, name: str) -> bool:
    parts = name.split("/")
    return any(
        ignored.covers(str(root.joinpath(*parts[:n])), is_dir=n < len(parts))
        for n in range(1, len(parts) + 1)
    )


SLOW = ["*a" * 40 + "b", "?*" * 50 + "x", "**/*a" * 40 + "/b", "[!x]*" * 40 + "z", "*" * 900 + "b"]


@pytest.mark.parametrize("glob", SLOW)
def test_no_glob_takes_long(tmp_path: Path, glob: str) -> None:
    began = time.process_time()
    for path in ("a" * 250, "a/" * 500, ("a" * 20 + "/") * 200):
        assert not matches(path, [glob])
    write(tmp_path, ".gitignore", text=f"{glob}\n" * 300)
    write(tmp_path, "a" * 180 + ".ai-deploy.yaml")
    assert len(found(tmp_path, ".")) == 1
    assert time.process_time() - began < 1


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
