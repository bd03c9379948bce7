"""Constants of the latency estimate for one engine on one device, from general to particular.

A constant is a product: `any`, then a factor for each tag that a deployment has and that the data
file knows, such as `vllm`, `nvidia-datacenter`, `vllm on nvidia-datacenter` or `vllm moe`. An
engine or a device without factors of its own has its parents' constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp
from typing import Any

from aispec.catalog.entries import Accelerator
from aispec.catalog.formats import WeightFormat
from aispec.catalog.store import load_data

Constants = Mapping[str, float]
ERAS = {"vllm": (0, 8), "sglang": (0, 5), "tensorrt-llm": (1, 0)}
"""Versions from which an engine differs: V1 in vLLM, PyTorch in TensorRT-LLM."""
_SMALL, _MIDDLING = 2e9, 2e10  # active parameters
LEAST = 0.09
"""Logarithm by which bounds are apart from the likely figure, at the least."""
_MIXERS = {
    "mla": "latent attention",
    "linear_or_ssm_layers": "linear attention",
    "sliding_window": "windowed attention",
}
LINKS = ("nvlink", "fabric", "ici", "scaleup")
"""What names of links between accelerators contain."""


def tags_of(
    engine: str,
    device: Accelerator,
    form: WeightFormat,
    fields: Mapping[str, Any],
    version: tuple[int, ...] | None = None,
) -> tuple[str, ...]:
    """Return the tags of a deployment, from general to particular.

    `fields` are the model's, `version` the engine's where it is written, else its newest.
    """
    name = "llama.cpp" if engine == "ollama" else engine
    hardware = f"{device.vendor}-{device.klass}"
    chips = f"{device.vendor} {device.architecture or device.klass}"
    stored = stored_as(form)
    found = ["any", hardware, chips, name, f"{name} on {hardware}", f"{name} on {chips}"]
    by_name = (
        name == "llama.cpp" and stored == "float"
    )  # its kernels for bf16 are not those of fp16
    found += [stored, f"{name} with {form.name if by_name else stored}", device.id]
    if fields.get("experts"):
        found += ["moe", f"{name} moe", f"{name} moe on {hardware}"]
    if not linked(device):
        found.append("unlinked")
    for mixer in mixed_by(fields):
        found += [mixer, f"{name} {mixer}"]
    return (*found, *_era(name, version))


def _era(engine: str, version: tuple[int, ...] | None) -> tuple[str, ...]:
    """Return on which side of a change that measurements show an engine's version is.

    Whoever writes no version runs a new one, as the defaults of an engine have it too.
    """
    change = ERAS.get(engine)
    if change is None:
        return ()
    when = "since" if version is None or version >= change else "before"
    return (f"{engine} {when} {'.'.join(map(str, change))}",)


def mixed_by(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how a model's layers mix tokens where that is not by full attention alone."""
    found = [name for field, name in _MIXERS.items() if fields.get(field)][:1]
    return (*found, "sparse attention") if fields.get("indexer") else tuple(found)


def stored_as(form: WeightFormat) -> str:
    """Return the kind of a format: its family, and its bits where a family has several."""
    if form.family in ("gguf", "mlx", "exl"):
        return f"{form.family} {form.effective_bits or form.linear_bits:.0f}-bit"
    return form.family


def linked(device: Accelerator) -> bool:
    """Whether devices of this kind have links of their own, faster than PCIe."""
    return any(v and any(kind in key for kind in LINKS) for key, v in device.interconnect.items())


@lru_cache(maxsize=1024)
def constants(tags: tuple[str, ...]) -> Constants:
    """Return every constant for these tags."""
    found = dict.fromkeys(load_data("latency")["constants"], 1.0)
    by_tag = _factors()
    for tag in tags:
        for name, factor in by_tag.get(tag, ()):
            found[name] *= factor
    return found


@lru_cache(maxsize=1)
def _factors() -> Mapping[str, Sequence[tuple[str, float]]]:
    """The factors of each tag, with the names of the constants that they are of."""
    found: dict[str, list[tuple[str, float]]] = {}
    for name, factors in load_data("latency")["constants"].items():
        for tag, factor in factors.items():
            found.setdefault(tag, []).append((name, factor))
    return found


@lru_cache(maxsize=4096)
def bounds(tags: tuple[str, ...], figure: str, regime: tuple[str, ...] = ()) -> tuple[float, float]:
    """Return measured over likely, at the least and at the most.

    How far measurements spread is a product of factors, as constants are: of the deployment's tags,
    of its `regime`, and of what was never measured.
    """
    known = load_data("latency")["bounds"][figure]
    factors, wide = known["spread"], 1.0
    for tag in (*tags, *regime, *unfamiliar(tags, load_data("latency")["seen"])):
        wide *= factors.get(tag, 1.0)
    low, high = (wide * float(side) for side in known["reach"])
    return exp(min(low, -LEAST)), exp(max(high, LEAST))


def regime(figure: str, active: float) -> tuple[str, ...]:
    """Return what else tells how well a figure is known: for steps and prompts the model's size.

    Prompt and batch tell too, but bounds that are narrower for a longer prompt would say that it
    may be answered sooner.
    """
    if figure not in ("decode", "first", "load"):
        return ()
    size = "small" if active <= _SMALL else "middling" if active <= _MIDDLING else "large"
    return (f"model {size}",)


def unfamiliar(tags: tuple[str, ...], seen: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what about a deployment no measurement is like, the most general thing first."""
    if tags[3] not in seen["engines"] and tags[1] not in seen["hardware"]:
        return ("unfamiliar",)
    if tags[4] not in seen["pairs"]:
        return ("unfamiliar pair",)
    return () if tags[5] in seen["chips"] else ("unfamiliar chips",)
