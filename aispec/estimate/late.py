"""Figures that are computed when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aispec.estimate.quantity import Quantity


class Late(Quantity):
    """A figure that is computed when something of it is first asked for.

    It is for facts that take long and that few runs show: no built-in rule judges by them.
    """

    __slots__ = ("_compute",)

    def __init__(self, compute: Callable[[], Quantity]) -> None:
        self._compute = compute

    def __getattr__(self, name: str) -> Any:
        """Compute the figure, none of whose fields is there before; raises `AttributeError`."""
        if name not in Quantity.__slots__:
            raise AttributeError(name)
        found = self._compute()
        for field in Quantity.__slots__:
            setattr(self, field, getattr(found, field))
        return getattr(self, name)
