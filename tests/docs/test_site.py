"""The site builds without a warning, and asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


LOADED = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//"
    r"|<link[^>]*rel=\"?(?:stylesheet|preconnect|preload|icon)[^>]*href=\"?(?:https?:)?//"
    r"|data-md-component=\"?source"
)
"""What a browser would fetch from elsewhere; the theme asks GitHub for what `source` shows."""


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the extra `docs` is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    for name in ("index", "spec", "numbers/memory", "rules/FIT001", "examples/robot-jetson"):
        assert (tmp_path / f"{name}.html").is_file()
    for page in tmp_path.rglob("*.html"):
        assert not LOADED.search(page.read_text(encoding="utf-8")), page
    memory = (tmp_path / "numbers" / "memory.html").read_text(encoding="utf-8")
    assert "github.com/aispec/aispec/blob/main/aispec/catalog/data/engines.yaml" in memory
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="examples/index.html"' in home
