"""Rows that a GGUF's blocks do not divide: llama.cpp stores them in another type, or in 16 bits.

K-quants and IQ types pack 256 weights of a row into a block. `llama-quant.cpp` falls back to a type
of blocks of 32 where a row's length is no multiple of that, which takes more bits.
"""

from __future__ import annotations

from functools import lru_cache

from aispec.catalog.entries import Model
from aispec.catalog.formats import WeightFormat
from aispec.estimate.memory.gguf import fallen_back
from aispec.estimate.quantity import Quantity

_LARGEST = 256  # weights of a block
_WIDTHS = ("hidden_size", "intermediate_size", "moe_intermediate_size")


@lru_cache(maxsize=64)
def uneven_share(model: Model, form: WeightFormat) -> Quantity:
    """Return the share of the parameters that do not have the type their mix gives them.

    Unknown for an architecture whose tensors are not laid out here, unless all its widths divide.
    """
    fields, mix = model.architecture or {}, form.name.partition(":")[2]
    kept = "MXFP4" if model.native_precision == "mxfp4" else None
    counted = fallen_back(fields, mix, kept)
    if counted is not None:
        off, every = counted
        how = f"{off:,} of {every:,} parameters of layers are in rows that do not divide"
        return Quantity(off / every if every else 0.0, how=how)
    inner = fields.get("experts") or {}
    widths = [w for name in _WIDTHS for w in (fields.get(name), inner.get(name)) if w]
    if widths and all(width % _LARGEST == 0 for width in widths):
        return Quantity(0.0, how="all its widths divide into blocks")
    return Quantity.unknown("", f"the tensors of {model.name} are not laid out here")
