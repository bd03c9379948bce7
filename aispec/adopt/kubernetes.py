"""Kubernetes manifests: anything with a pod in it, LeaderWorkerSets, KServe's services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aispec.adopt.launch import Launch, Setting
from aispec.adopt.places import places
from aispec.adopt.shapes import items, line_of, table, text, variables, whole, words
from aispec.spec.document import Document
from aispec.spec.location import Path

_RUNTIMES = {"huggingface": "vllm", "vllm": "vllm", "sglang": "sglang", "tgi": "tgi"}


def is_kubernetes(data: Any) -> bool:
    """Whether a document is an object of Kubernetes."""
    return isinstance(data, dict) and "kind" in data and "apiVersion" in data


def launches(document: Document) -> list[Launch]:
    """Return the containers of a manifest's document, those of lists included."""
    objects: list[tuple[Path, Mapping[str, Any]]] = [((), table(document.data))]
    if text(document.data.get("kind")) == "List":
        found = items(document.data, "items")
        objects = [(("items", number), table(each)) for number, each in enumerate(found)]
    return [launch for path, each in objects for launch in _object(each, path, document)]


def _object(data: Mapping[str, Any], path: Path, document: Document) -> Iterator[Launch]:
    kind = text(data.get("kind"))
    spec = table(data, "spec")
    name = text(table(data, "metadata").get("name"))
    if kind == "LeaderWorkerSet":
        yield from _leader_workers(spec, (*path, "spec"), name, document)
    elif kind == "InferenceService":
        yield from _inference_service(spec, (*path, "spec"), name, document)
    elif kind == "LLMInferenceService":
        yield from _llm_service(spec, (*path, "spec"), name, document)
    elif "containers" in spec:
        yield from pod(spec, (*path, "spec"), name, document)
    elif table(spec, "template", "spec"):
        at = (*path, "spec", "template", "spec")
        for launch in pod(table(spec, "template", "spec"), at, name, document):
            launch.replicas, launch.replicas_by = whole(spec.get("replicas")), "spec.replicas"
            yield launch


def pod(
    spec: Mapping[str, Any], path: Path, name: str, document: Document, nodes: int = 1
) -> Iterator[Launch]:
    """Yield a launch for each container of a pod's spec."""
    asked = labels(spec)
    first = items(spec, "initContainers")
    every = [
        *((("initContainers", n), each) for n, each in enumerate(first)),
        *((("containers", n), each) for n, each in enumerate(items(spec, "containers"))),
    ]
    for at, each in every:
        yield container(table(each), (*path, *at), name, document, asked, nodes)


def container(
    data: Mapping[str, Any],
    path: Path,
    name: str,
    document: Document,
    asked: Mapping[str, tuple[str, ...]],
    nodes: int = 1,
) -> Launch:
    """Return the launch of one container."""
    count, by = accelerators(table(data, "resources"))
    hook = words(table(data, "lifecycle", "postStart", "exec").get("command"))
    return Launch(
        name=name,
        image=text(data.get("image")),
        argv=words(data.get("command")) + words(data.get("args")),
        env=variables(data.get("env")),
        labels=asked,
        accelerators=count,
        counted_by=by,
        nodes=nodes,
        hook=" ".join(hook),
        line=line_of(document, (*path, "image")),
        notes=_slices(table(data, "resources")),
    )


def labels(spec: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the labels of nodes that a pod asks for, selectors before affinities."""
    selector = table(spec, "nodeSelector")
    found: dict[str, tuple[str, ...]] = {name: (text(value),) for name, value in selector.items()}
    affinity = table(spec, "affinity", "nodeAffinity")
    needed = table(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
    terms = items(needed, "nodeSelectorTerms")
    wished = items(affinity, "preferredDuringSchedulingIgnoredDuringExecution")
    terms = [*terms, *(table(each, "preference") for each in wished)]
    for each in (one for term in terms for one in items(term, "matchExpressions")):
        if text(table(each).get("operator")) == "In" and words(table(each).get("values")):
            found.setdefault(text(table(each).get("key")), words(table(each).get("values")))
    return found


def accelerators(resources: Mapping[str, Any]) -> tuple[int | None, str]:
    """Return how many accelerators a container asks for, and by which resource."""
    for part in ("limits", "requests"):
        for name in places()["resources"]:
            count = whole(table(resources, part).get(name))
            if count:
                return count, f"{part} {name}"
    return None, ""


def _slices(resources: Mapping[str, Any]) -> list[str]:
    names = [name for name in table(resources, "limits") if name.startswith("nvidia.com/mig-")]
    return [f"{name} is a slice of an accelerator, and a whole one is written" for name in names]


def _leader_workers(
    spec: Mapping[str, Any], path: Path, name: str, document: Document
) -> Iterator[Launch]:
    template = table(spec, "leaderWorkerTemplate")
    nodes = whole(template.get("size")) or 1
    for part in ("leaderTemplate", "workerTemplate"):
        inner = table(template, part, "spec")
        at = (*path, "leaderWorkerTemplate", part, "spec")
        found = list(pod(inner, at, name, document, nodes))
        for launch in found:
            launch.replicas, launch.replicas_by = whole(spec.get("replicas")), "spec.replicas"
            yield launch
        if found:  # the workers join the engine that their leader starts
            return


def _inference_service(
    spec: Mapping[str, Any], path: Path, name: str, document: Document
) -> Iterator[Launch]:
    predictor = table(spec, "predictor")
    at = (*path, "predictor")
    model = table(predictor, "model")
    found = list(pod(predictor, at, name, document)) if "containers" in predictor else []
    if model:
        launch = container(model, (*at, "model"), name, document, labels(predictor))
        runtime = text(table(model, "modelFormat").get("name")).lower()
        own = text(model.get("runtime")).lower()
        launch.runtime = next((r for word, r in _RUNTIMES.items() if word in own), "")
        launch.runtime = launch.runtime or _RUNTIMES.get(runtime, "")
        launch.model, launch.model_by = text(model.get("storageUri")), "storageUri"
        launch.line = line_of(document, (*at, "model"))
        workers = table(predictor, "workerSpec")
        launch.nodes = whole(workers.get("pipelineParallelSize")) or 1
        launch.settings = _degrees(workers, "tensorParallelSize", "pipelineParallelSize")
        found.append(launch)
    for launch in found:
        launch.replicas, launch.replicas_by = whole(predictor.get("minReplicas")), "minReplicas"
        yield launch


def _llm_service(
    spec: Mapping[str, Any], path: Path, name: str, document: Document
) -> Iterator[Launch]:
    template = table(spec, "template")
    for launch in pod(template, (*path, "template"), name, document):
        launch.runtime = "vllm"
        launch.model, launch.model_by = text(table(spec, "model").get("uri")), "spec.model.uri"
        launch.replicas, launch.replicas_by = whole(spec.get("replicas")), "spec.replicas"
        launch.settings = _degrees(table(spec, "parallelism"), "tensor", "pipeline")
        yield launch


def _degrees(data: Mapping[str, Any], tensor: str, pipeline: str) -> dict[str, Setting]:
    said = {"--tensor-parallel-size": tensor, "--pipeline-parallel-size": pipeline}
    return {f: Setting(text(data[key]), key) for f, key in said.items() if key in data}
