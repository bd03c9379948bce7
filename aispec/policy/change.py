"""Changing a spec: fields get other values, and what no longer goes with them is dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import prod
from typing import Any

from aispec.catalog.instance_prices import instance_price
from aispec.record import default, record, replace
from aispec.spec.model import Api, Hardware, ModelRef, Parallelism, Spec, Workload

Scalar = str | int | float | bool | None

_EMPTY: Mapping[str, Any] = {
    "hardware": Hardware(),
    "api": Api(),
    "model": ModelRef(),
    "workload": Workload(),
}


@record
class Step:
    """A field's new value: as a spec's author writes it, and as the model of a spec has it.

    `written` is None for a field that goes away.
    """

    written: Scalar
    made: Any


Changes = Mapping[str, Step]
"""New values by the paths of their fields."""

GONE = Step(None, None)


def step(value: Scalar) -> Step:
    """Return a step to a value that is written as the model of a spec has it."""
    return Step(value, value)


def changed(spec: Spec, changes: Changes) -> Spec:
    """Return the spec with the changes made. Raises `TypeError` for a path that is not a field."""
    for path, new in changes.items():
        spec = _put(spec, path.split("."), new.made)
    return spec


def _put(node: Any, steps: list[str], value: Any) -> Any:
    name, *rest = steps
    if isinstance(node, tuple):
        place = int(name)
        return (*node[:place], _put(node[place], rest, value), *node[place + 1 :])
    if rest:
        inner = getattr(node, name)
        value = _put(_EMPTY[name] if inner is None else inner, rest, value)
    elif value is None:
        value = default(node, name)
    return replace(node, **{name: value})


def entailed(
    spec: Spec, changes: Changes, renamed: Collection[str] = frozenset()
) -> Changes | None:
    """Return the changes with all that they entail; none where they can't be made.

    Another accelerator drops what was said of the old one, another count drops an instance that
    has fewer and spreads the model anew, and an API takes the place of hardware. A field that is
    `renamed` means what it meant, and what stands beside it stays.
    """
    made = dict(changes)
    if "routes" in made:
        moved: Changes = made.pop("routes").made
        return {**made, **moved}
    if spec.hardware and "api.provider" in changes:
        return made | {"hardware": GONE, "engine": GONE, "precision": GONE}
    if spec.api and "api.provider" in changes and "api.provider" not in renamed:
        stale = [name for name in ("tier", "price", "latency") if getattr(spec.api, name)]
        return made | {f"api.{name}": GONE for name in stale}
    if spec.hardware:
        if "hardware.accelerator" not in renamed:
            made |= _dropped(spec.hardware, changes)
        degrees = _degrees(spec.hardware, changes)
        if degrees is None:
            return None
        made |= degrees
    return made


def _dropped(hardware: Hardware, changes: Changes) -> Changes:
    if "hardware.accelerator" in changes:
        names = ("instance", "price") + (() if "hardware.memory" in changes else ("memory",))
        return {f"hardware.{n}": GONE for n in names if getattr(hardware, n) is not None}
    if "hardware.count" in changes and hardware.instance:
        held = instance_price(hardware.instance)
        if held and held[0].accelerators < changes["hardware.count"].made:
            return {"hardware.instance": GONE, "hardware.accelerator": step(held[0].accelerator)}
    return {}


def _degrees(hardware: Hardware, changes: Changes) -> Changes | None:
    """Degrees of parallelism whose product is the new count; none where there are none."""
    written = hardware.parallelism
    if "hardware.parallelism.pipeline" in changes:
        made = [changes[f"hardware.parallelism.{n}"].made for n in ("tensor", "pipeline")]
        return {} if prod(made) * (written.data or 1) == (hardware.count or 1) else None
    if "hardware.count" not in changes or written == Parallelism():
        return {}
    if "hardware.parallelism.tensor" in changes:
        return {}
    count = changes["hardware.count"].made
    tensor, rest = divmod(count, (written.pipeline or 1) * (written.data or 1))
    if rest or not tensor:
        return None
    expert = {"hardware.parallelism.expert": step(count)} if written.expert else {}
    return {"hardware.parallelism.tensor": step(tensor), **expert}
