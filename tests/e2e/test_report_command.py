"""`aispec report` as people run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..report.html.strict import read, sound
from .test_command import GOOD, aispec

TOO_LARGE = GOOD.replace("llama-3.1-8b-instruct", "llama-3.3-70b-instruct")
DAY = ("--today", "2026-11-22")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "ai-deploy.yaml").write_text(TOO_LARGE, encoding="utf-8")
    return tmp_path


def test_markdown_is_the_default_and_the_verdict_does_not_fail_it(folder: Path) -> None:
    done = aispec("report", *DAY, cwd=folder)
    assert done.returncode == 0
    assert done.stdout == aispec("check", "--format", "markdown", *DAY, cwd=folder).stdout
    assert b"does not fit" in done.stdout


def test_a_page_is_written_to_a_file(folder: Path) -> None:
    done = aispec("report", "--format", "html", *DAY, "--output", "report.html", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    page = (folder / "report.html").read_text(encoding="utf-8")
    sound(read(page))
    assert "judged as on 2026-11-22" in page


def test_the_same_spec_has_the_same_bytes_wherever_it_lies(folder: Path) -> None:
    first = aispec("report", "--format", "html", *DAY, cwd=folder, PYTHONHASHSEED="1")
    other = aispec("report", "--format", "html", *DAY, cwd=folder, PYTHONHASHSEED="2", LC_ALL="C")
    assert first.stdout == other.stdout
    assert str(folder).encode() not in first.stdout


def test_a_page_has_charts_where_it_is_served(folder: Path) -> None:
    done = aispec("report", "--format", "html", "-", *DAY, cwd=folder, given=GOOD.encode())
    root = read(done.stdout.decode())
    plots = [each for each in root.all("svg") if each.attributes.get("class") == "plot"]
    assert [plot.all("title")[0].text() for plot in plots] == [
        "Time to first token over requests/s in the busiest hour",
        "Time per output token over requests/s in the busiest hour",
        "Time to the last token over requests/s in the busiest hour",
    ]
    assert all(plot.all("path") for plot in plots)


def test_an_unreadable_spec_is_in_the_report_and_in_the_exit_code(folder: Path) -> None:
    (folder / "broken.ai-deploy.yaml").write_text("version: 1\nhardware: {a\n", encoding="utf-8")
    for form in ("html", "markdown"):
        done = aispec("report", "--format", form, *DAY, cwd=folder)
        assert done.returncode == 2
        assert b"broken.ai-deploy.yaml" in done.stdout
        assert b"broken.ai-deploy.yaml:" in done.stderr
        assert b"Traceback" not in done.stderr


def test_wrong_usage_is_told(folder: Path) -> None:
    done = aispec("report", "--format", "pdf", cwd=folder)
    assert done.returncode == 2
    assert b"'markdown', 'html'" in done.stderr


def test_a_report_that_cannot_be_written_is_an_error(folder: Path) -> None:
    done = aispec("report", "--output", "nowhere/report.md", cwd=folder)
    assert done.returncode == 2
    assert b"nowhere/report.md can't be written" in done.stderr


def test_a_hundred_deployments_stay_within_four_megabytes(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    specs = [GOOD.replace("name: support-chat", f"name: chat-{n}") for n in range(100)]
    (tmp_path / "ai-deploy.yaml").write_text("---\n".join(specs), encoding="utf-8")
    done = aispec("report", "--format", "html", "--no-remedies", *DAY, cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout) < 4_000_000
    assert b"gravest have charts" in done.stdout
