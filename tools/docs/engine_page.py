"""What each engine chooses when a spec says nothing, asked of the pipeline itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from aispec.catalog.deployment import Setup
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.spec.model import Engine, Hardware, ModelRef, Precision, Spec
from tools.docs.fields_page import schema

_DEVICES = ("rtx-4090", "a100-40gb", "h100-sxm-80gb", "b200-180gb")
_MODEL = "llama-3.1-8b-instruct"
_INTRO = """\
# Engine defaults

What an engine chooses for a knob that the spec leaves out, by the device it runs on: asked of
aispec itself for an 8B model whose own context is 131,072 tokens. Constants, and the versions from
which they hold, are in [`engines.yaml`](../aispec/catalog/data/engines.yaml).
`aispec check --verbose` prints what was assumed for a spec.

- `max_model_len`: tokens of the longest sequence. The model's own, unless the engine has a window.
- `max_num_seqs`: sequences at once. Engines that are told by hand take what the load asks.
- `max_num_batched_tokens`: tokens of one step of the scheduler.
- `gpu_memory_utilization`: the share of a device's memory that the engine takes.
"""


def engine_page() -> str:
    """Return the page."""
    lines = [_INTRO]
    for name in schema("ai-deploy")["$defs"]["engine"]["properties"]["name"]["enum"]:
        latest = ".".join(map(str, _setup(name, _DEVICES[0]).facts.latest))
        lines += [f"## {name}", "", f"As version {latest} does, the latest that is known here.", ""]
        lines += [*_table(name), ""]
    return "\n".join(lines)


def _table(name: str) -> Iterator[str]:
    knobs = ("max_model_len", "max_num_seqs", "max_num_batched_tokens", "gpu_memory_utilization")
    yield "| device | " + " | ".join(f"`{knob}`" for knob in knobs) + " |"
    yield "| --- | --: | --: | --: | --: |"
    for device in _DEVICES:
        setup = _setup(name, device)
        figures = (
            f"{setup.context:,}" if setup.context else "not bounded",
            f"{setup.sequences:,}" if setup.sequences else "as the load asks",
            f"{setup.batched_tokens:,}",
            f"{setup.utilization:g}" if setup.utilization else "no share",
        )
        yield f"| {device} | " + " | ".join(figures) + " |"


@cache
def _setup(name: str, device: str) -> Setup:
    precision = "gguf:Q4_K_M" if name in ("llama.cpp", "ollama") else "bf16"
    spec = Spec(
        version=1,
        name=name,
        model=ModelRef(_MODEL),
        precision=Precision(weights=precision),
        engine=Engine(name=name),
        hardware=Hardware(accelerator=device),
    )
    setup = resolve(spec, Catalog.default()).setup
    assert setup is not None
    return setup
