"""A model's `config.json`: the model by its folder, by its name, or by its architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.adopt.draft import AdoptError, Draft, Value
from aispec.adopt.names import deployment_name
from aispec.catalog.store import Catalog, Match

NOUN = "config.json"
_DEEPEST = 4


def is_config(data: Any) -> bool:
    """Whether data is a model's configuration."""
    return isinstance(data, dict) and ("model_type" in data or "architectures" in data)


def draft(data: Mapping[str, Any], folder: str) -> Draft:
    """Return the draft of a model that stands in `folder`, relative to the spec; or without one.

    Raises AdoptError where the configuration describes no model that can be computed.
    """
    made = Draft(source=NOUN)
    named = data.get("_name_or_path")
    name = named if isinstance(named, str) and not named.startswith((".", "/", "~")) else ""
    known = bool(name) and isinstance(Catalog.default().model(name[:200]), Match)
    if folder:
        made.put("model.id", name[:200] or None, "_name_or_path")
        made.put("model.path", folder, "its config.json and headers beat the catalogue")
    elif known:
        made.put("model.id", name[:200], "_name_or_path")
    else:
        _architecture(made, data, name)
    made.put("name", deployment_name(name, folder, str(data.get("model_type") or "")))
    return made


def _architecture(made: Draft, data: Mapping[str, Any], name: str) -> None:
    from aispec.catalog.local.config import describe, innermost
    from aispec.catalog.local.model import LocalError
    from aispec.catalog.local.quantization import format_of

    try:
        described = describe(data)
        weights, why = format_of(innermost(data), [])
    except LocalError as error:
        raise AdoptError(f"{error.message} {error.detail}".strip()) from None
    if described.architecture is None:
        raise AdoptError("the configuration says too little of the model's architecture")
    made.put(
        "model.id",
        name[:200] or deployment_name(str(data.get("model_type") or "")),
        "named by its kind" if not name else "_name_or_path",
    )
    fields = dict(described.architecture)
    if described.context_length:
        fields["context_length"] = described.context_length
    _flat(made, "model.architecture", fields, 0)
    made.put("precision.weights", weights, why or NOUN)
    made.notes += described.notes


def _flat(made: Draft, path: str, value: Any, depth: int) -> None:
    if isinstance(value, dict) and value and depth < _DEEPEST:
        for key, part in value.items():
            _flat(made, f"{path}.{key}", part, depth + 1)
    elif isinstance(value, str | int | float | bool | list):
        found: Value = value
        made.put(path, found, NOUN if path.endswith(".architecture.type") else "")
