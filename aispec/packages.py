"""Policies that come as installed packages: found without running any of their code."""

from __future__ import annotations

import re
from importlib.machinery import PathFinder
from pathlib import Path

PREFIX = "pkg:"
FOLDER = "rules"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")


def rules_of(name: str) -> Path | None:
    """Return the folder `rules/` of an installed package, or none.

    The package is looked up on the path of modules and not imported: rules are data. `name` is that
    of the module or of the distribution (`acme-ai-policy` is `acme_ai_policy`), with or without
    `pkg:` before it.
    """
    plain = name.removeprefix(PREFIX)
    if not _NAME.fullmatch(plain):
        return None
    # One finder is asked, and only for the top: others, or the name of a part, would run code.
    found = PathFinder.find_spec(plain.replace("-", "_"))
    for place in (found.submodule_search_locations if found else None) or ():
        folder = Path(place) / FOLDER
        if folder.is_dir():
            return folder
    return None
