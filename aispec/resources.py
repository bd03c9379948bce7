"""Where the data beside the code lies: in the checkout, or inside the installed package."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

_PACKAGE = Path(__file__).resolve().parent


@cache
def packaged() -> bool:
    """Whether the data was compiled into the package, as a wheel has it."""
    return (_PACKAGE / "_data").is_dir()


@cache
def root() -> Path:
    """The folder that holds `schemas/` and `rules/`."""
    return _PACKAGE / "_data" if packaged() else _PACKAGE.parent


def rules_dir() -> Path:
    """The folder of the rules that come with aispec."""
    return root() / "rules"


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema called `name` ("model" is `schemas/model.schema.json`).

    Raises FileNotFoundError where there is none.
    """
    text = (root() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))


def catalog_dir() -> Path:
    """The catalogue's data: JSON under `_data` in a wheel, YAML in a checkout."""
    return root() / "catalog" if packaged() else _PACKAGE / "catalog" / "data"
