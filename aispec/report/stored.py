"""A Markdown report that comes back from where others could write: made harmless, and short enough.

Only what our own reports consist of is kept as it is: their few tags, links to the repository
itself, code spans and character references. All else that has a meaning to a forge (other links,
images, HTML, mentions, issue numbers, fences) becomes plain text. A report that
nobody has touched comes out as it went in.
"""

from __future__ import annotations

import re

from aispec.report.escape import BREAK, units

_TAG = r"</?(?:details|summary|sub|code)>|<br>"
_DIGIT = r"(?:\d|&#(?:4[89]|5[0-7]);)"
_REFERENCE = r"&#(?:3[568]|4[23589]|5[0-7]|6[0-2]|9[1-6]|12[3-6]|8203);"
_ALERT = r"^> \[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]$"
_LINK = r"(?<!!)\[(?P<label>(?:`[^`\[\]\n]*`|[^`\[\]\n])*)\]\((?P<address>[^\s()<>]+)\)"
_TOKEN = re.compile(
    rf"(?P<kept>{_TAG}|{_ALERT})|(?P<link>{_LINK})|(?P<code>(?<!`)`[^`|\n]+`(?!`))"
    rf"|(?P<broken>(?:#|&#35;)(?={_DIGIT})|@(?=[\w&-])|:(?=//)|www(?=\.)"
    rf"|(?<![a-z0-9])gh-(?={_DIGIT})|(?:mailto|xmpp):)"
    rf"|(?P<reference>{_REFERENCE})|(?P<special>[<&\[\]`\\~])",
    re.MULTILINE | re.IGNORECASE,
)
_LEFT_OUT = "Sections were left out, because the report is too long for a comment."
_CUT = "The rest was left out, because the report is too long for a comment."


def harmless(text: str, pages: str) -> str:
    """Return a report whose links lead only below `pages`, the repository's own address."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(c for c in text if c == "\n" or c.isprintable() or c == "\u200b")
    return _made_harmless(shown, pages)


def _made_harmless(text: str, pages: str) -> str:
    def one(match: re.Match[str]) -> str:
        whole = match[0]
        after = text[match.end() : match.end() + len(BREAK)]
        if match["link"]:
            return _link(match, pages)
        if match["code"]:
            return _code(whole)
        if match["broken"]:
            return whole if after == BREAK else whole + BREAK
        if match["special"]:
            return f"&#{ord(whole)};"
        return whole

    return _TOKEN.sub(one, text)


def _link(match: re.Match[str], pages: str) -> str:
    label = _made_harmless(match["label"], pages)
    allowed = re.escape(pages.rstrip("/")) + r"/(?:(?:-/)?blob/|actions/runs/)[\w./%#~+,=-]+"
    if re.fullmatch(allowed, match["address"]) and ".." not in match["address"]:
        return f"[{label}]({match['address']})"
    # What stood on both sides of the brackets must not join into something that has a meaning.
    return f"{BREAK}{label}{BREAK}"


def _code(span: str) -> str:
    """A code span, which a forge may read as HTML where it stands in a line of HTML."""
    shown = span.replace("<", "&lt;")
    return re.sub(r"@(?=[\w&-])|#(?=\d)", lambda match: match[0] + "\u200b", shown)


def shortened(text: str, limit: int) -> str:
    """Return a report in at most `limit` UTF-16 units: whole sections go, from the last on."""
    size = units(text)
    if size <= limit:
        return text
    room = limit - len(_CUT) - 4
    blocks = _blocks(text)
    kept = []
    for block in reversed(blocks):
        if size > room and block.startswith("<details>\n"):
            size -= units(block) + 1
        else:
            kept.append(block)
    left = "\n".join(reversed(kept))
    if size > room:
        return f"{_cut(left, room)}\n\n{_CUT}\n"
    return f"{left.rstrip()}\n\n{_LEFT_OUT}\n"


def _blocks(text: str) -> list[str]:
    """Return the report in sections that are folded, and what stands between them."""
    blocks: list[list[str]] = [[]]
    folded = False
    for line in text.split("\n"):
        if line == "<details>" and not folded:
            blocks.append([])
            folded = True
        blocks[-1].append(line)
        if line == "</details>" and folded:
            blocks.append([])
            folded = False
    return ["\n".join(block) for block in blocks]


def _cut(text: str, room: int) -> str:
    """As many whole lines as there is room for."""
    kept: list[str] = []
    for line in text.split("\n"):
        room -= units(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept)
