"""The comment on a pull request: what a change does, for people who decide on it.

The same text serves as a job's summary. Everything that comes from specs, rules and catalogues is
escaped; the first line says whose comment it is, and is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote, unquote

from aispec.record import record
from aispec.report.comment_view import Drawn, Part, Scale, drawn
from aispec.report.comparison import Comparison
from aispec.report.escape import units
from aispec.report.markdown import MAX_COMMENT

Dialect = Literal["github", "gitlab", "plain"]

MAX_SUMMARY = 1_000_000
"""Bytes that fit a job's summary, with some to spare; one that does not fit is lost whole."""

_MARK = re.compile(
    r"(?:<!--|\[//\]: # \()\s*aispec:report key=(?P<key>\S+)"
    r" run=(?P<run>[0-9]{1,18})\.(?P<attempt>[0-9]{1,9})"
    r" sha=(?P<sha>[0-9a-f]*)\s*(?:-->|\))"
)
_LINK = re.compile(r"\[(`[^`]*`|<code>[^<]*</code>|[^\[\]]*)\]\(https?://[^\s()]+\)")
_SERVER = re.compile(r"https?://[\w.:\[\]-]+(?:/[\w./~-]*)?")
_REPOSITORY = re.compile(r"[\w.-]+(?:/[\w.-]+)+")
_SCALES = (Scale(50, 10, 100, 8), Scale(20, 5, 20, 3), Scale(8, 3, 5, 1), Scale(3, 1, 2, 0))


@record
class CommentContext:
    """Where a comment is written and what it is about.

    `key` tells several comments on one pull request apart. `folder` is the folder of the repository
    that the report's paths start in. `summary` is the address of the untruncated report.
    """

    key: str = "default"
    run: int = 0
    attempt: int = 1
    sha: str = ""
    base_sha: str = ""
    server: str = "https://github.com"
    repository: str = ""
    folder: str = ""
    links: bool = True
    dialect: Dialect = "github"
    summary: str = ""


@record
class Mark:
    """What the first line of a comment says of it."""

    key: str
    run: int
    attempt: int
    sha: str


_NOWHERE = CommentContext()


def render(
    comparison: Comparison,
    *,
    context: CommentContext = _NOWHERE,
    limit: int = MAX_COMMENT,
) -> str:
    """Return the comment in at most `limit` UTF-16 units.

    Whole sections go from the last on, then rows and findings; what was left out is said.
    """
    text = _fitting(comparison, context, limit - len(mark(context)) - 1, units)
    return f"{mark(context)}\n{text}"


def render_summary(
    comparison: Comparison,
    *,
    context: CommentContext = _NOWHERE,
    limit: int = MAX_SUMMARY,
) -> str:
    """Return the same for a job's summary, in at most `limit` bytes of UTF-8."""
    return _fitting(comparison, context, limit, lambda text: len(text.encode("utf-8", "replace")))


def mark(context: CommentContext) -> str:
    """Return the line by which a comment is found again, and its age known."""
    sha = context.sha if re.fullmatch(r"[0-9a-f]{0,64}", context.sha) else ""
    key = quote(context.key, safe="") or "default"
    said = f"aispec:report key={key} run={context.run}.{context.attempt} sha={sha}"
    return f"[//]: # ({said})" if context.dialect == "plain" else f"<!-- {said} -->"


def read_mark(text: str) -> Mark | None:
    """Return what stands at the start of a comment; none where it is not one of these."""
    found = _MARK.match(text)
    if found is None:
        return None
    return Mark(unquote(found["key"]), int(found["run"]), int(found["attempt"]), found["sha"])


def essence(text: str) -> str:
    """Return what a comment says, without what differs from run to run for the same results.

    The mark, the addresses of links and the footer are left out: two comments with the same essence
    need not be written twice.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]
    if lines and _MARK.match(lines[0]):
        del lines[0]
    return _LINK.sub(r"\1", "\n".join(lines[:-1])).strip()


def _fitting(
    comparison: Comparison, context: CommentContext, limit: int, size: Callable[[str], int]
) -> str:
    """The most that fits: all sections or fewer, at a smaller scale where that is too much."""
    for scale in _SCALES:
        made = drawn(comparison, scale, _blob(context), _footer(context))
        kept = list(made.parts)
        while True:
            text = _spoken(_joined(made, kept, context), context.dialect)
            if size(text) <= limit:
                return text
            last = next((part for part in reversed(kept) if not part.always), None)
            if last is None:
                break
            kept.remove(last)
    text = f"{made.heading}\n\nThe report is too long to be shown here.\n\n{made.footer}\n"
    return _spoken(text, context.dialect)


def _joined(made: Drawn, kept: list[Part], context: CommentContext) -> str:
    left = [part.title for part in made.parts if part not in kept]
    texts = [made.heading, *made.open, *(part.text for part in kept)]
    if left:
        more = _linked("the whole report", context.summary) if context.summary else ""
        said = f"Left out, because it is too long: {'; '.join(left)}."
        texts.append(f"{said} See {more}." if more else said)
    return "\n\n".join([*texts, made.footer]) + "\n"


def _spoken(text: str, dialect: Dialect) -> str:
    """Turn GitHub's Markdown into another forge's.

    No `<` of a stranger is left in it, so what is replaced was made here. GitLab takes `$12` for
    a snippet, and old ones do not know alerts; plain Markdown has no HTML.
    """
    if dialect == "github":
        return text
    text = re.sub(r"^> \[!CAUTION\]\n> ", "> ❌ ", text, flags=re.MULTILINE)
    if dialect == "gitlab":
        return re.sub(r"\$(?=\d)", "$\u200b", text)
    text = re.sub(r"^<details>\n<summary>(.*)</summary>$", r"#### \1", text, flags=re.MULTILINE)
    text = text.replace("</details>\n\n", "").replace("<br>", "; ")
    return re.sub(r"</?(?:code|sub|details)>", "", text)


def _linked(words: str, address: str) -> str:
    safe = re.fullmatch(r"https?://[^\s()<>]+", address)
    return f"[{words}]({address})" if safe else words


def _footer(context: CommentContext) -> str:
    """What the comment is of, for its last line."""
    shas = [sha[:7] for sha in (context.sha, context.base_sha) if re.fullmatch("[0-9a-f]+", sha)]
    return " against ".join(shas)


def _blob(context: CommentContext) -> str:
    """The address under which the forge shows the files as they are now; empty for no links."""
    server = context.server.rstrip("/")
    known = _SERVER.fullmatch(server) and _REPOSITORY.fullmatch(context.repository)
    if not (context.links and known and re.fullmatch("[0-9a-f]{7,64}", context.sha)):
        return ""
    between = {"github": "blob", "gitlab": "-/blob", "plain": "src"}[context.dialect]
    folder = quote(context.folder.strip("/"), safe="/")
    whole = f"{server}/{context.repository}/{between}/{context.sha}"
    return f"{whole}/{folder}" if folder not in ("", ".") else whole
