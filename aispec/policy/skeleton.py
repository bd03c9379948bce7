"""A new rule's file, with a word on each field and examples to be filled in."""

from __future__ import annotations

import re
from pathlib import Path

from aispec.policy.rule import TOPICS
from aispec.policy.rulefile import RuleError, load_rules

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_PREFIX = re.compile(r"[A-Z]{2,8}")
_TOPIC = re.compile(r"[a-z][a-z0-9-]{0,39}")

_TEXT = """\
# yaml-language-server: $schema=https://aispec.dev/schemas/rule.schema.json
code: {code}
name: {name} # reads after "allow"
summary: One sentence that says what is wrong with such a deployment.
severity: warning # error, warning or note
since: 0.1.0
when: environment == "production" and not given(owner) # over facts: see `aispec facts FILE`
at: name # the field to point at
message: "{{{{ name }}}} …, and …"
help: what to do about it
why: |
  What goes wrong where nobody looks at this, in three or four lines.
  Who was bitten by it, and how they found out.
examples:
  - title: what fails
    spec:
      version: 1
      name: support-chat
      environment: production
      model: llama-3.1-8b-instruct
      hardware: 1x l40s
      workload: {{users: {{concurrent: 4}}, tokens: {{input: 1000, output: 300}}}}
    finds: "support-chat …, and …"
  - title: what passes
    spec:
      version: 1
      name: support-chat
      environment: production
      owner: team-support
      model: llama-3.1-8b-instruct
      hardware: 1x l40s
      workload: {{users: {{concurrent: 4}}, tokens: {{input: 1000, output: 300}}}}
    finds: nothing
"""


class SkeletonError(ValueError):
    """A rule that cannot be begun like this."""


def begin(folder: Path, name: str, topic: str, prefix: str) -> tuple[Path, str]:
    """Return where a new rule goes and its text.

    Raises SkeletonError for a name, topic or prefix that no rule may have, for a rule that is there
    already, and for a folder whose rules cannot be read.
    """
    for what, value, pattern, like in (
        ("name", name, _NAME, "unapproved-model"),
        ("topic", topic, _TOPIC, "operations"),
        ("prefix", prefix, _PREFIX, "ACME"),
    ):
        if not pattern.fullmatch(value):
            raise SkeletonError(f"'{value}' is no {what} of a rule: write it like {like}")
    if prefix in TOPICS.values():
        raise SkeletonError(f"codes that start with {prefix} are aispec's own")
    path = folder / topic / f"{name}.yaml"
    if path.exists():
        raise SkeletonError(f"{path} is there already")
    return path, _TEXT.format(code=_next(folder, name, prefix), name=name)


def _next(folder: Path, name: str, prefix: str) -> str:
    """The lowest code of a prefix above all that are taken."""
    try:
        known = load_rules([folder]) if folder.is_dir() else ()
    except RuleError as error:
        raise SkeletonError(str(error)) from None
    if any(rule.name == name for rule in known):
        raise SkeletonError(f"there is a rule {name} already")
    taken = [int(rule.code.removeprefix(prefix)) for rule in known if rule.prefix == prefix]
    return f"{prefix}{max(taken, default=0) + 1:03}"
