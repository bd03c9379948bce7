"""`aispec diff`: what a change does."""

from __future__ import annotations

import os
from datetime import date
from functools import partial

import click

from aispec.report.comparison import Comparison, compare
from aispec.report.report import FailOn, Report
from aispec.surface.cli.asking import colour_option, judging_options, prices_option, today_option
from aispec.surface.comparing import Judge, at_commit, at_path
from aispec.surface.git import GitError
from aispec.surface.judging import judged
from aispec.surface.terminal import emit, screen


@click.command("diff")
@click.argument("base")
@click.argument("head", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown"]),
    default="terminal",
    show_default=True,
    help="How it is written.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
@judging_options
@click.option("--fail-on-new", is_flag=True, help="Let only new findings count for that.")
@prices_option
@today_option
@colour_option
def command(
    base: str,
    head: str | None,
    form: str,
    output: str | None,
    fail_on: FailOn | None,
    fail_on_new: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    prices: str | None,
    today: date | None,
    colour: str,
) -> int:
    """Say what changed from BASE to HEAD: fit, cost, limits, latency and findings.

    Both are commits, branches or tags, or both are files or folders. Without HEAD the working tree
    is compared. Specs below this folder are judged, at each commit with the settings and policies
    of then; nothing is checked out. The exit code is that of `aispec check` on HEAD.

    \b
    Examples:
      aispec diff main
      aispec diff v1.2 v1.3 --format markdown
      aispec diff before.yaml after.yaml
      aispec diff main --fail-on-new
    """
    judge = partial(
        judged,
        today=today or date.today(),
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        strict=strict,
        prices=prices,
    )
    before, after = _both(base, head, judge)
    made = compare(before, after, new_only=fail_on_new)
    emit(written(made, form, colour, to_file=output is not None), output)
    return made.exit_code


def _both(base: str, head: str | None, judge: Judge) -> tuple[Report, Report]:
    """Judge both sides: two files or folders, or two commits, or a commit and what is here."""
    if head is not None and os.path.exists(base) and os.path.exists(head):
        before = at_path(base, judge)
        return before, at_path(head, partial(judge, before=before, remedies=None))
    try:
        before = at_commit(base, ["."], judge)
        again = partial(judge, before=before, remedies=None)
        if head is None:
            return before, again(["."])
        return before, at_commit(head, ["."], again, absence_is_fine=False)
    except GitError as error:
        there = next((name for name in (base, head) if name and os.path.exists(name)), None)
        if there:
            error.advice = f"'{there}' is a path: compare two as `aispec diff BEFORE AFTER`"
        raise click.ClickException(error.words) from None


def written(made: Comparison, form: str, colour: str = "auto", *, to_file: bool = False) -> str:
    """Return a comparison in one of the formats."""
    if form == "json":
        from aispec.report.comparison_json import diff_json
        from aispec.report.json_format import dumps

        return dumps(diff_json(made))
    if form == "markdown":
        from aispec.report.comment import render_summary

        return render_summary(made)
    from aispec.report.diff_terminal import render

    drawn = screen("never" if to_file and colour == "auto" else colour)
    return render(made, colour=drawn.colour, cells=drawn.width, unicode=drawn.unicode)
