"""One change of the code on trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ON_TRIAL = ("aispec/estimate", "aispec/policy")
"""The packages whose tests have to bite."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the lines that it stands on, as they were and as they are, and the new module."""

    path: str
    first: int
    last: int
    before: str
    after: str
    source: str

    @property
    def module(self) -> str:
        """The name that the module is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
