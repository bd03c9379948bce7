"""Facts that name things: model, precision, hardware, parallelism, engine, architecture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from aispec.catalog.deployment import Deployment, Endpoint, Machines, Setup
from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.formats import WeightFormat
from aispec.estimate import rating
from aispec.estimate.answer import Answer
from aispec.estimate.cost.hourly import accelerator_price
from aispec.estimate.fact import Absent, Fact, Facts, Unknown
from aispec.estimate.latency.roofline import peak_rate
from aispec.estimate.memory.budget import total_memory
from aispec.estimate.memory.uneven import uneven_share
from aispec.estimate.memory.weights import Weights
from aispec.estimate.quantity import Quantity
from aispec.estimate.vocabulary import FACTS

_BEHIND_API = Absent("served by an API")
_HARDWARE = ("accelerator", "class")
_VOCABULARY_STEP = 64
_NUMBERS = {
    "count": "",
    "replicas": "",
    "nodes": "",
    "memory_per_device": "GiB",
    "bandwidth_per_device": "GB/s",
    "compute_per_device": "TFLOP/s",
    "price_per_hour": "USD/hour",
}


def facts(deployment: Deployment, weights: Weights | None, today: date | None) -> Facts:
    """Return the facts of all the groups that name things."""
    return {
        **_model(deployment, today),
        **_precision(deployment, weights),
        **_hardware(deployment.machines, deployment.weights),
        **_engine(deployment.setup, deployment.machines),
        **_endpoint(deployment.endpoint),
        **_architecture(deployment.model),
    }


def _endpoint(endpoint: Endpoint | None) -> Facts:
    if endpoint is None or endpoint.provider is None:
        return dict.fromkeys(("api.known", "api.nearest"), Absent("no provider is named"))
    if endpoint.miss is None:
        return {"api.known": Answer.YES, "api.nearest": Absent("the catalogue knows the provider")}
    return {"api.known": Answer.NO, "api.nearest": _listed(endpoint.miss.nearest)}


def _model(deployment: Deployment, today: date | None) -> Mapping[str, Fact]:
    model = deployment.model
    if model is None:
        if deployment.model_miss is None:
            return dict.fromkeys(_model_names(), Absent("a front door over other deployments"))
        reason = f"the catalogue does not know {deployment.model_miss.name}"
        found: Facts = {
            name: Quantity.unknown(FACTS[name].unit, reason)
            if FACTS[name].kind == "number"
            else Unknown(reason)
            for name in _model_names()
        }
        found["model.known"] = Answer.NO
        found["model.nearest"] = _listed(deployment.model_miss.nearest)
        found["model.days_to_retirement"] = Absent(reason)
        return found
    return _of_model(model, today)


@lru_cache(maxsize=256)
def _of_model(model: Model, today: date | None) -> Mapping[str, Fact]:
    context = model.context
    return {
        "model.id": model.id,
        "model.name": model.name,
        "model.kind": model.kind,
        "model.known": Answer.YES,
        "model.nearest": Absent("the catalogue knows the model"),
        "model.license": model.license,
        "model.released": model.released or Unknown("its release date is not published"),
        "model.context_length": _number(model.context_length, "tokens", model),
        "model.config_context": _number(context["config"], "tokens", model)
        if "config" in context
        else Absent("the model's own file gives its whole context"),
        "model.max_output_tokens": _number(context.get("max_output"), "tokens", model),
        "model.params_total": _number(model.params_total, "parameters", model),
        "model.params_active": _number(model.params_active, "parameters", model),
        "model.days_to_retirement": _days_left(model, today),
    }


def _model_names() -> tuple[str, ...]:
    return tuple(name for name in FACTS if name.startswith("model."))


def _number(value: float | None, unit: str, model: Model) -> Quantity:
    if value is None:
        return Quantity.unknown(unit, "not published")
    return Quantity(float(value), unit, how=f"catalogue, {model.checked}", sources=model.sources)


def _days_left(model: Model, today: date | None) -> Fact:
    if model.deprecated is None:
        return Absent("no retirement is announced")
    if today is None:
        return Quantity.unknown("days", "today's date is not given")
    left = (date.fromisoformat(model.deprecated) - today).days
    how = f"retires on {model.deprecated}"
    return Quantity(float(left), "days", how=how, sources=model.sources)


def _precision(deployment: Deployment, weights: Weights | None) -> Facts:
    if deployment.machines is None:
        names = ("weights", "kv_cache", "bits_per_weight", "runs", "native", "uneven_share")
        return {f"precision.{name}": _BEHIND_API for name in names}
    form, asked = deployment.weights, deployment.weights_asked
    cache = deployment.cache.name if deployment.cache else None
    unknown = Unknown(f"{asked} is not a format that is known here")
    return {
        "precision.weights": form.name if form else unknown,
        "precision.kv_cache": cache or Unknown("not a cache format that is known here"),
        "precision.bits_per_weight": Quantity(
            weights.bits_per_weight, "bits/weight", how="bytes of weights x 8 / parameters"
        )
        if weights
        else Quantity.unknown("bits/weight", "the size of the weights is not known"),
        "precision.runs": _runs(deployment),
        "precision.native": _native(deployment.machines.accelerator, form),
        "precision.uneven_share": _uneven(deployment),
    }


def _uneven(deployment: Deployment) -> Fact:
    """Return the share of a GGUF's parameters that are stored in another type than asked for."""
    model, form = deployment.model, deployment.weights
    if form is None or form.family != "gguf":
        return Absent("it is not a GGUF")
    if deployment.tensors is not None:
        return Absent("the file's own tensors are read")
    if model is None or not model.architecture:
        return Quantity.unknown("", "the model's architecture is not published")
    return uneven_share(model, form)


def _runs(deployment: Deployment) -> Fact:
    """Say whether the engine loads the format and the device has what it needs for it."""
    form, setup, machines = deployment.weights, deployment.setup, deployment.machines
    if form is None or setup is None or machines is None:
        return Unknown("the format is not known")
    if form.family not in setup.facts.formats:
        return Answer.NO
    device = machines.accelerator
    if device is None:
        return Unknown("the accelerator is not known")
    if form.name == "bf16" and device.supports.get("bf16") is False:
        return Answer.NO if setup.facts.kind in ("vllm", "pool", "share-of-free") else Answer.YES
    if form.family in ("awq", "gptq") and device.supports.get(form.family) is False:
        return Answer.NO if setup.facts.kind != "llama.cpp" else Answer.YES
    return Answer.YES


def _native(device: Accelerator | None, form: WeightFormat | None) -> Fact:
    if device is None or form is None:
        return Unknown("the accelerator or the format is not known")
    flag = {"fp8": "fp8_tensor", "fp4": "fp4_tensor", "int8": "int8_tensor", "bf16": "bf16"}
    kind = {"nvfp4": "fp4", "mxfp4": "fp4"}.get(form.family, form.compute_dtype)
    name = flag.get(kind)
    if name is None:
        return Answer.YES
    stated = device.supports.get(name)
    return (
        Unknown(f"{device.name}: {kind} is not documented") if stated is None else Answer.of(stated)
    )


def _hardware(machines: Machines | None, form: WeightFormat | None) -> Facts:
    if machines is None:
        about = ("known", "ambiguous", "nearest", "candidates", "integer_rated", "rate_is_tops")
        names = (*_HARDWARE, *_NUMBERS, *about)
        return {f"hardware.{name}": _BEHIND_API for name in names}
    device = machines.accelerator
    found: Facts = {
        "hardware.nearest": _listed(machines.miss.nearest if machines.miss else ()),
        "hardware.count": Quantity(float(machines.count), how="accelerators of one replica"),
        "hardware.replicas": Quantity(float(machines.replicas), how="replicas"),
        "hardware.nodes": Quantity(float(machines.nodes), how="count / accelerators of a node"),
        "hardware.price_per_hour": accelerator_price(machines),
        **_of_devices(machines.candidates, form),
    }
    if device is None:
        reason = f"the catalogue does not know {machines.asked}"
        found |= {f"hardware.{name}": Unknown(reason) for name in _HARDWARE}
        for name in ("memory_per_device", "bandwidth_per_device", "compute_per_device"):
            found[f"hardware.{name}"] = Quantity.unknown(_NUMBERS[name], reason)
        return found
    found |= {
        "hardware.accelerator": device.id,
        "hardware.class": device.klass,
        "hardware.memory_per_device": total_memory(machines),
        "hardware.bandwidth_per_device": _bandwidth(machines.candidates, machines.option_gb),
    }
    return found


@lru_cache(maxsize=256)
def _of_devices(
    candidates: tuple[Accelerator, ...], form: WeightFormat | None
) -> Mapping[str, Fact]:
    """What holds for the accelerators that a name may mean, whatever is written of them."""
    device = candidates[0] if candidates else None
    rates = [peak_rate(each, form.compute_dtype if form else "bf16") for each in candidates]
    return {
        "hardware.known": Answer.of(device is not None),
        "hardware.ambiguous": Answer.of(len(candidates) > 1),
        "hardware.candidates": _listed(tuple(each.id for each in candidates)),
        "hardware.compute_per_device": _span(rates, "TFLOP/s", "dense, for this precision"),
        "hardware.integer_rated": rating.integer_rated(device),
        "hardware.rate_is_tops": rating.rate_is_tops(device, form),
    }


def _listed(names: tuple[str, ...]) -> Fact:
    return ", ".join(names) if names else Absent("there are none")


@lru_cache(maxsize=256)
def _bandwidth(candidates: tuple[Accelerator, ...], option_gb: float | None) -> Quantity:
    spreads = [each.bandwidth(option_gb) for each in candidates]
    known = [s for s in spreads if s[0] is not None]
    if not known:
        return Quantity.unknown("GB/s", "its bandwidth is not published")
    return Quantity(
        float(known[0][0] or 0),
        "GB/s",
        low=min(float(s[1] or 0) for s in known),
        high=max(float(s[2] or 0) for s in known),
        how="peak, from the data sheet",
    )


def _span(values: list[float | None], unit: str, how: str) -> Quantity:
    known = [value for value in values if value is not None]
    if not known:
        return Quantity.unknown(unit, "not published")
    return Quantity(known[0], unit, low=min(known), high=max(known), how=how)


def _engine(setup: Setup | None, machines: Machines | None) -> Facts:
    degrees = ("tensor", "pipeline", "data", "expert")
    if setup is None or machines is None:
        names = [f"parallelism.{d}" for d in degrees]
        return dict.fromkeys(
            (*names, "engine.id", "engine.context", "engine.sequences"), _BEHIND_API
        )
    spread = machines.sharding
    found: Facts = {f"parallelism.{d}": Quantity(float(getattr(spread, d))) for d in degrees}
    no_limit = Absent("the engine has no such limit of its own")
    found["engine.id"] = setup.name
    found["engine.context"] = (
        Quantity(float(setup.context), "tokens", how="as written or by default")
        if setup.context
        else no_limit
    )
    found["engine.sequences"] = Quantity(float(setup.sequences)) if setup.sequences else no_limit
    return found


@lru_cache(maxsize=256)
def _architecture(model: Model | None) -> Mapping[str, Fact]:
    fields = (model.architecture if model else None) or {}
    numbers = {
        "architecture.layers": fields.get("layers"),
        "architecture.padded_vocabulary": _padded(fields.get("vocab_size")),
        "architecture.heads": fields.get("num_heads"),
        "architecture.kv_heads": fields.get("num_kv_heads") or fields.get("num_heads"),
        "architecture.experts": (fields.get("experts") or {}).get("total", 1) if fields else None,
    }
    reason = "the model's architecture is not published"
    return {
        name: Quantity.unknown("", reason) if value is None else Quantity(float(value))
        for name, value in numbers.items()
    }


def _padded(rows: int | None) -> int | None:
    """Return a vocabulary as vLLM and SGLang pad it before they split it (`vocab_parallel`)."""
    return None if rows is None else -(-rows // _VOCABULARY_STEP) * _VOCABULARY_STEP
