"""Links between the Markdown files of the repository lead somewhere, anchors included."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"build", "dist", "node_modules"}
FENCE = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def markdown() -> list[Path]:
    found = ROOT.rglob("*.md")
    inside = [(path, path.relative_to(ROOT).parts) for path in found]
    return sorted(
        path
        for path, parts in inside
        if not any(part in SKIPPED or part.startswith(".") for part in parts[:-1])
    )


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors that GitHub gives a page's headings."""
    seen: dict[str, int] = {}
    found = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", path.read_text(encoding="utf-8")))
    for heading in HEADING.findall(prose(path)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        found.add(f"{slug}-{number}" if number else slug)
    return frozenset(found)


def broken(path: Path, root: Path = ROOT) -> list[str]:
    text = CODE.sub("", prose(path))
    problems = []
    for link in (*LINK.findall(text), *REFERENCE.findall(text)):
        if ELSEWHERE.match(link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.is_relative_to(root) or not target.exists():
            problems.append(f"{link}: there is nothing")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            problems.append(f"{link}: there is no such heading")
    return problems


@pytest.mark.parametrize("path", markdown(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    assert not broken(path)


def test_anchors_are_those_of_headings() -> None:
    spec = anchors(ROOT / "docs" / "spec.md")
    assert {"hardwareparallelismtensor", "units", "assumptions-by-name"} <= spec


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("nowhere.md", "there is nothing"),
        ("../outside.md", "there is nothing"),
        ("#nothing", "there is no such heading"),
        ("page.md#nothing", "there is no such heading"),
        ("page.md#one-and-two", None),
        ("https://host.example/x", None),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, link: str, said: str | None) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# One, and `two`\n\n[a]({link}) `[b](code.md)`\n", encoding="utf-8")
    assert broken(page, tmp_path) == ([f"{link}: {said}"] if said else [])
