"""Helm values: the production stack's list of models, Ollama's chart, and image with arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aispec.adopt.engines import NAMES, of_command, of_image
from aispec.adopt.kubernetes import accelerators, labels
from aispec.adopt.launch import Launch, Setting
from aispec.adopt.shapes import items, line_of, table, text, variables, walk, whole, words
from aispec.adopt.shell import commands
from aispec.spec.document import Document
from aispec.spec.location import Path

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_COUNTS = ("replicaCount", "replicas", "minReplicas")
_NAMELESS = frozenset((*NAMES, "main", "server", "engine", "inference", "model"))
_MODELS = ("modelURL", "modelUri", "modelId", "model_id", "modelName", "hfModel", "model")


def launches(document: Document) -> list[Launch]:
    """Return what a chart's values start."""
    data = document.data
    if "servingEngineSpec" in data:
        return list(_production_stack(table(data, "servingEngineSpec"), document))
    charts = [path for path, node in walk(data) if path[-1:] == ("ollama",) and _pulls(node)]
    if charts:
        return [_ollama(table(data, *map(str, path[:-1])), path, document) for path in charts]
    return list(generic(document))


def _pulls(node: Mapping[str, Any]) -> bool:
    models = table(node, "models")
    return bool(words(models.get("run")) or words(models.get("pull")))


def _production_stack(spec: Mapping[str, Any], document: Document) -> Iterator[Launch]:
    for number, each in enumerate(table(one) for one in items(spec, "modelSpec")):
        at: Path = ("servingEngineSpec", "modelSpec", number)
        settings = table(each, "vllmConfig")
        terms = items(each, "nodeSelectorTerms")
        required = {"nodeSelectorTerms": terms}
        affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
        selector = table(each, "nodeSelector") or table(spec, "nodeSelector")
        count = whole(each.get("requestGPU"))
        yield Launch(
            name=text(each.get("name")),
            image=f"{text(each.get('repository'))}:{text(each.get('tag'))}".rstrip(":"),
            argv=words(each.get("command")) + words(settings.get("extraArgs")),
            env=variables(each.get("env")),
            labels=labels({"nodeSelector": selector, "affinity": affinity}),
            accelerators=count,
            counted_by="requestGPU",
            replicas=whole(each.get("replicaCount")),
            replicas_by="replicaCount",
            nodes=(whole(table(each, "raySpec").get("pipelineParallelSize")) or 1),
            settings=_as_flags(settings),
            model=text(each.get("modelURL")),
            model_by="modelURL",
            runtime="vllm",
            line=line_of(document, at),
        )


def _as_flags(settings: Mapping[str, Any]) -> dict[str, Setting]:
    """Return camelCase settings as flags: maxModelLen is --max-model-len."""
    return {
        "--" + _CAMEL.sub("-", name).lower(): Setting(text(value), name)
        for name, value in settings.items()
        if not isinstance(value, dict | list)
    }


def _ollama(data: Mapping[str, Any], path: Path, document: Document) -> Launch:
    spec = table(data, "ollama")
    models = words(table(spec, "models").get("run")) or words(table(spec, "models").get("pull"))
    gpu = table(spec, "gpu")
    notes = [f"{len(models)} models are served, and the first is written"] if models[1:] else []
    return Launch(
        name="ollama",
        image=_image(data) or "ollama/ollama",
        env=variables(data.get("extraEnv")),
        labels=labels(data),
        accelerators=whole(gpu.get("number")) if gpu.get("enabled") else None,
        counted_by="ollama.gpu.number",
        replicas=whole(data.get("replicaCount")),
        replicas_by="replicaCount",
        model=models[0] if models else "",
        model_by="ollama.models",
        line=line_of(document, path),
        notes=notes,
    )


def generic(document: Document) -> Iterator[Launch]:
    """Find mappings that name an engine's image, or start one; what stands above them counts."""
    above: dict[Path, list[Mapping[str, Any]]] = {}
    for path, node in walk(document.data):
        around = [*above.get(path[:-1], above.get(path[:-2], [])), node]
        above[path] = around
        image, argv = _image(node), _argv(node)
        if path[-1:] == ("image",):  # it was read with what holds it
            continue
        if not (of_image(image) or (argv and of_command(argv))):
            continue
        yield _launch(image, argv, around[::-1], line_of(document, path), path)


def _launch(
    image: str, argv: tuple[str, ...], around: list[Mapping[str, Any]], line: int, path: Path
) -> Launch:
    own, *outer = around
    count, by = next((c for each in around if (c := accelerators(table(each, "resources")))[0]),
                     (None, ""))  # fmt: skip
    replicas = next(((n, key) for each in around for key in _COUNTS if (n := whole(each.get(key)))),
                    (None, ""))  # fmt: skip
    model, model_by = _model(own, outer)
    env: dict[str, str] = {}
    for each in reversed(around):
        for name in ("env", "extraEnv", "envVars", "extraEnvVars", "environment"):
            env |= variables(each.get(name))
    named = next((text(each[k]) for each in around for k in ("fullnameOverride", "name")
                  if text(each.get(k)) and text(each[k]) not in _NAMELESS), "")  # fmt: skip
    return Launch(
        name=named or _place_name(path),
        image=image,
        argv=argv,
        env=env,
        labels={k: v for each in reversed(around) for k, v in labels(each).items()},
        accelerators=count,
        counted_by=by,
        replicas=replicas[0],
        replicas_by=replicas[1],
        settings=_as_flags(own),
        model=model,
        model_by=model_by,
        line=line,
    )


def _place_name(path: Path) -> str:
    """Return the key that a container stands under, where it tells it from others."""
    keys = [step for step in path if isinstance(step, str) and step not in _NAMELESS]
    return keys[-1] if keys and keys[-1] not in ("containers", "decode", "image") else ""


def _model(own: Mapping[str, Any], outer: list[Mapping[str, Any]]) -> tuple[str, str]:
    for each in (own, *outer):
        for key in _MODELS:
            inner = each.get(key)
            if isinstance(inner, str) and inner:
                return inner, key
            for name in ("id", "name", "repo", "repository", "modelId", "uri"):
                if text(table(inner).get(name)):
                    return text(table(inner)[name]), f"{key}.{name}"
        uri = text(table(each, "modelArtifacts").get("uri"))
        if uri:
            return uri, "modelArtifacts.uri"
    return "", ""


def _image(node: Mapping[str, Any]) -> str:
    image = node.get("image")
    if isinstance(image, str):
        tag = text(node.get("tag")) if ":" not in image.rpartition("/")[2] else ""
        return f"{image}:{tag}".rstrip(":")
    parts = table(image)
    name = "/".join(p for p in (text(parts.get("registry")), text(parts.get("repository"))) if p)
    return f"{name}:{text(parts.get('tag'))}".rstrip(":") if name else ""


def _argv(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command of a container, which charts keep beside the image or within it."""
    found: tuple[str, ...] = ()
    for home in (node, table(node, "image")):
        for key in ("command", "args", "extraArgs", "additionalArgs"):
            value = home.get(key)
            if isinstance(value, str):
                found += tuple(word for each in commands(value) for word in each.argv)
            elif isinstance(value, dict):
                found += tuple(w for k, v in value.items() for w in _pair(str(k), v))
            else:
                found += words(value)
    return found


def _pair(name: str, value: Any) -> tuple[str, ...]:
    flag = name if name.startswith("-") else f"--{name}"
    return (flag,) if value in (True, "", None) else (flag, text(value))
