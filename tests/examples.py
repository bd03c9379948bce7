"""The examples and the reports stored beside them; `--write` renews the reports.

`python -m tools.docs --write` renews the index of the examples, and what the README shows.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from aispec.pipeline import Options, check
from aispec.report.markdown import render as markdown
from aispec.report.terminal import render as terminal

FOLDER = Path(__file__).resolve().parent.parent / "examples"
TODAY = date(2026, 11, 22)


def specs() -> list[Path]:
    """Every example, by name."""
    return sorted(FOLDER.glob("*.ai-deploy.yaml"))


def stored(spec: Path, suffix: str) -> Path:
    """Where an example's report stands."""
    return spec.with_name(spec.name.removesuffix(".ai-deploy.yaml") + suffix)


def reports(spec: Path) -> dict[Path, str]:
    """The reports of one example as they should be stored."""
    report = check([spec.name], Options(root=str(FOLDER), today=TODAY))
    return {
        stored(spec, ".report.md"): markdown(report),
        stored(spec, ".report.txt"): terminal(report, colour=False, width=100, unicode=True),
    }


def write() -> None:
    """Renew all stored reports."""
    for spec in specs():
        for path, text in reports(spec).items():
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
