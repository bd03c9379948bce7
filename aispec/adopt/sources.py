"""Telling what a source is, and making drafts of it. Sources are read, and nothing in them run."""

from __future__ import annotations

import json
import re
from typing import Any

from aispec.adopt import command_line, compose_file, helm, hf_config, kubernetes
from aispec.adopt.draft import AdoptError, Draft
from aispec.adopt.drafting import draft_of
from aispec.adopt.launch import Launch
from aispec.adopt.pulling import give_model, only_pulls, pulled
from aispec.adopt.shapes import table, text
from aispec.spec.document import Document, parse
from aispec.spec.problem import Problem
from aispec.spec.text import decode

_TEMPLATE = re.compile(r"^[ \t]*\{\{|\{\{[-\s]*(?:\.Values|include|if|range|with|end)\b", re.M)
_MOST = 100
_LONGEST = 100_000  # characters of a script
_UNREAD = frozenset(("SPEC001", "SPEC002"))


def drafts(raw: bytes | str, folder: str = "") -> list[Draft]:
    """Return a draft for every engine that a source starts.

    `folder` is where a `config.json` stands, relative to the spec that is written; empty where it
    can't be named there. Raises AdoptError where nothing is found.
    """
    content, problem = decode(raw)
    if problem:
        raise AdoptError(_in_words(problem))
    if not content.strip():
        raise AdoptError("it is empty")
    config = _config(content)
    if config is not None:
        return [hf_config.draft(config, folder)]
    documents, problems = parse(content)
    found = _launches(documents)
    if found is None:
        found = (command_line.launches(content) if _is_script(content) else []), "the command"
        if not found[0]:
            raise AdoptError(_nothing(content, documents, problems))
    made = _drafts(*found)
    if not made:
        raise AdoptError(
            f"no engine is started in {found[1]}: vLLM, TGI, SGLang, llama.cpp, Ollama and"
            " TensorRT-LLM are known by their images and commands"
        )
    return made


def _drafts(launches: list[Launch], source: str) -> list[Draft]:
    serving = [each for each in launches if not only_pulls(each)] or launches
    made = [each for one in serving[: 5 * _MOST] if (each := draft_of(one, source))][:_MOST]
    model = pulled(launches)
    for draft in made:
        give_model(draft, model)
    return made


def _launches(documents: list[Document]) -> tuple[list[Launch], str] | None:
    """Return the launches of YAML documents and what they are; None where they are none of ours."""
    objects = [each for each in documents if kubernetes.is_kubernetes(each.data)]
    if objects:
        found = [one for each in objects for one in _of_object(each)]
        return found, "the manifest"
    mappings = [each for each in documents if isinstance(each.data, dict)]
    for each in mappings:
        if compose_file.is_compose(each.data):
            return compose_file.launches(each), "the compose file"
    values = [one for each in mappings for one in helm.launches(each)]
    return (values, "the values") if values else None


def _of_object(document: Document) -> list[Launch]:
    """Return the launches of an object; of a kind nobody here knows, whatever names an engine."""
    found = kubernetes.launches(document)
    if found:
        return found
    found = list(helm.generic(document))
    for launch in found:
        launch.name = text(table(document.data, "metadata").get("name")) or launch.name
    return found


def _config(content: str) -> dict[str, Any] | None:
    if not content.lstrip().startswith("{"):
        return None
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return data if hf_config.is_config(data) else None


def _is_script(text: str) -> bool:
    return len(text) < _LONGEST and not re.search(
        r"^[ \t]*(?:kind|services|apiVersion)\s*:", text, re.M
    )


def _nothing(content: str, documents: list[Document], problems: list[Problem]) -> str:
    """Say why nothing was found, and what to do."""
    if _TEMPLATE.search(content):
        return "it is a template: render it first, with `helm template . | aispec init --from -`"
    broken = [problem for problem in problems if problem.code in _UNREAD]
    if broken and not documents:
        return _in_words(broken[0])
    return (
        "no engine is started in it. It may be a command (vllm serve …), a Docker Compose file, a"
        " Kubernetes manifest, Helm values or a model's config.json"
    )


def _in_words(problem: Problem) -> str:
    return f"line {problem.span.line}: {problem.message}"
