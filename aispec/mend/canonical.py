"""Names as the catalogue writes them. A name that is already plain is left as it is.

A model keeps the name its author chose, in the catalogue's spelling: an instruction-tuned model is
never renamed to its base, though both have one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from aispec.adopt.engines import of_name
from aispec.catalog.formats import cache_format, weight_format
from aispec.catalog.names import key, normalise, organisation, spelled
from aispec.catalog.providers import canonical_provider
from aispec.catalog.store import Catalog, Match
from aispec.spec.build import HARDWARE, is_path
from aispec.spec.document import Document
from aispec.spec.location import Path

_BRANDED = re.compile(
    r"(?:nvidia|tesla|geforce|quadro|amd|radeon|instinct|intel|apple|google|aws|cloud|qualcomm)-"
)
Rename = Callable[[str], str | None]


def model(name: str) -> str | None:
    """Return the catalogue's spelling of a model's name; None where it is right, or unknown."""
    found = None if is_path(name) else Catalog.default().model(name)
    if not isinstance(found, Match) or found.how == "inferred":
        return None
    known = (found.entry.id, *found.entry.aliases)
    if name in known or (name == spelled(name) and any(_alike(name, each) for each in known)):
        return None
    same = [each for each in known if _alike(name, each)]
    same += [each for each in known if key(each) == key(name)]
    if not same:
        return None
    org = found.entry.id.rpartition("/")[0]
    own = same[0].rpartition("/")[2]
    better = own
    if "/" in name:
        better = f"{org}/{own}" if organisation(name) == spelled(org) else ""
    return better if better and better != name and _same_model(better, found.entry.id) else None


def _alike(name: str, other: str) -> bool:
    """Whether two names differ in capitals and separators alone."""
    return normalise(name) == normalise(other)


def _same_model(name: str, wanted: str) -> bool:
    found = Catalog.default().model(name)
    return isinstance(found, Match) and found.entry.id == wanted


def accelerator(name: str) -> str | None:
    """Return the catalogue's id for a cloud's, a label's or a loose name; None for a short one."""
    found = Catalog.default().accelerator(name)
    if not isinstance(found, Match) or found.how == "inferred" or found.option_gb:
        return None
    wanted = str(found.entry.id)
    plain = name == spelled(name) and not _BRANDED.match(name)
    return None if name == wanted or plain else wanted


def hardware(text: str) -> str | None:
    """Return the short form of hardware with the catalogue's id in it."""
    match = HARDWARE.fullmatch(text)
    better = accelerator(match[2]) if match else None
    return text[: match.start(2)] + better + text[match.end(2) :] if match and better else None


def weights(name: str) -> str | None:
    """Return the canonical name of a weight format; a GGUF type may go without its prefix."""
    found = weight_format(name)
    return found.name if found and found.name not in (name, f"gguf:{name}") else None


def cache(name: str) -> str | None:
    """Return the canonical name of a cache format."""
    found = cache_format(name)
    return found.name if found and found.name != name else None


def provider(name: str) -> str | None:
    """Return the canonical name of a provider."""
    found = canonical_provider(name)
    return found if found != name else None


def engine(text: str) -> str | None:
    """Return an engine, with or without its version, by its canonical name."""
    name, gap, version = text.partition(" ")
    found = of_name(name)
    return f"{found}{gap}{version}" if found and found != name else None


_RENAMES: dict[Path, Rename] = {
    ("model",): model,
    ("model", "id"): model,
    ("model", "draft", "id"): model,
    ("precision",): weights,
    ("precision", "weights"): weights,
    ("precision", "kv_cache"): cache,
    ("engine",): engine,
    ("engine", "name"): engine,
    ("hardware",): hardware,
    ("hardware", "accelerator"): accelerator,
    ("api",): provider,
    ("api", "provider"): provider,
}


def renames(document: Document) -> list[tuple[Path, str]]:
    """Return the names in a document that have a better spelling, with it."""
    found = []
    for path, rename in _RENAMES.items():
        node = document.node(path)
        if node is not None and isinstance(node.data, str):
            better = rename(node.data)
            if better is not None:
                found.append((path, better))
    return found
