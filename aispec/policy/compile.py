"""From the rules people edit to those a program reads, with what can be told of each beforehand.

The wheel is built with this, and a checkout reads its own rules through it, so both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aispec.catalog.compile import to_json
from aispec.policy.absence import demanded, indispensable
from aispec.spec.document import parse

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
    """Write the rules of `folder` twice: whole, and as a run that judges needs them."""
    rules = compile_rules(folder)
    judging = [
        {key: value for key, value in rule.items() if key not in TOLD_ONLY} | _needed(rule)
        for rule in rules
    ]
    (out / "rules.json").write_text(to_json(judging), encoding="utf-8")
    (out / "rules-told.json").write_text(to_json(rules), encoding="utf-8")


def _needed(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What a deployment must have for the rule to hold, so that most need not be compiled."""
    texts = [rule[part] for part in ("when", "applies") if part in rule]
    needs = frozenset[str]().union(*map(indispensable, texts))
    words = [[name, sorted(some)] for text in texts for name, some in demanded(text)]
    return {"needs": sorted(needs), "words": words}
