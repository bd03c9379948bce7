"""Same input, same bytes: whatever the hash seed, locale, time zone, folder or order of files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.spec.specimens import SHORT

SURROUNDINGS = (
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Kiritimati"},
    {"LC_ALL": "C", "LANG": "C"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "America/St_Johns"},
    {"LC_ALL": "POSIX"},
    {"COLUMNS": "40", "LINES": "5", "TERM": "dumb", "HOME": "/nonexistent", "USER": "nobody"},
)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b", "a", "ü"):
        (tmp_path / name).mkdir()
        text = SHORT.replace("support-chat", f"chat-{ord(name)}")
        (tmp_path / name / "ai-deploy.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def twin(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files at another place, made in another order."""
    other = tmp_path_factory.mktemp("another") / "deeper" / "place"
    for name in ("ü", "b", "a"):
        (other / name).mkdir(parents=True)
        shutil.copy(folder / name / "ai-deploy.yaml", other / name)
    return other


def output(folder: Path, *arguments: str, **surroundings: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "aispec", *arguments],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **surroundings},
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_surroundings_change_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = set()
    for each in SURROUNDINGS:
        place = tmp_path_factory.mktemp("made")
        files = {form: place / form for form in ("json", "markdown")}
        asked = [f"--output={form}={file}" for form, file in files.items()]
        shown = output(folder, "check", "--today", "2026-11-22", *asked, **each)
        made.add((shown, *(file.read_bytes() for file in files.values())))
    assert len(made) == 1


@pytest.mark.parametrize("form", ["sarif", "junit", "gitlab", "github", "html", "concise"])
def test_the_place_and_the_order_on_disk_change_nothing(
    folder: Path, twin: Path, form: str
) -> None:
    arguments = ("check", "--format", form, "--today", "2026-11-22")
    before = output(folder, *arguments)
    assert output(twin, *arguments, PYTHONHASHSEED="7") == before
    assert str(folder).encode() not in before


def test_the_order_of_files_changes_nothing(folder: Path) -> None:
    arguments = ("check", "--format", "json", "--today", "2026-11-22")
    forward = output(folder, *arguments, "a", "b", "ü")
    assert output(folder, *arguments, "ü", "b", "a", "a/ai-deploy.yaml") == forward
