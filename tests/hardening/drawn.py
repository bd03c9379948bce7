"""Data drawn from a JSON Schema: the fields it knows, in forms it takes and some it refuses."""

from __future__ import annotations

from random import Random
from typing import Any

_NUMBERS = (0, 1, 2, 3, 8, 64, 4096, 131_072, 0.5, 1e-6, 10**9, 10**18)
_ODD = (None, True, -1, 10**40, 1e300, "", [], {}, [[1]], {"a": {}}, "x" * 300, "12 bananas")
_DEEPEST = 8


class Drawer:
    """Draws from one schema. `odd` is how often a value is one that hardly any field takes."""

    def __init__(self, draw: Random, schema: dict[str, Any], odd: float = 0.02) -> None:
        self.draw = draw
        self.whole = schema
        self.odd = odd

    def data(self) -> Any:
        return self._of(self.whole, 0)

    def _of(self, part: Any, depth: int) -> Any:
        if not isinstance(part, dict) or self.draw.random() < self.odd:
            return self.draw.choice(_ODD)
        if "$ref" in part:
            return self._of(self._referred(part), depth)
        if "const" in part:
            return part["const"]
        if "enum" in part:
            return self.draw.choice(part["enum"])
        choices = [*part.get("anyOf", ()), *part.get("oneOf", ())]
        if choices and not part.get("properties"):
            return self._of(self.draw.choice(choices), depth)
        if part.get("examples") and self.draw.random() < 0.6:
            return self.draw.choice(part["examples"])
        return self._typed(part, depth)

    def _referred(self, part: dict[str, Any]) -> dict[str, Any]:
        found: Any = self.whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return {**found, **{k: v for k, v in part.items() if k != "$ref"}}

    def _typed(self, part: dict[str, Any], depth: int) -> Any:
        kind = part.get("type", "object" if "properties" in part else "string")
        kind = self.draw.choice(kind) if isinstance(kind, list) else kind
        if depth > _DEEPEST:
            return None
        if kind == "object":
            return self._mapping(part, depth)
        if kind == "array":
            many = self.draw.choice([1, 1, 2, 3])
            return [self._of(part.get("items", {}), depth + 1) for _ in range(many)]
        if kind == "boolean":
            return self.draw.random() < 0.5
        if kind in ("number", "integer"):
            return self.draw.choice(_NUMBERS)
        return self.draw.choice(part.get("examples") or ["a", "b-1", "FIT001", "hardware"])

    def _mapping(self, part: dict[str, Any], depth: int) -> dict[str, Any]:
        often = self.draw.choice([0.1, 0.3, 0.6])
        needed = part.get("required", ())
        made = {
            key: self._of(value, depth + 1)
            for key, value in part.get("properties", {}).items()
            if value is not False and (key in needed or self.draw.random() < often)
        }
        more = part.get("additionalProperties")
        if isinstance(more, dict):
            for key in self.draw.sample(["en", "p95", "weights", "peak_hour_share", "x.y"], k=1):
                made[key] = self._of(more, depth + 1)
        return made
