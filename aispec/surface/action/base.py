"""Which commit a change is compared with, and how its files are got hold of.

A pull request is compared with the first parent of its trial merge, which is what it really merges
into; the event's own `base.sha` may be older. A commit that the clone has not is fetched alone, and
where that fails its files are asked of the API. What can't be had is told, and no guess made.
"""

from __future__ import annotations

from aispec.record import record
from aispec.surface.action.clone import parents
from aispec.surface.action.event import Event
from aispec.surface.action.failure import InvalidError
from aispec.surface.git import Repository

NONE = "none"


@record
class Base:
    """A commit or ref to compare with; without one, `missing` says why there is none."""

    ref: str = ""
    missing: str = ""


def base_of(event: Event, asked: str, clone: Repository | None) -> Base:
    """Return what to compare with: what the workflow asks for, else what the event says.

    Raises `InvalidError` for a text that is no ref.
    """
    if asked.lower() == NONE:
        return Base(missing="the workflow asks for no comparison")
    if asked:
        if asked.startswith("-") or any(c.isspace() or not c.isprintable() for c in asked):
            raise InvalidError(f"base is '{asked}', which is no git ref")
        return Base(asked)
    if event.pull:
        commit = _merges_into(event, clone) or event.pull.base
        return Base(commit, "" if commit else "the event does not say what it merges into")
    if event.base:
        return Base(event.base)
    if event.default_branch:
        return Base(event.default_branch)
    return Base(missing="the event names neither a commit before it nor a default branch")


def _merges_into(event: Event, clone: Repository | None) -> str | None:
    """The first parent of the pull request's trial merge, if that is what is checked out."""
    if clone is None or event.pull is None:
        return None
    above = parents(clone, "HEAD")
    if len(above) == 2 and above[1] == event.pull.head:
        return above[0]
    return None
