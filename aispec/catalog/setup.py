"""Choosing an engine and its knobs: as written, else as the engine would by itself."""

from __future__ import annotations

from aispec.catalog.assumed import Assumptions
from aispec.catalog.deployment import Machines, Setup
from aispec.catalog.engines import EngineFacts, Version, engine, version_of
from aispec.catalog.entries import Model
from aispec.catalog.formats import WeightFormat
from aispec.spec.model import Spec

_AT_HOME = frozenset({"consumer", "laptop", "unified-memory", "edge", "cpu", "npu"})
_SMALL = 35.0  # GiB below which SGLang puts less aside
_ROOMY, _LARGE = 70.0, 160.0  # GiB from which engines run bigger batches
_CHUNKS: Version = (0, 8)  # the vLLM that cuts prompts into chunks whatever their length
_CHUNKED_FROM = 32768  # the context from which earlier ones did
_CHUNKED_SINCE: Version = (0, 5, 4)  # and since when they did


def choose_engine(
    spec: Spec, weights: WeightFormat | None, machines: Machines, assumptions: Assumptions
) -> EngineFacts:
    """Return the engine as written, or the one people use for this format and device."""
    if spec.engine.name:
        known = engine(spec.engine.name)
        if known:
            return known
    name, why = _usual_engine(weights, machines)
    assumptions.add("engine.name", name, why)
    found = engine(name)
    assert found is not None
    return found


def _usual_engine(weights: WeightFormat | None, machines: Machines) -> tuple[str, str]:
    if weights and weights.family == "gguf":
        return "llama.cpp", "GGUF weights are made for it"
    if weights and weights.family == "mlx":
        return "mlx", "MLX weights are made for it"
    if weights and weights.family == "exl":
        return "plain", "ExLlama weights have an engine that is not modelled"
    device = machines.accelerator
    if device and device.klass in _AT_HOME:
        return "llama.cpp", f"the usual engine on {device.klass} devices"
    return "vllm", "the usual engine on servers"


def settle(
    spec: Spec,
    facts: EngineFacts,
    model: Model | None,
    machines: Machines,
    assumptions: Assumptions,
) -> Setup:
    """Return the engine with every knob set."""
    knobs = spec.engine
    version = version_of(knobs.version) if knobs.version else None
    if version is None:
        latest = ".".join(map(str, facts.latest))
        assumptions.add("engine.version", latest, f"the latest {facts.name} that is known here")
    tokens, sequences = _batch(facts, version, machines)
    context = _context(spec, facts, version, model, assumptions)
    return Setup(
        facts=facts,
        version=version,
        context=context,
        sequences=_sequences(spec, facts, sequences, assumptions),
        batched_tokens=knobs.max_num_batched_tokens
        or _step(knobs.enable_chunked_prefill, facts, version, context, tokens),
        utilization=_utilization(spec, facts, version, machines, assumptions),
        eager=bool(knobs.enforce_eager),
        prefix_caching=knobs.enable_prefix_caching,
        flash_attention=_flash(spec, facts, version),
        flash_sure=knobs.flash_attention is not None or version is not None,
        cpu_offload=knobs.cpu_offload or 0.0,
        gpu_layers=knobs.gpu_layers,
    )


def _flash(spec: Spec, facts: EngineFacts, version: Version | None) -> bool:
    if spec.engine.flash_attention is not None:
        return spec.engine.flash_attention
    return "flash" not in facts.constants or facts.number("flash", version) > 0


def _batch(facts: EngineFacts, version: Version | None, machines: Machines) -> tuple[int, int]:
    row, device, memory = facts.of("batch", version), machines.accelerator, _memory(machines)
    if memory >= _LARGE:
        return row["large_tokens"], row["large_sequences"]
    small = row.get("small", ())  # devices that are left at the small batch all the same
    if memory >= _ROOMY and device and not any(name in device.id for name in small):
        return row["roomy_tokens"], row["roomy_sequences"]
    return row["tokens"], row["sequences"]


def _memory(machines: Machines) -> float:
    """GiB of one device; nothing for a device that is not known."""
    device = machines.accelerator
    return (device.usable_gib(machines.option_gb)[0] if device else None) or 0.0


def _step(
    chunked: bool | None,
    facts: EngineFacts,
    version: Version | None,
    context: int | None,
    usual: int,
) -> int:
    """Return the tokens of one step: a whole prompt where vLLM does not cut it into chunks."""
    if facts.kind != "vllm" or not context:
        return usual
    running = version or facts.latest
    if chunked is None:
        long = context > _CHUNKED_FROM and running >= _CHUNKED_SINCE
        chunked = running >= _CHUNKS or long
    if chunked:
        return int(facts.of("batch", version).get("chunk", usual))
    return max(usual, context)


def _context(
    spec: Spec,
    facts: EngineFacts,
    version: Version | None,
    model: Model | None,
    assumptions: Assumptions,
) -> int | None:
    if spec.engine.max_model_len:
        return spec.engine.max_model_len
    limit = model.context_length if model else None
    if facts.kind == "eager":
        return limit
    if facts.kind == "llama.cpp":
        window = int(facts.number("window", version))
        window = min(window, limit) if limit else window
        assumptions.add("engine.max_model_len", f"{window:,} tokens", f"{facts.name}'s default")
        return window
    # Where a model's card and its config.json differ, engines take the file's word.
    own = model.context.get("config", limit) if model else None
    if own:
        assumptions.add("engine.max_model_len", f"{own:,} tokens", "the model's own context")
    return own


def _sequences(spec: Spec, facts: EngineFacts, usual: int, assumptions: Assumptions) -> int | None:
    if spec.engine.max_num_seqs:
        return spec.engine.max_num_seqs
    if facts.kind in ("llama.cpp", "eager"):
        assumptions.add("engine.max_num_seqs", "as the load asks", f"{facts.name} is told by hand")
        return None
    assumptions.add("engine.max_num_seqs", usual, f"{facts.name}'s default on this device")
    return usual


def _utilization(
    spec: Spec,
    facts: EngineFacts,
    version: Version | None,
    machines: Machines,
    assumptions: Assumptions,
) -> float | None:
    if spec.engine.gpu_memory_utilization:
        return spec.engine.gpu_memory_utilization
    if "utilization" not in facts.constants:
        return None
    share = _reserving(facts, version, machines) or facts.number("utilization", version)
    assumptions.add("engine.gpu_memory_utilization", f"{share:g}", f"{facts.name}'s default")
    return share


def _reserving(facts: EngineFacts, version: Version | None, machines: Machines) -> float | None:
    """The share that is left of a device once its engine has put so many GiB aside, if it does."""
    memory = _memory(machines)
    if "reserve" not in facts.constants or not memory:
        return None
    row = facts.of("reserve", version)
    if (version or facts.latest) < version_of(row["since"]):
        return None
    size = "small" if memory < _SMALL else "roomy" if memory < _LARGE else "large"
    aside = float(row[size]) + float(row["each"]) * machines.sharding.devices
    return round(max(1 - aside / memory, 0.1), 3)
