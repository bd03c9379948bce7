"""Problems between deployments, and paths that lead out of the repository."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from aispec.spec.astray import astray
from aispec.spec.reader import SpecFile, read, read_file
from aispec.spec.together import together
from tests.spec.specimens import SHORT

TARGET = "version: 1\nname: {}\nmodel: m\nhardware: h\n"
DOOR = "version: 1\nname: {}\nworkload: {{users: 1}}\nroutes:\n"


def door(name: str, *targets: str) -> str:
    routes = "".join(f"  - {{to: {to}, share: {1 / len(targets)}}}\n" for to in targets)
    return DOOR.format(name) + routes


def said(*texts: str) -> list[str]:
    files = [read(text, f"{number}.yaml") for number, text in enumerate(texts)]
    return [f"{p.file}:{p.span.line}:{p.span.column} {p.code} {p.message}" for p in together(files)]


def test_a_route_to_another_file_is_sound() -> None:
    assert said(door("front", "a", "b"), TARGET.format("a"), TARGET.format("b")) == []


def test_a_name_twice() -> None:
    assert said(SHORT, f"{SHORT}---\n{SHORT}") == [
        "1.yaml:2:7 SPEC012 the name 'support-chat' is taken by the deployment at 0.yaml:2",
        "1.yaml:11:7 SPEC012 the name 'support-chat' is taken by the deployment at 0.yaml:2",
    ]


def test_no_workload() -> None:
    assert said(TARGET.format("a")) == [
        "0.yaml:1:1 SPEC016 'a' has no workload, and no route leads to it"
    ]


def test_a_route_to_nobody() -> None:
    files = [read(door("front", "smal"), "0"), read(TARGET.format("small"), "1")]
    problem = next(problem for problem in together(files) if problem.code == "SPEC014")
    assert (problem.message, problem.help) == (
        "there is no deployment called 'smal'",
        "did you mean 'small'?",
    )
    assert (problem.span.line, problem.span.column) == (5, 10)


def test_a_route_into_a_broken_file_is_not_blamed() -> None:
    assert said(door("front", "small"), "version: 1\nname: small\n") == []


def test_routes_in_a_circle() -> None:
    assert said(door("a", "b"), door("b", "c"), door("c", "a", "d"), TARGET.format("d")) == [
        "0.yaml:5:10 SPEC014 the route to 'b' leads back to 'a'",
        "1.yaml:5:10 SPEC014 the route to 'c' leads back to 'b'",
        "2.yaml:5:10 SPEC014 the route to 'a' leads back to 'c'",
    ]
    assert said(door("a", "a")) == ["0.yaml:5:10 SPEC014 the route to 'a' leads back to 'a'"]


def paths(file: SpecFile, folder: Path, root: Path) -> list[str]:
    return [problem.message for problem in astray(file.deployments[0], str(folder), str(root))]


def spec_with(path: str) -> SpecFile:
    return read(SHORT.replace("2000}", f"2000, prompts: {{system: {path}}}}}"), "a")


def test_paths_that_stay(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "prompt.txt").write_text("hello", encoding="utf-8")
    assert paths(spec_with("../prompt.txt"), tmp_path / "deploy", tmp_path) == []
    assert paths(spec_with("gone.txt"), tmp_path / "deploy", tmp_path) == [
        "workload.prompts.system does not exist, read 'gone.txt'"
    ]
    assert paths(spec_with("../../x"), tmp_path / "deploy", tmp_path) == [
        "workload.prompts.system leaves the repository, read '../../x'"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_that_leave(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    os.symlink(tmp_path / "secret", root / "link")
    assert paths(spec_with("link"), root, root) == [
        "workload.prompts.system leaves the repository, read 'link'"
    ]


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "~/x", "C:/x", "a\\b", "https://example.org/x", "//h/x"]
)
def test_paths_that_are_refused_unseen(path: str) -> None:
    assert [problem.code for problem in spec_with(f"'{path}'").problems] == ["SPEC013"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert [p.message for p in read_file(str(tmp_path / "gone")).problems] == [
        "there is no such file"
    ]
    [problem] = read_file(str(tmp_path)).problems
    assert problem.code == "SPEC001"
