"""Reading an engine's arguments and variables by its table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aispec.adopt.draft import Value
from aispec.adopt.engines import Engine, Flag
from aispec.adopt.launch import Setting
from aispec.adopt.values import READERS
from aispec.record import made, record

_FLAG = re.compile(r"--?[A-Za-z][A-Za-z0-9_.-]*")
_NOTHING_SAID = frozenset(("auto", "none", "", "-1", "default"))
_VALUE = re.compile(r"-?[0-9.]+")


@record(frozen=False)
class Read:
    """What the arguments said: values by what they set, and flags that were left.

    `said` has, with each value, the flag or variable that said it. `unread` are flags that the
    table does not have, `refused` those whose value could not be read; never their values, which
    may be secret.
    """

    said: dict[str, tuple[Value, str]] = made(default_factory=dict)
    words: list[str] = made(default_factory=list)
    unread: list[str] = made(default_factory=list)
    refused: list[str] = made(default_factory=list)

    def take(self, to: str) -> tuple[Value, str] | None:
        """Return what was said of one thing, and forget it."""
        return self.said.pop(to, None)


def read_arguments(engine: Engine, argv: Sequence[str]) -> Read:
    """Return what the arguments of an engine say; the last of two equal flags counts."""
    read = Read()
    for written, value in _pairs(engine, argv):
        if written is None:
            read.words.append(value or "")
            continue
        flag = engine.flag(written)
        if flag is None:
            if not engine.beside_the_point(written):
                read.unread.append(written)
            continue
        _say(read, flag, value or "", written)
    return read


def read_variables(engine: Engine, env: Mapping[str, str], read: Read) -> None:
    """Add what an engine's variables say; arguments go before them."""
    for name, flag in engine.env.items():
        if env.get(name) and flag.to not in read.said:
            _say(read, flag, env[name], name)


def read_settings(engine: Engine, settings: Mapping[str, Setting], read: Read) -> None:
    """Add what a chart says in its own words, by flag; arguments go before them."""
    for written, (value, where) in settings.items():
        flag = engine.flag(written)
        if flag and flag.to not in read.said:
            _say(read, flag, value, where)


def _say(read: Read, flag: Flag, value: str, where: str) -> None:
    if "$" in value:
        read.refused.append(where)
        return
    found = READERS[flag.how](flag.values.get(value.lower(), value))
    if found is not None:
        read.said[flag.to] = (found, where)
    elif flag.how != "layers" and value.strip().lower() not in _NOTHING_SAID:
        read.refused.append(where)


def _pairs(engine: Engine, argv: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield flags with their values; None stands for the flag of a plain word."""
    words = [part for word in argv for part in _unglued(word)]
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if not _FLAG.match(word) or _VALUE.fullmatch(word):
            yield None, word
            continue
        written, equals, value = word.partition("=")
        if equals:
            yield written, value
        elif place < len(words) and _takes(engine, written, words[place]):
            yield written, words[place]
            place += 1
        else:
            yield written, None


def _takes(engine: Engine, written: str, following: str) -> bool:
    """Whether the word after a flag is its value."""
    if engine.alone(written):
        return following.lower() in ("true", "false", "on", "off", "auto", "1", "0")
    return not _FLAG.match(following) or bool(_VALUE.fullmatch(following))


def _unglued(word: str) -> list[str]:
    """Return an item such as "--model foo", which people write into lists, as the two it means."""
    flag, space, value = word.strip().partition(" ")
    return [flag, value.strip()] if space and _FLAG.fullmatch(flag) else [word]
