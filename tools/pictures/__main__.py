"""Draws the comment on a pull request: `python -m tools.pictures`.

The pull request is `pull_request/`, its files before and after; the picture goes to
`docs/pictures/`. A Chromium and the extra `pictures` have to be installed, and a font with emoji
(`fonts-noto-color-emoji`).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from aispec.pipeline import Options, check
from aispec.report.comment import CommentContext, render
from aispec.report.comparison import compare
from aispec.report.report import Report
from tools.pictures.browser import picture
from tools.pictures.forge_page import sanitized

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "docs" / "pictures"
TODAY = date(2026, 11, 22)
CONTEXT = CommentContext(
    run=9183,
    sha="4f2c1e9d0b6a75c3e8f1024d7a9b6c5e4f3d2a10",
    base_sha="8d03b7a1c2e4f5061728394a5b6c7d8e9f001122",
    repository="acme/ai",
)


def comment() -> str:
    """Return the comment on the sample pull request."""
    before = _judged("before")
    return render(compare(before, _judged("after", before)), context=CONTEXT)


def page(markdown: str, opened: int = 1) -> str:
    """Return a page with a comment as GitHub shows it, its first sections opened."""
    body, _ = sanitized(markdown)
    body = body.replace("<details>", "<details open>", opened)
    return (HERE / "page.html").read_text("utf-8").replace("{body}", body)


def _judged(state: str, before: Report | None = None) -> Report:
    root = str(HERE / "pull_request" / state)
    return check(["."], Options(root=root, repository=root, today=TODAY, before=before))


def main() -> int:
    """Draw the picture."""
    try:
        picture(page(comment()), OUT / "pull-request-comment.png")
    except (ImportError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
