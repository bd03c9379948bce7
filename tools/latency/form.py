"""Which constants the fit may move, for which tags, and how far from their parents.

A factor for a tag is pulled to 1 as by a normal prior on its logarithm: wide for whole engines and
kinds of hardware, narrow for one device or one engine's kernels for one format, so that a few rows
of one source do not become a law. Which kinds of tag a constant has, and how wide priors are, was
chosen by the error of rows held out, by model and device and by source.
"""

from __future__ import annotations

from collections.abc import Iterator

# What rows differ by, in logarithms; those of one deployment together.
NOISE = {"decode": 0.2, "first": 0.3, "load": 0.6, "queue": 1.2}
BALANCE = 0.1  # n rows of one source, engine, model and device count as n^(1 - this)
_WIDTH = {
    "any": 0.5,
    "hardware": 0.33,
    "chips": 0.24,
    "engine": 0.38,
    "engine on hardware": 0.24,
    "engine on chips": 0.19,
    "stored": 0.24,
    "engine with stored": 0.19,
    "device": 0.11,
    "moe": 0.8,
    "engine moe": 0.6,
    "engine moe on hardware": 0.19,
    "unlinked": 0.5,
    "sparse": 0.31,
    "engine sparse": 0.25,
    "mixer": 0.31,
    "engine mixer": 0.25,
    "era": 0.4,
}
_OF_LOAD = ("queue", "burst", "wait_steps", "interference", "slot_wait", "floor_ms", "link")
_SHY = 0.8  # how much narrower priors of these are: few engines' schedulers were measured
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
_BASE = ("any", "hardware", "engine")
_MOE = ("moe", "engine moe")
_SPARSE = ("sparse", "engine sparse")
_STORED = ("stored", "engine with stored")
KINDS: dict[str, tuple[str, ...]] = {
    "bandwidth": (*_ORDER, *_MOE, "engine moe on hardware", "mixer", "sparse", "era"),
    "cache_bandwidth": _BASE,
    "decode_arithmetic": (*_BASE, "engine on chips", *_MOE, *_STORED),
    "decode_attention": ("any", "engine"),
    "layer_us": (
        *_BASE,
        "engine on hardware",
        "chips",
        *_MOE,
        "mixer",
        "engine mixer",
        *_SPARSE,
        "era",
    ),
    "step_us": (*_BASE, "era"),
    "sequence_us": (*_BASE, *_MOE),
    "expert_factor": ("any", "engine", "engine moe"),
    "collective_us": ("any", "engine", "unlinked", "chips"),
    "link": ("any", "engine", "unlinked"),
    "prefill": (*_ORDER, *_MOE, "engine moe on hardware", "mixer", "engine mixer", "era"),
    "prefill_scaling": ("any", "engine", "unlinked"),
    "ramp": (*_BASE, "moe"),
    "expert_ramp": _BASE,
    "attention_factor": _BASE,
    "traffic": (*_BASE, "moe"),
    "floor_ms": (*_BASE, *_MOE, "era"),
    "queue": ("any", "engine", *_MOE, "era"),
    "burst": ("any", "engine", *_MOE),
    "wait_steps": ("any", "engine"),
    "interference": ("any", "engine", *_MOE),
    "slot_wait": ("any", "engine"),
}
"""The kinds of tag for which each constant has factors."""

START = {
    "bandwidth": 0.9,
    "cache_bandwidth": 0.6,
    "decode_arithmetic": 0.21,
    "decode_attention": 0.25,
    "layer_us": 105.0,
    "step_us": 175.0,
    "sequence_us": 44.0,
    "expert_factor": 0.7,
    "collective_us": 3.2,
    "link": 0.75,
    "prefill": 0.45,
    "prefill_scaling": 0.8,
    "ramp": 90.0,
    "expert_ramp": 80.0,
    "attention_factor": 2.1,
    "traffic": 30.0,
    "floor_ms": 25.0,
    "queue": 0.28,
    "burst": 0.073,
    "wait_steps": 1.6,
    "interference": 0.88,
    "slot_wait": 0.36,
}
"""Where the priors of the constants themselves are centred."""


def kinds(tags: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each tag with its kind."""
    yield from zip(_ORDER, tags, strict=False)
    for tag in tags[len(_ORDER) :]:
        if tag in ("moe", "unlinked"):
            yield tag, tag
        elif " since " in tag or " before " in tag:
            yield "era", tag
        elif tag.endswith("sparse attention"):
            yield ("engine sparse" if tag.startswith(tags[3]) else "sparse"), tag
        elif tag.endswith(" attention"):
            yield ("engine mixer" if tag.startswith(tags[3]) else "mixer"), tag
        else:
            yield ("engine moe on hardware" if " on " in tag else "engine moe"), tag


def width(name: str, kind: str) -> float:
    """Return the standard deviation of the prior on a factor's logarithm."""
    return _WIDTH[kind] * (_SHY if name in _OF_LOAD and kind != "any" else 1.0)
