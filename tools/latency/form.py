"""Which constants the fit may move, for which tags, and how far from their parents.

A factor for a tag is pulled to 1 as by a normal prior on its logarithm: wide for whole engines and
kinds of hardware, narrow for one device or one engine's kernels for one format, so that a few rows
of one source do not become a law.
"""

from __future__ import annotations

from collections.abc import Iterator

NOISE = 0.2  # what a good row differs by, in logarithms
_WIDTH = {
    "any": 1.5,
    "hardware": 0.26,
    "chips": 0.19,
    "engine": 0.3,
    "engine on hardware": 0.19,
    "engine on chips": 0.15,
    "stored": 0.19,
    "engine with stored": 0.15,
    "device": 0.09,
    "moe": 0.3,
    "engine moe": 0.22,
    "engine moe on hardware": 0.15,
    "unlinked": 0.4,
}
_ORDER = (
    "any",
    "hardware",
    "chips",
    "engine",
    "engine on hardware",
    "engine on chips",
    "stored",
    "engine with stored",
    "device",
)
_BASE = ("any", "hardware", "engine", "engine on hardware")
_MOE = ("moe", "engine moe")
KINDS: dict[str, tuple[str, ...]] = {
    "bandwidth": (*_ORDER, *_MOE, "engine moe on hardware"),
    "cache_bandwidth": (*_BASE, "engine on chips"),
    "decode_arithmetic": (*_BASE, *_MOE, "stored", "engine with stored", "engine on chips"),
    "layer_us": (*_BASE, *_MOE, "chips", "stored", "engine with stored"),
    "step_us": _BASE,
    "sequence_us": (*_BASE, *_MOE),
    "expert_factor": ("any", "engine", "engine moe"),
    "collective_us": ("any", "engine", "unlinked", "chips"),
    "prefill": (*_ORDER, *_MOE, "engine moe on hardware"),
    "prefill_scaling": ("any", "engine", "unlinked"),
    "ramp": (*_BASE, "moe"),
    "attention_factor": _BASE,
    "floor_ms": (*_BASE, *_MOE),
    "queue": ("any", "engine", *_MOE, "engine on chips"),
    "burst": ("any", "engine", *_MOE),
    "wait_steps": ("any", "engine", *_MOE),
    "interference": ("any", "engine", *_MOE),
    "slot_wait": ("any", "engine"),
}
"""The kinds of tag for which each constant has factors."""

USED = {
    "decode": ("bandwidth", "cache_bandwidth", "decode_arithmetic", "layer_us", "step_us",
               "sequence_us", "expert_factor", "collective_us", "prefill"),
    "first": ("prefill", "prefill_scaling", "ramp", "attention_factor", "floor_ms", "layer_us",
              "collective_us", "expert_factor", "bandwidth"),
    "load": (*tuple(KINDS)[:13], "interference"),
    "queue": tuple(KINDS),
}  # fmt: skip
"""The constants that a figure can depend on."""


def kinds(tags: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each tag with its kind."""
    yield from zip(_ORDER, tags, strict=False)
    for tag in tags[len(_ORDER) :]:
        if tag in ("moe", "unlinked"):
            yield tag, tag
        else:
            yield ("engine moe on hardware" if " on " in tag else "engine moe"), tag


def width(kind: str) -> float:
    """Return the standard deviation of the prior on a factor's logarithm."""
    return _WIDTH[kind]
