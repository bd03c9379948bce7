"""A rule: what it judges, what it says, and the examples that show it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from aispec.policy.finding import Severity
from aispec.record import record

TOPICS = {
    "spec": "SPEC",
    "fit": "FIT",
    "context": "CTX",
    "latency": "LAT",
    "limits": "LIM",
    "cost": "COST",
    "compute": "CMP",
    "operations": "OPS",
}
"""The folders of the rules that come with aispec, and the prefix of the codes in each."""


@record
class Rule:
    """One rule, as its file has it. `path` is that of the file within its folder of rules.

    `when` and `applies` are conditions, `message`, `note`, `help`, `unknown` and what `also` says
    are templates; all are compiled when they are first used. A `reader` rule has none of them: it
    documents what is found while a file is read.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    since: str = ""
    when: str = ""
    applies: str = ""
    at: str = ""
    also: tuple[tuple[str, str], ...] = ()  # (path, template)
    message: str = ""
    message_possible: str = ""
    note: str = ""
    help: str = ""
    unknown: str = ""
    remedies: tuple[Mapping[str, Any], ...] = ()
    instead_of: tuple[str, ...] = ()
    why: str = ""
    sources: tuple[str, ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()
    reader: bool = False
    path: str = ""
    needs: tuple[str, ...] | None = None  # facts without which it can't hold, where worked out
    words: tuple[tuple[str, frozenset[str]], ...] = ()  # and texts, with those it can hold with

    @property
    def topic(self) -> str:
        """The folder that the rule lies in."""
        return self.path.rpartition("/")[0].rpartition("/")[2]

    @property
    def prefix(self) -> str:
        """The letters of its code."""
        return self.code.rstrip("0123456789")


_LISTS = ("remedies", "instead_of", "sources", "examples", "needs")


def from_data(data: Mapping[str, Any], path: str = "") -> Rule:
    """Return the rule that the data of a valid rule file describes."""
    fields = dict(data)
    for name in _LISTS:
        if name in fields:
            fields[name] = tuple(fields[name])
    if "also" in fields:
        fields["also"] = tuple((label["at"], label["say"]) for label in fields["also"])
    if "words" in fields:
        fields["words"] = tuple((name, frozenset(some)) for name, some in fields["words"])
    fields.setdefault("path", path)
    return Rule(**fields)


@cache
def load_builtin(*, told: bool = False) -> tuple[Rule, ...]:
    """Return the rules that come with aispec, by code.

    With `told` they have what people read too: reasons, sources and examples. They are trusted to
    be valid: the tests of the project load them with every check.
    """
    from aispec import resources

    if resources.packaged():
        entries = resources.read_json(resources.compiled(f"rules{'-told' * told}.json"))
    else:
        from aispec.policy.compile import compile_rules

        entries = compile_rules(resources.rules_dir())
    return tuple(sorted(map(from_data, entries), key=lambda rule: rule.code))


@cache
def builtin_by_code() -> Mapping[str, Rule]:
    """Return the rules that come with aispec by their codes."""
    return {rule.code: rule for rule in load_builtin()}
