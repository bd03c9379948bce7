"""Which model a spec means: its own files, an architecture written in place, or the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aispec.catalog.deployment import Miss
from aispec.catalog.entries import Model
from aispec.catalog.store import Catalog, Match
from aispec.record import record, replace
from aispec.spec.model import ModelRef

if TYPE_CHECKING:
    from aispec.catalog.local import LocalModel


@record
class Identity:
    """A model, or the name that nobody knows, and how it was read.

    `format` is the format of the weights where the name or the files say so.
    """

    model: Model | None = None
    miss: Miss | None = None
    note: str | None = None
    format: str | None = None
    format_from: str | None = None
    local: LocalModel | None = None


def identify(ref: ModelRef | None, catalog: Catalog, local: LocalModel | None) -> Identity:
    """Return the model of a spec; its own files go before what the catalogue says of its name."""
    if ref is None:
        return Identity()
    named = _named(ref, catalog)
    if local is not None:
        return _from_files(local, named)
    if ref.architecture is not None:
        return Identity(_written(ref, ref.architecture), note="its architecture is in the spec")
    return named


def identify_draft(ref: ModelRef | None, catalog: Catalog, target: Model | None) -> Identity:
    """Return the model that drafts tokens; `mtp` is the target's own prediction module."""
    if ref is None or ref.draft is None:
        return Identity()
    if ref.draft.id.lower() == "mtp":
        return Identity(target)
    return _named(ModelRef(ref.draft.id), catalog)


def _named(ref: ModelRef, catalog: Catalog) -> Identity:
    name = ref.id or ref.path or ""
    found = catalog.model(name)
    if isinstance(found, Match):
        form = found.format
        return Identity(found.entry, None, found.note, form, f"the name {name}" if form else None)
    return Identity(miss=Miss(name, tuple(found.nearest)))


def _written(ref: ModelRef, architecture: Mapping[str, Any]) -> Model:
    fields = dict(architecture)
    length = fields.pop("context_length", None)
    fields.setdefault("head_dim", fields["hidden_size"] // fields["num_heads"])
    return _nameless(ref.id or "own model", fields, length, "architecture written in the spec")


def _nameless(
    name: str, fields: Mapping[str, Any] | None, length: int | None, source: str
) -> Model:
    """Return a model that the catalogue has never heard of."""
    return Model(
        id=name,
        family="own",
        vendor="own",
        kind="open-weight",
        task="text-generation",
        license="unknown",
        checked="",
        sources=(source,),
        architecture=fields,
        context={"length": length} if length else {},
        native_precision="bf16",
    )


def _from_files(local: LocalModel, named: Identity) -> Identity:
    """Return the model its files describe; licence, training and the like come from its name."""
    known = named.model
    base = known or _nameless(local.name, None, None, local.source)
    context = dict(base.context)
    if local.context_length:
        context = {"length": local.context_length}
    model = replace(
        base,
        architecture=local.architecture or base.architecture,
        context=context,
        parameters={**base.parameters, "total": local.parameters}
        if local.parameters
        else base.parameters,
        sources=(local.source, *base.sources),
        files=(),
    )
    return Identity(
        model,
        note="; ".join((f"read from {local.source}", *local.notes)),
        format=local.weights_format,
        format_from=local.weights_format_from or local.source,
        local=local,
    )
