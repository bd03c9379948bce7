"""Holds requests and answers to a published API description; see `extract_openapi.py`."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FILE = Path(__file__).with_name("openapi.json")


class ViolationError(AssertionError):
    """A request or an answer that the description does not allow."""


@dataclass(frozen=True)
class Operation:
    path: str
    values: dict[str, str]
    said: dict[str, Any]


@cache
def description() -> dict[str, Any]:
    return json.loads(_FILE.read_text("utf-8"))


def operation(method: str, path: str) -> Operation:
    """The operation of a path such as `/repos/acme/ai/pulls/1/files`."""
    for template, methods in description()["paths"].items():
        # A file's path may hold slashes, every other parameter is one segment.
        pattern = template.replace("{path}", "(?P<path>.+)")
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        found = re.fullmatch(pattern, path)
        if found and method.lower() in methods:
            return Operation(template, found.groupdict(), methods[method.lower()])
    raise ViolationError(f"the description has no {method} {path}")


def hold_request(of: Operation, query: dict[str, str], body: object) -> None:
    unknown = set(query) - set(of.said["query"])
    if unknown:
        raise ViolationError(f"{of.path} takes no {', '.join(sorted(unknown))}")
    for name, value in query.items():
        schema = of.said["query"][name]
        typed = int(value) if schema.get("type") == "integer" and value.isdigit() else value
        _hold(typed, schema, f"{of.path}?{name}")
    if (of.said["body"] is None) != (body is None):
        raise ViolationError(f"{of.path}: a body where none is described, or none where one is")
    if body is not None:
        _hold(body, of.said["body"], f"the body to {of.path}")


def hold_answer(of: Operation, status: int, body: object) -> None:
    # A token that may not do it is refused everywhere, though not every operation says so.
    error = {"$ref": "#/schemas/basic-error"}
    answers = {"401": error, "403": error, **of.said["answers"]}
    if str(status) not in answers:
        raise ViolationError(f"{of.path} is not described to answer {status}")
    if answers[str(status)] is not None and not isinstance(body, bytes):
        _hold(body, answers[str(status)], f"the answer {status} of {of.path}")


def _hold(value: object, schema: dict[str, Any], where: str) -> None:
    whole = {**schema, "schemas": description()["schemas"]}
    for error in Draft202012Validator(whole).iter_errors(value):
        raise ViolationError(f"{where}, {error.json_path}: {error.message[:300]}")


def sample(name: str, **given: object) -> dict[str, Any]:
    """The least object that a schema allows, with the values given."""
    return {**_least(description()["schemas"][name]), **given}


def _least(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _least(description()["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return None if {"type": "null"} in schema[key] else _least(schema[key][0])
    if "allOf" in schema:
        return _least(schema["allOf"][0])
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        return None
    if kind == "object":
        needed = schema.get("required", ())
        return {key: _least(schema["properties"][key]) for key in needed}
    plain = {"string": "x", "integer": 1, "number": 1, "boolean": False, "array": []}
    return plain[kind]
