"""Where the data beside the code lies: in the checkout, or inside the installed package.

What every run reads is opened by its name: importing `pathlib` takes as long as reading all of it.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


@cache
def packaged() -> bool:
    """Whether the data was compiled into the package, as a wheel has it."""
    return os.path.isdir(os.path.join(_PACKAGE, "_data"))


@cache
def _root() -> str:
    """The folder that holds `schemas/` and `rules/`."""
    return os.path.join(_PACKAGE, "_data") if packaged() else os.path.dirname(_PACKAGE)


def homes() -> tuple[str, ...]:
    """The folders that all of aispec lies in, code and data."""
    beside = (
        () if packaged() else (os.path.join(_root(), "rules"), os.path.join(_root(), "schemas"))
    )
    return _PACKAGE, *beside


def rules_dir() -> Path:
    """The folder of the rules that come with aispec."""
    from pathlib import Path

    return Path(_root(), "rules")


def compiled(*names: str) -> str:
    """The path of a file or folder below a wheel's data, as `compiled("catalog", "index.json")`."""
    return os.path.join(_root(), *names)


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema called `name` ("model" is `schemas/model.schema.json`).

    Raises FileNotFoundError where there is none.
    """
    found: dict[str, Any] = json.loads(schema_text(name))
    return found


def schema_text(name: str) -> str:
    """The same as its file has it."""
    with open(os.path.join(_root(), "schemas", f"{name}.schema.json"), encoding="utf-8") as file:
        return file.read()


def catalog_dir() -> Path:
    """The catalogue's data: JSON under `_data` in a wheel, YAML in a checkout."""
    from pathlib import Path

    return Path(_root(), "catalog") if packaged() else Path(_PACKAGE, "catalog", "data")


def read_json(path: str) -> Any:
    """What a JSON file of ours says. Raises OSError where it can't be read."""
    with open(path, "rb") as stream:
        return json.loads(stream.read())
