"""The site builds without a warning, and asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material", reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


def test_pages_examples_and_rules_are_there(site: Path) -> None:
    for name in ("index", "spec", "numbers/memory", "rules/FIT001", "examples/robot-jetson"):
        assert (site / f"{name}.html").is_file()


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    loaded = re.compile(
        r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//"
        r"|<link[^>]*rel=\"?(?:stylesheet|preconnect|preload|icon)[^>]*href=\"?(?:https?:)?//"
        r"|data-md-component=\"?source"
    )
    for page in site.rglob("*.html"):
        assert not loaded.search(page.read_text(encoding="utf-8")), page


def test_links_out_of_the_site_lead_to_the_repository(site: Path) -> None:
    page = (site / "numbers" / "memory.html").read_text(encoding="utf-8")
    assert "github.com/aispec/aispec/blob/main/aispec/catalog/data/engines.yaml" in page
    home = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="examples/index.html"' in home
