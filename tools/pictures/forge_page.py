"""Markdown as GitHub shows it: rendered as GFM, held to the allow-list, alerts drawn.

The allow-list is that of GitHub's sanitizer as far as reports could ever use it: what is not in it
is taken out, and named, so that a test can ask that nothing was.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

KEPT: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "div"),
            *("strong", "em", "b", "i", "del", "ins", "s", "sub", "sup", "kbd", "samp", "var"),
            *("ul", "li", "table", "thead", "tbody", "tr", "summary", "picture", "tt", "q"),
        ),
        frozenset[str](),
    ),
    "a": frozenset(("href",)),
    "code": frozenset(("class",)),  # the language of a fence, taken off after highlighting
    "details": frozenset(("open",)),
    "img": frozenset(("src", "alt", "width", "height", "align")),
    "input": frozenset(("type", "checked", "disabled")),
    "ol": frozenset(("start",)),
    "source": frozenset(("media", "srcset")),
    "span": frozenset(("title",)),
    "td": frozenset(("align", "title")),
    "th": frozenset(("align", "title")),
}
_EMPTY = frozenset(("br", "hr", "img", "input", "source"))
_SILENT = frozenset(("script", "style", "svg", "iframe"))
_SCHEMES = ("https://", "http://", "mailto:", "#", "/")
_ALERT = re.compile(
    r"<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*\n?(.*?)</p>", re.DOTALL
)


class _Sanitizer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.dropped: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag not in KEPT:
            self.dropped.append(f"<{tag}>")
            return
        shown = ""
        for name, value in attrs:
            if name not in KEPT[tag] or not _allowed(name, value or ""):
                self.dropped.append(f"<{tag} {name}>")
            else:
                shown += f' {name}="{escape(value or "")}"'
        self.kept.append(f"<{tag}{shown}>")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag in KEPT and tag not in _EMPTY:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.kept.append(escape(data, quote=False))


def _allowed(name: str, value: str) -> bool:
    return name not in ("href", "src") or value.lower().startswith(_SCHEMES)


def sanitized(markdown: str) -> tuple[str, list[str]]:
    """Return the HTML that is left of a comment, and what was taken out of it; comments vanish."""
    made = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    parser = _Sanitizer()
    parser.feed(made)
    parser.close()
    html = "".join(parser.kept)
    return _ALERT.sub(_alert, html), parser.dropped


def _alert(match: re.Match[str]) -> str:
    """An alert as GitHub draws it, after sanitizing."""
    kind, rest = match[1], match[2].strip()
    title = f'<p class="title">{kind.capitalize()}</p>'
    return f'<blockquote class="{kind.lower()}">{title}{f"<p>{rest}</p>" if rest else ""}'
