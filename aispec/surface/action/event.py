"""What the workflow runs on: the event's payload and the runner's variables, read once.

A payload may be anything: what it does not hold as expected is empty here, and no error.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from aispec.record import record
from aispec.surface.forge.forge import Source

_MOST_BYTES = 32 << 20
_NOWHERE = frozenset("0")


@record
class PullRequest:
    """The pull request that an event is about; `base` may be older than what it merges into."""

    number: int
    head: str
    base: str
    open: bool


@record
class Event:
    """One event. `base` is the commit that it names to compare with, if it names one."""

    name: str
    repository: str
    server: str
    api: str
    sha: str
    run: tuple[int, int]  # id and attempt
    base: str = ""
    default_branch: str = ""
    pull: PullRequest | None = None

    @property
    def head(self) -> str:
        """The commit that people know: a pull request's own, not that of its trial merge."""
        return self.pull.head if self.pull and self.pull.head else self.sha


def read(environment: Mapping[str, str]) -> Event:
    """Return the event that the runner tells of."""
    payload = payload_of(environment)
    pull = _pull(_part(payload, "pull_request"))
    queue = _part(payload, "merge_group")
    before = _sha(payload.get("before"))
    return Event(
        name=environment.get("GITHUB_EVENT_NAME", ""),
        repository=environment.get("GITHUB_REPOSITORY", ""),
        server=environment.get("GITHUB_SERVER_URL", "").rstrip("/") or "https://github.com",
        api=environment.get("GITHUB_API_URL", ""),
        sha=_sha(environment.get("GITHUB_SHA")),
        run=(_number(environment, "GITHUB_RUN_ID"), _number(environment, "GITHUB_RUN_ATTEMPT")),
        base=_sha(queue.get("base_sha")) or before,
        default_branch=_text(_part(payload, "repository").get("default_branch")),
        pull=pull,
    )


@record
class EarlierRun:
    """The run that a `workflow_run` follows, on a pull request's head."""

    source: Source
    run: tuple[int, int]


def earlier_run(environment: Mapping[str, str]) -> EarlierRun | None:
    """Return the run that this one follows, if it follows one."""
    said = _part(payload_of(environment), "workflow_run")
    sha = _sha(said.get("head_sha"))
    if not sha:
        return None
    owner = _text(_part(_part(said, "head_repository"), "owner").get("login"))
    source = Source(sha, owner, _text(said.get("head_branch")))
    return EarlierRun(source, (_whole(said.get("id")), _whole(said.get("run_attempt"))))


def payload_of(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event's payload, empty where there is none."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path or not os.path.isfile(path):
        return {}
    try:
        with open(path, "rb") as file:
            data = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _pull(data: Mapping[str, Any]) -> PullRequest | None:
    number = data.get("number")
    if not isinstance(number, int):
        return None
    return PullRequest(
        number=number,
        head=_sha(_part(data, "head").get("sha")),
        base=_sha(_part(data, "base").get("sha")),
        open=data.get("state", "open") == "open",
    )


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = data.get(key)
    return part if isinstance(part, dict) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**18 else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sha(value: object) -> str:
    """Return a commit's hash; nothing for what is none, and for the zeros that stand for none."""
    text = _text(value).lower()
    known = len(text) in (40, 64) and not set(text) - set("0123456789abcdef")
    return text if known and set(text) != _NOWHERE else ""


def _number(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else 0
