"""A rule at length: for a terminal, for the documentation, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aispec.policy.rule import Rule
from aispec.report.ansi import Paint, painter
from aispec.report.cells import clip, pad, safe, width, wrap
from aispec.report.derivation import explain_fact

MAX_WIDTH = 100
"""A line of prose is not longer, however wide the terminal is."""

_LABEL = 12
_GAP = 3


def explain_rule(rule: Rule, *, colour: bool = False, width: int = 80) -> str:
    """Return a rule for a terminal of so many cells: what it finds, why, examples and sources."""
    paint = painter(colour)
    cells = min(max(width, 40), MAX_WIDTH)
    lines = [_title(rule, paint, cells), ""]
    lines += [*wrap(f"  {safe(rule.summary)}", cells, "  "), ""]
    if conditions := [*_conditions(rule, paint, cells)]:
        lines += [*conditions, ""]
    for paragraph in _paragraphs(rule.why):
        lines += [*wrap(f"  {safe(paragraph)}", cells, "  "), ""]
    if examples := [*_examples(rule, paint, cells)]:
        lines += [*examples, ""]
    lines += _last(rule, paint, cells)
    return "\n".join(lines).rstrip("\n") + "\n"


def _title(rule: Rule, paint: Paint, cells: int) -> str:
    name = f"{rule.code} {rule.name}"
    since = f", since {rule.since}" if rule.since else ""
    gap = max(cells - len(name) - len(rule.severity) - len(since), 2)
    return f"{paint(name, 'strong')}{' ' * gap}{paint(rule.severity, rule.severity)}{since}"


def _conditions(rule: Rule, paint: Paint, cells: int) -> Iterator[str]:
    for label, text in (
        ("Applies if", rule.applies),
        ("Fails when", rule.when),
        ("Reported at", rule.at),
        ("Instead of", ", ".join(rule.instead_of)),
    ):
        if text:
            yield from _labelled(label, text, paint, cells)


def _labelled(label: str, text: str, paint: Paint, cells: int) -> Iterator[str]:
    hang = " " * (_LABEL + 3)
    first, *rest = wrap(safe(" ".join(text.split())), cells - len(hang))
    yield f"  {paint(pad(label, _LABEL), 'dim')} {first}"
    yield from (hang + line for line in rest)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _examples(rule: Rule, paint: Paint, cells: int) -> Iterator[str]:
    """The first example that the rule finds and the first that passes, side by side if they fit."""
    found = _first(rule, True)
    passes = _first(rule, False)
    blocks = [
        (head, style, _text(example).splitlines())
        for head, style, example in (("Finds", "error", found), ("Passes", "good", passes))
        if example is not None
    ]
    room = (cells - 4 - _GAP) // 2
    sides = [[head, *(f"  {safe(line)}" for line in lines)] for head, _, lines in blocks]
    if len(sides) == 2 and max(width(line) for side in sides for line in side) <= room:
        for left, right in _beside(sides[0], sides[1]):
            yield f"  {pad(left, room)}{' ' * _GAP}{right}".rstrip()
    else:
        for number, side in enumerate(sides):
            if number:
                yield ""
            yield from (f"  {clip(line, cells - 2)}" for line in side)
    if found is not None and (said := message_of(found)):
        yield ""
        yield from _labelled("It says", said, paint, cells)


def _beside(left: list[str], right: list[str]) -> Iterator[tuple[str, str]]:
    for number in range(max(len(left), len(right))):
        yield (
            left[number] if number < len(left) else "",
            right[number] if number < len(right) else "",
        )


def _first(rule: Rule, finding: bool) -> Mapping[str, Any] | None:
    return next((e for e in rule.examples if (message_of(e) is not None) is finding), None)


def message_of(example: Mapping[str, Any]) -> str | None:
    """Return the message that an example finds, if it finds any."""
    finds = example["finds"]
    if finds == "nothing":
        return None
    return str(finds["message"] if isinstance(finds, Mapping) else finds)


def _text(example: Mapping[str, Any]) -> str:
    """The example's file: as it is written, or its specs as YAML."""
    if "text" in example:
        return str(example["text"])
    import yaml

    spec = example["spec"]
    documents = spec if isinstance(spec, list) else [spec]
    beside = (f"# {name}: {said}\n" for name, said in example.get("files", {}).items())
    shown = "---\n".join(_dump(yaml, document) for document in documents)
    return "".join((shown, *beside, *_before(yaml, example)))


def _before(yaml: Any, example: Mapping[str, Any]) -> Iterator[str]:
    """What an example is compared with, as comments: the fields that were another."""
    old, new = example.get("before"), example["spec"]
    if old is None:
        return
    other = {name: value for name, value in old.items() if value != new.get(name)}
    for line in _dump(yaml, other).splitlines() if other else ["the same"]:
        yield f"# before: {line}\n"


def _dump(yaml: Any, document: Mapping[str, Any]) -> str:
    """A document as its author would write it: what holds only scalars stands on one line."""
    nested = any(isinstance(value, dict | list) for value in document.values())
    style = None if nested else False
    shown = dict(document)
    return str(
        yaml.safe_dump(
            shown, sort_keys=False, width=4096, default_flow_style=style, allow_unicode=True
        )
    )


def _last(rule: Rule, paint: Paint, cells: int) -> Iterator[str]:
    if rule.help:
        yield from _labelled("Do", rule.help, paint, cells)
    if rule.remedies:
        tried = "; ".join(map(_tried, rule.remedies))
        yield from _labelled("Tried", tried, paint, cells)
    if not rule.reader:
        yield from _labelled("Silence it", f"# aispec: allow {rule.name} -- why", paint, cells)
    label = "Sources"
    for source in rule.sources:
        yield f"  {paint(pad(label, _LABEL), 'dim')} {safe(source)}"
        label = ""


def explain_rule_markdown(rule: Rule) -> str:
    """Return a rule as a page of documentation."""
    lines = [f"# {rule.code} {rule.name}", "", rule.summary, ""]
    since = f", since {rule.since}" if rule.since else ""
    lines += [f"Severity: **{rule.severity}**{since}", ""]
    if rule.when:
        lines += ["## Fails when", "", *_fence(_condition(rule), "text"), ""]
        lines += [f"Reported at `{rule.at}`.", ""]
    lines += ["## Why", "", *(line for p in _paragraphs(rule.why) for line in (p, ""))]
    lines += _advice_markdown(rule)
    for example in rule.examples:
        said = message_of(example)
        verdict = f"Finds: {said}" if said else "Finds nothing."
        lines += [f"## Example: {example['title']}", "", *_fence(_text(example), "yaml"), ""]
        lines += [verdict, ""]
    if not rule.reader:
        silence = f"# aispec: allow {rule.name} -- why"
        lines += ["## Silence it", "", *_fence(silence, "yaml"), ""]
    if rule.sources:
        lines += ["## Sources", "", *(f"- <{source}>" for source in rule.sources), ""]
    return "\n".join(lines)


def _advice_markdown(rule: Rule) -> list[str]:
    """What to do: in words, and the changes that are tried."""
    if not rule.help and not rule.remedies:
        return []
    lines = ["## What to do", ""]
    if rule.help:
        lines += [f"{rule.help[0].upper()}{rule.help[1:]}.", ""]
    if rule.remedies:
        lines += ["Tried on the deployment, and shown where they help:", ""]
        lines += [*(f"- `{words}`" for words in map(_tried, rule.remedies)), ""]
    return lines


def _tried(remedy: Mapping[str, Any]) -> str:
    """A suggested change: `precision.weights: less, hardware.count: more`."""
    ways = (
        (path, " or ".join(map(str, asked)) if isinstance(asked, list) else str(asked))
        for path, asked in remedy["set"].items()
    )
    return ", ".join(f"{path}: {asked}" for path, asked in ways)


def _condition(rule: Rule) -> str:
    return f"{rule.when}\n# where {rule.applies}" if rule.applies else rule.when


def _fence(text: str, language: str) -> list[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence + language, text.rstrip("\n"), fence]


def explain_rule_json(rule: Rule) -> dict[str, Any]:
    """Return a rule as data, with the names that its file has."""
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity,
        "since": rule.since,
        "topic": rule.topic,
        "applies": rule.applies or None,
        "when": rule.when or None,
        "at": rule.at or None,
        "message": rule.message or None,
        "note": rule.note or None,
        "help": rule.help or None,
        "instead_of": list(rule.instead_of),
        "remedies": [dict(remedy) for remedy in rule.remedies],
        "why": rule.why,
        "sources": list(rule.sources),
        "examples": [dict(example) for example in rule.examples],
        "reader": rule.reader,
    }


__all__ = ["explain_fact", "explain_rule", "explain_rule_json", "explain_rule_markdown"]
