"""Renewing what a rule's examples find, in the text of the rule's file.

Estimates move, and with them the figures in messages. Only the scalars that hold a message are
written anew, in the style they have; everything else keeps its bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from aispec.policy.finding import Finding
from aispec.policy.rule import Rule
from aispec.policy.testing import NOTHING, Evaluate, evaluated, expected, mismatch
from aispec.spec.document import Document, parse
from aispec.spec.location import Span

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z]\w* (?:[^:#\[\]{}\"'\n]|:(?! )|(?<! )#)*")
_FOLDS = re.compile(r"\S(?: ?\S)*")


class RenewalError(ValueError):
    """A rule file in which a message cannot be replaced by itself."""


def moved(rule: Rule, evaluate: Evaluate) -> dict[int, str]:
    """Return the messages that a rule's examples find now, by the place of those that moved.

    An example that finds nothing any more, or is more or less sure than it says, has not moved: it
    fails, and is for its author to look at.
    """
    found = {}
    for place, example in enumerate(rule.examples):
        if example["finds"] == NOTHING:
            continue
        message = _moved(rule, expected(example), evaluated(example, evaluate))
        if message is not None:
            found[place] = message
    return found


def _moved(rule: Rule, wanted: Mapping[str, str], findings: list[Finding]) -> str | None:
    own = [f for f in findings if f.code == rule.code and f.silenced is None]
    rest = {key: value for key, value in wanted.items() if key != "message"}
    alike = [f for f in own if mismatch(rest, f) is None]
    if not alike or any(mismatch(wanted, f) is None for f in own):
        return None
    return alike[0].message.strip()


def renewed(text: str, messages: Mapping[int, str]) -> str:
    """Return the text of a rule file with other messages at some of its examples.

    Raises RenewalError where that would change more than these, as with a message behind an alias.
    """
    document = _only(text)
    edits: dict[tuple[int, int], str] = {}
    for place, message in messages.items():
        steps: tuple[str | int, ...] = ("examples", place, "finds")
        if isinstance(document.data["examples"][place]["finds"], dict):
            steps = (*steps, "message")
        edits[_extent(text, document.values[steps])] = message
    made = text
    for (start, end), message in sorted(edits.items(), reverse=True):
        made = made[:start] + _scalar(made, start, end, message) + made[end:]
    if _data(made) != _wanted(document.data, messages):
        raise RenewalError("its messages can't be replaced one by one: renew them by hand")
    return made


def _only(text: str) -> Document:
    documents, problems = parse(text)
    if problems or len(documents) != 1:
        raise RenewalError("it is not one document")
    return documents[0]


def _data(text: str) -> Any:
    documents, problems = parse(text)
    return documents[0].data if len(documents) == 1 and not problems else None


def _wanted(data: Any, messages: Mapping[int, str]) -> Any:
    wanted = json.loads(json.dumps(data, default=str))
    for place, message in messages.items():
        example = wanted["examples"][place]
        if isinstance(example["finds"], dict):
            example["finds"]["message"] = message
        else:
            example["finds"] = message
    return wanted


def _extent(text: str, span: Span) -> tuple[int, int]:
    """Where a scalar starts and ends in the text, without the line break after a block."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    start = starts[span.line - 1] + span.column - 1
    end = len(text)
    if span.end_line <= len(starts):
        end = starts[span.end_line - 1] + span.end_column - 1
    return start, start + len(text[start:end].rstrip())


def _scalar(text: str, start: int, end: int, message: str) -> str:
    """Return a message as the scalar there is written: folded, in quotes or plain."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    old, room = text[start:end], WIDTH - len(line)
    in_flow = line.count("{") > line.count("}") or line.count("[") > line.count("]")
    foldable = _FOLDS.fullmatch(message) is not None and not in_flow
    if foldable and (old.startswith(">") or len(message) + 2 > room):
        return _folded(line, message, "\r\n" if "\r\n" in text else "\n")
    if old[0] not in "\"'>|" and _PLAIN.fullmatch(message) and not (in_flow and "," in message):
        return message
    return json.dumps(message, ensure_ascii=False)


def _folded(line: str, message: str, newline: str) -> str:
    indent = " " * (len(line) - len(line.lstrip(" -")) + 2)
    room = WIDTH - len(indent)
    parts = wrap(message, room, break_long_words=False, break_on_hyphens=False)
    return newline.join([">-", *(indent + part for part in parts)])
