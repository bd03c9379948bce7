"""`aispec baseline`: today's findings wait, and only new ones count."""

from __future__ import annotations

import os
from datetime import date

import click

from aispec.policy.baseline import NAME, Baseline, BaselineError, read, recorded, written
from aispec.record import replace
from aispec.surface.cli.asking import paths_argument, today_option
from aispec.surface.judging import judged
from aispec.surface.terminal import emit, tell


@click.command("baseline")
@paths_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False),
    default=NAME,
    show_default=True,
    help="The baseline's file.",
)
@click.option("--update", is_flag=True, help="Take out what is no longer found.")
@click.option("--accept-new", is_flag=True, help="With --update, let new findings wait, too.")
@today_option
def command(
    paths: tuple[str, ...], output: str, update: bool, accept_new: bool, today: date | None
) -> int:
    """Record what is found today in PATHS, so that `aispec check` counts only what is new.

    The file belongs beside .aispec.yaml, where `aispec check` looks for it. It may only shrink:
    --update takes out what is gone, and adds nothing unless --accept-new says so. A finding is
    known by its rule, file, deployment and field, and not by its line.

    \b
    Examples:
      aispec baseline
      aispec baseline --update
    """
    if accept_new and not update:
        raise click.UsageError("--accept-new goes with --update")
    before = _before(output, update)
    report = judged(paths, today=today, baseline="")
    if report.exit_code == 2:
        raise click.ClickException("some files can't be read: `aispec check` says which")
    now = recorded(report.counted(), ".", os.path.dirname(output) or ".")
    if before is None:
        emit(written(now), output)
        tell(f"{output}: {len(now.entries)} findings wait from now on")
        return 0
    return _updated(before, now, output, accept_new)


def _before(output: str, update: bool) -> Baseline | None:
    """The baseline there is. Raises `ClickException` where there must be one, or none."""
    if not os.path.exists(output):
        if update:
            advice = "leave --update out to begin one"
            raise click.ClickException(f"there is no {output} to update: {advice}")
        return None
    if not update:
        raise click.ClickException(f"{output} is there already: --update takes out what is gone")
    try:
        return read(output)
    except BaselineError as error:
        raise click.ClickException(f"{output}: {error}") from None


def _updated(before: Baseline, now: Baseline, output: str, accept_new: bool) -> int:
    """Write what is left, and say what is gone and what is new."""
    new = {name: each for name, each in now.entries.items() if name not in before.entries}
    left = {name: each for name, each in before.entries.items() if name in now.entries}
    if accept_new:
        left = dict(now.entries)
    emit(written(replace(before, entries=left)), output)
    gone = len(before.entries.keys() - now.entries.keys())
    tell(f"{output}: {gone} gone, {len(left)} findings wait")
    if accept_new or not new:
        return 0
    for entry in new.values():
        tell(f"  new, not added: {entry.path}: {entry.code} {entry.message}")
    tell("mend what is new, or let it wait with --accept-new")
    return 1
