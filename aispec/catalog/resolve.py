"""From a spec to a deployment: every name looked up, every default chosen and named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aispec.catalog.api_prices import ApiPrice
from aispec.catalog.assumed import Assumptions, settled
from aispec.catalog.deployment import Deployment, Endpoint, Machines, Miss, Setup
from aispec.catalog.entries import Model
from aispec.catalog.formats import (
    CacheFormat,
    WeightFormat,
    as_released,
    cache_format,
    weight_format,
)
from aispec.catalog.identify import Identity, identify, identify_draft
from aispec.catalog.limits import rate_limit
from aispec.catalog.machines import resolve_machines, spread
from aispec.catalog.names import nearest
from aispec.catalog.providers import canonical_provider, providers
from aispec.catalog.setup import choose_engine, settle
from aispec.catalog.store import Catalog
from aispec.spec.model import Api, Spec

if TYPE_CHECKING:
    from aispec.catalog.local import LocalModel

_NOTHING: Mapping[str, float] = {}
# Releases that keep only their experts in four bits.
_EXPERTS = {"int4": "int4-experts"}
_RELEASED_AS = {("deepseek-v4", "mxfp4"): "mxfp4-fp8"}


def resolve(
    spec: Spec,
    catalog: Catalog,
    assumptions: Mapping[str, float] = _NOTHING,
    local: LocalModel | None = None,
) -> Deployment:
    """Resolve one spec. `assumptions` are the repository's; the spec's own go before them.

    `local` is what the files at `model.path` say, where there is one.
    """
    made = Assumptions()
    identity = identify(spec.model, catalog, local)
    model = identity.model
    draft = identify_draft(spec.model, catalog, model)
    weights, asked = _weights(spec, identity, made)
    machines, setup = _hosting(spec, catalog, model, weights, made)
    as_stored = local and local.tensors and identity.format in (None, weights and weights.name)
    return Deployment(
        spec=spec,
        model=model,
        model_miss=identity.miss,
        model_note=identity.note,
        weights=weights,
        weights_asked=asked,
        draft=draft.model,
        draft_miss=draft.miss,
        tensors=local.tensors if local and as_stored else None,
        cache=_cache(spec, made) if machines else None,
        setup=setup,
        machines=machines,
        endpoint=_endpoint(spec.api, spec, model, catalog),
        api_prices=_elsewhere(spec, model, catalog),
        assumptions=tuple(made.made),
        assumed=settled(assumptions, spec.assumptions),
    )


def _weights(
    spec: Spec, identity: Identity, made: Assumptions
) -> tuple[WeightFormat | None, str | None]:
    if spec.hardware is None:
        return None, None
    name = spec.precision.weights
    if not name:
        name, why = _usual_format(spec, identity)
        made.add("precision.weights", name, why)
    form, served = weight_format(name), (spec.model and spec.model.id) or ""
    return form and as_released(form, served), name


def _usual_format(spec: Spec, identity: Identity) -> tuple[str, str]:
    model = identity.model
    if identity.format and weight_format(identity.format):
        return identity.format, f"from {identity.format_from}"
    if spec.engine.name == "ollama" and not (model and model.native_precision == "mxfp4"):
        return "gguf:Q4_K_M", "what Ollama pulls unless a tag says otherwise"
    native = (model.native_precision if model else None) or "bf16"
    name = _RELEASED_AS.get((model.family if model else "", native)) or _EXPERTS.get(native, native)
    return (name if weight_format(name) else "bf16"), "as the model was released"


def _cache(spec: Spec, made: Assumptions) -> CacheFormat | None:
    if spec.precision.kv_cache is None:
        made.add("precision.kv_cache", "auto", "16 bits, as the model computes")
    return cache_format(spec.precision.kv_cache or "auto")


def _hosting(
    spec: Spec,
    catalog: Catalog,
    model: Model | None,
    weights: WeightFormat | None,
    made: Assumptions,
) -> tuple[Machines | None, Setup | None]:
    if spec.hardware is None:
        return None, None
    machines = resolve_machines(spec.hardware, catalog, made)
    facts = choose_engine(spec, weights, machines, made)
    machines = spread(machines, spec.hardware.parallelism, facts.name, made)
    return machines, settle(spec, facts, model, machines, made)


def _endpoint(
    api: Api | None, spec: Spec, model: Model | None, catalog: Catalog
) -> Endpoint | None:
    if api is None:
        return None
    name = _priced_name(spec, model)
    limit = rate_limit(api.provider, name, api.tier) if api.provider else None
    prices = catalog.prices.tokens(api.provider, name)
    return Endpoint(api.provider, name, prices, limit, _provider_miss(api.provider))


def _provider_miss(name: str | None) -> Miss | None:
    if name is None or canonical_provider(name):
        return None
    return Miss(name, nearest(name, providers()))


def _elsewhere(spec: Spec, model: Model | None, catalog: Catalog) -> tuple[ApiPrice, ...]:
    """Return what the same model costs behind an API, where it is served by one too."""
    if not (spec.hardware and model):
        return ()
    return catalog.prices.tokens(None, _priced_name(spec, model))


def _priced_name(spec: Spec, model: Model | None) -> str:
    return model.id if model else (spec.model.id if spec.model else None) or ""
