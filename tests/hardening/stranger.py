"""A stranger's text in every place that takes one: fields, keys, names of files, rules, prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aispec.resources import schema

TEXTS = {
    "markup": "::error::x @everyone #12 GH-7 <script>x</script> [a](https://e.example) ![b](//e)"
    " www.e.example ##[error]y `</pre>",
    "ends of things": '"><img src=x onerror=y> --> ]]> ``` ~~~ </details> %0A::error::x | { {7*7} }'
    " {% raw %} ',\"}]",
    "controls": "a\n::error::x\r\n## [b](https://e.example)\n\x1b]8;;https://e.example\x1b\\\x07"
    "\u202ecod\u2066\u2028\x9b31m\x7f\t\udcff",
}
"""Texts that something would obey, if it were not escaped for where it stands."""

Place = tuple[str | int, ...]
_BASES: dict[str, dict[str, Any]] = {
    "hosted": {"model": "llama-3.1-8b-instruct", "hardware": "1x a100-40gb"},
    "api": {"model": "gpt-4o-mini", "api": "openai"},
    "routes": {"routes": [{"to": "d", "share": 1}]},
}
_FOREIGN = {"hosted": {"api", "routes"}, "api": {"hardware", "engine", "precision", "routes"}}
_TOGETHER = 8
_FOREIGN["routes"] = {"model", "precision", "engine", "hardware", "api"}


def places() -> list[Place]:
    """Every field of a spec, and a key beside the known ones of each mapping."""
    return sorted({*_places(schema("ai-deploy"), (), 0)}, key=str)


def _places(part: dict[str, Any], path: Place, depth: int) -> Iterator[Place]:
    whole = schema("ai-deploy")
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        part = {**whole["$defs"][name], **part}
    if path:
        yield path
    for choice in part.get("anyOf", ()):
        yield from _places(choice, path, depth)
    if depth > 6:
        return
    for key, value in part.get("properties", {}).items():
        if isinstance(value, dict):
            yield from _places(value, (*path, key), depth + 1)
    if isinstance(part.get("items"), dict):
        yield from _places(part["items"], (*path, 0), depth + 1)
    if part.get("type") == "object" and path:
        yield (*path, "<key>")


def specs(text: str) -> Iterator[tuple[list[Place], dict[str, Any]]]:
    """Yield specs that have a text in a few places each, until it stood in all of them."""
    for kind, base in _BASES.items():
        fitting = [p for p in places() if p[0] not in _FOREIGN[kind]]
        for start in range(0, len(fitting), _TOGETHER):
            some = fitting[start : start + _TOGETHER]
            data = json.loads(json.dumps({"version": 1, "name": "d", **base}))
            for path in some:
                _put(data, path, text)
            yield some, data


def _put(data: dict[str, Any], path: Place, text: str) -> None:
    above: Any = data
    for number, step in enumerate(path[:-1]):
        made: Any = [] if path[number + 1] == 0 else {}
        if isinstance(above, list):
            if not above or not isinstance(above[0], type(made)):
                above[:] = [made]
            above = above[0]
        else:
            if not isinstance(above.get(step), type(made)):
                above[step] = made
            above = above[step]
    last = path[-1]
    if last == "<key>":
        above[text] = 1
    elif isinstance(above, list):
        above[:] = [text]
    else:
        above[last] = text


def repository(root: Path, text: str) -> None:
    """Write a repository in which a text stands in every file that a run reads."""
    (root / ".git").mkdir(parents=True)
    line = " ".join(text.split())
    safe = "".join(c for c in line if c.isprintable())
    _write(
        root / ".aispec.yaml",
        {"extends": ["policy"], "overlays": ["catalog"], "prices": "prices.yaml"},
    )
    _write(root / "policy" / f"{_name(text)}.yaml", _rule(safe))
    _write(root / "catalog" / "models" / f"{_name(text)}.yaml", _model(safe))
    price = {"provider": "openai", "model": "gpt-4o-mini", "input": 1.0, "output": 2.0}
    _write(
        root / "prices.yaml",
        {"as_of": "2026-11-01", "source": text.replace("\udcff", ""), "tokens": [price]},
    )
    waiver = f"# aispec: allow ACME002 -- {safe}"
    for number, model in enumerate(("acme/one", "gpt-4o-mini")):
        how = {"api": "openai"} if number else {"hardware": "1x a100-40gb"}
        spec = {"version": 1, "name": f"{safe}"[:190] + str(number), "model": model, **how}
        spec["owner"] = safe[:200]
        spec["workload"] = {"users": "1000/day", "tokens_per_session": 2000}
        folder = root / _name(text)
        folder.mkdir(exist_ok=True)
        data = "".join(f"{json.dumps(k)}: {json.dumps(v)}\n" for k, v in spec.items())
        (folder / f"{number}.ai-deploy.yaml").write_text(f"{waiver}\n{data}", encoding="utf-8")


def _name(text: str) -> str:
    """The text as a name of a file may have it."""
    plain = text.replace("/", "\u2215").replace("\0", "").replace("\udcff", "")
    return plain.encode()[:120].decode("utf-8", "ignore")


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data) + "\n", encoding="utf-8")


def _rule(text: str) -> dict[str, Any]:
    spec = {"version": 1, "name": "d", **_BASES["hosted"]}
    return {
        "code": "ACME001",
        "name": "a-strangers-rule",
        "summary": text[:160],
        "severity": "error",
        "since": "0.1.0",
        "when": "given(name)",
        "at": "name",
        "also": [{"at": "model", "say": text}],
        "message": f"{text} {{{{ name }}}}",
        "note": text,
        "help": text,
        "why": text * 2,
        "sources": [f"https://e.example/{text}"],
        "examples": [{"title": text, "spec": spec, "finds": "nothing"}],
    }


def _model(text: str) -> dict[str, Any]:
    return {
        "id": "acme/one",
        "aliases": [text],
        "family": text,
        "vendor": text,
        "kind": "open-weight",
        "task": "text-generation",
        "released": "2026-01-01",
        "license": text,
        "notes": text,
        "parameters": {"total": 4619189760, "active": 4619189760},
        "architecture": {
            "type": "dense",
            "layers": 36,
            "hidden_size": 2560,
            "intermediate_size": 18432,
            "attention": "gqa",
            "num_heads": 20,
            "num_kv_heads": 4,
            "head_dim": 128,
            "vocab_size": 128005,
            "tie_word_embeddings": False,
        },
        "context": {"length": 65536},
        "native_precision": "bf16",
        "modalities": {"input": ["text"], "output": ["text"]},
        "sources": [text],
        "checked": "2026-11-22",
    }
