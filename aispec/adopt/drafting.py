"""From a launch to a draft: the engine found, its flags read, its fields filled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from aispec.adopt.draft import Draft, Value
from aispec.adopt.engines import Engine, engine, of_command, of_image, version
from aispec.adopt.flags import Read, read_arguments, read_settings, read_variables
from aispec.adopt.launch import Launch
from aispec.adopt.names import Named, deployment_name, gguf_name, model_name, ollama_name
from aispec.adopt.places import place
from aispec.adopt.shell import unwrapped
from aispec.spec.words import clean

_NAMERS = {"llama.cpp": gguf_name, "ollama": ollama_name}
_DEGREES = ("tensor", "pipeline", "data")


def draft_of(launch: Launch, source: str) -> Draft | None:
    """Return the draft of a launch, or None where no engine is started."""
    found = _engine(launch)
    if found is None:
        return None
    known, arguments, env = found
    read = read_arguments(known, arguments)
    read_settings(known, launch.settings, read)
    read_variables(known, env, read)
    draft = Draft(source=source, notes=list(launch.notes))
    _engine_fields(draft, known, launch)
    _model(draft, known, read, launch)
    _knobs(draft, known, read)
    _hardware(draft, launch, read)
    _rest(draft, read, launch)
    return draft


def _engine(launch: Launch) -> tuple[Engine, Sequence[str], dict[str, str]] | None:
    """Return the engine, its own arguments, and the variables it sees."""
    by_image = of_image(launch.image) if launch.image else None
    for command in unwrapped(launch.argv, launch.env):
        started = of_command(command.argv)
        if started:
            return started[0], command.argv[started[1] :], dict(command.env)
    if by_image is None and launch.runtime:
        by_image = engine(launch.runtime)
    if by_image is None:
        return None
    words = unwrapped(launch.argv, launch.env)[-1].argv if launch.argv else ()
    return by_image, words, dict(launch.env)


def _engine_fields(draft: Draft, known: Engine, launch: Launch) -> None:
    by = f"image {clean(launch.image, 60)}" if launch.image else "the command"
    if launch.runtime and not launch.image:
        by = "the runtime"
    if launch.line:
        by += f", line {launch.line}"
    draft.put("engine.name", known.name, by)
    draft.put("engine.version", version(launch.image, known), "the image's tag")


def _model(draft: Draft, known: Engine, read: Read, launch: Launch) -> None:
    """Find the model among flags, plain words and what the manifest says beside them."""
    namer = _NAMERS.get(known.name, model_name)
    said = read.take("model.id")
    file = read.take("gguf_file")
    if said is None and read.words and _may_name(read.words[0], known):
        said = (read.words[0], "the arguments")
    if launch.model and (said is None or str(said[0]).startswith("/")):
        said = (launch.model, launch.model_by)
    named = namer(str(said[0])) if said else None
    if named is None and (served := read.said.get("served")):
        named, said = Named(str(served[0])), served
    if named is None or said is None:
        return
    draft.put("model.id", named.id, "; ".join(part for part in (said[1], named.note) if part))
    stored = gguf_name(str(file[0])) if file else None
    form = named.format or (stored.format if stored else None)
    draft.put("precision.weights", form, file[1] if stored and file else said[1])


def _may_name(word: str, known: Engine) -> bool:
    """Whether a plain word may be a model's name."""
    return known.name != "llama.cpp" and not word.endswith((".sh", ".py", ".yaml", ".yml"))


def _knobs(draft: Draft, known: Engine, read: Read) -> None:
    dtype = read.take("dtype")
    weights = read.take("precision.weights") or dtype
    if weights:
        draft.put("precision.weights", *weights)
    context = read.take("context")
    if context and isinstance(context[0], int):
        slots = read.said.get("engine.max_num_seqs", (1, ""))[0]
        each = context[0] // slots if isinstance(slots, int) else context[0]
        among = f", shared by {slots} slots" if slots != 1 else ""
        draft.put("engine.max_model_len", each or None, context[1] + among)
    if drafting := read.take("draft"):
        _speculative(draft, str(drafting[0]), drafting[1])
    for to in [name for name in read.said if name.startswith(("engine.", "precision.", "model."))]:
        value, where = read.said.pop(to)
        draft.put(to, value, where)
    _whole_pairs(draft)


def _speculative(draft: Draft, text: str, where: str) -> None:
    """Read vLLM's JSON about the model that drafts."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        draft.notes.append(f"{where} could not be read")
        return
    data = data if isinstance(data, dict) else {}
    model, tokens = data.get("model"), data.get("num_speculative_tokens")
    if model is None and data.get("method") in ("mtp", "deepseek_mtp"):
        model = "mtp"
    named = model_name(model) if isinstance(model, str) else None
    if named and isinstance(tokens, int):
        draft.put("model.draft.id", named.id, where)
        draft.put("model.draft.tokens", tokens, where)
    else:
        draft.notes.append(f"{where} drafts without a model, which a spec can't say")


def _whole_pairs(draft: Draft) -> None:
    """Keep only what a spec can hold: a draft has a model and tokens, adapters count and rank."""
    tokens = draft.value("model.draft.tokens")
    if isinstance(tokens, int) and tokens > 64:
        draft.drop("model.draft")
    if draft.has("model.draft"):
        draft.put("model.draft.tokens", 5, "not said: a guess", guess=True)
        if not draft.value("model.draft.id"):
            draft.drop("model.draft")
    if draft.value("model.adapters.count"):
        draft.put("model.adapters.rank", 16, "the engine's default")
    else:
        draft.drop("model.adapters")


def _hardware(draft: Draft, launch: Launch, read: Read) -> None:
    degrees = {name: read.take(f"hardware.parallelism.{name}") for name in _DEGREES}
    devices = 1
    for said in degrees.values():
        devices *= said[0] if said and isinstance(said[0], int) else 1
    if read.take("dp_attention"):  # its ranks share the tensor-parallel devices
        data, tensor = degrees["data"], degrees["tensor"]
        devices //= data[0] if data and tensor and isinstance(data[0], int) else 1
        degrees["data"] = None
    found = place(launch.labels)
    if found:
        draft.put("hardware.accelerator", found.accelerator, found.comment)
        draft.notes += [found.note] if found.note else []
    count = launch.accelerators or (devices if devices > 1 else None)
    by = launch.counted_by or "the degrees of parallelism"
    if count and launch.nodes > 1 and launch.accelerators:
        by += f", on {launch.nodes} nodes"
        count *= launch.nodes
    draft.put("hardware.count", count, by)
    if found and found.instance and (found.held or 1) >= (count or 1):
        draft.put("hardware.instance", found.instance, found.comment)
    draft.put("hardware.replicas", launch.replicas, launch.replicas_by)
    _degrees(draft, degrees, read, devices, count)


def _degrees(
    draft: Draft,
    degrees: dict[str, tuple[Value, str] | None],
    read: Read,
    devices: int,
    count: int | None,
) -> None:
    """Write degrees of parallelism that the count does not say already."""
    if count and devices != count and devices > 1:
        draft.notes.append(
            f"{devices} accelerators are used by the engine, and {count} are asked for"
        )
    expert = read.take("hardware.parallelism.expert")
    if read.take("expert_parallel"):
        expert = (devices, "all of them, with expert parallelism on")
    for name, said in (*degrees.items(), ("expert", expert)):
        if said and said[0] != 1:
            draft.put(f"hardware.parallelism.{name}", *said)
    context = read.take("hardware.parallelism.context")
    if context and context[0] != 1:
        draft.put("hardware.parallelism.context", *context)


def _rest(draft: Draft, read: Read, launch: Launch) -> None:
    served = read.take("served")
    served_name = str(served[0]).split(",")[0] if served else ""
    draft.put("name", deployment_name(launch.name, served_name, draft.text("model.id")))
    if read.refused:
        draft.notes.append(f"not read, for want of a plain value: {', '.join(_few(read.refused))}")
    if read.unread:
        draft.notes.append(f"not taken over: {', '.join(_few(read.unread))}")


def _few(names: list[str]) -> list[str]:
    distinct = list(dict.fromkeys(names))
    return distinct[:12] + ([f"and {len(distinct) - 12} more"] if len(distinct) > 12 else [])
