"""`aispec plan`: the deployments that meet every target, searched."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from aispec.surface.cli.asking import colour_option, prices_option, today_option
from aispec.surface.judging import STDIN, listed, options_of, read_stdin
from aispec.surface.terminal import create, emit, screen, tell

if TYPE_CHECKING:
    from aispec.planning import Wishes
    from aispec.report.proposal import Plan
    from aispec.report.report import FailOn

FORMATS = ("terminal", "json", "markdown", "html")
_KEPT = ("model", "precision", "hardware", "engine")


@click.command("plan")
@click.argument("path", type=click.Path(), metavar="FILE")
@click.option("--name", help="The deployment, where the file has several.")
@click.option(
    "--keep", multiple=True, metavar="PARTS", help=f"Leave as written: {','.join(_KEPT)}."
)
@click.option("--provider", multiple=True, metavar="NAMES", help="Only from these: aws,groq.")
@click.option("--accelerator", multiple=True, metavar="NAMES", help="Only these: l4,h100.")
@click.option("--engine", multiple=True, metavar="NAMES", help="Only these: vllm,sglang.")
@click.option("--models", multiple=True, metavar="NAMES", help="Other models that are good enough.")
@click.option(
    "--max-gpus", type=click.IntRange(0, 4096), metavar="N", help="Accelerators of all replicas."
)
@click.option("--max-cost", type=click.FloatRange(0), metavar="USD", help="USD a month.")
@click.option("--marketplaces", is_flag=True, help="Count going rates of marketplaces, too.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="Rules that nothing may break: errors, or warnings too (default: the settings').",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="How the plan is written.",
)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
@click.option(
    "--write",
    type=(click.IntRange(1), click.Path()),
    metavar="N FILE",
    help="Write the spec of proposal N to a new file.",
)
@prices_option
@today_option
@colour_option
def command(
    path: str,
    name: str | None,
    fail_on: FailOn | None,
    form: str,
    output: str | None,
    write: tuple[int, str] | None,
    today: date | None,
    colour: str,
    prices: str | None,
    **wished: Any,
) -> int:
    """Search the ways to deploy FILE that meet every target and rule.

    Shows the cheapest, the fastest and the smallest, and what each further dollar buys. Tried are
    precisions, accelerators, counts, parallelism, the engine's main settings, cloud instances and
    providers of the same model. What is possibly good enough comes after what certainly is, and
    what has no known price is never called the cheapest. One deployment is planned at a time; a
    front door's targets one by one.

    The exit code is 0 where there is a proposal, 1 where nothing can be proposed, 2 when the
    question or the file is wrong.

    \b
    Examples:
      aispec plan ai-deploy.yaml
      aispec plan ai-deploy.yaml --keep precision --max-gpus 2 --provider aws,gcp
      aispec plan ai-deploy.yaml --models qwen3-8b,llama-3.3-70b-instruct
      aispec plan ai-deploy.yaml --format html -o plan.html
      aispec plan ai-deploy.yaml --write 1 cheapest.ai-deploy.yaml
    """
    from aispec.planning import PlanError, Question, Unplannable, plan

    shown, text = (STDIN, read_stdin()) if path == "-" else (path, None)
    try:
        question = Question(shown, name, _wishes(**wished), text)
        made = plan(question, options_of(today=today, prices=prices, fail_on=fail_on), _watch())
    except PlanError as error:
        raise click.ClickException(str(error)) from error
    except Unplannable as finding:
        tell(f"error: {finding}", error=True)
        return 1
    if write is not None:
        _write(made, *write)
    emit(_rendered(made, form, colour), output)
    return 0 if made.numbered() else 1


def _wishes(
    *,
    keep: tuple[str, ...],
    provider: tuple[str, ...],
    accelerator: tuple[str, ...],
    engine: tuple[str, ...],
    models: tuple[str, ...],
    max_gpus: int | None,
    max_cost: float | None,
    marketplaces: bool,
) -> Wishes:
    from aispec.planning import Wishes

    return Wishes(
        keep=_kept(listed(keep)),
        providers=listed(provider),
        accelerators=listed(accelerator),
        engines=listed(engine),
        models=listed(models),
        max_gpus=max_gpus,
        max_cost=max_cost,
        marketplaces=marketplaces,
    )


def _kept(parts: tuple[str, ...]) -> frozenset[str]:
    for part in parts:
        if part not in _KEPT:
            raise click.UsageError(f"--keep takes {', '.join(_KEPT)}, not '{part}'")
    return frozenset(parts)


def _rendered(made: Plan, form: str, colour: str) -> str:
    if form == "json":
        from aispec.report.json_format import dumps
        from aispec.report.plan_json import plan_json

        return dumps(plan_json(made))
    if form == "markdown":
        from aispec.report.plan_markdown import render as markdown

        return markdown(made)
    if form == "html":
        from aispec.report.plan_html import render as html

        return html(made)
    from aispec.report.plan_text import render

    drawn = screen(colour)
    return render(made, colour=drawn.colour, width=drawn.width, unicode=drawn.unicode)


def _write(made: Plan, number: int, file: str) -> None:
    """Write a proposal's spec to a file that is not there yet."""
    proposals = made.numbered()
    if number > len(proposals):
        raise click.ClickException(f"there is no proposal {number}: there are {len(proposals)}")
    create(file, proposals[number - 1].spec.encode("utf-8"))


def _watch() -> Callable[[int, int], None]:
    """Return what draws the progress of a search: on a terminal only, once it takes long."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return lambda judged, total: None
    from time import monotonic

    return Progress(monotonic).show


class Progress:
    """How far a search is, on one line of standard error."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = clock() + 1.0

    def show(self, judged: int, total: int) -> None:
        """Draw the line again where a fifth of a second has passed; clear it at the end."""
        now = self._clock()
        if judged >= total:
            sys.stderr.write("\r\x1b[K")
        elif now >= self._next:
            self._next = now + 0.2
            sys.stderr.write(f"\r\x1b[K{judged:,} of {total:,} candidates judged")
        sys.stderr.flush()
