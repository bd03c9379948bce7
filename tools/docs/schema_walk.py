"""The fields of a JSON Schema, one by one, with what each takes in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_AT_LENGTH = 30  # characters from which a title says more than the description beside it


@dataclass(frozen=True, slots=True)
class Field:
    """One field by its dotted path: `hardware.parallelism.tensor`, `workload.batch[].name`."""

    path: str
    meaning: str
    takes: tuple[str, ...]  # its forms in words, one sentence each
    examples: tuple[Any, ...]
    required: bool
    holds_fields: bool  # whether it is a mapping, or a list of mappings, with fields of its own

    @property
    def name(self) -> str:
        """The key as it is written."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def top(self) -> str:
        """The key of the document that it stands below."""
        return self.path.partition(".")[0].removesuffix("[]")


def fields(schema: Schema) -> Iterator[Field]:
    """Yield every field of a schema in the order of the file, each before those inside it."""
    yield from _below(schema, "", schema.get("$defs", {}))


def _below(owner: Schema, prefix: str, defs: Schema) -> Iterator[Field]:
    for name, written in owner.get("properties", {}).items():
        path = f"{prefix}{name}"
        forms = [*_forms(written, defs)]
        inner = [form for form in forms if _has_fields(form)]
        listed = [form["items"] for form in forms if form.get("type") == "array"]
        entries = [entry for item in listed for entry in _forms(item, defs) if _has_fields(entry)]
        yield Field(
            path=path,
            meaning=written.get("description", ""),
            takes=tuple(dict.fromkeys(_words(form, defs) for form in forms)),
            examples=tuple(written.get("examples", ())),
            required=name in owner.get("required", ()),
            holds_fields=bool(inner or entries),
        )
        for form in inner:
            yield from _below(form, f"{path}.", defs)
        for entry in entries:
            yield from _below(entry, f"{path}[].", defs)


def _forms(written: Schema, defs: Schema) -> Iterator[Schema]:
    """Yield the forms that a value may have, references resolved."""
    if "$ref" in written:
        yield from _forms(defs[written["$ref"].rpartition("/")[2]], defs)
    elif "anyOf" in written and "properties" not in written and "title" not in written:
        for choice in written["anyOf"]:
            yield from _forms(choice, defs)
    else:
        yield written


def _has_fields(form: Schema) -> bool:
    return form.get("type") == "object" and "properties" in form and not _by_percentile(form)


def _by_percentile(form: Schema) -> bool:
    return form.get("title") == "a target by percentile"


def _words(form: Schema, defs: Schema) -> str:
    if "const" in form:
        return f"`{form['const']}`"
    if "enum" in form:
        return "one of " + ", ".join(f"`{value}`" for value in form["enum"])
    if form.get("type") == "boolean":
        return "`true` or `false`"
    if form.get("type") == "array":
        item = next(iter(_forms(form["items"], defs)))
        return f"a list, each entry {_words(item, defs)}"
    if _by_percentile(form):
        names = ", ".join(f"`{name}`" for name in form["properties"])
        return f"or by percentile, a mapping with one of {names}"
    if form.get("type") == "object":
        return _mapping(form, defs)
    if "title" not in form or form.get("type") == "integer":
        return f"a whole number{_range(form)}"
    said = form["title"] if len(form["title"]) > _AT_LENGTH else _low(form["description"])
    return str(said)


def _mapping(form: Schema, defs: Schema) -> str:
    if "properties" in form:
        return "a mapping with the fields below"
    if "propertyNames" not in form:
        return "a mapping"
    value = next(iter(_forms(form["additionalProperties"], defs)))
    return f"a mapping; each key is {form['propertyNames']['title']}, each value {value['title']}"


def _range(form: Schema) -> str:
    low, high = form.get("minimum"), form.get("maximum")
    ends = []
    if low:
        ends.append(f"at least {low:,}")
    if high and high < 10**9:
        ends.append(f"at most {high:,}")
    return f" ({', '.join(ends)})" if ends else ""


def _low(text: str) -> str:
    """A sentence as part of another: without its capital and its full stop."""
    first = text.split(" ", 1)[0]
    head = text[0] if len(first) > 1 and first.isupper() else text[0].lower()
    return head + text[1:].rstrip(".")
