"""GitLab's merge requests: their notes stand for comments."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from aispec.surface.forge.forge import Comment, Source, understood
from aispec.surface.forge.http import Client

MAX_COMMENT = 990_000
"""UTF-16 units; GitLab refuses notes of more than 1,000,000 characters."""

_TOKEN_USER = re.compile(r"(project|group)_\d+_bot(_\w+)?")


class GitLab:
    """One project, by its number or path; `api` is `CI_API_V4_URL`, `web` its page."""

    limit = MAX_COMMENT

    def __init__(
        self,
        project: str,
        token: str,
        api: str,
        web: str = "",
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._client = Client(api, {"PRIVATE-TOKEN": token} if token else {}, pause)
        self._project = f"/projects/{quote(project, safe='')}"
        self._web = web.rstrip("/")

    @understood
    def whoami(self) -> str | None:
        """Return the token's user."""
        return self._client.user("username")

    @understood
    def comments(self, pull: int) -> list[Comment]:
        """Return the notes that people and tools wrote, oldest first; not the system's own."""
        found = self._client.pages(self._notes(pull), sort="asc", order_by="created_at")
        return [self._comment(pull, each) for each in found if not each.get("system")]

    @understood
    def create(self, pull: int, body: str) -> Comment:
        """Write a new note."""
        return self._comment(pull, self._client.send("POST", self._notes(pull), {"body": body}))

    @understood
    def update(self, pull: int, comment: Comment, body: str) -> Comment:
        """Replace a note's text."""
        path = f"{self._notes(pull)}/{comment.id}"
        return self._comment(pull, self._client.send("PUT", path, {"body": body}))

    @understood
    def delete(self, pull: int, comment: Comment) -> None:
        """Remove a note."""
        self._client.remove(f"{self._notes(pull)}/{comment.id}")

    @understood
    def changed_files(self, pull: int) -> list[str]:
        """Return the paths that a merge request changes, old names and new ones."""
        found = self._client.pages(f"{self._project}/merge_requests/{pull}/diffs")
        names = (each[key] for each in found for key in ("new_path", "old_path"))
        return list(dict.fromkeys(names))

    @understood
    def pull_with(self, source: Source) -> int | None:
        """Return the open merge request with this head."""
        commit = quote(source.sha, safe="")
        path = f"{self._project}/repository/commits/{commit}/merge_requests"
        for each in self._client.pages(path):
            if each.get("state") == "opened" and each.get("sha") == source.sha:
                return int(each["iid"])
        return None

    def _notes(self, pull: int) -> str:
        return f"{self._project}/merge_requests/{pull}/notes"

    def _comment(self, pull: int, data: Any) -> Comment:
        author = (data.get("author") or {}).get("username", "")
        return Comment(
            id=int(data["id"]),
            body=data.get("body") or "",
            author=author,
            bot=_TOKEN_USER.fullmatch(author) is not None,
            url=f"{self._web}/-/merge_requests/{pull}#note_{data['id']}" if self._web else "",
        )
