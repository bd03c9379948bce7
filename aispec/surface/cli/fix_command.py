"""`aispec fix`: mends what has one right form, and applies remedies, byte by byte."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from aispec.record import made, record
from aispec.spec.text import taken
from aispec.surface.cli.asking import colour_option, paths_argument, prices_option, today_option
from aispec.surface.cli.completing import codes
from aispec.surface.judging import STDIN, read_stdin

if TYPE_CHECKING:
    from aispec.surface.cli.remedying import Asked


@record(frozen=False)
class _Work:
    """Texts by path, as they were and as they are now, and lines to tell."""

    before: dict[str, str]
    after: dict[str, str]
    told: list[str] = made(default_factory=list)
    unread: list[str] = made(default_factory=list)

    def changed(self) -> list[str]:
        """The paths of files that are not as they were."""
        return [path for path in self.before if self.before[path] != self.after[path]]


@click.command("fix")
@paths_argument
@click.option(
    "--remedy",
    multiple=True,
    metavar="CODE[=N]",
    shell_complete=codes,
    help="Apply the first, or Nth, remedy of a rule's findings; 'all' is every error's.",
)
@click.option("--interactive", "-i", is_flag=True, help="Choose among the remedies one by one.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit with 1 if it would.")
@click.option("--diff", "--dry-run", "dry", is_flag=True, help="Write nothing; show what it would.")
@click.option("--quiet", "-q", is_flag=True, help="Show no difference.")
@prices_option
@today_option
@colour_option
def command(
    paths: tuple[str, ...],
    remedy: tuple[str, ...],
    interactive: bool,
    check_only: bool,
    dry: bool,
    quiet: bool,
    prices: str | None,
    today: date | None,
    colour: str,
) -> int:
    """Mend the specs in PATHS, or all below this folder; - reads and prints standard input.

    Names get the catalogue's spelling, misspelt keys and values the one the reader offers, and
    quantities their units. Comments, order, quotes and layout stay. With --remedy or --interactive
    a finding's remedy is applied, and the spec judged again. A file that would read worse is left.

    \b
    Examples:
      aispec fix
      aispec fix --check                    in CI: 1 if a file would change
      aispec fix --remedy FIT001 chat.yaml  the first remedy of FIT001's findings
      aispec fix --remedy FIT001=2 --diff   the second, shown and not written
      aispec fix --remedy all               until no error with a remedy is left
      aispec fix -i
    """
    wanted = _wanted(remedy)
    if interactive and wanted:
        raise click.UsageError("say --remedy or --interactive, not both")
    if interactive and not sys.stdin.isatty():
        raise click.UsageError("--interactive asks on a terminal, and there is none: use --remedy")
    work = _read(paths)
    _mend(work)
    if wanted or interactive:
        _apply(work, wanted, interactive, today, prices)
    from_stdin = STDIN in work.before
    if not quiet and not (from_stdin and not (dry or check_only)):
        _show(work, colour)
    if not dry and not check_only:
        _write(work)
    _tell((*work.told, *_summary(work, dry or check_only)))
    if check_only and work.changed():
        return 1
    return 2 if work.unread or _unreadable(work) else 0


def _wanted(remedy: tuple[str, ...]) -> tuple[Asked, ...]:
    if not remedy:
        return ()
    from aispec.surface.cli.remedying import asked

    try:
        return tuple(asked(each) for value in remedy for each in value.split(","))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _read(paths: tuple[str, ...]) -> _Work:
    """Return the texts of the specs that are named, exactly as they are on disk."""
    from aispec.spec.discover import find
    from aispec.spec.settings import SettingsFinder

    raw: dict[str, bytes] = {}
    unread: list[str] = []
    named = [path for path in paths if path != "-"]
    if "-" in paths:
        raw[STDIN] = read_stdin()
    if named or not paths:
        names, problems = find(named or ["."], ".", SettingsFinder())
        unread += [f"{problem.file or '.'}: {problem.message}" for problem in problems]
        for name in names:
            try:
                with open(name, "rb") as file:
                    raw[name] = taken(file)
            except OSError as error:
                unread.append(f"{name}: {error.strerror or 'it cannot be read'}")
        if not names and not problems:
            unread.append(
                f"there is no spec in {', '.join(named) or '.'}: `aispec init` writes one"
            )
    texts: dict[str, str] = {}
    for name, data in raw.items():
        try:
            texts[name] = data.decode("utf-8")
        except UnicodeDecodeError:
            unread.append(f"{name}: it is not UTF-8")
    return _Work(texts, dict(texts), list(unread), unread)


def _mend(work: _Work) -> None:
    from aispec.mend.mend import mended

    for path, text in work.before.items():
        made = mended(text, path)
        work.after[path] = made.text
        work.told += [f"{path}:{line}: left alone: {why}" for line, why in made.left]


def _apply(
    work: _Work,
    wanted: tuple[Asked, ...],
    interactive: bool,
    today: date | None,
    prices: str | None,
) -> None:
    from aispec.surface.cli.remedying import ask, chosen, remedied

    choose = ask if interactive else chosen(wanted)
    made = remedied(work.after, choose, today=today, prices=prices)
    work.after = made.texts
    work.told += [*made.applied, *made.refused]
    if not made.applied and not made.refused:
        work.told.append("no finding has a remedy that was asked for; `aispec check` lists them")


def _show(work: _Work, colour: str) -> None:
    """Print the difference, as `diff -u` would."""
    from aispec.surface.cli.difference import unified
    from aispec.surface.terminal import emit, screen

    drawn = screen(colour)
    for path in work.changed():
        emit(unified(path, work.before[path], work.after[path], colour=drawn.colour))


def _write(work: _Work) -> None:
    from aispec.surface.terminal import emit, rewrite

    if STDIN in work.before:
        emit(work.after[STDIN], exact=True)
    for path in work.changed():
        if path == STDIN:
            continue
        _stay_inside(path)
        rewrite(path, work.after[path].encode("utf-8"))


def _stay_inside(path: str) -> None:
    """Refuse to write through a link that leads out of the repository."""
    from aispec.surface.judging import repository

    folder = repository()
    leads_out = not _inside(os.path.realpath(path), os.path.realpath(folder))
    if leads_out and (os.path.islink(path) or _inside(os.path.abspath(path), folder)):
        raise click.ClickException(f"{path} is a link that leaves the repository: left alone")


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _summary(work: _Work, dry: bool) -> list[str]:
    changed = len(work.changed())
    if not work.before:
        return []
    if not changed:
        return ["nothing to mend"]
    files = "1 file" if changed == 1 else f"{changed} files"
    return [f"{files} would be mended" if dry else f"{files} mended; next: aispec check"]


def _unreadable(work: _Work) -> bool:
    """Say what still keeps files from being read as specs, and whether anything does."""
    from aispec.spec.reader import read

    found = [(path, each) for path, t in work.after.items() for each in read(t, path).problems]
    for path, each in found:
        where = f"{path}:{each.span.line}:{each.span.column}"
        _tell([f"{where}: error[{each.code}]: {each.message}"])
    return bool(found)


def _tell(lines: Sequence[str]) -> None:
    """Print lines for people, without what a terminal would obey."""
    from aispec.surface.terminal import tell

    for line in lines:
        tell(line, error=True)
