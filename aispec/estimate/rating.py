"""What a device's rate is a rate of: TOPS count small integers, FLOP/s do not.

Vendors of NPUs and edge devices advertise operations on 8-bit or 4-bit integers, often sparse ones.
Prefill in 16 bits runs at a half or a fraction of that, or on another part of the chip.
"""

from __future__ import annotations

from aispec.catalog.entries import Accelerator
from aispec.catalog.formats import WeightFormat
from aispec.estimate.answer import Answer
from aispec.estimate.fact import Fact, Unknown

_NOT_KNOWN = Unknown("the accelerator is not known")
_SMALL = ("npu", "edge")
_INTEGERS = ("int8", "int4")
_WIDE = ("fp16", "bf16", "fp32")
_CLOSE = 0.99  # a rate this near to the advertised TOPS is the advertised TOPS


def integer_rated(device: Accelerator | None) -> Fact:
    """Say whether only integer arithmetic is published of an NPU or edge device.

    An edge device that says it computes in 16 bits, a Jetson for one, does so on its GPU.
    """
    if device is None:
        return _NOT_KNOWN
    if device.klass not in _SMALL or _floating(device):
        return Answer.NO
    return Answer.of(device.klass == "npu" or not device.supports.get("fp16"))


def rate_is_tops(device: Accelerator | None, form: WeightFormat | None) -> Fact:
    """Say whether the rate that prefill is reckoned with is one of smaller integers.

    It is where an NPU has no other, and where what stands as a rate of floating point is no less
    than what is advertised of integers.
    """
    if device is None or form is None:
        return Unknown("the accelerator or the format is not known")
    if form.compute_dtype == "int8":
        return Answer.NO
    if not _floating(device):
        return Answer.of(device.klass == "npu" and bool(device.npu_tops))
    rate = max((device.tflops(kind) or 0.0 for kind in _WIDE), default=0.0)
    return Answer.of(any(rate >= _CLOSE * tops for tops in _advertised(device)))


def _floating(device: Accelerator) -> list[float]:
    return [rate for kind, rate in device.tflops_by_type.items() if not kind.startswith(_INTEGERS)]


def _advertised(device: Accelerator) -> list[float]:
    """Return the integer rates that a 16-bit rate of the same chip cannot reach."""
    told = [(device.advertised_tops or {}).get("value")]
    if device.klass in _SMALL:
        told += [device.npu_tops, device.tflops("int8")]
    return [tops for tops in told if tops]
