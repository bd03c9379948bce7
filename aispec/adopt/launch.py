"""What every source is brought to: a container that may run an engine, and on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aispec.record import made, record


class Setting(NamedTuple):
    """What a chart says in a word of its own."""

    value: str
    where: str


@record(frozen=False)
class Launch:
    """A container as a manifest, a compose file or a command starts it.

    `labels` are the labels of nodes it asks for, with the values it takes; `accelerators` counts
    those of one copy, and `nodes` the machines that one copy goes over. `settings` are what a chart
    says beside the arguments, by the flag that says the same. `hook` is a script that runs in it
    besides, and `line` is where it begins, zero where there are no lines.
    """

    name: str = ""
    image: str = ""
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = made(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = made(default_factory=dict)
    accelerators: int | None = None
    counted_by: str = ""
    replicas: int | None = None
    replicas_by: str = ""
    nodes: int = 1
    settings: Mapping[str, Setting] = made(default_factory=dict)
    model: str = ""
    model_by: str = ""
    runtime: str = ""
    hook: str = ""
    line: int = 0
    notes: list[str] = made(default_factory=list)
