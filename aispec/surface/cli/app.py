"""The commands, each imported when it is called; and what happens when one of them breaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from aispec import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "check": "Judge specs: the main job.",
    "init": "Write a first spec, from five answers or from a manifest.",
    "report": "Write the report as Markdown or HTML, whatever the verdict.",
    "diff": "Say what a change does to fit, cost, limits and latency.",
    "explain": "Tell a rule at length, or derive a fact of a file line by line.",
    "facts": "Print every computed figure with its bounds.",
    "plan": "Search the cheapest, fastest and smallest deployments that pass.",
    "fix": "Mend spellings, and apply remedies, changing nothing else.",
    "baseline": "Record today's findings, so that only new ones count.",
    "rules": "List rules, and test rule files by their own examples.",
    "catalog": "Look up models, accelerators and prices.",
    "tokens": "Count the tokens of a text with a model's own tokenizer.",
    "comment": "Keep the comment on a pull or merge request up to date.",
    "schema": "Print a JSON Schema, for editors and other tools.",
    "completion": "Print what makes a shell complete commands and names.",
}
_HIDDEN = ("action",)
"""Commands that run, and that nobody types."""
OUR_FAULT = 3


class _Lazy(click.Group):
    """A group that knows its commands' names and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS and cmd_name not in _HIDDEN:
            return None
        module = import_module(f"aispec.surface.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = args and (args[0] in _COMMANDS or args[0] in _HIDDEN)
        if args and not args[0].startswith("-") and not known:
            self._unknown(ctx, args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands without importing them."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        found = [(name, told) for name, told in _COMMANDS.items() if name.startswith(incomplete)]
        return [CompletionItem(name, help=told) for name, told in found]

    @staticmethod
    def _unknown(ctx: click.Context, name: str) -> None:
        from aispec.catalog.names import nearest

        near = nearest(name, list(_COMMANDS), 1)
        if os.path.exists(name):
            advice = f"to judge that file, run `aispec check {name}`"
        else:
            advice = f"did you mean `{near[0]}`?" if near else "see `aispec --help`"
        ctx.fail(f"there is no command '{name}': {advice}")


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="aispec %(version)s")
def application() -> None:
    """Judge AI deployments before they are deployed.

    aispec reads ai-deploy.yaml and says whether the model fits its hardware, what it costs, and
    whether it stays inside its rate limits and latency targets.

    \b
    Examples:
      aispec init                     write a first spec, from five answers
      aispec init --from k8s.yaml     or from what starts the engine today
      aispec check                    judge every spec below this folder
      aispec check deploy/chat.yaml   one of them
      aispec facts deploy/chat.yaml   all figures, with their bounds
      aispec explain FIT001           what a rule judges, and why
      aispec fix --remedy FIT001      apply what was tried and helps
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1, 2, or 3 when the fault is ours."""
    for stream in (sys.stdout, sys.stderr):
        # A name in a spec may have letters that the terminal's encoding has not.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = application.main(
            args=None if arguments is None else list(arguments),
            prog_name="aispec",
            standalone_mode=False,
        )
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        _harmless(error).show()
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _apologise(error)
    return result if isinstance(result, int) else 0


def _harmless(error: click.ClickException) -> click.ClickException:
    """Return an error that no terminal obeys: names and paths in it may be a stranger's."""
    from copy import copy

    from aispec.report.cells import harmless

    plain = copy(error)
    vars(plain)["message"] = harmless(error.message)
    return plain


def _apologise(error: Exception) -> int:
    """Say that aispec broke, where, and what to do about it."""
    if os.environ.get("AISPEC_DEBUG"):
        raise error
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "?") if trace else "?"
    line = trace.tb_lineno if trace else 0
    click.echo(
        f"aispec {__version__} broke: {type(error).__name__} in {module}, line {line}.\n"
        "This is a fault of aispec and not of your spec. Please report it with the spec that shows"
        " it;\nAISPEC_DEBUG=1 prints the whole trace.",
        err=True,
    )
    return OUR_FAULT
