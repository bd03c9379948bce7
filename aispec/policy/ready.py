"""Expressions and templates of the rules that come with aispec, as a wheel has them checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from aispec import resources
from aispec.record import record

FILE = "expressions.json"


@record
class Ready:
    """What is checked already, by its text.

    An expression has its parts, kind, unit and names, and whether it asks; a template its texts
    and, for each hole, the expression and how it is shown.
    """

    expressions: Mapping[str, Any]
    templates: Mapping[str, Any]


@cache
def ready() -> Ready:
    """Return what a wheel has checked; a checkout has nothing, since its rules may change."""
    if not resources.packaged():
        return Ready({}, {})
    return Ready(**resources.read_json(resources.compiled(FILE)))
