"""A changed deployment as a spec's text: what its author wrote, with changed fields in place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from aispec.policy.change import Changes, changed
from aispec.spec.build import HARDWARE, is_path
from aispec.spec.document import Document
from aispec.spec.model import Spec
from aispec.spec.reader import read

_AS_TEXT = ("engine.version", "model.revision", "api.tier")  # texts that may look like numbers
_WIDTH = 100


def written(document: Document, spec: Spec, changes: Changes) -> str:
    """Return the changed deployment as YAML; comments are left behind."""
    data = deepcopy(document.data)
    for path in _AS_TEXT:
        section, _, name = path.partition(".")
        if isinstance(data.get(section), dict) and name in data[section]:
            data[section][name] = document.text(path)
    for path, new in changes.items():
        _put(data, path.split("."), new.written)
    text = yaml.safe_dump(
        data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=_WIDTH
    )
    if _reads_as(text, changed(spec, changes)):
        return text
    # JSON is YAML that quotes every text, whatever older readers take it for.
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _reads_as(text: str, spec: Spec) -> bool:
    found = read(text, "ai-deploy.yaml")
    return not found.problems and [each.spec for each in found.deployments] == [spec]


def _put(data: dict[str, Any], steps: list[str], value: object) -> None:
    name, *rest = steps
    if not rest:
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
        return
    inner = _at_length(name, data.get(name))
    _put(inner, rest, value)
    if inner:
        data[name] = inner
    else:
        data.pop(name, None)


def _at_length(name: str, short: Any) -> dict[str, Any]:
    """Return a part of a spec in its long form."""
    if isinstance(short, Mapping):
        return dict(short)
    if short is None:
        return {}
    if name == "hardware":
        match = HARDWARE.fullmatch(short)
        count, device = match.groups() if match else (None, short)
        return {"accelerator": device, **({"count": int(count)} if count else {})}
    if name == "engine":
        engine, _, version = short.partition(" ")
        return {"name": engine, **({"version": version.strip()} if version.strip() else {})}
    if name == "model":
        return {"path" if is_path(short) else "id": short}
    return {{"precision": "weights", "api": "provider"}[name]: short}
