"""From the rules people edit to those a program reads, with what can be told of each beforehand.

The wheel is built with this, and a checkout reads its own rules through it, so both agree. What
only the build needs is imported by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aispec.catalog.compile import to_json
from aispec.spec.document import parse

if TYPE_CHECKING:
    from aispec.policy.expression import Expression
    from aispec.policy.message import Template

_CONDITIONS = ("when", "applies")
_TEMPLATES = ("message", "message_possible", "note", "help", "unknown")
TOLD_ONLY = frozenset({"why", "sources", "examples", "since"})
"""What a rule has for people who read it, and no run that judges needs."""


def compile_rules(folder: Path) -> list[dict[str, Any]]:
    """Every rule under a folder, in the order of its `path`, which is relative and has slashes.

    Rules are read in the dialect of specs, because their examples are specs.
    """
    found = ((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.yaml"))
    rules = []
    for name, path in sorted(found):
        documents, problems = parse(path.read_text(encoding="utf-8"))
        if problems or len(documents) != 1:
            raise ValueError(f"{name}: {problems[0].message if problems else 'not one document'}")
        rules.append({**documents[0].data, "path": name})
    return rules


def write_rules(folder: Path, out: Path) -> None:
    """Write the rules of `folder` whole, as a run that judges needs them, and what they ask."""
    from aispec.policy.ready import FILE

    rules = compile_rules(folder)
    judging = [
        {key: value for key, value in rule.items() if key not in TOLD_ONLY} | _needed(rule)
        for rule in rules
    ]
    (out / "rules.json").write_text(to_json(judging), encoding="utf-8")
    (out / "rules-told.json").write_text(to_json(rules), encoding="utf-8")
    (out / FILE).write_text(to_json(_checked(rules)), encoding="utf-8")


def write_offered(catalog: Path) -> None:
    """Write into a wheel's catalogue which accelerators are tried as remedies."""
    from aispec.policy.machine_steps import OFFERED, offered

    text = to_json([card.id for card in offered()])
    (catalog / f"{OFFERED}.json").write_text(text, encoding="utf-8")


def _needed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a deployment must have for the rule to hold, so that most need not be compiled."""
    from aispec.policy.absence import demanded, indispensable

    texts = [rule[part] for part in _CONDITIONS if part in rule]
    needs = frozenset[str]().union(*map(indispensable, texts))
    words = [[name, sorted(some)] for text in texts for name, some in demanded(text)]
    return {"needs": sorted(needs), "words": words}


def _checked(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """The expressions and templates of all rules by their texts, as `policy.ready` reads them."""
    from aispec.policy.expression import compile_expression
    from aispec.policy.message import compile_template

    templates = {text: compile_template(text) for rule in rules for text in _templates(rule)}
    conditions = [rule[part] for rule in rules for part in _CONDITIONS if part in rule]
    expressions = [compile_expression(text) for text in conditions]
    expressions += [hole.expression for each in templates.values() for hole in each.holes]
    return {
        "expressions": {each.text: _of_expression(each) for each in expressions},
        "templates": {text: _of_template(each) for text, each in templates.items()},
    }


def _templates(rule: Mapping[str, Any]) -> list[str]:
    said = [rule[part] for part in _TEMPLATES if part in rule]
    return said + [label["say"] for label in rule.get("also", ())]


def _of_expression(each: Expression) -> list[Any]:
    return [each.parts, each.kind, each.unit.name, each.names, each.asks]


def _of_template(each: Template) -> list[Any]:
    return [
        part
        if isinstance(part, str)
        else [part.expression.text, part.show, part.style, part.digits]
        for part in each.parts
    ]
