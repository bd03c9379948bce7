"""How many accelerators a replica has, and how the model is spread over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from aispec.catalog.deployment import Deployment
from aispec.planning.candidate import Card, Layout, Served
from aispec.policy.change import GONE, Changes, step
from aispec.spec.model import Parallelism

_BY_LAYERS = ("llama.cpp", "ollama", "transformers", "mlx", "plain")
_NODE = 8  # accelerators of a machine where the catalogue does not say
_NODES = 2  # machines of a replica, at most

Degrees = tuple[int, int, int, int]
"""Tensor, pipeline, data and expert parallelism; all 1 is what the engine does by itself."""

_BY_ITSELF: Degrees = (1, 1, 1, 1)


def layouts(
    now: Deployment, model: Served, card: Card, runtime: str, counts: Sequence[int]
) -> Iterator[Layout]:
    """Yield every layout on so many accelerators that divides the model's heads and experts."""
    node = (card.entry.max_per_node if card.entry else None) or _NODE
    for count in counts:
        if card.kept and now.machines and count == now.machines.count:
            written = now.spec.hardware.parallelism if now.spec.hardware else Parallelism()
            yield Layout(f"{count} as written", {}, count, written)
        elif count <= _NODES * node and (count <= node or count % node == 0):
            for degrees in _degrees(count, node, model, runtime):
                changes = _changes(now, card, count, degrees)
                yield Layout(_name(count, degrees), changes, count, _written(degrees))


def _degrees(count: int, node: int, model: Served, runtime: str) -> Iterator[Degrees]:
    if count == 1 or count > node or runtime in _BY_LAYERS:
        yield _BY_ITSELF
        return
    fields = (model.model and model.model.architecture) or {}
    heads, experts = fields.get("num_heads") or 1, (fields.get("experts") or {}).get("total", 1)
    sizes = [n for n in range(1, count + 1) if count % n == 0]
    for tensor, pipeline in product(sizes, sizes):
        data, rest = divmod(count, tensor * pipeline)
        if rest or heads % tensor or (pipeline > 1 and data > 1):
            continue
        yield _BY_ITSELF if tensor == count else (tensor, pipeline, data, 1)
        if data > 1 and experts > 1 and experts % count == 0:
            yield tensor, pipeline, data, count


def _name(count: int, degrees: Degrees) -> str:
    letters = [f"{letter}{n}" for letter, n in zip("tpde", degrees, strict=True) if n > 1]
    return f"{count:02} {' '.join(letters) or '-'}"


def _written(degrees: Degrees) -> Parallelism:
    return Parallelism(*(n if n > 1 else None for n in degrees))


def _changes(now: Deployment, card: Card, count: int, degrees: Degrees) -> Changes:
    """Return what to write: a count where it is not what goes without saying, and degrees."""
    hardware = now.spec.hardware
    old = hardware.parallelism if hardware else Parallelism()
    names = ("tensor", "pipeline", "data", "expert", "context")
    wanted = dict(zip(names, (*degrees, 1), strict=True))
    made = {
        f"hardware.parallelism.{name}": step(n) if n > 1 else GONE
        for name, n in wanted.items()
        if (getattr(old, name) or 1) != n or (getattr(old, name) and n == 1)
    }
    said = hardware.count if hardware else None
    implied = now.machines.count if card.kept and now.machines and old == Parallelism() else 1
    if said != count and not (said is None and implied == count):
        made["hardware.count"] = step(count)
    return made
