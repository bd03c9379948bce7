"""Flags' values as a spec has them: "8k" is 8000, "half" is fp16, "--quantization awq" int4-awq."""

from __future__ import annotations

import re
from collections.abc import Callable

from aispec.adopt.draft import TEXT, Value
from aispec.catalog.formats import cache_format, weight_format

_SCALES = {"": 1, "k": 1000, "m": 10**6, "K": 1024, "M": 1024**2}
_WHOLE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)([kKmM]?)")
_LARGEST = 10**9
_LARGEST_LAYERS = 999
_YES = frozenset(("", "1", "true", "on", "yes", "auto"))
_NO = frozenset(("0", "false", "off", "no"))
# Names of ways to quantize that do not say how many bits are left.
_VAGUE = frozenset(("compressed-tensors", "torchao", "gguf", "exl2", "none"))


def text(value: str) -> Value | None:
    """Return one line of text that a spec takes."""
    value = value.strip()
    return value if TEXT.fullmatch(value) else None


def whole(value: str) -> Value | None:
    """Return a whole number above zero; k is 1000 and K 1024, as vLLM has it."""
    match = _WHOLE.fullmatch(value.strip())
    number = round(float(match[1]) * _SCALES[match[2]]) if match else 0
    return number if 0 < number <= _LARGEST else None


def share(value: str) -> Value | None:
    """Return a part of one."""
    try:
        part = float(value)
    except ValueError:
        return None
    return part if 0 < part <= 1 else None


def gib(value: str) -> Value | None:
    """Return GiB with their unit."""
    try:
        size = float(value)
    except ValueError:
        return None
    return f"{size:g}GiB" if 0 < size < _LARGEST else None


def layers(value: str) -> Value | None:
    """Return layers on the device; a number beyond any model's means all, which is the default."""
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return None
    number = int(value)
    return number if number < _LARGEST_LAYERS and number != 99 else None


def yes(value: str) -> Value | None:
    """Return what a switch says: true, unless it is turned off."""
    word = value.strip().lower()
    return True if word in _YES else False if word in _NO else None


def no(value: str) -> Value | None:
    """Return what a switch says that turns something off."""
    said = yes(value)
    return None if said is None else not said


def weights(value: str) -> Value | None:
    """Return the format of the weights by its canonical name."""
    found = None if value.strip().lower() in _VAGUE else weight_format(value)
    return found.name if found else None


def cache(value: str) -> Value | None:
    """Return the format of the cache by its canonical name."""
    found = cache_format(value)
    return found.name if found else None


READERS: dict[str, Callable[[str], Value | None]] = {
    "text": text,
    "model": text,
    "gguf": text,
    "ollama": text,
    "draft": text,
    "whole": whole,
    "share": share,
    "gib": gib,
    "layers": layers,
    "yes": yes,
    "no": no,
    "format": weights,
    "cache_format": cache,
}
"""By the names that the tables of flags use."""
