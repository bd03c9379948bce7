"""Which rules look at which field of a spec, as the rules' own files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aispec.estimate.vocabulary import TERMS
from aispec.policy.rule import Rule

_NAME = re.compile(r"(?<![\w.])[a-z][a-z_]*(?:\.[a-z_0-9]+)*(?![\w.])")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# Names in rules that restate a field whose path is written otherwise.
_STANDS_FOR: Mapping[str, str] = {
    "model.asked": "model.id",
    "hardware.asked": "hardware.accelerator",
    "workload.users_daily": "workload.users.daily",
    "workload.users_concurrent": "workload.users.concurrent",
    "workload.history": "workload.tokens.history",
    "parallelism.tensor": "hardware.parallelism.tensor",
    "parallelism.pipeline": "hardware.parallelism.pipeline",
    "parallelism.data": "hardware.parallelism.data",
    "parallelism.expert": "hardware.parallelism.expert",
    "hardware.price_per_hour": "hardware.price",
    "engine.context": "engine.max_model_len",
    "engine.sequences": "engine.max_num_seqs",
    **{f"limits.{name}_plan": f"limits.{name}" for name in ("tpm", "rpm", "tpd", "rpd")},
    **{f"limits.{name}_plan": f"limits.{name}" for name in ("itpm", "otpm")},
}


@dataclass(slots=True)
class Lookers:
    """Codes of the rules that point at or read a field, and of those whose remedies change it."""

    looking: set[str] = field(default_factory=set)
    changing: set[str] = field(default_factory=set)


def names_in(rule: Rule) -> set[str]:
    """Return the names of facts and stated fields that a rule's conditions read."""
    text = _QUOTED.sub("", f"{rule.when}\n{rule.applies}")
    return {name for name in _NAME.findall(text) if name in TERMS}


def by_field(rules: Iterable[Rule], paths: Iterable[str]) -> dict[str, Lookers]:
    """Return, for each path of a field, the rules that have to do with it."""
    found = {path: Lookers() for path in paths}
    for rule in rules:
        pointed = [rule.at, *(at for at, _ in rule.also)]
        for name in (*pointed, *names_in(rule)):
            path = _STANDS_FOR.get(name, name)
            if path in found:
                found[path].looking.add(rule.code)
        for remedy in rule.remedies:
            for path in remedy["set"]:
                if path in found:
                    found[path].changing.add(rule.code)
    return found


def linked(codes: Iterable[str], folder: str = "rules/") -> str:
    """Return codes as links to their pages, sorted."""
    return ", ".join(f"[{code}]({folder}{code}.md)" for code in sorted(codes))
