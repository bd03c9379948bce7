"""The examples and the reports stored beside them; `--write` renews the reports."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

from aispec.pipeline import Options, check
from aispec.report.markdown import render as markdown
from aispec.report.terminal import render as terminal

FOLDER = Path(__file__).resolve().parent.parent / "examples"
README = FOLDER.parent / "README.md"
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


def readme(text: str) -> str:
    """The README with what the command prints for its first spec."""
    spec = re.search(r"```yaml\n(version: 1.*?)```", text, re.DOTALL)
    assert spec
    report = check((), Options(today=TODAY), {"ai-deploy.yaml": spec[1]})
    shown = terminal(report, colour=False, width=100, unicode=True).strip()
    block = f"```console\n$ aispec check\n{shown}\n```"
    return re.sub(r"```console\n\$ aispec check\n.*?```", lambda _: block, text, flags=re.DOTALL)


def write() -> None:
    """Renew all stored reports, and the output in the README."""
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    for spec in specs():
        for path, text in reports(spec).items():
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
