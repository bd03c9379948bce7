"""Docker Compose files: services, their commands, variables and reserved devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aispec.adopt.launch import Launch
from aispec.adopt.shapes import items, line_of, table, text, variables, whole, words
from aispec.adopt.shell import commands, expand
from aispec.spec.document import Document

_DEVICES = re.compile(r"[\"']?device=([0-9A-Za-z,-]+)[\"']?")


def is_compose(data: Any) -> bool:
    """Whether a document is a compose file."""
    return bool(table(data, "services")) and "apiVersion" not in data


def launches(document: Document) -> list[Launch]:
    """Return the services of a compose file."""
    services = table(document.data, "services")
    return [_service(name, table(each), document) for name, each in services.items()]


def _service(name: str, data: Mapping[str, Any], document: Document) -> Launch:
    env = variables(data.get("environment"))
    # Compose puts variables of the shell that runs it in here; those with a usual value are known.
    env = {key: expand(value, {}) for key, value in env.items()}
    count, by, notes = _accelerators(data, env)
    deploy = table(data, "deploy")
    replicas = whole(deploy.get("replicas")) or whole(data.get("scale"))
    return Launch(
        name=name,
        image=expand(text(data.get("image")), {}),
        argv=_argv(data.get("entrypoint"), env) + _argv(data.get("command"), env),
        env=env,
        accelerators=count,
        counted_by=by,
        replicas=replicas,
        replicas_by="deploy.replicas" if "replicas" in deploy else "scale",
        line=line_of(document, ("services", name)),
        notes=notes,
    )


def _argv(value: Any, env: Mapping[str, str]) -> tuple[str, ...]:
    """Return a command given as a list or as a line of shell; `$$` is a dollar."""
    if isinstance(value, list):
        return tuple(expand(each.replace("$$", "$"), env) for each in words(value))
    script = " ".join(text(value).replace("$$", "$").split("\n")).replace("\\ ", " ")
    return tuple(word for each in commands(script, env) for word in each.argv)


def _accelerators(
    data: Mapping[str, Any], env: Mapping[str, str]
) -> tuple[int | None, str, list[str]]:
    reserved = items(data, "deploy", "resources", "reservations", "devices")
    for each in (table(one) for one in reserved):
        if "gpu" not in words(each.get("capabilities")) and not each.get("driver"):
            continue
        ids = words(each.get("device_ids"))
        if ids:
            return len(ids), "device_ids", []
        if text(each.get("count")) == "all":
            return None, "", ["all GPUs of the machine are asked for, however many there are"]
        return whole(each.get("count")) or 1, "reservations.devices", []
    gpus = data.get("gpus")
    count = whole(gpus) or whole(table((items(gpus) or [None])[0]).get("count"))
    if count:
        return count, "gpus", []
    seen = env.get("NVIDIA_VISIBLE_DEVICES") or env.get("CUDA_VISIBLE_DEVICES") or ""
    if seen and re.fullmatch(r"[0-9,]+", seen):
        return len(seen.strip(",").split(",")), "NVIDIA_VISIBLE_DEVICES", []
    if gpus == "all" or seen == "all":
        return None, "", ["all GPUs of the machine are asked for, however many there are"]
    return None, "", []


def docker_gpus(value: str) -> int | None:
    """Return how many GPUs `docker run --gpus` names; None for all of them."""
    match = _DEVICES.search(value)
    return len(match[1].split(",")) if match else whole(value)
