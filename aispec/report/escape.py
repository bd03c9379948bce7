"""Strangers' text in Markdown: shown as it is, and never obeyed.

What has a meaning in Markdown, GFM or HTML becomes a character reference, so that the result reads
the same in a paragraph, a table and an HTML block. References do not stop what forges do after
rendering (mentions, issue numbers, shortcodes, links): a zero-width space in their middle does.
"""

from __future__ import annotations

import re

from aispec.report.cells import clip, safe

BREAK = "&#8203;"
MAX_TEXT = 1000
MAX_CODE = 200

_SPECIAL = re.compile(r"[\\`*{}\[\]<>|~&#^]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|\$(?!\d)")
_FIRST = re.compile(r"^([-+=](?![\d$])|\d+(?=[.)](?:\s|$)))")
_AFTERWARDS = re.compile(
    r"@(?=[\w-])|[#!](?=\d)|:(?=//)|:(?=[\w+-]+:)|(?<=www)(?=\.)|(?<=\bgh)-(?=\d)"
    r"|(?<=mailto):|(?<=xmpp):",
    re.IGNORECASE,
)
_COMMIT = re.compile(r"\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}\b")
_PLAIN_CODE = re.compile(r"[\w/.$%+=(\[{-]([\w ./:,()\[\]{}=%+$@#*-]*[\w)\]}%+*-])?", re.ASCII)


def units(text: str) -> int:
    """Return the UTF-16 units of a text, which forges count."""
    return len(text.encode("utf-16-le", "replace")) // 2


class Raw(str):
    """Markdown that was made here, and is written as it is."""

    __slots__ = ()


def text(value: object) -> Raw:
    """Return a text for a paragraph, a table's cell, a list's item or an HTML element."""
    shown = clip(safe(str(value)), MAX_TEXT).strip()
    marked = _AFTERWARDS.sub(lambda match: f"{match[0]}\0", shown)
    marked = _COMMIT.sub(lambda match: f"{match[0][:3]}\0{match[0][3:]}", marked)
    marked = _SPECIAL.sub(_reference, marked)
    marked = _FIRST.sub(lambda match: "".join(f"&#{ord(c)};" for c in match[0]), marked)
    return Raw(marked.replace("\0", BREAK))


def code(value: object) -> Raw:
    """Return a name in the fixed-width type of code."""
    shown = clip(safe(str(value)), MAX_CODE).strip()
    if _PLAIN_CODE.fullmatch(shown):
        return Raw(f"`{shown}`")
    return html_code(shown)


def html_code(value: object) -> Raw:
    """Return a name as code where Markdown is not read, as in a `summary`."""
    shown = clip(safe(str(value)), MAX_CODE).strip()
    return Raw(f"<code>{text(shown)}</code>")


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
