"""`aispec completion`: what makes a shell complete commands, options and names."""

from __future__ import annotations

import click

from aispec.surface.terminal import emit

_WHERE = {
    "bash": 'eval "$(aispec completion bash)"    # in ~/.bashrc',
    "zsh": 'eval "$(aispec completion zsh)"     # in ~/.zshrc, after compinit',
    "fish": "aispec completion fish > ~/.config/fish/completions/aispec.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(_WHERE)))
def command(shell: str) -> int:
    """Print what makes SHELL complete commands, models, accelerators and codes of rules.

    \b
    Examples:
      eval "$(aispec completion bash)"      in ~/.bashrc
      eval "$(aispec completion zsh)"       in ~/.zshrc, after compinit
      aispec completion fish > ~/.config/fish/completions/aispec.fish
    """
    from click.shell_completion import get_completion_class

    from aispec.surface.cli.app import application

    found = get_completion_class(shell)
    assert found is not None
    emit(found(application, {}, "aispec", "_AISPEC_COMPLETE").source(), exact=True)
    return 0
