"""Comments from any job of GitHub or GitLab: a comparison made here, or a report that was stored.

A stored report may come from a job that ran a stranger's code, so nothing in it is believed: not
its mark, and no link, mention or HTML in it. Which pull request it is of, the forge is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from aispec.record import record, replace
from aispec.report.comment import CommentContext, mark, read_mark, render
from aispec.report.comparison import Comparison
from aispec.report.stored import harmless, shortened
from aispec.surface.action import event
from aispec.surface.forge.forge import Forge, ForgeError, Source
from aispec.surface.forge.github import GitHub
from aispec.surface.forge.gitlab import GitLab
from aispec.surface.forge.upsert import Outcome, Wish, publish


class UnknownPlaceError(Exception):
    """The environment does not say where to comment; the text says what is missing."""


@record
class Place:
    """Where a comment belongs: a pull request by number or by its head, and how it is written."""

    forge: Forge
    pull: int | None
    source: Source
    context: CommentContext

    @property
    def pages(self) -> str:
        """The repository's own address."""
        return f"{self.context.server}/{self.context.repository}"


def place_of(environment: Mapping[str, str]) -> Place:
    """Return where the environment says. Raises `UnknownPlaceError`."""
    if environment.get("GITLAB_CI"):
        return _on_gitlab(environment)
    if environment.get("GITHUB_REPOSITORY"):
        return _on_github(environment)
    raise UnknownPlaceError(
        "this is neither a job of GitHub nor of GitLab: GITHUB_REPOSITORY and GITLAB_CI are not set"
    )


def put_stored(text: str, place: Place, key: str, wish: Wish) -> Outcome:
    """Bring the comment up to date with a stored report. Never raises for what a forge does."""
    marked = mark(replace(place.context, key=key)) + "\n"
    body = shortened(harmless(_without_mark(text), place.pages), place.forge.limit - len(marked))
    return _put(marked + body, place, wish)


def put_compared(comparison: Comparison, place: Place, key: str, wish: Wish) -> Outcome:
    """Bring the comment up to date with a comparison; a first one needs a difference to tell."""
    context = replace(place.context, key=key)
    text = render(comparison, context=context, limit=place.forge.limit)
    return _put(text, place, replace(wish, first=not comparison.empty))


def _put(body: str, place: Place, wish: Wish) -> Outcome:
    try:
        pull = place.pull if place.pull is not None else place.forge.pull_with(place.source)
    except ForgeError as error:
        return Outcome("refused", reason=str(error))
    if pull is None:
        return Outcome("skipped", reason=f"no open pull request has {place.source.sha} as its head")
    return publish(place.forge, pull, body, wish)


def _without_mark(text: str) -> str:
    return text.partition("\n")[2] if read_mark(text) else text


def _on_github(environment: Mapping[str, str]) -> Place:
    happened = event.read(environment)
    hub = GitHub(happened.repository, environment.get("GITHUB_TOKEN", ""), happened.api)
    earlier = event.earlier_run(environment)
    if happened.pull:
        pull, source, run = happened.pull.number, Source(happened.pull.head), happened.run
    elif earlier:
        pull, source, run = None, earlier.source, earlier.run
    else:
        raise UnknownPlaceError("the event is neither a pull_request nor a workflow_run")
    context = CommentContext(
        run=run[0],
        attempt=run[1],
        sha=source.sha,
        server=happened.server,
        repository=happened.repository,
    )
    return Place(hub, pull, source, context)


def _on_gitlab(environment: Mapping[str, str]) -> Place:
    def number(name: str) -> int:
        value = environment.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 19 else 0

    needed = ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_SERVER_URL", "CI_PROJECT_PATH")
    missing = [name for name in needed if not environment.get(name)]
    if missing:
        raise UnknownPlaceError(f"{' and '.join(missing)} not set")
    sha = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA")
    context = CommentContext(
        run=number("CI_PIPELINE_ID"),
        attempt=number("CI_JOB_ID") % 10**9,
        sha=sha or "",
        server=environment["CI_SERVER_URL"].rstrip("/"),
        repository=environment["CI_PROJECT_PATH"],
        dialect="gitlab",
        summary=environment.get("CI_JOB_URL", ""),
    )
    lab = GitLab(
        environment["CI_PROJECT_ID"],
        environment.get("GITLAB_TOKEN", ""),
        environment["CI_API_V4_URL"],
        f"{context.server}/{context.repository}",
    )
    return Place(lab, number("CI_MERGE_REQUEST_IID") or None, Source(context.sha), context)
