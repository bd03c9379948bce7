"""Where results are kept, and who may have put them there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from aispec.surface import keeping
from tests.e2e.inside import inside
from tests.spec.specimens import SHORT

DAY = ("--today", "2026-11-22")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository to stand in, in a home with nothing else."""
    place = tmp_path / "repository"
    (place / ".git").mkdir(parents=True)
    (place / "ai-deploy.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("AISPEC_CACHE_DIR")
    return place


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="they have other places")
def test_results_are_kept_where_the_system_has_such_files(folder: Path, tmp_path: Path) -> None:
    usual = tmp_path / "home" / ".cache" / "aispec"
    assert keeping.folder() == str(usual)
    before = inside("check", *DAY, cwd=folder)
    assert len(files(usual)) == 1
    assert inside("check", *DAY, cwd=folder).stdout == before.stdout
    assert usual.stat().st_mode & 0o077 == 0
    assert files(folder) == [folder / "ai-deploy.yaml"]


def test_a_folder_can_be_named_or_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISPEC_CACHE_DIR", str(tmp_path / "named"))
    inside("check", *DAY, cwd=folder)
    assert len(files(tmp_path / "named")) == 1
    for other in ("", "relative/path"):
        monkeypatch.setenv("AISPEC_CACHE_DIR", other)
        assert keeping.folder() is None
    assert files(tmp_path / "home") == []


@pytest.mark.parametrize(
    "more", [["--no-cache"], ["--verbose"], ["--format", "json"], ["-o", "json=../a.json"]]
)
def test_other_runs_keep_nothing(folder: Path, tmp_path: Path, more: list[str]) -> None:
    assert inside("check", *DAY, *more, cwd=folder).returncode == 0
    assert files(tmp_path / "home") == []


def test_what_lies_in_the_repository_is_not_believed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISPEC_CACHE_DIR", str(folder / ".cache"))
    assert keeping.folder() is None
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.setenv("AISPEC_CACHE_DIR", str(folder.parent / "link" / ".cache"))
    assert keeping.folder() is None


@pytest.mark.skipif(os.name == "nt", reason="modes say little there")
def test_what_others_can_write_is_not_believed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("AISPEC_CACHE_DIR", str(shared))
    assert keeping.folder() == str(shared)
    shared.chmod(0o777)
    assert keeping.folder() is None
    shared.chmod(0o755)
    monkeypatch.setattr(os, "getuid", lambda: shared.stat().st_uid + 1)
    assert keeping.folder() is None


def test_no_home_is_made(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert keeping.folder() is None
    inside("check", *DAY, cwd=folder)
    assert not (tmp_path / "nowhere").exists()
