"""Every command tells what it does, with examples that are its own, on any width."""

from collections.abc import Iterator

import click
import pytest

from aispec.surface.cli.app import application


def commands(
    group: click.Group, way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*way, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*way, name))


EVERY = list(commands(application))


def helped(way: tuple[str, ...], command: click.Command, width: int) -> str:
    settings = {"terminal_width": width, "help_option_names": ["-h", "--help"]}
    return command.get_help(click.Context(command, info_name=f"aispec {' '.join(way)}", **settings))


@pytest.mark.parametrize(("way", "command"), EVERY, ids=[" ".join(way) for way, _ in EVERY])
def test_help_has_examples_of_the_command_and_a_word_on_every_option(
    way: tuple[str, ...], command: click.Command
) -> None:
    text = helped(way, command, 80)
    examples = text.partition("Example")[2]
    assert f"aispec {' '.join(way)}" in examples
    assert all(len(line) <= 80 for line in text.splitlines()), text
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
    if isinstance(command, click.Group):
        assert "..." not in text.partition("Commands:")[2]


@pytest.mark.parametrize(("way", "command"), EVERY, ids=[" ".join(way) for way, _ in EVERY])
def test_help_goes_with_the_width(way: tuple[str, ...], command: click.Command) -> None:
    narrow, wide = (helped(way, command, width) for width in (50, 100))
    assert len(narrow.splitlines()) > len(wide.splitlines())
