"""Candidates behind an API: every provider of a model, at every tier whose limits are known."""

from __future__ import annotations

from collections.abc import Iterator

from aispec.catalog.deployment import Deployment
from aispec.catalog.limits import tiers
from aispec.catalog.providers import canonical_provider
from aispec.catalog.store import Catalog
from aispec.planning.candidate import Candidate, Served
from aispec.planning.wishes import Wishes
from aispec.policy.change import GONE, Changes, step

_OF_THE_OLD = ("price", "latency")


def endpoints(
    now: Deployment, model: Served, catalog: Catalog, wishes: Wishes
) -> Iterator[Candidate]:
    """Yield a model's providers, each without a tier and with each that it has."""
    name = model.model.id if model.model else ""
    if not name or wishes.accelerators or wishes.max_gpus == 0:
        return
    wanted = {canonical_provider(each) for each in wishes.providers}
    rows = catalog.prices.tokens(None, name)
    for provider in sorted({row.provider for row in rows}):
        if wanted and provider not in wanted:
            continue
        for tier in (None, *tiers(provider, name)):
            yield _at(now, model, provider, tier)


def _at(now: Deployment, model: Served, provider: str, tier: str | None) -> Candidate:
    changes: Changes = {**model.changes, **_to(now, provider, tier)}
    parameters = float((model.model and model.model.params_total) or 0.0)
    names = (model.name, provider, tier or "")
    return Candidate(
        changes=changes,
        order=(len(changes), names),
        where=provider,
        values={"model": model.name, "provider": provider, "tier": tier or ""},
        parameters=parameters,
    )


def _to(now: Deployment, provider: str, tier: str | None) -> Changes:
    spec, api = now.spec, now.spec.api
    if api is None:
        parts = ("hardware", "engine", "precision")
        gone = {part: GONE for part in parts if _written(spec, part)}
        tiered = {"api.tier": step(tier)} if tier else {}
        return {**gone, "api.provider": step(provider), **tiered}
    made = {}
    if api.provider != provider:
        stale = [name for name in _OF_THE_OLD if getattr(api, name)]
        made = {"api.provider": step(provider), **{f"api.{name}": GONE for name in stale}}
    if api.tier != tier:
        made["api.tier"] = step(tier) if tier else GONE
    return made


def _written(spec: object, part: str) -> bool:
    value = getattr(spec, part)
    return value is not None and value != type(value)()
