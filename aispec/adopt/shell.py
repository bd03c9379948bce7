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


class Command(NamedTuple):
    """The words of one command, the variables set before it, and its first line, from one."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    line: int


def expand(text: str, env: Mapping[str, str]) -> str:
    """Put values in the place of $(NAME), ${NAME}, ${NAME:-usual} and $NAME that are known."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[4]
        return env.get(name, match[3] if match[3] is not None else match[0])

    return _VARIABLE.sub(value, text)[:_MOST_WORD] if "$" in text else text


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
    lines = script.replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        first, text = number, lines[number]
        while text.rstrip().endswith("\\") and number + 1 < len(lines):
            number += 1
            text = text.rstrip()[:-1] + " " + lines[number].lstrip().removeprefix("> ")
        words, number = _words(text, lines, number)
        number += 1
        yield from ((each, first + 1) for each in _by_breaks(words))


def _words(text: str, lines: Sequence[str], number: int) -> tuple[list[str], int]:
    """Return the words of a line, with the lines after it that a quote in it goes over."""
    while True:
        try:
            lexer = shlex.shlex(text, posix=True, punctuation_chars="();&|")
            lexer.whitespace_split = True
            lexer.commenters = "#"
            return list(lexer), number
        except ValueError:
            if number + 1 >= len(lines) or len(text) > _MOST_WORD:
                raise AdoptError("a quote in the command is not closed") from None
            number += 1
            text = f"{text}\n{lines[number]}"


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
