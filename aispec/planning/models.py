"""The models that are good enough: the one in the file, and those that are named beside it."""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.catalog.store import Catalog, Missing
from aispec.planning.candidate import Served
from aispec.planning.wishes import PlanError, Wishes
from aispec.policy.change import GONE, Changes, step

_OF_THE_OLD = ("revision", "path", "adapters", "draft", "architecture")


def served(now: Deployment, catalog: Catalog, wishes: Wishes) -> tuple[Served, ...]:
    """Return the models, the written one first. Raises PlanError for one that nobody knows."""
    if wishes.models and "model" in wishes.keep:
        raise PlanError("--models names other models, and --keep model keeps the one in the file")
    found = {now.model.id if now.model else "": Served(_name(now), {}, now.model)}
    for name in wishes.models:
        match = catalog.model(name)
        if isinstance(match, Missing):
            near = f"; nearest: {', '.join(match.nearest)}" if match.nearest else ""
            raise PlanError(f"the catalogue does not know the model '{name}'{near}")
        found.setdefault(match.entry.id, Served(match.entry.id, _to(now, name), match.entry))
    return tuple(found.values())


def _name(now: Deployment) -> str:
    return now.model.id if now.model else "the model"


def _to(now: Deployment, name: str) -> Changes:
    old = now.spec.model
    gone = {f"model.{f}": GONE for f in _OF_THE_OLD if old and getattr(old, f) is not None}
    return {"model.id": step(name), **gone}
