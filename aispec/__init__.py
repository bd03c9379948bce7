"""The linter for AI deployments.

`check` reads specs and returns a `Report`; `load` reads one spec; `explain` tells a rule or a fact
at length. Everything is imported when it is first used, because start-up time matters in a hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aispec.estimate.quantity import Quantity
    from aispec.pipeline import check, explain, load
    from aispec.policy.finding import Finding
    from aispec.report.report import Report

__version__ = "0.1.0"
__all__ = ["Finding", "Quantity", "Report", "__version__", "check", "explain", "load"]

_HOMES = {
    "Finding": "aispec.policy.finding",
    "Quantity": "aispec.estimate.quantity",
    "Report": "aispec.report.report",
    "check": "aispec.pipeline",
    "explain": "aispec.pipeline",
    "load": "aispec.pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'aispec' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
