"""What the spec's author wrote, by the names that rules use."""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.catalog.profiles import latency_profile
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import STATED
from aispec.spec.model import Spec, Target

_ABSENT = Absent("not written")


def stated(deployment: Deployment) -> Facts:
    """Return every stated field; those left out are absent."""
    spec = deployment.spec
    return {
        **_about(deployment),
        **_hosting(deployment),
        **_load(spec),
        **_promises(spec),
    }


def _text(value: str | None) -> Fact:
    return _ABSENT if value is None else value


def _figure(value: float | None, name: str) -> Fact:
    if value is None:
        return _ABSENT
    return Quantity(float(value), STATED[name].unit, how="as written")


def _about(deployment: Deployment) -> Facts:
    spec = deployment.spec
    model = spec.model
    use = spec.use or ("commercial" if spec.environment == "production" else None)
    return {
        "name": spec.name,
        "owner": _text(spec.owner),
        "environment": _text(spec.environment),
        "use": _text(use),
        "model.asked": _text(model.id if model else None),
        "model.revision": _text(model.revision if model else None),
        "model.path": _text(model.path if model else None),
    }


def _hosting(deployment: Deployment) -> Facts:
    spec = deployment.spec
    hardware, engine, api = spec.hardware, spec.engine, spec.api
    found: Facts = {
        "hardware.asked": _text(hardware.accelerator or hardware.instance if hardware else None),
        "hardware.instance": _text(hardware.instance if hardware else None),
        "hardware.purchase": _text(hardware.purchase if hardware else None),
        "hardware.price": _figure(hardware.price if hardware else None, "hardware.price"),
        "hardware.hours": _figure(hardware.hours if hardware else None, "hardware.hours"),
        "engine.name": _text(engine.name),
        "engine.version": _text(engine.version),
        "api.provider": _text(api.provider if api else None),
        "api.tier": _text(api.tier if api else None),
        "api.batch": api.batch if api else _ABSENT,
    }
    for knob in ("max_model_len", "max_num_seqs", "gpu_memory_utilization", "gpu_layers"):
        found[f"engine.{knob}"] = _figure(getattr(engine, knob), f"engine.{knob}")
    away = engine.cpu_offload
    found["engine.cpu_offload"] = _figure(away and away / 2**30, "engine.cpu_offload")
    return found


def _load(spec: Spec) -> Facts:
    workload = spec.workload
    figures = {
        "users_daily": workload.users.daily if workload else None,
        "users_concurrent": workload.users.concurrent if workload else None,
        "requests_per_session": workload.requests_per_session if workload else None,
        "history": workload.tokens.history if workload else None,
        "prefix_cache_hit": workload.prefix_cache_hit if workload else None,
    }
    found = {f"workload.{n}": _figure(v, f"workload.{n}") for n, v in figures.items()}
    for name in ("tpm", "rpm", "tpd"):
        found[f"limits.{name}"] = _figure(getattr(spec.limits, name), f"limits.{name}")
    return found


def _promises(spec: Spec) -> Facts:
    """Return targets and budget; a profile fills in the latency targets that are not given."""
    sla, budget = spec.sla, spec.budget
    profile = latency_profile(sla.profile) if sla.profile else None
    ttft = _target(sla.ttft, "ms", 1000.0)
    tps = _target(sla.tps, "tokens/s", 1.0)
    if profile and isinstance(ttft, Absent) and profile.ttft_ms is not None:
        ttft = Quantity(profile.ttft_ms, "ms", how=f"profile {profile.name}")
    if profile and isinstance(tps, Absent) and profile.tps is not None:
        tps = Quantity(profile.tps, "tokens/s", how=f"profile {profile.name}")
    return {
        "sla.profile": _text(sla.profile),
        "sla.ttft": ttft,
        "sla.tpot": _target(sla.tpot, "ms", 1000.0),
        "sla.tps": tps,
        "sla.e2e": _target(sla.e2e, "s", 1.0),
        "sla.availability": _figure(sla.availability, "sla.availability"),
        "budget.monthly": _figure(budget.monthly, "budget.monthly"),
        "budget.per_session": _figure(budget.per_session, "budget.per_session"),
        "budget.increase": _figure(budget.increase, "budget.increase"),
    }


def _target(target: Target | None, unit: str, scale: float) -> Fact:
    if target is None:
        return _ABSENT
    return Quantity(target.value * scale, unit, how=f"p{target.percentile:g} as written")
