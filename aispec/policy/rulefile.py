"""Reading rule files: each mistake in one is reported with its place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from aispec.policy.amiss import ExpressionError, suggestion
from aispec.policy.expression import check_condition, compile_expression
from aispec.policy.message import compile_template
from aispec.policy.rule import TOPICS, Rule, from_data
from aispec.resources import schema
from aispec.spec.document import Document, parse
from aispec.spec.location import START, Span

MAX_BYTES = 256 * 1024
_CONDITIONS = ("applies", "when")
_TEMPLATES = ("message", "message_possible", "note", "help", "unknown")

Step = tuple[str | int, ...]


class RuleError(ValueError):
    """A rule file that cannot be used, and the place of the mistake in it."""

    def __init__(self, path: str, span: Span, message: str, advice: str | None = None) -> None:
        super().__init__(f"{path}:{span.line}:{span.column}: {message}")
        self.path = path
        self.line = span.line
        self.column = span.column
        self.span = span
        self.message = message
        self.help = advice


def load_rules(folders: Iterable[Path], *, builtin: bool = False) -> tuple[Rule, ...]:
    """Return all rules of some folders, sorted by code.

    Every `.yaml` and `.yml` file in them is a rule. With `builtin` they have the prefixes of
    aispec's own topics, otherwise none of these. Raises RuleError for the first mistake.
    """
    rules: dict[str, Rule] = {}
    names: dict[str, str] = {}
    for folder in folders:
        for path in _files(folder):
            if not path.resolve().is_relative_to(folder.resolve()):
                raise RuleError(str(path), START, "this is a link that leaves the folder of rules")
            rule, document = _read(path, path.relative_to(folder).as_posix())
            _require_prefix(rule, document, path, builtin)
            for field, taken, key in (("code", rules, rule.code), ("name", names, rule.name)):
                if key in taken:
                    owner = rules[names[key] if field == "name" else key].path
                    raise _error(path, document, (field,), f"{key} is the {field} of {owner} too")
            rules[rule.code] = rule
            names[rule.name] = rule.code
    return tuple(rules[code] for code in sorted(rules))


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"})
    return sorted(path for path in found if path.is_file())


def _read(path: Path, name: str) -> tuple[Rule, Document]:
    document = _document(path)
    for steps, message, advice in violations(document.data):
        raise _error(path, document, steps, message, advice)
    rule = from_data(document.data, name)
    _require_expressions(path, document)
    return rule, document


def _document(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise RuleError(str(path), START, f"a rule has at most {MAX_BYTES:,} bytes")
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RuleError(str(path), START, f"this file cannot be read: {reason}") from None
    documents, problems = parse(text)
    for problem in problems:
        raise RuleError(str(path), problem.span, problem.message, problem.help)
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise RuleError(str(path), START, "a rule file holds one rule")
    return documents[0]


def violations(data: Any) -> Iterator[tuple[Step, str, str | None]]:
    """Yield what the schema of rules refuses: the path, the message, and what to write instead."""
    for steps, keyword, message in _checker()(data):
        if keyword == "additionalProperties" and not steps:
            yield _unknown_key(data)
        else:
            yield steps, _in_words(steps, keyword) or message[:300], None


def _in_words(steps: Step, keyword: str) -> str | None:
    """A better message than the schema's own, for what it cannot say."""
    if keyword == "not":
        return "a rule of the reader has no condition"
    if keyword == "oneOf" and steps[-1:] == ("finds",):
        return "an example finds a message, a message with its severity or certainty, or nothing"
    return "an example has a spec or a text, and only one of them" if keyword == "oneOf" else None


@cache
def _checker() -> Callable[[Any], list[tuple[Step, str, str]]]:
    """Path, keyword and message of each violation, by the faster of two validators."""
    shape = schema("rule")
    try:
        from jsonschema_rs import Draft202012Validator as Fast
    except ImportError:
        from jsonschema import Draft202012Validator

        slow = Draft202012Validator(shape)
        return lambda data: [
            (tuple(e.absolute_path), str(e.validator), e.message) for e in slow.iter_errors(data)
        ]
    fast = Fast(shape)
    return lambda data: [
        (tuple(e.instance_path), str(e.schema_path[-1]), e.message) for e in fast.iter_errors(data)
    ]


def _unknown_key(data: dict[Any, Any]) -> tuple[Step, str, str | None]:
    known = schema("rule")["properties"]
    key = next(key for key in data if key not in known)
    return (key,), f"a rule has no field {key!r}", suggestion(str(key), known, "fields are")


def _require_prefix(rule: Rule, document: Document, path: Path, builtin: bool) -> None:
    if not builtin and rule.prefix in TOPICS.values():
        message = f"codes that start with {rule.prefix} are aispec's own"
        raise _error(path, document, ("code",), message, "choose a prefix of your own")
    if builtin and TOPICS.get(rule.topic) != rule.prefix:
        message = f"codes in {rule.topic}/ start with {TOPICS.get(rule.topic, 'nothing known')}"
        raise _error(path, document, ("code",), message)


def _require_expressions(path: Path, document: Document) -> None:
    data = document.data
    for field in _CONDITIONS:
        if field in data:
            _require(path, document, (field,), data[field], condition=True)
    for field in _TEMPLATES:
        if field in data:
            _require(path, document, (field,), data[field])
    for index, label in enumerate(data.get("also", ())):
        _require(path, document, ("also", index, "say"), label["say"])


def _require(
    path: Path, document: Document, steps: Step, text: str, condition: bool = False
) -> None:
    try:
        if condition:
            check_condition(compile_expression(text))
        else:
            compile_template(text)
    except ExpressionError as error:
        span = _within(document.locate(steps), text, error)
        raise RuleError(str(path), span, error.message, error.help) from None


def _within(node: Span, text: str, error: ExpressionError) -> Span:
    """The place of an error in a scalar: exact where it stands on one line as it is read."""
    around = node.end_column - node.column - len(text)
    if node.line != node.end_line or around not in (0, 2):
        return node
    start = node.column - 1 + around // 2
    return Span(node.line, start + error.column, node.line, start + error.end_column)


def _error(
    path: Path, document: Document, steps: Step, message: str, advice: str | None = None
) -> RuleError:
    locate = document.locate_key if "no field" in message else document.locate
    return RuleError(str(path), locate(steps), message, advice)
