"""The reference of the command line, made from the commands' own help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from aispec.surface.cli.app import application

_REMARK = re.compile(r" {2,}")  # what stands between an example and what is said of it
_INTRO = """\
# The command line

Every command, from its own help. `aispec COMMAND --help` prints the same on a terminal.

Exit codes are those of every command: 0 all is well, 1 there are findings at `--fail-on` or worse,
2 the question was wrong (usage, settings, a file that can't be read as a spec), 3 it is a fault of
aispec's own.
No command touches the network unless its help says so.
"""


def command_page() -> str:
    """Return the page."""
    lines = [_INTRO]
    for path, command in commands():
        lines += [*_section(path, command)]
    return "\n".join(lines).rstrip("\n") + "\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, groups before what they hold."""
    yield from _inside("aispec", application)


def _inside(path: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _inside(f"{path} {name}", command)


def _section(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield f"## `{path}`"
    yield ""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from _paragraph(paragraph)
    usage = " ".join(command.collect_usage_pieces(context))
    yield from ("```text", f"{path} {usage}".strip(), "```", "")
    records = [record for record in map(_option, command.params) if record]
    if records:
        yield from ("| option | |", "| --- | --- |", *records, "")


def _paragraph(text: str) -> Iterator[str]:
    """A paragraph of help; what is set off by `\\b` keeps its lines, and examples are commands."""
    if not text.startswith("\b"):
        yield from (_plain(text), "")
        return
    title, *lines = text.removeprefix("\b").strip("\n").splitlines()
    if title.startswith("Examples"):
        shown = [f"$ {_REMARK.sub('  # ', line.strip())}" for line in lines]
        yield from (f"{title}", "", "```console", *shown, "```", "")
    else:
        yield from ("```text", title, *lines, "```", "")


def _plain(text: str) -> str:
    """Prose of a terminal as Markdown: names with underscores or brackets are not markup."""
    return text.replace("<", "&lt;").replace("[", "\\[").replace("*", "\\*").replace("_", "\\_")


def _option(param: click.Parameter) -> str | None:
    if not isinstance(param, click.Option) or param.hidden:
        return None
    context = click.Context(click.Command("aispec"))
    record = param.get_help_record(context)
    if record is None:
        return None
    spelling, meaning = record
    # A bar ends a cell, in code too, and not every reader of Markdown knows how to escape it there.
    return f"| `{spelling.replace('|', ', ')}` | {_plain(meaning).replace('|', '&#124;')} |"
