"""`aispec rules`: which rules there are, and whether they do what their examples say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aispec.surface.cli.asking import colour_option
from aispec.surface.cli.terminal import emit, screen

if TYPE_CHECKING:
    from aispec.policy.finding import Finding
    from aispec.policy.rule import Rule
    from aispec.policy.testing import Evaluate


@click.group("rules")
def command() -> None:
    """List rules, and test rule files by their own examples."""


@command.command("list")
@click.argument("prefix", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or JSON.",
)
@colour_option
def list_(prefix: str | None, form: str, colour: str) -> int:
    """List the rules that come with aispec; PREFIX narrows them: FIT, COST0, or a name.

    \b
    Examples:
      aispec rules list
      aispec rules list FIT
    """
    from aispec.policy.rule import load_builtin
    from aispec.policy.selection import matches

    rules = [r for r in load_builtin(told=True) if not prefix or matches(prefix, r.code, r.name)]
    if not rules:
        raise click.UsageError(f"no rule begins with '{prefix}'")
    if form == "json":
        from aispec.report.explain import explain_rule_json
        from aispec.report.json_format import dumps

        emit(dumps({"rules": [explain_rule_json(rule) for rule in rules]}))
        return 0
    from aispec.report.rule_list import render

    drawn = screen(colour)
    emit(render(rules, colour=drawn.colour, width=drawn.width))
    return 0


@command.command("test")
@click.argument("folder", required=False, type=click.Path(file_okay=False))
def test(folder: str | None) -> int:
    """Run the examples of the rules in FOLDER, or of those that come with aispec.

    Every rule needs an example in which it finds something and one in which it does not.
    """
    from pathlib import Path

    from aispec.policy.rulefile import RuleError, load_rules
    from aispec.policy.testing import run_examples
    from aispec.resources import rules_dir

    try:
        own = folder is None
        rules = load_rules([rules_dir() if folder is None else Path(folder)], builtin=own)
    except RuleError as error:
        span = error.span
        click.echo(f"{error.path}:{span.line}:{span.column}: {error.message}", err=True)
        return 2
    if not rules:
        raise click.UsageError(f"there is no rule in '{folder}'")
    extra = () if own else rules
    failures = [line for rule in rules for line in run_examples(rule, _evaluate(extra))]
    examples = sum(len(rule.examples) for rule in rules)
    for line in failures:
        click.echo(line)
    outcome = f"{len(failures)} failed" if failures else "all as they say"
    click.echo(f"{len(rules)} rules, {examples} examples: {outcome}")
    return 1 if failures else 0


def _evaluate(rules: tuple[Rule, ...]) -> Evaluate:
    from datetime import date

    from aispec.pipeline import judge_example

    def evaluate(example: object, today: date | None) -> list[Finding]:
        return judge_example(example, rules, today or date.today())

    return evaluate
