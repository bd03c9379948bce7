"""An index of all rules and a page for each, as they stand in their files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from aispec.policy.rule import TOPICS, Rule
from aispec.policy.rulefile import load_rules
from aispec.report.explain import explain_rule_markdown
from aispec.resources import rules_dir

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"
HEADINGS = {
    "spec": "The file itself",
    "fit": "Memory",
    "context": "Context",
    "latency": "Latency and throughput",
    "limits": "Rate limits",
    "cost": "Money",
    "compute": "Compute thresholds",
    "operations": "Care",
}
"""What the rules of each topic are about."""


def pages() -> dict[Path, str]:
    """Return every page by where it stands."""
    rules = load_rules([rules_dir()], builtin=True)
    made = {FOLDER / "README.md": "\n".join(_index(rules)) + "\n"}
    for rule in rules:
        source = f"../../rules/{rule.path}"
        body = explain_rule_markdown(rule).rstrip("\n")
        foot = f"[All rules](README.md) · [this rule's file]({source})"
        made[FOLDER / f"{rule.code}.md"] = f"{body}\n\n---\n\n{foot}\n"
    return made


def left_over() -> list[Path]:
    """Return the pages that belong to no rule."""
    return sorted(set(FOLDER.glob("*.md")) - pages().keys())


def _index(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield f"{len(rules)} rules come with aispec. `aispec explain CODE` tells one on a terminal, and"
    yield "a comment on the line silences it: `# aispec: allow memory-overcommit -- the reason`."
    order = list(TOPICS)
    sorted_rules = sorted(rules, key=lambda rule: (order.index(rule.topic), rule.code))
    for topic, group in groupby(sorted_rules, key=lambda rule: rule.topic):
        yield ""
        yield f"## {HEADINGS[topic]}"
        yield ""
        yield "| code | name | severity | |"
        yield "| --- | --- | --- | --- |"
        for rule in group:
            summary = rule.summary.replace("|", "\\|")
            yield f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {summary} |"
