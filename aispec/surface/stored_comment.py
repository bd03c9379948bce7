"""Publishes a report that an earlier job stored: in a `workflow_run` on GitHub, or on GitLab.

The report may come from a job that ran a stranger's code, so nothing in it is believed: not its
mark, and no link, mention or HTML in it. Which pull request it belongs to is asked of the forge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aispec.report.comment import CommentContext, Dialect, mark, read_mark
from aispec.report.stored import harmless, shortened
from aispec.surface.action import event
from aispec.surface.forge.forge import Forge, ForgeError, Source
from aispec.surface.forge.github import GitHub
from aispec.surface.forge.gitlab import GitLab
from aispec.surface.forge.upsert import Outcome, Wish, publish


class UnknownPlaceError(Exception):
    """The environment does not say where to comment; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report belongs: a pull request by number, or by its head; and the run it is of."""

    forge: Forge
    pages: str
    pull: int | None
    source: Source
    run: tuple[int, int]
    dialect: Dialect = "github"


def place_of(environment: Mapping[str, str]) -> Place:
    """Return where the environment says. Raises `UnknownPlaceError`."""
    if environment.get("GITLAB_CI"):
        return _on_gitlab(environment)
    if environment.get("GITHUB_REPOSITORY"):
        return _on_github(environment)
    raise UnknownPlaceError(
        "this is neither a job of GitHub nor of GitLab: GITHUB_REPOSITORY and GITLAB_CI are not set"
    )


def put(text: str, place: Place, key: str, wish: Wish) -> Outcome:
    """Bring the comment up to date with a stored report. Never raises for what a forge does."""
    try:
        pull = place.pull if place.pull is not None else place.forge.pull_with(place.source)
    except ForgeError as error:
        return Outcome("refused", reason=str(error))
    if pull is None:
        return Outcome("skipped", reason=f"no open pull request has {place.source.sha} as its head")
    run, attempt = place.run
    context = CommentContext(
        key=key, run=run, attempt=attempt, sha=place.source.sha, dialect=place.dialect
    )
    marked = mark(context) + "\n"
    body = shortened(harmless(_without_mark(text), place.pages), place.forge.limit - len(marked))
    return publish(place.forge, pull, marked + body, wish)


def _without_mark(text: str) -> str:
    return text.partition("\n")[2] if read_mark(text) else text


def _on_github(environment: Mapping[str, str]) -> Place:
    happened = event.read(environment)
    hub = GitHub(happened.repository, environment.get("GITHUB_TOKEN", ""), happened.api)
    pages = f"{happened.server}/{happened.repository}"
    if happened.pull:
        source = Source(happened.pull.head)
        return Place(hub, pages, happened.pull.number, source, happened.run)
    earlier = event.earlier_run(environment)
    if earlier is None:
        raise UnknownPlaceError("the event is neither a pull_request nor a workflow_run")
    return Place(hub, pages, None, earlier.source, earlier.run)


def _on_gitlab(environment: Mapping[str, str]) -> Place:
    def number(name: str) -> int:
        value = environment.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 19 else 0

    missing = [name for name in ("CI_API_V4_URL", "CI_PROJECT_ID") if not environment.get(name)]
    if missing:
        raise UnknownPlaceError(f"{' and '.join(missing)} not set")
    web = environment.get("CI_PROJECT_URL", "")
    token = environment.get("GITLAB_TOKEN", "")
    lab = GitLab(environment["CI_PROJECT_ID"], token, environment["CI_API_V4_URL"], web)
    sha = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA")
    return Place(
        forge=lab,
        pages=web,
        pull=number("CI_MERGE_REQUEST_IID") or None,
        source=Source(sha or ""),
        run=(number("CI_PIPELINE_ID"), number("CI_JOB_ID") % 10**9),
        dialect="gitlab",
    )
