"""Names of models and deployments, as they hide in paths, files and addresses."""

from __future__ import annotations

import re
from typing import NamedTuple

from aispec.catalog.formats import weight_format
from aispec.catalog.store import Catalog, Match

_SCHEME = re.compile(
    r"(?:hf|huggingface|s3|gs|gcs|pvc|oci|https?|file|az|abfs|modelscope)://", re.I
)
_HUB = re.compile(r"https?://huggingface\.co/([^/]+/[^/]+)(?:/(?:resolve|blob|tree)/[^/]+)?(.*)")
_SHARD = re.compile(r"-[0-9]{5}-of-[0-9]{5}$")
_GGUF_KIND = re.compile(r"[-.](i?q[0-9][a-z0-9_]*|bf16|f16|f32|mxfp4(?:_moe)?|tq[0-9]_0)$", re.I)
_SNAPSHOT = re.compile(r"models--([^/]+?)--([^/]+)")
_LONGEST = 200
_EMPTY_NAMES = frozenset(
    ("model", "models", "data", "cache", "hub", "mnt", "weights", "snapshot", "repo", "")
)


class Named(NamedTuple):
    """A model's name, and the format of the weights where the name said it."""

    id: str
    format: str | None = None
    note: str = ""


def model_name(written: str) -> Named | None:
    """Return the model that an argument names: an id, a path or an address; None for no name."""
    text = written.strip().rstrip("/")
    if hub := _HUB.fullmatch(text):
        file = hub[2].rpartition("/")[2]
        return gguf_name(file) if file.endswith(".gguf") else Named(hub[1])
    scheme = _SCHEME.match(text)
    if scheme:
        text = text[scheme.end() :]
        if scheme[0].lower() in ("hf://", "huggingface://"):
            return Named(text.partition(":")[0][:_LONGEST]) if text else None
    if cached := _SNAPSHOT.search(text):
        return Named(f"{cached[1]}/{cached[2]}")
    if text.endswith(".gguf"):
        return gguf_name(text)
    if scheme or text.startswith(("/", ".", "~")):
        return _from_path(text, written)
    return Named(text[:_LONGEST]) if text else None


def _from_path(path: str, written: str) -> Named | None:
    """Return the last two parts of a path as an id where the catalogue knows it, else the last."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..", "~")]
    catalog = Catalog.default()
    for name in ("/".join(parts[-2:]), *parts[-1:]):
        found = catalog.model(name) if name else None
        listed = isinstance(found, Match) and found.how != "inferred"
        if listed or (isinstance(found, Match) and "/" not in name):
            return Named(name[:_LONGEST], None, f"read from the path {written}")
    if not parts or parts[-1].lower() in _EMPTY_NAMES:
        return None
    return Named(parts[-1][:_LONGEST], None, f"the last part of the path {written}")


def gguf_name(written: str) -> Named | None:
    """Return the model and format of a GGUF file or of a repository with a type after a colon."""
    if written.endswith(".gguf"):
        plain = _SHARD.sub("", written.rpartition("/")[2].removesuffix(".gguf"))
        kind = _GGUF_KIND.search(plain)
        found = weight_format(f"gguf:{kind[1]}") if kind else None
        name = plain[: kind.start()] if kind and found else plain
        return Named(name[:_LONGEST], found.name if found else None) if name else None
    if written.startswith(("http://", "https://")):
        return model_name(written)
    repository, _, kind_name = written.partition(":")
    found = weight_format(f"gguf:{kind_name}") if kind_name else None
    return Named(repository[:_LONGEST], found.name if found else None) if repository else None


def ollama_name(written: str) -> Named | None:
    """Return the model of an Ollama tag; its quantization, where the tag says one."""
    kind = _GGUF_KIND.search(written)
    found = weight_format(f"gguf:{kind[1]}") if kind else None
    return Named(written[:_LONGEST], found.name if found else None) if written else None


def deployment_name(*candidates: str) -> str:
    """Return the first of the candidates that makes a name, as a deployment's name is written."""
    for each in candidates:
        last = each.rpartition("/")[2]
        plain = re.sub(r"[^a-z0-9.]+", "-", last.lower()).strip("-.")[:63].strip("-.")
        if plain:
            return plain
    return "my-deployment"
