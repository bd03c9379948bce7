"""The index of `examples/`, made from the examples themselves and the reports beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "examples"
_INDEX = Path(__file__).with_name("examples.yaml")
_SUFFIX = ".ai-deploy.yaml"
_INTRO = """\
# Examples

Deployments to copy, each beside the report it gives on a terminal (`.txt`) and in Markdown (`.md`).
A test holds the reports to what aispec says. Most pass; those marked **fails** do so on purpose,
and their first lines say why.
"""


def example_page() -> str:
    """Return the index."""
    lines = [_INTRO]
    for title, names in groups().items():
        lines += [f"## {title}", "", "| spec | what it shows | report |", "| --- | --- | --- |"]
        lines += [*map(_row, names), ""]
    lines += ["## A policy", "", "[`policy/`](policy/README.md): an organisation's own rules.", ""]
    return "\n".join(lines)


def groups() -> Mapping[str, list[str]]:
    """Return the names of the examples by what they show."""
    found: Mapping[str, list[str]] = yaml.safe_load(_INDEX.read_text(encoding="utf-8"))
    return found


def listed() -> Iterator[str]:
    """Yield the names of the examples in the index."""
    for names in groups().values():
        yield from names


def _row(name: str) -> str:
    text = (FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    comment = takewhile(lambda line: line.startswith("#"), text.splitlines())
    said = " ".join(line.removeprefix("#").strip() for line in comment).replace("|", "\\|")
    report = (FOLDER / f"{name}.report.txt").read_text(encoding="utf-8")
    verdict = "**fails**" if report.startswith("error[") or "\nerror[" in report else "passes"
    links = f"[.txt]({name}.report.txt) [.md]({name}.report.md)"
    return f"| [{name}]({name}{_SUFFIX}) | {said} | {verdict} {links} |"
