"""The facts and stated fields that rules, `explain` and the JSON report know by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from aispec.estimate.vocabulary import FACTS, STATED, Term
from aispec.policy.rule import load_builtin
from tools.docs.rule_links import linked, names_in

_INTRO = """\
# Facts, name by name

Everything that aispec computes has a name. `aispec facts FILE` prints all with their bounds,
`aispec explain FACT FILE` derives one, and conditions and messages of [rules](rules/README.md) use
them. How they are made: [how each number is made](numbers/README.md).

A figure has a likely value, a low and a high bound, a unit, a derivation and sources. Where it
can't be computed it is *unknown*, with the reason, and so is what is computed from it. An answer is
`yes`, `no` or `maybe`.
"""
_STATED = """\
## As written

What the author wrote, for conditions and messages. A field that is left out is absent: comparisons
with it do not hold, and `given(name)` asks for it.
"""


def facts_page() -> str:
    """Return the page."""
    readers = _readers()
    lines = [_INTRO]
    for group, names in groupby(FACTS, key=lambda name: name.partition(".")[0]):
        lines += [f"## `{group}`", "", *_table(names, FACTS, readers)]
    lines += [_STATED, *_table(iter(STATED), STATED, readers)]
    return "\n".join(lines)


def _readers() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in load_builtin(told=True):
        for name in names_in(rule):
            found.setdefault(name, set()).add(rule.code)
    return found


def _table(
    names: Iterator[str], terms: Mapping[str, Term], readers: Mapping[str, set[str]]
) -> Iterator[str]:
    yield "| name | unit | meaning | rules |"
    yield "| --- | --- | --- | --- |"
    for name in names:
        term = terms[name]
        unit = term.unit or {"answer": "answer", "text": "text", "flag": "yes or no"}.get(
            term.kind, ""
        )
        yield f"| `{name}` | {unit} | {term.meaning} | {linked(readers.get(name, ()))} |"
    yield ""
