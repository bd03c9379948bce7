"""How many bits a quantized checkpoint leaves to the layers that mix tokens.

"4-bit" says what most weights have. Attention and recurrent layers are a quarter of a dense model
and a few percent of a mixture of experts; some checkpoints quantize them like the rest, others keep
them in 8 or 16 bits, and the name does not tell. Published sizes bound it: Qwen3.5-27B has 30.2 GB
as GPTQ by its makers, 21.9 GB as AWQ by others; Gemma 4 31B has 31.2 GiB in NVIDIA's NVFP4, where
all layers alike would make 19.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.catalog.formats import WeightFormat
from aispec.estimate.architecture.feedforward import feedforward
from aispec.estimate.architecture.parameters import Parameters
from aispec.record import record

Fields = Mapping[str, Any]
_FULL = 16.0
_FEW = {"gptq": 4.6, "awq": 4.6, "nvfp4": 8.0}  # bits of a hybrid's mixing layers on average
_MOST = {"gptq": 8.0, "awq": 8.0, "nvfp4": _FULL}  # and at most
_LEFT = ("gptq", "awq", "nvfp4", "fp8")  # families whose mixtures of experts may keep all in 16


@record
class Kept:
    """Bits that mixing layers take beyond the format's own, over all of them, with bounds."""

    likely: float
    most: float
    least: float = 0.0


def kept(form: WeightFormat, parts: Parameters, fields: Fields) -> Kept:
    """Return what a checkpoint of this format keeps of its mixing layers beyond its own bits."""
    if fields.get("block_list") or form.experts_only or "num_heads" not in fields:
        return Kept(0.0, 0.0)
    other = feedforward(fields)
    mixing = max(parts.linear - other.dense - other.shared - other.router, 0)
    hybrid, mixture = bool(fields.get("linear_or_ssm_layers")), bool(fields.get("experts"))
    bits, family = form.linear_bits, form.family
    if form.keeps_mixing:
        left = (mixing + other.shared) * (_FULL - bits)
        return Kept(left, left, left)
    likely = max(_FEW.get(family, bits), bits) if hybrid else bits
    most = likely
    if hybrid or family == "nvfp4":
        most = max(_MOST.get(family, bits), likely)
    spare = 0.0
    if mixture and family in _LEFT:
        most, spare = max(_FULL, bits), other.shared * max(_FULL - bits, 0.0)
    return Kept(mixing * (likely - bits), mixing * (most - bits) + spare)
