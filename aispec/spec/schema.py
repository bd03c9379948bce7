"""Checks data against a schema and says in words what is wrong, at the exact node.

This reads the part of JSON Schema that the schemas of specs and settings use, so that the verdict
and its words come from one place, and nothing heavy is imported. Tests hold it to the verdicts of
two full implementations.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import Any

from aispec.spec import units
from aispec.spec.document import Document
from aispec.spec.location import Path, Span
from aispec.spec.problem import Problem
from aispec.spec.words import clean, kind_of, label, listed, nearest, quoted, truth

Schema = dict[str, Any]
MOST = 50
_DEFS = len("#/$defs/")
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def check(document: Document, schema: Schema, root: str = "the deployment") -> list[Problem]:
    """What is wrong with a document by a schema, in order of place, at most `MOST` problems."""
    checker = _Checker(document, schema, root)
    with suppress(_EnoughError):
        checker.visit(document.data, schema, ())
    return sorted(checker.problems, key=lambda problem: _order(problem.span))[:MOST]


def check_part(document: Document, schema: Schema, part: Schema, path: Path) -> list[Problem]:
    """What is wrong with the value at `path` by a part of another schema, whose `$defs` it uses."""
    value = document.data
    for step in path:
        value = value[step]
    checker = _Checker(document, schema, ".".join(map(str, path)))
    with suppress(_EnoughError):
        checker.visit(value, part, path)
    return sorted(checker.problems, key=lambda problem: _order(problem.span))[:MOST]


def _order(span: Span) -> tuple[int, int]:
    return span.line, span.column


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def is_type(value: object, name: str) -> bool:
    """Whether a value has a type of JSON Schema; 2.0 is an integer, true is no number."""
    if value.__class__ is bool:
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES[name])


class _EnoughError(Exception):
    """More problems than anyone reads."""


class _Checker:
    def __init__(self, document: Document, schema: Schema, root: str) -> None:
        self.document = document
        self.schema = schema
        self.defs: dict[str, Schema] = schema.get("$defs", {})
        self.root = root
        self.problems: list[Problem] = []

    def visit(self, value: Any, schema: Schema, path: Path) -> None:
        while "$ref" in schema:
            name = schema["$ref"][_DEFS:]
            if name in units.KINDS:
                self._quantity(name, value, path)
                return
            schema = self.defs[name]
        if "enum" in schema or "const" in schema:
            self._enum(value, schema.get("enum") or [schema["const"]], path)
        elif "type" not in schema:
            self._either(value, schema, path)
        elif not is_type(value, schema["type"]):
            self._wrong_type(value, schema, path)
        elif isinstance(value, dict):
            self._mapping(value, schema, path)
        elif isinstance(value, list):
            self._list(value, schema, path)
        elif isinstance(value, str):
            self._text(value, schema, path)
        else:
            self._number(value, schema, path)

    def _say(
        self,
        code: str,
        message: str,
        path: Path,
        advice: str | None = None,
        instead: str | bool | None = None,
    ) -> None:
        span = self.document.locate(path)
        self._add(Problem(code, message, span, path, help=advice, instead=instead))

    def _say_at_key(
        self,
        code: str,
        message: str,
        path: Path,
        advice: str | None = None,
        instead: str | None = None,
    ) -> None:
        span = self.document.locate_key(path)
        self._add(Problem(code, message, span, path, help=advice, instead=instead))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) >= 2 * MOST:
            raise _EnoughError
        self.problems.append(problem)

    def _name(self, path: Path) -> str:
        return label(path, self.root)

    def _quantity(self, kind: str, value: Any, path: Path) -> None:
        if isinstance(value, (dict, list)) or value is None:
            self._wrong_type(value, self.defs[kind], path)
            return
        try:
            units.read(kind, value)
        except units.UnitError as error:
            self._say(error.code, f"{self._name(path)} {error.message}", path, error.help)

    def _enum(self, value: Any, allowed: list[Any], path: Path) -> None:
        if any(
            value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed
        ):
            return
        near = nearest(value, allowed) if isinstance(value, str) and len(allowed) > 1 else None
        names = [str(one) for one in sorted(allowed, key=lambda one: one != near)]
        read = units.show(value)
        advice = f"did you mean '{near}'?" if near else None
        words = f"{self._name(path)} must be {listed(names)}, read {read}"
        self._say("SPEC008", words, path, advice, near)

    def _either(self, value: Any, schema: Schema, path: Path) -> None:
        for branch in schema["anyOf"]:
            if any(is_type(value, name) for name in self._types(branch)):
                self.visit(value, branch, path)
                return
        self._wrong_type(value, schema, path)

    def _resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.defs[schema["$ref"][_DEFS:]]
        return schema

    def _types(self, schema: Schema) -> list[str]:
        schema = self._resolve(schema)
        types = schema.get("type", [])
        if isinstance(types, str):
            return [types]
        return types or [name for branch in schema.get("anyOf", []) for name in self._types(branch)]

    def _phrases(self, schema: Schema) -> list[str]:
        schema = self._resolve(schema)
        if "title" in schema:
            return [schema["title"]]
        branches = [
            phrase for branch in schema.get("anyOf", []) for phrase in self._phrases(branch)
        ]
        own = [kind_of(schema["type"])] if isinstance(schema.get("type"), str) else branches
        return list(dict.fromkeys(own))

    def _wrong_type(self, value: Any, schema: Schema, path: Path) -> None:
        phrase = listed(self._phrases(schema))
        advice = truth(value) if schema.get("type") == "boolean" else None
        instead: str | bool | None = advice == "write true" if advice else None
        if "text" in phrase and isinstance(value, (int, float)):
            instead = self.document.text(path)
            advice = f'quote it: "{instead}"'
        if value is None:
            words = f"{self._name(path)} is empty; it must be {phrase}"
        else:
            words = f"{self._name(path)} must be {phrase}, read {units.show(value)}"
        self._say("SPEC006", words, path, advice, instead)

    def _mapping(self, value: dict[str, Any], schema: Schema, path: Path) -> None:
        if len(value) < schema.get("minProperties", 0):
            self._say("SPEC007", f"{self._name(path)} is empty", path)
        if len(value) > schema.get("maxProperties", len(value)):
            most = schema["maxProperties"]
            words = f"{self._name(path)} has {len(value)} keys, and {most} at most is taken"
            self._say("SPEC011", words, path)
        known: Schema = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        meant = set()
        for key, part in value.items():
            if key in known:
                self.visit(part, known[key], (*path, key))
            elif other is False:
                meant.add(self._unknown(key, value, known, path))
            else:
                self._free(key, part, schema, path)
        self._presence(value, schema, path, meant)

    def _free(self, key: str, part: Any, schema: Schema, path: Path) -> None:
        names = schema.get("propertyNames")
        if names and not _pattern(names["pattern"]).search(key):
            words = f"'{clean(key)}' in {self._name(path)} must be {names['title']}"
            self._say_at_key("SPEC005", words, (*path, key))
        elif isinstance(schema.get("additionalProperties"), dict):
            self.visit(part, schema["additionalProperties"], (*path, key))

    def _unknown(self, key: str, value: Schema, known: Schema, path: Path) -> str | None:
        near = nearest(key, [name for name in known if name not in value])
        words = f"unknown key '{clean(key)}' in {self._name(path)}"
        words += f"; did you mean '{near}'?" if near else ""
        home = None if near else self._home(key)
        advice = f"'{clean(key)}' belongs in '{home}'" if home else None
        if not near and not advice:
            advice = f"known here: {', '.join(known)}"
        self._say_at_key("SPEC005", words, (*path, key), advice, near)
        return near

    def _home(self, key: str) -> str | None:
        """The part of the document whose key this is."""
        for name, part in self.schema["properties"].items():
            for branch in [part, *part.get("anyOf", [])]:
                if key in self._resolve(branch).get("properties", {}):
                    return str(name)
        return None

    def _presence(self, value: Schema, schema: Schema, path: Path, meant: set[str | None]) -> None:
        missing = [key for key in schema.get("required", ()) if key not in value]
        missing = [key for key in missing if key not in meant]
        if missing:
            words = f"{self._name(path)} needs {quoted(missing, 'and')}"
            self._say_at_key("SPEC007", words, path)
        if "anyOf" in schema:
            self._one_of(value, [branch["required"][0] for branch in schema["anyOf"]], path, meant)
        for key, others in schema.get("dependentRequired", {}).items():
            for other in others:
                if key in value and other not in value and other not in meant:
                    words = f"{self._name(path)} needs '{other}' beside '{key}'"
                    self._say_at_key("SPEC007", words, (*path, key))
        for key, rule in schema.get("dependentSchemas", {}).items():
            if key in value:
                self._exclusive(
                    key, [other for other in rule["properties"] if other in value], path
                )

    def _one_of(self, value: Schema, keys: list[str], path: Path, meant: set[str | None]) -> None:
        if not any(key in value or key in meant for key in keys):
            self._say_at_key("SPEC007", f"{self._name(path)} needs {quoted(keys)}", path)

    def _exclusive(self, key: str, others: list[str], path: Path) -> None:
        for other in others:
            pair = sorted(
                (key, other), key=lambda one: _order(self.document.locate_key((*path, one)))
            )
            words = f"'{pair[1]}' cannot stand beside '{pair[0]}'"
            self._say_at_key("SPEC011", words, (*path, pair[1]), f"keep '{key}' or '{other}'")

    def _list(self, value: list[Any], schema: Schema, path: Path) -> None:
        if len(value) < schema.get("minItems", 0):
            self._say("SPEC007", f"{self._name(path)} is empty", path)
        if len(value) > schema.get("maxItems", len(value)):
            words = f"{self._name(path)} has {len(value):,} items, more than {schema['maxItems']:,}"
            self._say("SPEC010", words, path)
        for number, part in enumerate(value):
            self.visit(part, schema["items"], (*path, number))

    def _text(self, value: str, schema: Schema, path: Path) -> None:
        if len(value) < schema.get("minLength", 0):
            self._say("SPEC007", f"{self._name(path)} is empty", path)
        elif len(value) > schema.get("maxLength", len(value)):
            words = f"has {len(value):,} characters, more than {schema['maxLength']:,}"
            self._say("SPEC010", f"{self._name(path)} {words}", path)
        elif "not" in schema and _pattern(schema["not"]["pattern"]).search(value):
            words = f"{self._name(path)} has a line break or control character in it"
            self._say("SPEC008", words, path)
        elif "pattern" in schema and not _pattern(schema["pattern"]).search(value):
            self._pattern_missed(value, schema, path)

    def _pattern_missed(self, value: str, schema: Schema, path: Path) -> None:
        words = f"{self._name(path)} must be {schema['title']}, read {units.show(value)}"
        choices = re.findall(
            r"[a-z][a-z.-]+", schema["pattern"].replace("\\", "").partition(")")[0]
        )
        first, *rest = value.split() or [""]
        near = nearest(first, choices)
        meant = " ".join((near, *rest)) if near else None
        instead = meant if meant and _pattern(schema["pattern"]).search(meant) else None
        self._say("SPEC008", words, path, f"did you mean '{near}'?" if near else None, instead)

    def _number(self, value: float, schema: Schema, path: Path) -> None:
        for bound, words in (("minimum", "at least"), ("maximum", "at most")):
            limit = schema.get(bound, value)
            if (value < limit) if bound == "minimum" else (value > limit):
                said = f"{self._name(path)} must be {words} {limit:,}, read {units.show(value)}"
                self._say("SPEC010", said, path)
