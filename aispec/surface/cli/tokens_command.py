"""`aispec tokens`: how many tokens a text has for a model."""

from __future__ import annotations

import os
from stat import S_ISREG
from typing import Any, BinaryIO

import click

from aispec.estimate.quantity import Quantity
from aispec.spec.text_file import MOST, TextFile, of_text
from aispec.surface.cli.completing import models as complete_models
from aispec.surface.terminal import emit

_MOST_PIPED = 32 << 20  # bytes, which have to be held


@click.command("tokens")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"), metavar="FILE...")
@click.option(
    "--model",
    "-m",
    required=True,
    shell_complete=complete_models,
    help="The model whose tokenizer counts.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A line a file, or JSON.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
def command(files: tuple[BinaryIO, ...], model: str, form: str, output: str | None) -> int:
    """Count the tokens of each FILE with MODEL's own tokenizer, `-` being standard input.

    OpenAI's encodings are counted exactly, offline. Open models and Claude need the extra `tokens`
    (pip install 'aispec[tokens]'); without it, and for all others, the count is an estimate with
    its bounds. So is that of a FILE of more than 256 KiB, of which passages are counted. Tokens
    that a provider puts around messages are not counted.

    \b
    Examples:
      aispec tokens prompts/system.txt --model gpt-4o
      git diff | aispec tokens - --model claude-sonnet-5
    """
    from aispec.catalog.store import Catalog, Match
    from aispec.catalog.tokenizers import tokenizer_of
    from aispec.estimate.tokens import count_tokens

    found = Catalog.default().model(model)
    name, said = (
        (found.entry.id, found.entry.tokenizer) if isinstance(found, Match) else (model, None)
    )
    counts = {file.name: count_tokens(_text(file), name, said) for file in files}
    if form == "json":
        from aispec.report.json_format import dumps

        emit(dumps(_as_data(counts, name, tokenizer_of(name, said).name)), output)
    else:
        emit("".join(_line(path, count) for path, count in counts.items()), output)
    return 0


def _text(file: BinaryIO) -> TextFile:
    status = os.fstat(file.fileno())
    if S_ISREG(status.st_mode):
        text, most = TextFile(status.st_size, lambda: file), MOST
    else:
        text, most = of_text(file.read(_MOST_PIPED + 1)), _MOST_PIPED
    if text.size > most:
        advice = "" if most == MOST else "; write it to a file and name that"
        raise click.UsageError(f"{file.name} has more than {most >> 20} MiB{advice}")
    return text


def _line(path: str, count: Quantity) -> str:
    figure = f"{count.value:,.0f}"
    if not count.exact:
        figure += f" ({count.low:,.0f} to {count.high:,.0f})"
    return f"{path}: {figure} tokens; {count.how}\n"


def _as_data(counts: dict[str, Quantity], model: str, tokenizer: str) -> dict[str, Any]:
    return {
        "version": 1,
        "model": model,
        "tokenizer": tokenizer,
        "files": [
            {
                "path": path,
                "tokens": round(count.value),
                "low": round(count.low),
                "high": round(count.high),
                "exact": count.exact,
                "how": count.how,
            }
            for path, count in counts.items()
        ],
    }
