"""Compiles the catalogue and the rules to JSON while a wheel is built."""

from __future__ import annotations

import shutil
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface[Any]):
    """Puts `catalog/` and the rules into `aispec/_data`; an editable install reads the YAML."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version != "standard":
            return
        root = Path(self.root)
        self._out = Path(tempfile.mkdtemp(prefix="aispec-data-"))
        compile_data, write_rules, write_offered = _compilers(root)
        compile_data(root / "aispec" / "catalog" / "data", self._out / "catalog")
        write_offered(self._out / "catalog")
        write_rules(root / "rules", self._out)
        for name in ("catalog", "rules.json", "rules-told.json", "expressions.json"):
            build_data["force_include"][str(self._out / name)] = f"aispec/_data/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_out"):
            shutil.rmtree(self._out, ignore_errors=True)


def _compilers(root: Path) -> tuple[Any, Any, Any]:
    # aispec itself imports what a build does not have, so its `__init__` is stepped around.
    package = types.ModuleType("aispec")
    package.__path__ = [str(root / "aispec")]
    sys.modules["aispec"] = package
    from aispec.catalog.compile import compile_data
    from aispec.policy.compile import write_offered, write_rules

    return compile_data, write_rules, write_offered
