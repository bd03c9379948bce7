"""`aispec comment`: a stored report becomes the comment on its pull request."""

from __future__ import annotations

import os

import click

_MOST = 4 << 20  # bytes


@click.command("comment")
@click.argument("report", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--key", default="default", show_default=True, help="Names this comment among several."
)
@click.option("--recreate", is_flag=True, help="Write it anew instead of changing it in place.")
def command(report: str, key: str, recreate: bool) -> int:
    """Publish REPORT, a Markdown report, as the comment on its pull or merge request.

    Runs in a job of GitHub or GitLab, whose environment says where. On GitHub that is the event of
    a pull request, or a workflow_run that follows one, the token being in GITHUB_TOKEN; on GitLab
    a merge request's pipeline, the token being in GITLAB_TOKEN. REPORT is taken for a stranger's:
    links, mentions and HTML in it are made plain. A comment that is refused is a warning, and the
    exit code stays 0.

    \b
    Examples:
      aispec comment report.md
      aispec comment report.md --key h100
    """
    from aispec.surface.forge.upsert import Wish
    from aispec.surface.stored_comment import UnknownPlaceError, place_of, put

    try:
        place = place_of(os.environ)
    except UnknownPlaceError as error:
        raise click.UsageError(str(error)) from None
    outcome = put(_text(report), place, key, Wish(recreate=recreate))
    why = f": {outcome.reason}" if outcome.reason else ""
    click.echo(f"comment {outcome.result}{why} {outcome.url}".rstrip())
    if outcome.result == "refused" and os.environ.get("GITHUB_ACTIONS"):
        from aispec.surface.action.runner import say

        say("warning", f"the comment was refused: {outcome.reason}")
    return 0


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
