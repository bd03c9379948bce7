"""Formats of weights that an engine loads, a card computes with and a model was not upcast to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aispec.catalog.deployment import Deployment
from aispec.catalog.engines import engine
from aispec.catalog.formats import WeightFormat, weight_format
from aispec.planning.candidate import Card, Served, Stored
from aispec.policy.change import step

_SLACK = 1.1  # of the released bits: scales count
_HALF = {"bf16": True, "fp16": False}  # which of two like formats a card with bf16 has
_NATIVE = {"fp8": "fp8_tensor", "int8": "int8_tensor"}  # elsewhere they are widened before use
_LOCAL = ("llama.cpp", "ollama")


def stored(
    now: Deployment, model: Served, card: Card, runtime: str, listed: Sequence[str]
) -> Iterator[Stored]:
    """Yield the formats to try on a card, the written one first where the engine takes it."""
    known = engine(runtime)
    taken = known.formats if known else frozenset()
    written = now.weights
    if written and written.family in taken and _made_for(written, runtime, now):
        same = not model.changes
        asked = now.weights_asked or written.name
        yield Stored(written.name, {} if same else {"precision.weights": step(asked)}, written)
    most = _released(model)
    for name in listed:
        form = weight_format(name)
        if form is None or form.family not in taken or (written and form.name == written.name):
            continue
        if form.linear_bits <= most and _computes(card, form, model):
            yield Stored(form.name, {"precision.weights": step(name)}, form)


def _made_for(form: WeightFormat, runtime: str, now: Deployment) -> bool:
    """Whether an engine is one that people run a format with; GGUF is made for llama.cpp."""
    here = now.setup.name if now.setup else ""
    return form.family != "gguf" or runtime in _LOCAL or runtime == here


def _released(model: Served) -> float:
    """Bits of a weight as the model was released: more of them hold nothing more."""
    native = weight_format((model.model and model.model.native_precision) or "bf16")
    return _SLACK * (native.linear_bits if native else 16.0)


def _computes(card: Card, form: WeightFormat, model: Served) -> bool:
    supports = card.entry.supports if card.entry else {}
    if form.name in _HALF:
        return (supports.get("bf16") is not False) == _HALF[form.name]
    if form.family == "nvfp4":
        return supports.get("fp4_tensor") is True
    if form.family == "mxfp4":
        return bool(model.model and model.model.native_precision == "mxfp4")
    return form.family not in _NATIVE or supports.get(_NATIVE[form.family]) is not False
