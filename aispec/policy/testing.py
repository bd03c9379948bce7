"""Running a rule's examples: they are its tests and its documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from aispec.policy.finding import Finding
from aispec.policy.rule import Rule

Evaluate = Callable[..., list[Finding]]
"""Judges an example's spec (data, or a list of it), or its text, on a day.

Where an example has them, `files` that its spec names and what was there `before` come, too.
"""

NOTHING = "nothing"


def run_examples(rule: Rule, evaluate: Evaluate) -> list[str]:
    """Return what is wrong with a rule's examples, in words; nothing where all hold.

    An example finds the rule's own finding with its exact message, and no other error; where it
    finds `nothing`, the rule finds nothing and there is no error at all. A rule needs one of each.
    """
    failures = _polarity(rule)
    for example in rule.examples:
        for failure in _failures(rule, example, evaluated(example, evaluate)):
            failures.append(f"{rule.code}, {example['title']}: {failure}")
    return failures


def evaluated(example: Mapping[str, Any], evaluate: Evaluate) -> list[Finding]:
    """Return all that is found in an example."""
    subject = example["text"] if "text" in example else example["spec"]
    today = date.fromisoformat(str(example["today"])) if "today" in example else None
    more = {name: example[name] for name in ("files", "before") if name in example}
    return evaluate(subject, today, **more)


def _polarity(rule: Rule) -> list[str]:
    if rule.reader:
        return []
    finds = [example["finds"] != NOTHING for example in rule.examples]
    wanted = {True: "in which it finds something", False: f"in which it finds {NOTHING}"}
    return [
        f"{rule.code} has no example {words}" for way, words in wanted.items() if way not in finds
    ]


def _failures(rule: Rule, example: Mapping[str, Any], findings: list[Finding]) -> list[str]:
    counted = [finding for finding in findings if finding.silenced is None]
    own = [finding for finding in counted if finding.code == rule.code]
    others = [f for f in counted if f.code != rule.code and f.severity == "error"]
    failures = [f"another rule finds an error: {f.code}: {f.message}" for f in others]
    if example["finds"] == NOTHING:
        return [f"it finds something: {f.message}" for f in own] + failures
    wanted = expected(example)
    if not own:
        return [f"it finds nothing, not: {wanted['message']}", *failures]
    if any(mismatch(wanted, finding) is None for finding in own):
        return failures
    return [f"{mismatch(wanted, own[0])}", *failures]


def expected(example: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what an example says of its finding: the message, and more where it is pinned."""
    finds = example["finds"]
    return {"message": finds} if isinstance(finds, str) else finds


def mismatch(wanted: Mapping[str, str], finding: Finding) -> str | None:
    """Return how a finding differs from what an example says of it; nothing where it does not."""
    for key, value in wanted.items():
        if (actual := str(getattr(finding, key)).strip()) != value.strip():
            return f"its {key} is {actual!r}, not {value.strip()!r}"
    return None
