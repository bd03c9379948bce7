"""`aispec comment`: what a change does, as the comment on its pull request."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import click

from aispec.surface.cli.asking import today_option
from aispec.surface.terminal import tell

if TYPE_CHECKING:
    from aispec.surface.commenting import Place
    from aispec.surface.forge.upsert import Outcome, Wish

_MOST = 4 << 20  # bytes


@click.command("comment")
@click.argument("report", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--diff", "base", metavar="BASE", help="Compare what is here with this commit.")
@click.option(
    "--key", default="default", show_default=True, help="Names this comment among several."
)
@click.option("--recreate", is_flag=True, help="Write it anew instead of changing it in place.")
@today_option
def command(
    report: str | None, base: str | None, key: str, recreate: bool, today: date | None
) -> int:
    """Keep the comment on a pull or merge request up to date.

    With --diff the specs below this folder are compared with those of a commit, and a first comment
    is made when something is different. With REPORT, a Markdown report that was stored is posted;
    it is taken for a stranger's, so links elsewhere, mentions and HTML in it are made plain.

    Runs in a job of GitHub or GitLab, whose environment says where. On GitHub that is the event of
    a pull request, or a workflow_run that follows one, with the token in GITHUB_TOKEN; on GitLab a
    merge request's pipeline, with a token in GITLAB_TOKEN. A comment that is refused is a warning,
    and the exit code stays 0: `aispec check` judges.

    \b
    Examples:
      aispec comment --diff "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
      aispec comment report.md --key h100
    """
    from aispec.surface.commenting import UnknownPlaceError, place_of, put_stored
    from aispec.surface.forge.upsert import Wish

    if (report is None) == (base is None):
        raise click.UsageError("give either a REPORT or --diff BASE")
    try:
        place = place_of(os.environ)
    except UnknownPlaceError as error:
        raise click.UsageError(str(error)) from None
    wish = Wish(recreate=recreate)
    if report is not None:
        _tell(put_stored(_text(report), place, key, wish))
    elif base is not None:
        _tell(_compared(base, place, key, wish, today))
    return 0


def _compared(base: str, place: Place, key: str, wish: Wish, today: date | None) -> Outcome:
    from functools import partial

    from aispec.record import replace
    from aispec.report.comparison import compare
    from aispec.surface.commenting import put_compared
    from aispec.surface.comparing import at_commit
    from aispec.surface.git import GitError, Repository
    from aispec.surface.judging import judged

    judge = partial(judged, today=today or date.today())
    try:
        repository = Repository.around(".")
        commit = repository.commit(base)
        before = at_commit(base, ["."], judge)
    except GitError as error:
        raise click.ClickException(error.words) from None
    folder = os.path.relpath(os.path.realpath("."), repository.top).replace(os.sep, "/")
    context = replace(place.context, base_sha=commit, folder="" if folder == "." else folder)
    made = compare(before, judge(["."], before=before, remedies=None))
    return put_compared(made, replace(place, context=context), key, wish)


def _tell(outcome: Outcome) -> None:
    why = f": {outcome.reason}" if outcome.reason else ""
    tell(f"comment {outcome.result}{why} {outcome.url}".rstrip())
    if outcome.result == "refused" and os.environ.get("GITHUB_ACTIONS"):
        from aispec.surface.action.runner import say

        say("warning", f"the comment was refused: {outcome.reason}")


def _text(path: str) -> str:
    from aispec.report.comment import read_mark

    with open(path, "rb") as file:
        raw = file.read(_MOST + 1)
    if len(raw) > _MOST:
        raise click.UsageError(f"{path} has more than {_MOST >> 20} MiB, and is no report")
    text = raw.decode("utf-8", "replace")
    if not (read_mark(text) or text.startswith("### aispec")):
        raise click.UsageError(
            f"{path} is no report of aispec in Markdown: write one with"
            " `aispec check --format markdown --output FILE`"
        )
    return text
