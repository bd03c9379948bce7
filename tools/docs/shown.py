"""Commands that pages show, and what they print.

A page gives itself files with a comment before a block, and a folder to start from likewise:

    <!-- file: ai-deploy.yaml -->      <!-- folder: examples/policy -->

A ```console block in which a command `$ aispec …` is followed by output is run among these files,
one block after the other, and must show what the commands print, as on 22 November 2026. `| grep`
and `| head` may shorten it. Blocks of commands without output are not run, but their commands and
options have to exist. What is after `<!-- not run -->` is neither. A block after
`<!-- from: examples/policy/.aispec.yaml -->` is that file of the repository.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from click.testing import CliRunner

from aispec.surface.cli.app import application

ROOT = Path(__file__).resolve().parents[2]
TODAY = "2026-11-22"
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*?) -->\n+)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_FOLDER = re.compile(r"<!-- folder: (\S+) -->")
_SCREEN = {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}
_FILTERS = ("grep", "head")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page, and the comment before it."""

    mark: str
    kind: str
    body: str
    start: int  # where the body begins in the page's text

    @property
    def file(self) -> str | None:
        """The file that the block stands for."""
        return self.mark.removeprefix("file:").strip() if self.mark.startswith("file:") else None

    @property
    def source(self) -> Path | None:
        """The file of the repository that the block quotes."""
        quoted = self.mark.startswith("from:")
        return ROOT / self.mark.removeprefix("from:").strip() if quoted else None

    @property
    def commands(self) -> list[str]:
        """The lines that a reader types."""
        if self.kind != "console" or self.mark == "not run":
            return []
        return [line[2:] for line in self.body.splitlines() if line.startswith("$ ")]

    @property
    def shows_output(self) -> bool:
        """Whether it is run: it has commands of aispec, and something they printed."""
        lines = self.body.splitlines()
        answered = any(not line.startswith("$ ") for line in lines)
        return answered and any(command.startswith("aispec ") for command in self.commands)


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for found in _BLOCK.finditer(text):
        mark = found["mark"] or ""
        yield Block(mark, found["kind"], found["body"], found.start("body"))


def renewed(text: str) -> str:
    """Return a page with what its commands print now."""
    parts, done = [], 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".git").mkdir()
        if started := _FOLDER.search(text):
            shutil.copytree(ROOT / started[1], folder, dirs_exist_ok=True)
        for block in blocks(text):
            if block.file:
                path = folder / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.body, encoding="utf-8")
            parts += [text[done : block.start], _body(block, folder)]
            done = block.start + len(block.body)
    return "".join(parts) + text[done:]


def _body(block: Block, folder: Path) -> str:
    if block.source:
        return block.source.read_text(encoding="utf-8")
    return _session(block, folder) if block.shows_output else block.body


def _session(block: Block, folder: Path) -> str:
    return "".join(f"$ {command}\n{_printed(command, folder)}" for command in block.commands)


def _printed(command: str, folder: Path) -> str:
    """What a command prints in a folder, without blanks at the ends of lines.

    Raises `ValueError` where it is not a command of aispec, or one that did not understand us:
    an error must not end up in a page in place of what was shown.
    """
    first, *filters = command.split(" | ")
    arguments = shlex.split(first, comments=True)
    if arguments[:1] != ["aispec"]:
        raise ValueError(f"only aispec is run for the documentation, not {first!r}")
    with chdir(folder):
        given = arguments[1:] + _dated(arguments[1:])
        done = CliRunner().invoke(application, given, prog_name="aispec", env=_SCREEN)
    if done.exit_code:
        raise ValueError(f"{command!r} can't be shown, mark its block as not run: {done.output}")
    text = done.output
    for each in filters:
        words = shlex.split(each)
        if words[0] not in _FILTERS:
            raise ValueError(f"output is shortened with {_FILTERS}, not with {each!r}")
        text = subprocess.run(words, input=text, capture_output=True, text=True, check=False).stdout
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _dated(arguments: list[str]) -> list[str]:
    """The day, for commands that ask for it; so that a page does not change overnight."""
    command, _ = command_of(arguments)
    names = {name for param in command.params for name in param.opts}
    return ["--today", TODAY] if "--today" in names and "--today" not in arguments else []


def command_of(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that some words call, and the words left for it.

    Raises `click.UsageError` where there is no such command.
    """
    command: click.Command = application
    context = click.Context(application, info_name="aispec")
    left = list(arguments)
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        found = command.get_command(context, left[0])
        if found is None:
            raise click.UsageError(f"there is no command {left[0]!r}")
        command, left = found, left[1:]
    return command, left
