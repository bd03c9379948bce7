"""Command lines as text: words, variables, continued lines, containers. Nothing is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aispec.adopt.draft import AdoptError

_SHELLS = frozenset(("sh", "bash", "ash", "zsh", "dash"))
_BREAKS = frozenset(("&&", "||", ";", "|", "&", "\n", "(", ")", "{", "}"))
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.S)
_VARIABLE = re.compile(
    r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)"
    r"|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([^}]*))?\}"
    r"|\$([A-Za-z_][A-Za-z0-9_]*)"
)
_MOST_COMMANDS = 500
_MOST_WORD = 20_000
_LONGEST = 100_000
_MARKS = re.compile(r"\\.|['\"#]")
_UNIT = re.compile(r"^\s*ExecStart=[-@:+!]*")  # the line of a systemd unit that starts it
_QUOTES = ("'", '"')


class Command(NamedTuple):
    """The words of one command, the variables set before it, and its first line, from one."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    line: int


def expand(text: str, env: Mapping[str, str]) -> str:
    """Put values in the place of $(NAME), ${NAME}, ${NAME:-usual} and $NAME that are known."""
    if "$" not in text:
        return text
    room = _MOST_WORD

    def value(match: re.Match[str]) -> str:
        nonlocal room
        name = match[1] or match[2] or match[4]
        put = env.get(name, match[3] if match[3] is not None else match[0])[: max(room, 0)]
        room -= len(put)
        return put

    return _VARIABLE.sub(value, text[:_MOST_WORD])[:_MOST_WORD]


def commands(script: str, env: Mapping[str, str] | None = None) -> list[Command]:
    """Return the simple commands of a shell script, variables put in.

    Raises AdoptError where quotes do not close.
    """
    known = dict(env or {})
    found: list[Command] = []
    for words, line in _split(script):
        here: dict[str, str] = {}
        rest = list(words)
        while rest and (match := _ASSIGNED.fullmatch(rest[0])):
            here[match[1]] = expand(match[2], known)
            rest.pop(0)
        if rest and rest[0] == "export":
            rest = rest[1:]
            here |= {m[1]: expand(m[2], known) for w in rest if (m := _ASSIGNED.fullmatch(w))}
            known |= here
            continue
        if not rest:
            known |= here
            continue
        scope = {**known, **here}
        argv = tuple(expand(word, scope) for word in rest)
        found.append(Command(argv, scope, line))
        if len(found) > _MOST_COMMANDS:
            raise AdoptError(f"the script has more than {_MOST_COMMANDS} commands")
    return found


def unwrapped(argv: Sequence[str], env: Mapping[str, str]) -> list[Command]:
    """Return the commands of an argument list; `sh -c "…"` holds a script of them."""
    for place, word in enumerate(argv[:4]):
        if word.rpartition("/")[2] in _SHELLS:
            options = [w for w in argv[place + 1 :][:3] if w.startswith("-")]
            if any("c" in option for option in options if not option.startswith("--")):
                start = place + 1 + len(options)
                script = argv[start] if start < len(argv) else ""
                return commands(script, env)
    return [Command(tuple(expand(word, env) for word in argv), env, 0)]


def _split(script: str) -> Iterator[tuple[list[str], int]]:
    """Yield the words of each command with the line it begins on."""
    if len(script) > _LONGEST:
        raise AdoptError(f"it has more than {_LONGEST:,} characters, too many for a command")
    for text, line in _whole_lines(script.replace("\r\n", "\n").split("\n")):
        yield from ((each, line) for each in _by_breaks(_words(text)))


def _whole_lines(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield lines with those that go on with them: after a backslash, or inside a quote."""
    parts: list[str] = []
    quote, first = "", 1
    for number, line in enumerate(lines, 1):
        if not parts:
            first = number
            line = _UNIT.sub("", line)
        quote = _left_open(line, quote)
        goes_on = not quote and line.rstrip().endswith("\\")
        parts.append(line.rstrip()[:-1] + " " if goes_on else line + ("\n" if quote else ""))
        if not quote and not goes_on:
            yield "".join(parts), first
            parts = []
    if parts:
        yield "".join(parts), first


def _left_open(line: str, quote: str) -> str:
    """Return the quote that is open at a line's end, when another was at its beginning."""
    for match in _MARKS.finditer(line):
        mark = match[0]
        if quote:
            # A backslash has no meaning inside single quotes.
            closed = mark == quote or (quote == "'" and mark.endswith("'"))
            quote = "" if closed else quote
        elif mark == "#" and not line[: match.start()][-1:].strip():
            break
        elif mark in _QUOTES:
            quote = mark
    return quote


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();&|")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        return list(lexer)
    except ValueError:
        raise AdoptError("a quote in the command is not closed") from None


def _by_breaks(words: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in (*words, ";"):
        if word not in _BREAKS and set(word) - set(";&|"):
            part.append(word)
        elif part:
            yield _without_prompt(part)
            part = []


def _without_prompt(words: list[str]) -> list[str]:
    while words and words[0] in ("$", "sudo", "exec", "nohup", "time", ">"):
        words = words[1:]
    return words
