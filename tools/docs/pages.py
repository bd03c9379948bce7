"""All pages that are made and not written, and the written ones with what their commands print."""

from __future__ import annotations

from pathlib import Path

from tools.docs import rule_pages, shown
from tools.docs.command_page import command_page
from tools.docs.engine_page import engine_page
from tools.docs.example_page import FOLDER as EXAMPLES
from tools.docs.example_page import example_page
from tools.docs.facts_page import facts_page
from tools.docs.fields_page import settings_page, spec_page

ROOT = shown.ROOT
DOCS = ROOT / "docs"
_SKIPPED = ("CHANGELOG.md",)


def made() -> dict[Path, str]:
    """Return every page that is made from code, rules or schemas, by where it stands."""
    return {
        DOCS / "spec.md": spec_page(),
        DOCS / "settings.md": settings_page(),
        DOCS / "commands.md": command_page(),
        DOCS / "facts.md": facts_page(),
        DOCS / "engine-defaults.md": engine_page(),
        EXAMPLES / "README.md": example_page(),
        **rule_pages.pages(),
    }


def written() -> list[Path]:
    """Return the pages that people write: those of the root, of docs/ and of examples/."""
    skipped = made()
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *EXAMPLES.rglob("*.md")]
    return sorted(
        path
        for path in found
        if path not in skipped
        and path.name not in _SKIPPED
        and not path.name.endswith(".report.md")
    )


def stale() -> list[Path]:
    """Return the pages that are missing, differ from what they should be, or belong to no rule."""
    differing = [path for path, text in made().items() if _read(path) != text]
    shows = [path for path in written() if shown.renewed(_read(path)) != _read(path)]
    return sorted({*differing, *shows, *rule_pages.left_over()})


def write() -> None:
    """Renew all pages, and delete those that belong to no rule."""
    for path in rule_pages.left_over():
        path.unlink()
    for path, text in made().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in written():
        path.write_text(shown.renewed(_read(path)), encoding="utf-8")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
