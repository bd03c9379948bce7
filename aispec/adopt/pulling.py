"""Ollama's models: they are pulled beside the server, by a hook, a job or another service."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aispec.adopt.draft import Draft
from aispec.adopt.launch import Launch
from aispec.adopt.names import ollama_name
from aispec.adopt.shell import unwrapped

_PULLS = re.compile(r"\bollama +(?:run|pull) +([A-Za-z0-9][\w./:-]{0,199})")
_OUTSIDE = frozenset(("docker", "podman", "nerdctl", "kubectl"))  # `docker exec … ollama run`
_BARE = re.compile(r"^(?:run|pull) +([A-Za-z0-9][\w./:-]{0,199})")


def pulled(launches: list[Launch]) -> str:
    """Return the model that any of the launches pulls or runs."""
    for launch in launches:
        script = " ".join((*launch.argv, launch.hook))
        match = _PULLS.search(script)
        if match is None and "ollama" in launch.image:
            match = _BARE.search(script)
        if match:
            return match[1]
    return ""


def only_pulls(launch: Launch) -> bool:
    """Whether a launch brings a model and serves none."""
    if launch.argv[:1] and launch.argv[0].rpartition("/")[2] in _OUTSIDE:
        return True
    verbs = {_verb(command.argv) for command in unwrapped(launch.argv, launch.env)}
    return "pull" in verbs and "serve" not in verbs


def _verb(argv: Sequence[str]) -> str:
    words = [word.rpartition("/")[2] for word in argv]
    after = words[words.index("ollama") + 1 :] if "ollama" in words else words
    return after[0] if after else ""


def give_model(draft: Draft, model: str) -> None:
    """Set the model of an Ollama server that does not name its own."""
    named = ollama_name(model) if model else None
    if named and draft.value("engine.name") == "ollama" and not draft.has("model"):
        draft.put("model.id", named.id, "the model that is pulled")
        draft.put("precision.weights", named.format, "the model that is pulled")
