"""Drafts as files: a commented spec, and the snippets for commits and pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aispec.adopt.draft import Draft, Entry
from aispec.adopt.scalars import scalar
from aispec.resources import schema
from aispec.spec.words import clean

if TYPE_CHECKING:
    from jinja2 import Environment

_OF_GGUF = ("ollama", "llama.cpp")
_ORDER = ("name", "model", "precision", "engine", "hardware", "api", "workload", "sla", "budget")
_SHORT = {"model": "id", "precision": "weights", "engine": "name", "api": "provider"}
_WIDEST = 48  # column of comments, where the values leave room
_LONGEST = 160
_OURS = re.compile(r"(aispec|yaml-language-server|yamllint)\s*:")


class _Row(NamedTuple):
    text: str
    comment: str


def written(drafts: Sequence[Draft], about: str) -> str:
    """Return drafts as one file of specs; `about` names the source, or is empty."""
    template = _environment().get_template("ai-deploy.yaml.j2")
    names: set[str] = set()
    documents = []
    for draft in drafts:
        _distinct(draft, names)
        documents.append(
            {
                "rows": _aligned(list(_rows(draft))),
                "notes": [_comment(note) for note in draft.notes],
                "unsaid": _unsaid(draft),
            }
        )
    guesses = any(draft.guesses for draft in drafts)
    return template.render(
        schema=schema("ai-deploy")["$id"],
        about=_comment(about),
        guesses=guesses,
        documents=documents,
    )


def snippet(name: str, version: str) -> str:
    """Return the hook (`pre-commit-config.yaml`) or the workflow (`workflow.yaml`)."""
    return _environment().get_template(f"{name}.j2").render(version=version)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # YAML: every value goes through `scalar`, every comment `_comment`
    )


def _distinct(draft: Draft, names: set[str]) -> None:
    """Number a name that another draft has already."""
    entry = draft.fields["name"]
    name, number = str(entry.value), 2
    while name in names:
        name, number = f"{entry.value}-{number}", number + 1
    names.add(name)
    draft.fields["name"] = entry._replace(value=name)


def _rows(draft: Draft) -> Iterator[_Row]:
    tree = _tree(draft)
    for part in _ORDER:
        if part not in tree:
            continue
        node = tree[part]
        short = _SHORT.get(part)
        if isinstance(node, dict) and list(node) == [short]:
            node = node[short]
        yield from _row(part, node, 0, draft.source)


def _tree(draft: Draft) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, entry in draft.fields.items():
        *way, last = path.split(".")
        node = tree
        for step in way:
            node = node.setdefault(step, {})
        node[last] = entry
    return tree


def _row(name: str, node: Entry | Mapping[str, Any], depth: int, source: str) -> Iterator[_Row]:
    indent = "  " * depth
    if isinstance(node, Entry):
        yield _Row(f"{indent}{name}: {scalar(node.value)}", _said(node, source))
        return
    yield _Row(f"{indent}{name}:", "")
    for each, part in sorted(node.items(), key=lambda item: _rank(name, item[0])):
        yield from _row(each, part, depth + 1, source)


def _rank(part: str, name: str) -> int:
    """Return where a field stands in its part: as in the schema, the unknown as they came."""
    known = _properties(part)
    return known.index(name) if name in known else 0


@cache
def _properties(part: str) -> tuple[str, ...]:
    return tuple(schema("ai-deploy")["$defs"].get(part, {}).get("properties", ()))


def _said(entry: Entry, source: str) -> str:
    if not entry.guess:
        return _comment(entry.comment)
    words = f"not in {source}: a guess" if source else "not said: a guess"
    return _comment(f"{words}, {entry.comment}" if entry.comment else words)


def _aligned(rows: list[_Row]) -> list[str]:
    commented = [len(row.text) for row in rows if row.comment and len(row.text) < _WIDEST]
    column = max(commented, default=0)
    return [f"{row.text:<{column}}  # {row.comment}" if row.comment else row.text for row in rows]


def _unsaid(draft: Draft) -> list[str]:
    """Return fields worth saying that the draft does not have, as comments to uncomment."""
    rows = [
        ("precision: bf16", "the model's own format is taken", "precision.weights", "hardware"),
        ("budget: {monthly: 2000 USD}", "what a month may cost", "budget", ""),
        ("environment: production", "development, staging or production", "environment", ""),
        ("owner: team-name", "who answers for it", "owner", ""),
    ]
    if draft.value("engine.name") in _OF_GGUF or draft.has("precision.kv_cache"):
        rows = rows[1:]  # their own usual format is another, and a part of the field may be said
    wanted = [r for r in rows if not draft.has(r[2]) and (not r[3] or draft.has(r[3]))]
    return _aligned([_Row(text, comment) for text, comment, _, _ in wanted])


def _comment(text: str) -> str:
    """Return a text that can stand in a comment and speaks to no tool."""
    return _OURS.sub(r"\1;", clean(text.replace("#", " "), _LONGEST))
