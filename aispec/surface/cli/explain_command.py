"""`aispec explain`: a rule at length, or a figure derived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from aispec.surface.cli.asking import colour_option, today_option
from aispec.surface.cli.completing import subjects
from aispec.surface.terminal import Screen, emit, screen, tell

if TYPE_CHECKING:
    from aispec.policy.rule import Rule


@click.command("explain")
@click.argument("subject", metavar="CODE|FACT", shell_complete=subjects)
@click.argument("file", required=False, type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "markdown", "json"]),
    default="terminal",
    show_default=True,
    help="How a rule is written.",
)
@today_option
@colour_option
def command(subject: str, file: str | None, form: str, today: date | None, colour: str) -> int:
    """Tell the rule CODE at length, or derive FACT of a FILE line by line.

    \b
    Examples:
      aispec explain FIT001
      aispec explain memory-overcommit --format markdown
      aispec explain memory.needed ai-deploy.yaml
    """
    drawn = screen(colour)
    if "." in subject:
        return _fact(subject, file, today, drawn)
    emit(_rule(subject, form, drawn))
    return 0


def _rule(subject: str, form: str, drawn: Screen) -> str:
    from aispec.policy.rule import load_builtin
    from aispec.report import explain

    shipped = load_builtin(told=True)
    rule = _called(subject, shipped) or _of_settings(subject, shipped)
    if form == "markdown":
        return explain.explain_rule_markdown(rule)
    if form == "json":
        from aispec.report.json_format import dumps

        return dumps(explain.explain_rule_json(rule))
    return explain.explain_rule(rule, colour=drawn.colour, width=drawn.width)


def _called(subject: str, rules: Iterable[Rule]) -> Rule | None:
    return next((r for r in rules if subject.upper() == r.code or subject.lower() == r.name), None)


def _of_settings(subject: str, shipped: Sequence[Rule]) -> Rule:
    """Return a rule that settings bring in here; `UsageError` where there is none."""
    from aispec.surface.judging import governor

    here = governor().of("ai-deploy.yaml").known
    if found := _called(subject, here):
        return found
    from aispec.catalog.names import or_nearest

    names = [name for rule in (*shipped, *here) for name in (rule.code, rule.name)]
    advice = or_nearest(subject, [*dict.fromkeys(names)])
    raise click.UsageError(f"there is no rule '{subject}'{advice}: see `aispec rules list`")


def _fact(name: str, file: str | None, today: date | None, drawn: Screen) -> int:
    from aispec.estimate.vocabulary import FACTS
    from aispec.report.explain import explain_fact

    if name not in FACTS:
        from aispec.catalog.names import or_nearest

        raise click.UsageError(f"there is no fact '{name}'{or_nearest(name, list(FACTS))}")
    from aispec.surface.judging import judged

    report = judged([file] if file else ["."], today=today)
    for each in report.deployments:
        told = explain_fact(
            name, each.facts, title=each.name, colour=drawn.colour, width=drawn.width
        )
        emit(told)
    for finding in report.counted():
        if finding.unreadable:
            tell(f"{finding.path}:{finding.span.line}: {finding.message}", error=True)
    return 2 if report.exit_code == 2 else 0
