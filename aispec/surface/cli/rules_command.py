"""`aispec rules`: which there are, who decides over them, and whether they do what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aispec.surface.cli.asking import colour_option
from aispec.surface.cli.completing import codes
from aispec.surface.cli.terminal import emit, screen

if TYPE_CHECKING:
    from aispec.policy.finding import Finding
    from aispec.policy.rule import Rule
    from aispec.policy.testing import Evaluate


@click.group("rules")
def command() -> None:
    """List rules, begin one, and test rule files by their own examples.

    \b
    Examples:
      aispec rules list FIT
      aispec rules new unapproved-model --prefix ACME
      aispec rules test rules
    """


@command.command("list", short_help="List the rules that come with aispec.")
@click.argument("prefix", required=False, shell_complete=codes)
@click.option(
    "--effective",
    type=click.Path(),
    metavar="PATH",
    help="Say which rules govern a spec, how severe they are there and who decided.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table, or JSON.",
)
@colour_option
def list_(prefix: str | None, effective: str | None, form: str, colour: str) -> int:
    """List the rules that come with aispec; PREFIX narrows them: FIT, COST0, or a name.

    \b
    Examples:
      aispec rules list
      aispec rules list FIT
      aispec rules list --effective deploy/ai-deploy.yaml
    """
    if effective is not None:
        return _effective(effective, prefix, form, colour)
    from aispec.policy.rule import load_builtin
    from aispec.policy.selection import matches

    rules = [r for r in load_builtin(told=True) if not prefix or matches(prefix, r.code, r.name)]
    if not rules:
        raise click.UsageError(f"no rule begins with '{prefix}': `aispec rules list` lists all")
    if form == "json":
        from aispec.report.explain import explain_rule_json
        from aispec.report.json_format import dumps

        emit(dumps({"rules": [explain_rule_json(rule) for rule in rules]}))
        return 0
    from aispec.report.rule_list import render

    drawn = screen(colour)
    emit(render(rules, colour=drawn.colour, width=drawn.width))
    return 0


def _effective(path: str, prefix: str | None, form: str, colour: str) -> int:
    from aispec.effective import effective
    from aispec.policy.selection import matches
    from aispec.report import rule_list
    from aispec.surface.cli.asking import governor

    governing = governor()
    told = effective(governing, path)
    told = [e for e in told if not prefix or matches(prefix, e.rule.code, e.rule.name)]
    problems = governing.findings()
    for problem in problems:
        click.echo(f"{problem.path}:{problem.span.line}: {problem.message}", err=True)
    rows = [(e.rule.code, e.severity or "off", e.rule.name, e.by) for e in told]
    if form == "json":
        from aispec.report.json_format import dumps

        names = ("code", "severity", "name", "by")
        emit(dumps({"path": path, "rules": [dict(zip(names, r, strict=True)) for r in rows]}))
    else:
        drawn = screen(colour)
        emit(rule_list.render_effective(rows, colour=drawn.colour, width=drawn.width))
    return 2 if problems else 0


@command.command("new", short_help="Begin a rule: write a file to be filled in.")
@click.argument("name")
@click.option("--topic", default="operations", show_default=True, help="The folder it goes to.")
@click.option("--prefix", default="ORG", show_default=True, help="The letters of its code.")
@click.option(
    "--folder",
    default="rules",
    show_default=True,
    type=click.Path(file_okay=False),
    help="The folder of your rules.",
)
def new(name: str, topic: str, prefix: str, folder: str) -> int:
    """Begin a rule: write FOLDER/TOPIC/NAME.yaml, to be filled in.

    NAME reads after "allow": unapproved-model. The rule gets the next free code of its prefix.

    \b
    Examples:
      aispec rules new unapproved-model --prefix ACME
      aispec rules test rules
    """
    from pathlib import Path

    from aispec.policy.skeleton import SkeletonError, begin

    try:
        path, text = begin(Path(folder), name, topic, prefix)
    except SkeletonError as error:
        raise click.UsageError(str(error)) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    emit(text, str(path))
    click.echo(f"{path}: fill in what it judges, then run `aispec rules test {folder}`")
    return 0


@command.command("test", short_help="Run the examples of rules.")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
def test(folder: str | None) -> int:
    """Run the examples of the rules in FOLDER, or of those that come with aispec.

    Every rule needs an example in which it finds something and one in which it does not.

    \b
    Examples:
      aispec rules test
      aispec rules test policy/rules
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
