"""Making HTML safe: everything that was not made here is shown as it is, and never obeyed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from aispec.report.ansi import Style
from aispec.report.cells import clip, safe

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_TEXT = 1000
_FOLDER = Path(__file__).resolve().parent.parent / "templates" / "html"
_WEB = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/[^\s\"'<>\\`{}|^]*)?")
_DRESSED = re.compile("\x01([a-z]+)\x02([^\x01-\x03]*)\x03")


@cache
def environment() -> Environment:
    """Return the sandbox that the templates run in: all that comes from outside is escaped."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        finalize=shown,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters.update(linked=linked)
    return made


def shown(value: object) -> object:
    """Return what is written for a value: markup and numbers as they are, the rest on one line."""
    if isinstance(value, Markup | int | float):
        return value
    return "" if value is None else clip(safe(str(value)), MAX_TEXT).strip()


def linked(source: object) -> Markup:
    """Return a source as a link where it is a plain https address, else as text."""
    text = str(shown(str(source)))
    if not _WEB.fullmatch(text):
        return escape(text)
    return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(text)


def paint(text: str, style: Style) -> str:
    """Mark a safe text with its style; `dressed` makes the marks an element.

    The marks are control characters, which no safe text has.
    """
    return f"\x01{style}\x02{text}\x03" if text.strip() else text


def dressed(lines: Iterable[str]) -> Markup:
    """Return painted lines as HTML for a `pre`."""
    text = str(escape("\n".join(lines)))
    return Markup(_DRESSED.sub(r'<span class="s-\1">\2</span>', text))


def slugs(names: Iterable[str]) -> list[str]:
    """Return an anchor for each name: its letters and digits, and a number where two are alike."""
    made: list[str] = []
    seen: set[str] = set()
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "deployment"
        slug, number = f"d-{plain}", 2
        while slug in seen:
            slug, number = f"d-{plain}-{number}", number + 1
        seen.add(slug)
        made.append(slug)
    return made


def page(name: str, css: str, view: Mapping[str, object]) -> str:
    """Return a page: a template of the skeleton, with one style sheet and nothing else let in."""
    sheet, digest = style(css)
    made = environment().get_template(name).render(view, style=sheet, style_hash=digest)
    return f"{made}\n"


@cache
def style(name: str = "style.css") -> tuple[Markup, str]:
    """Return a style sheet, and the hash by which a page's policy lets it in."""
    text = (_FOLDER / name).read_text(encoding="utf-8").strip()
    digest = b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
    return Markup(text), f"sha256-{digest}"
