"""Constants of the latency estimate for one engine on one device, from general to particular.

A constant is a product: `any`, then a factor for each tag that a deployment has and that the data
file knows, such as `vllm`, `nvidia-datacenter`, `vllm on nvidia-datacenter` or `vllm moe`. An
engine or a device without factors of its own has its parents' constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from aispec.catalog.entries import Accelerator
from aispec.catalog.formats import WeightFormat
from aispec.catalog.store import load_data

Constants = Mapping[str, float]
_LINKS = ("nvlink", "fabric", "ici", "scaleup")


def tags_of(engine: str, device: Accelerator, form: WeightFormat, experts: bool) -> tuple[str, ...]:
    """Return the tags of a deployment, from general to particular."""
    name = "llama.cpp" if engine == "ollama" else engine
    hardware = f"{device.vendor}-{device.klass}"
    chips = f"{device.vendor} {device.architecture or device.klass}"
    stored = stored_as(form)
    found = ["any", hardware, chips, name, f"{name} on {hardware}", f"{name} on {chips}"]
    found += [stored, f"{name} with {stored}", device.id]
    if experts:
        found += ["moe", f"{name} moe", f"{name} moe on {hardware}"]
    if not linked(device):
        found.append("unlinked")
    return tuple(found)


def stored_as(form: WeightFormat) -> str:
    """Return the kind of a format: its family, and its bits where a family has several."""
    if form.family in ("gguf", "mlx", "exl"):
        return f"{form.family} {form.effective_bits or form.linear_bits:.0f}-bit"
    return form.family


def linked(device: Accelerator) -> bool:
    """Whether devices of this kind have links of their own, faster than PCIe."""
    return any(v and any(kind in key for kind in _LINKS) for key, v in device.interconnect.items())


@lru_cache(maxsize=1024)
def constants(tags: tuple[str, ...]) -> Constants:
    """Return every constant for these tags."""
    found = {}
    for name, factors in load_data("latency")["constants"].items():
        value = 1.0
        for tag in tags:
            value *= factors.get(tag, 1.0)
        found[name] = value
    return found


@lru_cache(maxsize=1024)
def bounds(tags: tuple[str, ...], figure: str) -> tuple[float, float]:
    """Return measured over likely, 5th and 95th percentile, of the most particular tag known."""
    known = load_data("latency")["bounds"][figure]
    for tag in (*_by_rank(tags), "any"):
        if tag in known:
            low, high = known[tag]
            return float(low), float(high)
    raise LookupError(figure)


def _by_rank(tags: tuple[str, ...]) -> list[str]:
    """Return the tags that bounds are kept for, the most particular first."""
    engine, hardware = tags[3], tags[1]
    moe = f"{engine} moe on {hardware}"
    seen = load_data("latency")["seen"]
    if engine not in seen["engines"] and hardware not in seen["hardware"]:
        return ["unfamiliar"]
    own = [moe, f"{engine} moe"] if moe in tags else []
    return [*own, tags[4], engine] if tags[4] in seen["pairs"] else ["unfamiliar pair"]
