"""From data that the schema has passed to a `Spec`: short forms made long, units made plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aispec.late import pattern
from aispec.spec import model as m
from aispec.spec.document import Document
from aispec.spec.units import read

Data = Mapping[str, Any]

HARDWARE = pattern(r"\s*(?:([0-9]+)\s*[xX×]\s*)?(\S.*?)\s*", re.S)
"""How many accelerators, and which: "2x h100-sxm-80gb"."""


def build(document: Document) -> m.Spec:
    """The spec that a valid document describes."""
    data: Data = document.data
    return m.Spec(
        version=1,
        name=data["name"],
        owner=data.get("owner"),
        environment=data.get("environment"),
        use=data.get("use"),
        model=_model(data["model"], document) if "model" in data else None,
        precision=_precision(data.get("precision", {})),
        engine=_engine(data.get("engine", {}), document),
        hardware=_hardware(data["hardware"]) if "hardware" in data else None,
        api=_api(data["api"], document) if "api" in data else None,
        workload=_workload(data["workload"]) if "workload" in data else None,
        routes=tuple(m.Route(r["to"], read("share", r["share"])) for r in data.get("routes", ())),
        limits=m.Limits(**_limits(data.get("limits", {}))),
        sla=_sla(data.get("sla", {})),
        budget=_budget(data.get("budget", {})),
        assumptions=assumptions(data.get("assumptions", {})),
    )


def is_path(name: str) -> bool:
    """Whether the short form of a model is a path and not a name."""
    return name.startswith(("./", "../"))


def assumptions(data: Data) -> dict[str, float]:
    """Assumed figures by name; percentages are shares."""
    return {name: read("figure", value) for name, value in data.items()}


def _quantity(kind: str, data: Data, key: str) -> float | None:
    return read(kind, data[key]) if key in data else None


def _whole(data: Data, key: str) -> int | None:
    return int(data[key]) if key in data else None


def _quantities(kind: str, data: Data) -> dict[str, float]:
    return {key: read(kind, value) for key, value in data.items()}


def _model(data: str | Data, document: Document) -> m.ModelRef:
    if isinstance(data, str):
        return m.ModelRef(path=data) if is_path(data) else m.ModelRef(id=data)
    adapters, draft = data.get("adapters"), data.get("draft")
    return m.ModelRef(
        id=data.get("id"),
        revision=document.text(("model", "revision")),
        path=data.get("path"),
        adapters=m.Adapters(int(adapters["count"]), int(adapters["rank"])) if adapters else None,
        draft=m.Draft(draft["id"], int(draft["tokens"])) if draft else None,
        architecture=data.get("architecture"),
    )


def _precision(data: str | Data) -> m.Precision:
    return m.Precision(weights=data) if isinstance(data, str) else m.Precision(**data)


def _engine(data: str | Data, document: Document) -> m.Engine:
    if isinstance(data, str):
        name, _, version = data.partition(" ")
        return m.Engine(name=name, version=version.strip() or None)
    flags = ("enforce_eager", "enable_chunked_prefill", "enable_prefix_caching", "flash_attention")
    return m.Engine(
        name=data.get("name"),
        version=document.text(("engine", "version")),
        max_model_len=_whole(data, "max_model_len"),
        max_num_seqs=_whole(data, "max_num_seqs"),
        max_num_batched_tokens=_whole(data, "max_num_batched_tokens"),
        gpu_memory_utilization=_quantity("positive_share", data, "gpu_memory_utilization"),
        cpu_offload=_quantity("size", data, "cpu_offload"),
        gpu_layers=_whole(data, "gpu_layers"),
        block_size=_whole(data, "block_size"),
        **{flag: data.get(flag) for flag in flags},
    )


def _hardware(data: str | Data) -> m.Hardware:
    if isinstance(data, str):
        match = HARDWARE.fullmatch(data)
        count, name = match.groups() if match else (None, data)
        return m.Hardware(accelerator=name, count=int(count) if count else None)
    degrees = {key: int(value) for key, value in data.get("parallelism", {}).items()}
    return m.Hardware(
        accelerator=data.get("accelerator"),
        count=_whole(data, "count"),
        parallelism=m.Parallelism(**degrees),
        replicas=_whole(data, "replicas"),
        instance=data.get("instance"),
        purchase=data.get("purchase"),
        price=_quantity("usd_per_hour", data, "price"),
        hours=_quantity("hours_per_month", data, "hours"),
        memory=_quantity("positive_size", data, "memory"),
    )


def _api(data: str | Data, document: Document) -> m.Api:
    if isinstance(data, str):
        return m.Api(provider=data)
    price, latency = data.get("price"), data.get("latency")
    return m.Api(
        provider=data["provider"],
        tier=document.text(("api", "tier")),
        batch=data.get("batch", False),
        price=m.ApiPrice(**_quantities("usd_per_mtok", price)) if price else None,
        latency=_latency(latency) if latency else None,
    )


def _latency(data: Data) -> m.ApiLatency:
    return m.ApiLatency(
        ttft=_quantity("milliseconds", data, "ttft"),
        tps=_quantity("tokens_per_second", data, "tps"),
    )


def _workload(data: Data) -> m.Workload:
    return m.Workload(
        users=_users(data["users"]) if "users" in data else m.Users(),
        sessions_per_user=_quantity("positive_count", data, "sessions_per_user"),
        requests_per_session=_quantity("positive_count", data, "requests_per_session"),
        tokens=m.Tokens(**_quantities("count", data.get("tokens", {}))),
        tokens_per_session=_quantity("positive_count", data, "tokens_per_session"),
        prompts=dict(data.get("prompts", {})),
        languages=_quantities("share", data.get("languages", {})),
        prefix_cache_hit=_quantity("share", data, "prefix_cache_hit"),
        images=_media(data, "images"),
        audio=_media(data, "audio"),
        video=_media(data, "video"),
        batch=tuple(_job(job) for job in data.get("batch", ())),
    )


def _users(data: Any) -> m.Users:
    if not isinstance(data, Mapping):
        return m.Users(daily=read("per_day", data))
    return m.Users(
        daily=_quantity("per_day", data, "daily"),
        concurrent=_quantity("positive_count", data, "concurrent"),
    )


def _media(data: Data, key: str) -> m.Media | None:
    return m.Media(**_quantities("count", data[key])) if key in data else None


def _job(data: Data) -> m.BatchJob:
    return m.BatchJob(
        name=data["name"],
        requests=read("positive_count", data["requests"]),
        **_quantities("count", data["tokens"]),
        deadline=_quantity("seconds", data, "deadline"),
    )


def _limits(data: Data) -> dict[str, float]:
    return {
        key: read("per_day" if key.endswith("d") else "per_minute", value)
        for key, value in data.items()
    }


def _sla(data: Data) -> m.Sla:
    return m.Sla(
        profile=data.get("profile"),
        ttft=_target("milliseconds", data, "ttft"),
        tpot=_target("milliseconds", data, "tpot"),
        tps=_target("tokens_per_second", data, "tps"),
        e2e=_target("seconds", data, "e2e"),
        availability=_quantity("positive_share", data, "availability"),
    )


def _target(kind: str, data: Data, key: str) -> m.Target | None:
    if key not in data:
        return None
    if not isinstance(data[key], Mapping):
        return m.Target(read(kind, data[key]))
    [(percentile, value)] = data[key].items()
    return m.Target(read(kind, value), float(percentile.removeprefix("p")))


def _budget(data: Data) -> m.Budget:
    return m.Budget(
        monthly=_quantity("usd_per_month", data, "monthly"),
        per_session=_quantity("usd_per_session", data, "per_session"),
        increase=_quantity("growth", data, "increase"),
    )
