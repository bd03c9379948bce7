"""Prices of a team's own, named in its settings or for one run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check
from aispec.report.report import Report

SPEC = """\
version: 1
name: chat
model: llama-3.1-8b-instruct
hardware: 1x h100-sxm-80gb
workload: {users: 1000/day, tokens_per_session: 2000}
"""
BOOK = """\
as_of: 2026-11-01
source: contract 4711
hours:
  - {accelerator: h100-sxm-80gb, on_demand: USD}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "ai-deploy.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def run(root: Path, prices: str | None = None) -> Report:
    options = Options(root=str(root), today=date(2026, 11, 22), remedies=False, prices=prices)
    return check([str(root)], options)


def hourly(report: Report) -> float:
    found = report.deployments[0].facts["cost.hour"]
    assert isinstance(found, Quantity)
    return found.value


def book(path: Path, usd: float) -> str:
    path.write_text(BOOK.replace("USD", str(usd)), encoding="utf-8")
    return str(path)


def said(report: Report) -> list[str]:
    return [f.message for f in report.every() if f.code == "SPEC015"]


def test_settings_name_a_file_of_prices(repository: Path) -> None:
    book(repository / "prices.yaml", 1.25)
    (repository / ".aispec.yaml").write_text("prices: prices.yaml\n", encoding="utf-8")
    report = run(repository)
    assert said(report) == []
    assert hourly(report) == 1.25


def test_the_run_s_own_prices_go_before_those_of_settings(repository: Path, tmp_path: Path) -> None:
    book(repository / "prices.yaml", 1.25)
    (repository / ".aispec.yaml").write_text("prices: prices.yaml\n", encoding="utf-8")
    assert hourly(run(repository, book(tmp_path / "other.yaml", 2.5))) == 2.5


def test_a_file_outside_the_repository_is_not_read(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    book(outside, 1.25)
    (repository / ".aispec.yaml").write_text(f"prices: ../{outside.name}\n", encoding="utf-8")
    assert said(run(repository)) == [f"prices: '../{outside.name}' lies outside the repository"]


def test_a_file_that_cannot_be_read_is_said(repository: Path) -> None:
    (repository / ".aispec.yaml").write_text("prices: gone.yaml\n", encoding="utf-8")
    [message] = said(run(repository))
    assert message.startswith("prices: ")
    (repository / "gone.yaml").write_text("instances: 5\n", encoding="utf-8")
    assert said(run(repository))
