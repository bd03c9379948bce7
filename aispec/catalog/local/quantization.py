"""The weight format of a checkpoint: from its configuration, else from what most bytes are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from aispec.catalog.formats import weight_format
from aispec.catalog.local.files import shown
from aispec.catalog.local.model import Tensor

_BY_TYPE = {
    "F64": "fp32",
    "F32": "fp32",
    "F16": "fp16",
    "BF16": "bf16",
    "F8_E4M3": "fp8",
    "F8_E5M2": "fp8",
    "I8": "int8",
}
_GROUPS = {64: "int4-gptq-g64", 32: "int4-gptq-g32"}
_MODELOPT = {
    "FP8": "fp8",
    "FP8_PER_CHANNEL_PER_TOKEN": "fp8",
    "FP8_PB_WO": "fp8-block",
    "NVFP4": "nvfp4",
    "W4A16_NVFP4": "nvfp4",
    "W4A16_AWQ": "int4-awq",
    "W4A8_AWQ": "int4-awq",
    "INT8_SQ": "int8",
    "W8A8_SQ_PER_CHANNEL": "int8",
    "MXFP8": "mxfp8",
}
_SCALES = (
    *(".scales", ".qzeros", ".g_idx", ".absmax", ".biases", ".quant_map", ".weight_shape"),
    *(".weight_scale", ".weight_scale_inv", ".weight_scale_2", ".input_scale", ".zeros"),
    *(".weight_zero_point", ".weight_g_idx", ".k_scale", ".v_scale", "_scales", "_scale", ".scale"),
    *(".nested_absmax", ".nested_quant_map", "_scale_inv", "_scale_2", ".input_global_scale"),
    *(".weight_global_scale", ".SCB", ".weight_format", ".quant_state"),
)


def format_of(config: Mapping[str, Any], tensors: Iterable[Tensor]) -> tuple[str | None, str]:
    """The format's canonical name, None where there is none for it; and what decided it."""
    asked = _configured(config)
    if asked is not None:
        name, why = asked
        known = weight_format(name) if name else None
        if known is not None or name is None:
            return (known.name if known else None), why
    sizes: Counter[str] = Counter()
    for tensor in tensors:
        sizes[tensor.kind] += tensor.bytes
    for kind, size in sizes.most_common(1):
        name = _BY_TYPE.get(kind)
        return name, f"{kind}, {size / max(sizes.total(), 1):.0%} of the tensors' bytes"
    named = config.get("dtype") or config.get("torch_dtype")
    known = weight_format(named) if isinstance(named, str) else None
    return (known.name if known else None), "dtype in config.json"


def parameters(tensors: Iterable[Tensor], config: Mapping[str, Any]) -> int:
    """Parameters in the tensors, packed ones unpacked and scales left out."""
    bits = _packed_bits(config)
    return sum(_elements(tensor, bits) for tensor in tensors)


def _elements(tensor: Tensor, bits: int | None) -> int:
    if tensor.name.endswith(_SCALES) or ".quant_state." in tensor.name:
        return 0
    count = prod(tensor.shape)
    if bits and (tensor.kind in ("I32", "U32") and not tensor.name.endswith("bias")):
        return count * 32 // bits
    if bits == 4 and tensor.kind in ("U8", "I8", "F8_E8M0"):
        return 0 if tensor.kind == "F8_E8M0" else count * 2
    return 0 if tensor.kind in ("I64", "I32", "BOOL") else count


def _packed_bits(config: Mapping[str, Any]) -> int | None:
    """Bits of a weight in whole-number tensors; None where those are no weights."""
    quantized = _table(config, "quantization_config")
    mlx = _table(config, "quantization")
    for bits in (quantized.get("bits"), mlx.get("bits"), _group(quantized).get("num_bits")):
        if type(bits) is int and bits in (2, 3, 4, 5, 6, 8):
            return bits
    four = quantized.get("load_in_4bit") or config.get("expert_dtype") == "fp4"
    method = str(quantized.get("quant_method", "")).lower()
    algorithm = str(quantized.get("quant_algo", ""))
    return 4 if four or method == "mxfp4" or "FP4" in algorithm or "W4" in algorithm else None


def _configured(config: Mapping[str, Any]) -> tuple[str | None, str] | None:
    quantized = _table(config, "quantization_config")
    if not quantized:
        mlx = _table(config, "quantization").get("bits")
        return (f"mlx-{mlx}bit", "quantization in config.json") if type(mlx) is int else None
    method = str(quantized.get("quant_method", quantized.get("quant_algo", ""))).lower()
    name = _named(method.replace("_", "-"), quantized, config)
    return name, f"quantization_config in config.json ({shown(method) or 'no method'})"


def _named(method: str, quantized: Mapping[str, Any], config: Mapping[str, Any]) -> str | None:
    bits, group = quantized.get("bits", 4), _whole(quantized.get("group_size"))
    if method in ("fp8", "fbgemm-fp8"):
        if config.get("expert_dtype") == "fp4":
            return "mxfp4-fp8"
        return "fp8-block" if quantized.get("weight_block_size") else "fp8"
    if method in ("awq", "gptq", "gptqmodel", "auto-round", "intel/auto-round", "autoround"):
        usual = "int4-awq" if method == "awq" else "int4-gptq"
        return _GROUPS.get(group, usual) if bits == 4 else "int8-gptq" if bits == 8 else None
    if method in ("bitsandbytes", "bnb"):
        double = quantized.get("bnb_4bit_use_double_quant")
        return "int8" if quantized.get("load_in_8bit") else "nf4-dq" if double else "nf4"
    if method == "compressed-tensors":
        return _compressed(quantized)
    if method.startswith("modelopt") or "quant_algo" in quantized:
        return _MODELOPT.get(str(quantized.get("quant_algo", "")).upper())
    if method in ("exl2", "exl3"):
        small = isinstance(bits, int | float) and 1 <= bits <= 16
        return f"{method}-{bits:g}bpw" if small else None
    return method if method in ("mxfp4", "nvfp4", "mxfp8") else None


def _compressed(quantized: Mapping[str, Any]) -> str | None:
    """The format of a compressed-tensors checkpoint, by its first group of weights."""
    weights, packing = _group(quantized), str(quantized.get("format", ""))
    first = next(iter(_table(quantized, "config_groups").values()), None)
    if isinstance(first, Mapping) and isinstance(first.get("format"), str):
        packing = first["format"]
    for name in ("nvfp4", "mxfp4", "mxfp8"):
        if packing.startswith(name):
            return name
    bits, whole = weights.get("num_bits"), weights.get("type") == "int"
    if bits == 8 and not whole:
        return "fp8-block" if weights.get("strategy") == "block" else "fp8"
    if bits == 8:
        return "int8-gptq" if "pack" in packing else "int8"
    if bits == 4 and whole:
        ignored = quantized.get("ignore")
        left = [str(each) for each in ignored] if isinstance(ignored, list) else []
        if any("self_attn" in each for each in left):
            return "int4-experts"
        return _GROUPS.get(_whole(weights.get("group_size")), "int4-gptq")
    return None


def _whole(value: Any) -> int:
    return value if type(value) is int else 0


def _group(quantized: Mapping[str, Any]) -> Mapping[str, Any]:
    first = next(iter(_table(quantized, "config_groups").values()), None)
    return _table(first, "weights") if isinstance(first, Mapping) else {}


def _table(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, Mapping) else {}
