"""Setting and removing fields of a spec, by path, in whatever form it is written."""

from __future__ import annotations

import re

from aispec.adopt.scalars import scalar
from aispec.mend.text import Edit, RefusedError, Source, scalar_edit, shown
from aispec.resources import schema
from aispec.spec.build import HARDWARE, is_path
from aispec.spec.document import Document
from aispec.spec.location import Path
from aispec.spec.node import Node

Value = str | int | float | bool | None
_SHORT = {"precision": "weights", "api": "provider", "users": "daily"}
_PERCENTILE = re.compile(r"p[0-9.]+")


def set_field(source: Source, document: Document, path: Path, value: Value) -> list[Edit]:
    """Return the edits that give a field a value, or take it out for None.

    Short forms are kept where they can say it and written at length where they can't. Raises
    RefusedError where the field cannot be reached by changing only the bytes concerned.
    """
    if value is None:
        return remove_field(source, document, path)
    depth = _depth(document, path)
    node = document.node(path[:depth])
    assert node is not None
    if depth == len(path):
        return [_replaced(source, document, path, node, value)]
    if node.parts is None:
        return [_lengthened(source, document, path, depth, value)]
    if isinstance(node.parts, list):
        raise RefusedError(f"{shown(path[:depth])} has no item {path[depth]}")
    return [_inserted(source, node, path, depth, value)]


def remove_field(source: Source, document: Document, path: Path) -> list[Edit]:
    """Return the edits that take a field out, with what holds nothing else; none where it is not.

    Raises RefusedError for one that is merged in from elsewhere.
    """
    if document.node(path) is None:
        return _shortened(source, document, path)
    while len(path) > 1 and _size(document, path[:-1]) == 1:
        path = path[:-1]
    above = document.node(path[:-1])
    assert above is not None
    if not isinstance(above.parts, dict):
        raise RefusedError(f"{shown(path)} is an item of a list")
    key = str(path[-1])
    if not _own(above, key) or _aliased(source, above):
        raise RefusedError(f"{shown(path)} is written elsewhere, and merged or repeated here")
    return [_cut_flow(source, above, key) if _flow(source, above) else _cut(source, above, key)]


def _depth(document: Document, path: Path) -> int:
    """Return how many steps of a path are written."""
    depth = len(path)
    while document.node(path[:depth]) is None:
        depth -= 1
    return depth


def _size(document: Document, path: Path) -> int:
    node = document.node(path)
    return len(node.parts) if node is not None and isinstance(node.parts, dict) else 0


def _replaced(source: Source, document: Document, path: Path, node: Node, value: Value) -> Edit:
    above = document.node(path[:-1])
    if above is not None and isinstance(above.parts, dict) and not _own(above, str(path[-1])):
        return _inserted(source, above, path, len(path) - 1, value)
    if node.parts is None:
        if node.text == "" and node.data is None:
            return _filled(source, above, str(path[-1]), value)
        short = _shorthand(path, str(node.data), value)
        return scalar_edit(source, document, path, value if short is None else short)
    if isinstance(node.parts, dict) and list(node.parts) == ["p95"]:
        return scalar_edit(source, document, (*path, "p95"), value)
    start, end = source.slice(node.marks)
    only_targets = isinstance(node.parts, dict) and all(map(_PERCENTILE.fullmatch, node.parts))
    if only_targets and _flow(source, node):
        return Edit(start, end, scalar(value))
    raise RefusedError(f"{shown(path)} is a mapping, and one value is to be set")


def _filled(source: Source, above: Node | None, key: str, value: Value) -> Edit:
    """Write behind a key that has no value."""
    if above is None or key not in above.keys:
        raise RefusedError(f"{key} is empty")
    end = source.slice(above.keys[key])[1]
    colon = source.text.find(":", end)
    if colon < 0:
        raise RefusedError(f"{key} is empty")
    return Edit(colon + 1, colon + 1, f" {scalar(value)}")


def _shorthand(path: Path, text: str, value: Value) -> str | None:
    """Return the short form of the hardware with another accelerator; None for other fields."""
    if path != ("hardware",) or not isinstance(value, str) or HARDWARE.fullmatch(value) is None:
        return None
    return value


def _lengthened(source: Source, document: Document, path: Path, depth: int, value: Value) -> Edit:
    """Return the edit that says more of a short form: within it, or in its long form."""
    head, rest = path[:depth], path[depth:]
    node = document.node(head)
    assert node is not None
    text = str(document.text(head) or "")
    if node.data is None:
        above = document.node(head[:-1])
        return _filled_with(source, above, head, rest, value)
    if rest == (_main(str(head[-1]), text),) and head != ("engine",):
        short = _in_short(head, text, value)
        return scalar_edit(source, document, head, short)
    if head == ("hardware",) and rest == ("count",):
        match = HARDWARE.fullmatch(text)
        if match and isinstance(value, int):
            return scalar_edit(source, document, head, f"{value}x {match[2]}")
    fields = _long_form(head, text, node)
    if fields is None:
        raise RefusedError(f"{shown(head)} is one value, and {shown(path)} is to be set")
    if len(rest) == 1 and str(rest[0]) in fields:
        fields[str(rest[0])] = value
    else:
        return _expanded(source, document, head, fields, rest, value)
    return _expanded(source, document, head, fields, (), None)


def _main(name: str, text: str) -> str:
    """Return the field of the long form that the short one is."""
    if name == "model":
        return "path" if is_path(text) else "id"
    return "accelerator" if name == "hardware" else _SHORT.get(name, "")


def _in_short(head: Path, text: str, value: Value) -> Value:
    match = HARDWARE.fullmatch(text) if head == ("hardware",) else None
    return f"{match[1]}x {value}" if match and match[1] else value


def _long_form(head: Path, text: str, node: Node) -> dict[str, Value] | None:
    name = str(head[-1])
    if head == ("hardware",):
        match = HARDWARE.fullmatch(text)
        if match is None:
            return None
        return {"accelerator": match[2]} | ({"count": int(match[1])} if match[1] else {})
    if head == ("engine",):
        engine, _, version = text.partition(" ")
        fields: dict[str, Value] = {"name": engine}
        return fields | ({"version": version.strip()} if version.strip() else {})
    main = _main(name, text)
    return {main: node.data} if main else None


def _expanded(
    source: Source,
    document: Document,
    head: Path,
    fields: dict[str, Value],
    rest: Path,
    value: Value,
) -> Edit:
    """Write a short form at length, on one line."""
    edit = scalar_edit(source, document, head, "x")  # where it stands, or why it cannot be changed
    parts = [f"{name}: {scalar(each)}" for name, each in fields.items()]
    if rest:
        parts.append(_nested_flow(rest, value))
    return Edit(edit.start, edit.end, "{" + ", ".join(parts) + "}")


def _filled_with(source: Source, above: Node | None, head: Path, rest: Path, value: Value) -> Edit:
    edit = _filled(source, above, str(head[-1]), "x")
    return Edit(edit.start, edit.end, " {" + _nested_flow(rest, value) + "}")


def _nested_flow(path: Path, value: Value) -> str:
    first, *rest = path
    inner = f"{{{_nested_flow(tuple(rest), value)}}}" if rest else scalar(value)
    return f"{first}: {inner}"


def _inserted(source: Source, node: Node, path: Path, depth: int, value: Value) -> Edit:
    """Return the edit that adds an entry to a mapping, after those it has."""
    if _aliased(source, node):
        raise RefusedError(f"{shown(path[:depth])} stands for what is written elsewhere")
    rest = path[depth:]
    if _flow(source, node):
        return _inserted_flow(source, node, rest, value)
    own = [key for key in node.keys if _own(node, key)]
    if not own:
        raise RefusedError(f"{shown(path[:depth])} has nothing of its own to stand beside")
    column = min(node.keys[key][1] for key in own)
    assert isinstance(node.parts, dict)
    beside = own if depth else _before(str(rest[0]), own)
    last = max(max(node.parts[key].marks[2], node.keys[key][2]) for key in beside)
    if not depth and rest[1:] == (_SHORT.get(str(rest[0])),):
        rest = rest[:1]
    lines = [f"{' ' * (column + 2 * number)}{step}:" for number, step in enumerate(rest)]
    lines[-1] += f" {scalar(value)}"
    at = source.line_end(last)
    return Edit(at, at, "".join(source.newline + line for line in lines))


def _before(name: str, own: list[str]) -> list[str]:
    """Return the fields of a deployment that stand before another in the schema; else all."""
    order = list(schema("ai-deploy")["properties"])
    rank = order.index(name) if name in order else len(order)
    return [key for key in own if key in order and order.index(key) < rank] or own


def _inserted_flow(source: Source, node: Node, rest: Path, value: Value) -> Edit:
    entry = _nested_flow(rest, value)
    start, end = source.slice(node.marks)
    assert isinstance(node.parts, dict)
    own = [key for key in node.keys if _own(node, key)]
    if not own:
        return Edit(start + 1, start + 1, entry)
    last = max(source.slice(node.parts[key].marks)[1] for key in own)
    last = max(last, *(source.slice(node.keys[key])[1] for key in own))
    if re.search(r"[^\s,]", source.text[last : end - 1]):
        raise RefusedError("there is a comment, or an empty value, at the end of the mapping")
    return Edit(last, last, f", {entry}")


def _cut(source: Source, above: Node, key: str) -> Edit:
    """Take the lines of an entry out of a block; a comment behind it stays on its own."""
    assert isinstance(above.parts, dict)
    marks, part = above.keys[key], above.parts[key]
    begin = source.starts[marks[0]]
    before = source.text[begin : source.slice(marks)[0]]
    if before.strip():
        raise RefusedError(f"{key} does not begin its line")
    stop = source.next_line(max(part.marks[2], marks[2]))
    end = max(source.slice(part.marks)[1], source.slice(marks)[1])
    if "#" in source.text[begin:end] and "\n" in source.text[begin:end]:
        raise RefusedError(f"there is a comment beside {key}")
    behind = source.text[end:stop].strip()
    kept = before + behind + source.newline if behind.startswith("#") else ""
    return Edit(begin, stop, kept)


def _cut_flow(source: Source, above: Node, key: str) -> Edit:
    """Take an entry out of braces, with one comma."""
    assert isinstance(above.parts, dict)
    spans = sorted(
        (source.slice(above.keys[each])[0], max(source.slice(above.parts[each].marks)[1],
                                                source.slice(above.keys[each])[1]))
        for each in above.keys
        if _own(above, each)
    )  # fmt: skip
    start = source.slice(above.keys[key])[0]
    place = next(n for n, each in enumerate(spans) if each[0] == start)
    if place + 1 < len(spans):
        edit = Edit(start, spans[place + 1][0], "")
    elif place:
        edit = Edit(spans[place - 1][1], spans[place][1], "")
    else:
        edit = Edit(start, spans[place][1], "")
    if "#" in source.text[edit.start : edit.end]:
        raise RefusedError(f"there is a comment beside {key}")
    return edit


def _shortened(source: Source, document: Document, path: Path) -> list[Edit]:
    """Take out what only a short form says: the version of an engine, the count of hardware."""
    depth = _depth(document, path)
    node = document.node(path[:depth])
    rest = path[depth:]
    text = str(document.text(path[:depth]) or "") if node is not None and not node.parts else ""
    if not text or node is None or node.parts is not None:
        return []
    if path[:depth] == ("hardware",) and rest == ("count",):
        match = HARDWARE.fullmatch(text)
        return [scalar_edit(source, document, ("hardware",), match[2])] if match else []
    if path[:depth] == ("engine",) and rest == ("version",):
        return [scalar_edit(source, document, ("engine",), text.partition(" ")[0])]
    if rest and rest[0] == _main(str(path[depth - 1]), text):
        return remove_field(source, document, path[:depth])
    return []


def _own(node: Node, key: str) -> bool:
    """Whether an entry is written in the mapping itself, and not merged into it."""
    if key not in node.keys:
        return False
    marks = node.keys[key]
    return node.marks[:2] <= marks[:2] and marks[2:] <= node.marks[2:]


def _flow(source: Source, node: Node) -> bool:
    return source.text[source.slice(node.marks)[0] :][:1] == "{"


def _aliased(source: Source, node: Node) -> bool:
    return source.text[source.slice(node.marks)[0] :][:1] == "*"
