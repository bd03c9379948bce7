"""Which accelerators a launch asks for, from labels of nodes and names of instances."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from aispec.catalog.instance_prices import instance_price
from aispec.catalog.store import Ambiguous, Catalog, Match, load_data

_MIG = re.compile(r"[-_]MIG[-_].*$", re.I)


class Place(NamedTuple):
    """What a launch runs on: a catalogue id or the name as written, and how it was found."""

    accelerator: str = ""
    instance: str = ""
    held: int | None = None
    comment: str = ""
    note: str = ""


def places() -> Mapping[str, Any]:
    """Return the table of labels and resources."""
    found: Mapping[str, Any] = load_data("launch/places")
    return found


def place(labels: Mapping[str, tuple[str, ...]]) -> Place | None:
    """Return what labels of nodes say of the accelerator, the surest label first."""
    instance = _instance(labels)
    named = _accelerator(labels)
    if named and instance:
        return named._replace(instance=instance.instance, held=instance.held)
    return named or instance


def _accelerator(labels: Mapping[str, tuple[str, ...]]) -> Place | None:
    unknown = None
    for label in places()["accelerator_labels"]:
        for value in labels.get(label, ())[:1]:
            found = device(value)
            others = f", one of {len(labels[label])}" if len(labels[label]) > 1 else ""
            comment = f"{label}: {value}{others}"
            if found:
                return Place(found, comment=comment, note=_slice(value))
            # A label of one's own may say anything ("true"): only a vendor's names a card for sure.
            if unknown is None and "/" in label:
                unknown = Place(value, comment=f"{comment}, which the catalogue does not have")
    return unknown


def _slice(value: str) -> str:
    if _MIG.search(value):
        return f"{value} is a slice of an accelerator, and the whole one is written"
    return f"{value} is shared in time with other pods" if "shared" in value.lower() else ""


def device(name: str) -> str | None:
    """Return the catalogue's id of an accelerator, or its name where that is ambiguous."""
    plain = _MIG.sub("", name)
    for word in places()["noise"]:
        plain = re.sub(rf"[-_ ]{word}(?=[-_ ]|$)", "", plain, flags=re.I)
    for form in (name, plain):
        found = Catalog.default().accelerator(form)
        if isinstance(found, Match):
            return str(found.entry.id)
        if isinstance(found, Ambiguous):
            return form
    return None


def _instance(labels: Mapping[str, tuple[str, ...]]) -> Place | None:
    for label in places()["instance_labels"]:
        for value in labels.get(label, ())[:1]:
            prices = instance_price(value)
            if prices:
                one = prices[0]
                held = round(one.accelerators) or 1
                return Place(
                    one.accelerator, f"{one.provider}/{one.instance}", held, f"{label}: {value}"
                )
    return None


def of_instance(name: str) -> Place | None:
    """Return the accelerator of an instance's name, `aws/p5.48xlarge` or `p5.48xlarge`."""
    return _instance({places()["instance_labels"][0]: (name,)})
