"""What a reader of local models finds, and the one error it raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aispec.record import record


class LocalError(Exception):
    """A local model that cannot be used: one sentence for people, and what exactly was met."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class Tensor(NamedTuple):
    """One tensor as a header describes it; `kind` is the type as the format spells it."""

    name: str
    kind: str
    shape: tuple[int, ...]
    bytes: int


@record
class TensorBytes:
    """Bytes of the tensors by part.

    `layers` are the decoder's layers in order, their routed experts included, and
    `total` is embedding + head + layers + vision + mtp + other. `experts` and `replicated` are
    shares of the layers: routed experts, and what tensor parallelism copies to every device
    (norms, routers, the down projections of latent attention).
    """

    total: int
    embedding: int
    head: int
    experts: int
    layers: tuple[int, ...]
    vision: int
    mtp: int
    other: int
    replicated: int


@record
class LocalModel:
    """A model as its own files describe it.

    `architecture` has the catalogue's fields (`schemas/model.schema.json`). `weights_format` is a
    name of `aispec.catalog.formats`, and `weights_format_from` says what it was decided by.
    `tensors` and `parameters` are None where there were no headers to read; `parameters` counts
    quantized weights unpacked, without scales, and without multi-token prediction. `notes` are
    sentences about what was assumed or left out.
    """

    name: str
    source: str
    architecture: Mapping[str, Any] | None = None
    context_length: int | None = None
    vocabulary: int | None = None
    weights_format: str | None = None
    weights_format_from: str | None = None
    tensors: TensorBytes | None = None
    parameters: int | None = None
    notes: tuple[str, ...] = ()
