"""Weight and cache formats: how many bits a parameter or a cached element takes.

Bits per weight count scales and zero points. What a format leaves unquantized keeps
`embedding_bits` and `head_bits`; a GGUF file mixes types and also has the bits of the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aispec.catalog.store import load_data
from aispec.late import pattern
from aispec.record import record, replace

_LONGEST_NAME = 64
_GGUF = "gguf:"
_EXL = pattern(r"(exl[23])(?:-(\d(?:\.\d{1,3})?)(?:-?bpw)?)?")


@record
class WeightFormat:
    """How a model's weights are stored.

    `effective_*` are bits of the whole file over the text decoder's parameters, with the bounds of
    what was observed; None outside GGUF. `compute_dtype` names the tensor-core rate of its matrix
    products. With `experts_only` the linear bits are those of routed experts, and everything else
    has `rest_bits`. With `keeps_mixing` the layers that mix tokens and the shared experts are known
    to be left in 16 bits.
    """

    name: str
    family: str
    linear_bits: float
    embedding_bits: float
    head_bits: float
    effective_bits: float | None
    effective_low: float | None
    effective_high: float | None
    compute_dtype: str
    experts_only: bool
    rest_bits: float | None
    aliases: tuple[str, ...]
    source: str
    keeps_mixing: bool = False


@record
class CacheFormat:
    """How an element of the key-value cache is stored; no bytes means in the model's own dtype."""

    name: str
    bytes_per_element: float | None
    aliases: tuple[str, ...]


def weight_format(name: str) -> WeightFormat | None:
    """The format of this name in any case and any engine's spelling, None if there is no such."""
    plain = _plain(name)
    if len(plain) > _LONGEST_NAME:
        return None
    known = _weight_names().get(plain)
    if known is not None:
        return _known(known)
    exl = _EXL.fullmatch(plain)
    return _exl(exl[1], float(exl[2]) if exl[2] else None) if exl else None


def as_released(form: WeightFormat, model_id: str) -> WeightFormat:
    """The format as the checkpoint of this name has it, which may leave more in 16 bits.

    A name that does not say the format is that of the model, and anybody's checkpoint may be meant.
    """
    name = model_id.lower()
    for each in load_data("formats/weights")["releases"]:
        family = each["family"]
        if form.family == family and family in name and name.startswith(each["starts"]):
            return replace(form, keeps_mixing=True, source=each["source"])
    return form


def cache_format(name: str) -> CacheFormat | None:
    """The cache format of this name, None if there is no such."""
    return _cache_names().get(_plain(name))


def format_names() -> tuple[str, ...]:
    """Canonical names of all weight formats, in the catalogue's order, to choose the nearest from.

    Any `exl2-<bits>bpw` and `exl3-<bits>bpw` stand for their whole family.
    """
    return (*_aliases(), "exl2-4.0bpw", "exl3-4.0bpw")


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "-", name.strip().lower())


@lru_cache(maxsize=128)
def _known(name: str) -> WeightFormat:
    """The format of this canonical name."""
    listed = load_data("formats/weights")["formats"]
    if name in listed:
        return _listed(name, listed[name])
    return _gguf(name.removeprefix(_GGUF), load_data("formats/gguf"))


def _aliases() -> dict[str, tuple[str, ...]]:
    """The other names of each format, by its canonical one."""
    listed = load_data("formats/weights")["formats"]
    mixes = load_data("formats/gguf")["file_types"]
    return {name: tuple(entry["aliases"]) for name, entry in listed.items()} | {
        f"{_GGUF}{kind}": _gguf_aliases(kind) for kind in mixes
    }


@lru_cache(maxsize=1)
def _weight_names() -> dict[str, str]:
    """Names as `_plain` leaves them, to canonical ones; the first to claim a name has it."""
    names: dict[str, str] = {}
    for canonical, aliases in _aliases().items():
        for name in (canonical, *aliases):
            names.setdefault(_plain(name), canonical)
    return names


@lru_cache(maxsize=1)
def _cache_names() -> dict[str, CacheFormat]:
    names: dict[str, CacheFormat] = {}
    for name, entry in load_data("formats/cache")["cache"].items():
        block, aliases = entry["block"], tuple(entry["aliases"])
        found = CacheFormat(name, block[1] / block[0] if block else None, aliases)
        names |= {_plain(each): found for each in (name, *aliases)}
    return names


def _listed(name: str, entry: Mapping[str, Any]) -> WeightFormat:
    return WeightFormat(
        name=name,
        family=entry["family"],
        linear_bits=entry["bits"],
        embedding_bits=entry["embedding_bits"],
        head_bits=entry["head_bits"],
        effective_bits=None,
        effective_low=None,
        effective_high=None,
        compute_dtype=entry["compute"],
        experts_only=entry.get("experts_only", False),
        rest_bits=entry.get("rest_bits"),
        aliases=tuple(entry["aliases"]),
        source=entry["source"],
    )


def _gguf(kind: str, gguf: Mapping[str, Any]) -> WeightFormat:
    entry = gguf["file_types"][kind]
    bits = {name: size * 8 / weights for name, (weights, size) in gguf["block_types"].items()}
    mix = load_data("formats/gguf_mixes")["mixes"].get(kind, {})
    base, rest = bits[entry["base"]], bits[mix.get("base", entry["base"])]
    return WeightFormat(
        name=f"{_GGUF}{kind}",
        family="gguf",
        linear_bits=base,
        embedding_bits=bits[mix["token_embd"]] if "token_embd" in mix else rest,
        head_bits=bits[mix.get("output", "Q6_K")],
        effective_bits=entry["bits"],
        effective_low=entry["low"],
        effective_high=entry["high"],
        # llama.cpp's kernels multiply in fp16 or int8 by card and batch: the slower is assumed.
        compute_dtype="bf16" if kind == "BF16" else "fp16",
        experts_only="experts" in mix,
        rest_bits=rest if "experts" in mix else None,
        aliases=_gguf_aliases(kind),
        source=gguf["source"],
    )


def _gguf_aliases(kind: str) -> tuple[str, ...]:
    """Other names of a mix; the usual one of a family goes by the family's, too."""
    usual = {"Q3_K_M": "Q3_K", "Q4_K_M": "Q4_K", "Q5_K_M": "Q5_K", "MXFP4_MOE": "MXFP4"}
    short = usual.get(kind)
    family = (f"{_GGUF}{short}", f"gguf-{short}", short) if short else ()
    return (kind, f"gguf-{kind}", *family)


@lru_cache(maxsize=128)
def _exl(family: str, bits: float | None) -> WeightFormat | None:
    entry = load_data("formats/weights")["exl"][family]
    if bits is None:
        return _exl(family, float(entry["default"]))
    if not entry["low"] <= bits <= entry["high"]:
        return None
    shown = f"{bits:g}" if round(bits, 1) != bits else f"{bits:.1f}"
    return WeightFormat(
        name=f"{family}-{shown}bpw",
        family="exl",
        linear_bits=bits,
        embedding_bits=entry["embedding_bits"],
        head_bits=entry["head_bits"],
        effective_bits=None,
        effective_low=None,
        effective_high=None,
        compute_dtype=entry["compute"],
        experts_only=False,
        rest_bits=None,
        aliases=(),
        source=entry["source"],
    )
