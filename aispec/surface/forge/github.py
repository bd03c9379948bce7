"""GitHub and GitHub Enterprise, over the REST API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from aispec.report.markdown import MAX_COMMENT
from aispec.surface.forge.forge import Comment, RefusedError, Source, understood
from aispec.surface.forge.http import Client

API = "https://api.github.com"

_VERSION = "2022-11-28"
_RAW = "application/vnd.github.raw+json"


class GitHub:
    """One repository, named as `owner/name`; `api` is `GITHUB_API_URL`."""

    limit = MAX_COMMENT

    def __init__(
        self,
        repository: str,
        token: str,
        api: str = API,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": _VERSION}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._client = Client(api or API, headers, pause)
        self._repository = "/repos/" + quote(repository, safe="/")

    @understood
    def whoami(self) -> str | None:
        """Return the token's user; a workflow's own token belongs to an app and has none."""
        return self._client.user("login")

    @understood
    def comments(self, pull: int) -> list[Comment]:
        """Return all comments of a pull request, oldest first."""
        found = self._client.pages(f"{self._repository}/issues/{pull}/comments")
        return [_comment(each) for each in found]

    @understood
    def create(self, pull: int, body: str) -> Comment:
        """Write a new comment."""
        path = f"{self._repository}/issues/{pull}/comments"
        return _comment(self._client.send("POST", path, {"body": body}))

    @understood
    def update(self, pull: int, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        return _comment(self._client.send("PATCH", self._path(comment), {"body": body}))

    @understood
    def delete(self, pull: int, comment: Comment) -> None:
        """Remove a comment."""
        self._client.remove(self._path(comment))

    @understood
    def changed_files(self, pull: int) -> list[str]:
        """Return the paths that a pull request changes, with the old names of renamed files."""
        found = self._client.pages(f"{self._repository}/pulls/{pull}/files")
        return [name for each in found for name in _names(each)]

    @understood
    def pull_with(self, source: Source) -> int | None:
        """Return the open pull request with this head: by its commit, then by its branch.

        Where the branch is known it must be its own: anybody may have the same commit on another.
        A commit that lies in a fork alone is not found by its hash in the repository it asks to be
        merged into; the fork's branch is.
        """
        for each in self._candidates(source):
            if each.get("state") == "open" and _is_from(each, source):
                return int(each["number"])
        return None

    @understood
    def tree(self, commit: str) -> list[tuple[str, str, int]] | None:
        """Return path, hash and bytes of every plain file; `None` where there are too many."""
        path = f"{self._repository}/git/trees/{quote(commit, safe='')}"
        data = self._client.get(path, recursive="1")
        if data.get("truncated"):
            return None
        plain = (each for each in data["tree"] if each["mode"].startswith("100"))
        return [(each["path"], each["sha"], each.get("size", 0)) for each in plain]

    @understood
    def content(self, path: str, commit: str) -> bytes:
        """Return the bytes of a file at a commit."""
        full = f"{self._repository}/contents/{quote(path)}"
        return self._client.raw(full, _RAW, ref=commit)

    def _candidates(self, source: Source) -> Iterator[dict[str, Any]]:
        try:
            path = f"{self._repository}/commits/{quote(source.sha, safe='')}/pulls"
            yield from self._client.pages(path)
        except RefusedError as error:
            if error.status not in (404, 409, 422):
                raise
        if source.owner and source.branch:
            head = f"{source.owner}:{source.branch}"
            yield from self._client.pages(f"{self._repository}/pulls", state="open", head=head)

    def _path(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.id}"


def _comment(data: Any) -> Comment:
    user = data.get("user") or {}  # a deleted account has none
    return Comment(
        id=int(data["id"]),
        body=data.get("body") or "",
        author=user.get("login", ""),
        bot=user.get("type") == "Bot",
        url=_address(data.get("html_url")),
    )


def _address(url: Any) -> str:
    """Return an address to show, nothing where it is none: a forge's answer is not believed."""
    return url if isinstance(url, str) and re.fullmatch(r"https?://[!-~]+", url) else ""


def _names(file: Any) -> Sequence[str]:
    return [file[key] for key in ("filename", "previous_filename") if file.get(key)]


def _is_from(pull: dict[str, Any], source: Source) -> bool:
    """Whether a pull request has this head; others may have its commit on branches of their own."""
    head = pull.get("head") or {}
    known = source.owner and source.branch
    named = not known or head.get("label") == f"{source.owner}:{source.branch}"
    return head.get("sha") == source.sha and named
