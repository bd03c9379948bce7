"""What starts an engine: images, commands and flags, as `catalog/data/launch/` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from aispec.catalog.store import load_data
from aispec.record import record

NAMES = ("vllm", "sglang", "tgi", "llama.cpp", "ollama", "tensorrt-llm")
_TAG = re.compile(r"v?([0-9]+(?:\.[0-9]+){1,3}(?:\.post[0-9]+|rc[0-9]+)?)(?:[-_.+].*)?")
_BUILD = re.compile(r"(?:.*[-_])?b([0-9]{3,6})")


@record
class Flag:
    """What a flag sets (`to`), how its value is read (`how`), and words that mean others."""

    name: str
    to: str
    how: str
    values: Mapping[str, str]

    @property
    def switch(self) -> bool:
        """Whether it stands alone, without a value."""
        return self.how in ("yes", "no")


@record
class Engine:
    """How one engine is started."""

    name: str
    also: tuple[str, ...]
    images: tuple[str, ...]
    repackaged: tuple[str, ...]
    starts: tuple[tuple[str, ...], ...]
    flags: Mapping[str, Flag]
    switches: frozenset[str]
    env: Mapping[str, Flag]

    def flag(self, written: str) -> Flag | None:
        """Return the flag of that name, with - or _ between its words."""
        found = self.flags.get(written)
        return found or self.flags.get("-" * _dashes(written) + _plain(written))

    def alone(self, written: str) -> bool:
        """Whether a flag is known to take no value."""
        found = self.flag(written)
        return found.switch if found else written.replace("_", "-") in self.switches

    def beside_the_point(self, written: str) -> bool:
        """Whether a flag says nothing that a spec could hold."""
        plain = written.replace("_", "-")
        return plain in self.switches or plain in load_data("launch/places")["beside_the_point"]


@cache
def engine(name: str) -> Engine:
    """Return the table of one of `NAMES`."""
    data: Mapping[str, Any] = load_data(f"launch/{name}")
    flags: dict[str, Flag] = {}
    for written, entry in data["flags"].items():
        for each in (written, *entry.get("also", ())):
            flags[each] = Flag(written, entry["to"], entry["as"], entry.get("values", {}))
    return Engine(
        name=data["engine"],
        also=tuple(data["also"]),
        images=tuple(data["images"]),
        repackaged=tuple(data["repackaged"]),
        starts=tuple(tuple(words) for words in data["starts"]),
        flags=flags,
        switches=frozenset(data["switches"]),
        env={variable: flags[written] for variable, written in data["env"].items()},
    )


def of_name(name: str) -> str | None:
    """Return the engine that goes by a name: `text-generation-inference` is tgi."""
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    for each in NAMES:
        known = engine(each)
        if wanted in (each, *(other.replace("_", "-") for other in known.also)):
            return each
    return None


def of_image(image: str) -> Engine | None:
    """Return the engine that an image holds, by the words of its repository."""
    repository = _repository(image).lower()
    if any(word in repository for word in load_data("launch/places")["bystanders"]):
        return None
    # TensorRT-LLM comes in images of Triton's, and vLLM's name stands in many others' folders.
    for name in ("tensorrt-llm", *NAMES):
        if any(word in repository for word in engine(name).images):
            return engine(name)
    return None


def of_command(argv: Sequence[str]) -> tuple[Engine, int] | None:
    """Return the engine that a command starts, and where its own arguments begin."""
    plain = [word.rpartition("/")[2] if "/" in word else word for word in argv]
    for name in NAMES:
        for words in engine(name).starts:
            for place in range(len(argv) - len(words) + 1):
                if tuple(plain[place : place + len(words)]) == words:
                    return engine(name), place + len(words)
    return None


def version(image: str, of: Engine) -> str | None:
    """Return the engine's version that an image's tag says: `v0.11.0-cu128` is 0.11.0."""
    repository = _repository(image).lower()
    if of_image(image) is not of or any(word in repository for word in of.repackaged):
        return None
    tag = image.partition("@")[0].rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    if of.name == "llama.cpp":
        build = _BUILD.fullmatch(tag)
        return build[1] if build else None
    match = _TAG.fullmatch(tag)
    return match[1] if match else None


def _repository(image: str) -> str:
    plain = image.partition("@")[0]
    head, slash, tail = plain.rpartition("/")
    return head + slash + tail.partition(":")[0]


def _dashes(written: str) -> int:
    return len(written) - len(written.lstrip("-"))


def _plain(written: str) -> str:
    return written.lstrip("-").replace("_", "-")
