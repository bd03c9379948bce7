"""Reads a file of specs."""

from __future__ import annotations

from typing import Any

from aispec.record import record
from aispec.resources import schema
from aispec.spec.build import build
from aispec.spec.document import Document, parse_decoded
from aispec.spec.location import START
from aispec.spec.model import Spec
from aispec.spec.problem import Problem
from aispec.spec.schema import MOST, check, check_part
from aispec.spec.sense import contradictions
from aispec.spec.text import decode, taken

EMPTY = Problem(
    "SPEC004",
    "there is no deployment in this file",
    START,
    help="`aispec init` writes a first one",
)


@record
class Located:
    """A deployment, and the document that knows where each of its values stands."""

    spec: Spec
    document: Document


@record
class SpecFile:
    """What a file holds: its deployments, and what keeps the rest of it from being one."""

    path: str
    text: str
    lines: list[str]
    deployments: tuple[Located, ...]
    problems: tuple[Problem, ...]


def read(text: str | bytes, path: str) -> SpecFile:
    """Reads a text as a file of specs; whatever is wrong with it becomes a `Problem`."""
    decoded, problem = decode(text)
    if problem:
        return SpecFile(path, decoded, decoded.split("\n"), (), (problem,))
    lines = decoded.split("\n")
    documents, problems = parse_decoded(decoded, lines)
    deployments: list[Located] = []
    for document in documents:
        if not document.broken:
            own = _problems(document)
            problems.extend(own)
            if not own:
                deployments.append(Located(build(document), document))
    if not deployments and not problems:
        problems.append(EMPTY)
    # What stopped the reading is at the front and must not be cut off.
    problems = sorted(problems[:MOST], key=lambda problem: (problem.span.line, problem.span.column))
    return SpecFile(path, decoded, lines, tuple(deployments), tuple(problems))


def read_file(path: str, shown: str | None = None) -> SpecFile:
    """Reads the specs of a file on disk; `shown` is the path that findings name."""
    shown = shown or path
    try:
        with open(path, "rb") as file:
            raw = taken(file)
        return read(raw, shown)
    except OSError as error:
        return SpecFile(shown, "", [], (), (unreadable(error),))


def unreadable(error: OSError) -> Problem:
    """The problem of a file that the system does not give us."""
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "there is no such file",
        IsADirectoryError: "this is a directory, not a file",
        PermissionError: "there is no permission to read this file",
    }
    reason = reasons.get(type(error), f"this file cannot be read: {error.strerror or 'no reason'}")
    return Problem("SPEC001", reason)


def _problems(document: Document) -> list[Problem]:
    data: Any = document.data
    if not isinstance(data, dict):
        words = "a deployment is a mapping of keys such as 'name' and 'model'"
        return [Problem("SPEC006", words, document.locate(()))]
    return (
        check(document, schema("ai-deploy")) or _architecture(document) or contradictions(document)
    )


def _architecture(document: Document) -> list[Problem]:
    """What is wrong with an architecture written in a spec, by the catalogue's own schema."""
    model = document.data.get("model")
    if not isinstance(model, dict) or "architecture" not in model:
        return []
    whole = schema("model")
    part = whole["$defs"]["architecture"]
    length = {"type": "integer", "minimum": 1}
    part = {**part, "properties": {**part["properties"], "context_length": length}}
    return check_part(document, whole, part, ("model", "architecture"))
