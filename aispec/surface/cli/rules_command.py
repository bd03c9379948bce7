"""`aispec rules`: which there are, who decides over them, and whether they do what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aispec.surface.cli.asking import colour_option
from aispec.surface.cli.completing import codes
from aispec.surface.terminal import emit, screen, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    from aispec.surface.judging import governor

    governing = governor()
    told = effective(governing, path)
    told = [e for e in told if not prefix or matches(prefix, e.rule.code, e.rule.name)]
    problems = governing.findings()
    for problem in problems:
        tell(f"{problem.path}:{problem.span.line}: {problem.message}", error=True)
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
    tell(f"{path}: fill in what it judges, then run `aispec rules test {folder}`")
    return 0


@command.command("test", short_help="Run the examples of rules.")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--write", is_flag=True, help="Renew the messages that examples find, and show how.")
def test(folder: str | None, write: bool) -> int:
    """Run the examples of the rules in FOLDER, or of those that come with aispec.

    Every rule needs an example in which it finds something and one in which it does not. --write
    puts in the messages that are found now, where an example still finds something and is as sure
    of it; comments and layout stay.

    \b
    Examples:
      aispec rules test
      aispec rules test policy/rules
      aispec rules test policy/rules --write
    """
    from aispec.policy.rulefile import RuleError
    from aispec.policy.testing import run_examples
    from aispec.report.cells import counted

    if write and folder is None:
        raise click.UsageError("--write needs the folder whose files it may change")
    try:
        rules, own = _tested(folder)
        evaluate = _evaluate(() if own else rules)
        if write and _renew(str(folder), rules, evaluate):
            rules, own = _tested(folder)
            evaluate = _evaluate(() if own else rules)
    except RuleError as error:
        span = error.span
        tell(f"{error.path}:{span.line}:{span.column}: {error.message}", error=True)
        return 2
    if not rules:
        raise click.UsageError(f"there is no rule in '{folder}'")
    failures = [line for rule in rules for line in run_examples(rule, evaluate)]
    examples = sum(len(rule.examples) for rule in rules)
    for line in failures:
        tell(line)
    outcome = f"{len(failures)} failed" if failures else "all as they say"
    said = f"{counted(len(rules), 'rule')}, {counted(examples, 'example')}"
    tell(f"{said}: {outcome}")
    return 1 if failures else 0


def _tested(folder: str | None) -> tuple[tuple[Rule, ...], bool]:
    """Return the rules of a folder, and whether they are those that come with aispec."""
    from pathlib import Path

    from aispec.policy.rulefile import load_rules
    from aispec.resources import rules_dir

    builtin = rules_dir()
    own = folder is None or Path(folder).resolve() == builtin.resolve()
    return load_rules([builtin if folder is None else Path(folder)], builtin=own), own


def _renew(folder: str, rules: tuple[Rule, ...], evaluate: Evaluate) -> bool:
    """Write the messages that moved into the files of a folder; whether there were any."""
    from difflib import unified_diff
    from pathlib import Path

    from aispec.policy.renewal import RenewalError, moved, renewed

    messages = {rule.path: now for rule in rules if (now := moved(rule, evaluate))}
    for name, now in messages.items():
        path = Path(folder, name)
        with path.open(encoding="utf-8", newline="") as file:
            before = file.read()
        try:
            after = renewed(before, now)
        except RenewalError as error:
            tell(f"{path}: {error}", error=True)
            continue
        lines = unified_diff(
            before.splitlines(), after.splitlines(), str(path), str(path), n=1, lineterm=""
        )
        tell("\n".join(lines))
        emit(after, str(path))
    return bool(messages)


def _evaluate(rules: tuple[Rule, ...]) -> Evaluate:
    from datetime import date

    from aispec.pipeline.run import judge_example

    def evaluate(
        example: object,
        today: date | None,
        files: Mapping[str, str] | None = None,
        before: object = None,
    ) -> list[Finding]:
        return judge_example(example, rules, today or date.today(), files, before)

    return evaluate
