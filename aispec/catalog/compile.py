"""From the files people edit to those a program reads: YAML with comments to JSON with an index.

The wheel is built with this, and a checkout reads its own YAML through it, so both agree.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aispec.catalog import model_names
from aispec.catalog.names import full_key, key, stem


def read_yaml(path: Path) -> Any:
    """A YAML file of ours, as it reads once it is JSON: dates and keys are strings."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as stream:
        return json.loads(to_json(yaml.load(stream, loader)))


def to_json(value: Any) -> str:
    """Compact JSON; what JSON has no form for becomes a string."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def read_entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of a folder by slug, which is the file's name."""
    return {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yaml"))}


def model_index(models: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Where each model's names lead.

    `slugs` by key; `stems` by the name without its endings, where only one model has it; and
    `shown`, the spellings to suggest.
    """
    slugs: dict[str, str] = {}
    shown: dict[str, str] = {}
    stems: dict[str, set[str]] = {}
    for slug, entry in models.items():
        own = entry["id"].rpartition("/")[2]
        slugs[key(own)] = slug
        for name in names_of_model(entry):
            slugs[full_key(name)] = slug
        for name in (own, *entry.get("aliases", ())):
            shown.setdefault(name, slug)
        stems.setdefault(key(stem(own)), set()).add(slug)
    alone = {name: found.pop() for name, found in stems.items() if len(found) == 1}
    return {"slugs": slugs, "stems": alone, "shown": shown}


def accelerator_index(accelerators: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Where each accelerator's names lead.

    `slugs` by key, several where a name is ambiguous; and `shown`, the spellings to suggest.
    """
    slugs: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for slug, entry in accelerators.items():
        plain = accelerator_names(entry)
        for name in {key(each) for each in (*plain, *entry.get("ambiguous_aliases", ()))}:
            slugs.setdefault(name, []).append(slug)
        shown |= dict.fromkeys(plain, slug)
    return {"slugs": slugs, "shown": shown}


PriceIndex = Mapping[str, Mapping[str, Mapping[str, Sequence[int]]]]


def price_index(prices: Mapping[str, Mapping[str, Any]]) -> PriceIndex:
    """Where each model's tokens are priced: rows by `slugs` or `stems`, name and provider."""
    index: dict[str, dict[str, dict[str, list[int]]]] = {"slugs": {}, "stems": {}}
    for provider, listed in prices.items():
        for place, row in enumerate(listed["prices"]):
            names = (row["model"], *row.get("serves", ()))
            for how, told in (("slugs", model_names.slug), ("stems", model_names.stem)):
                for name in dict.fromkeys(map(told, names)):
                    index[how].setdefault(name, {}).setdefault(provider, []).append(place)
    return index


INDEXES = {"models": model_index, "accelerators": accelerator_index}


def names_of_model(entry: Mapping[str, Any]) -> list[str]:
    """The names of a model: its id and aliases."""
    return [entry["id"], *entry.get("aliases", ())]


def accelerator_names(entry: Mapping[str, Any]) -> list[str]:
    """The names only this accelerator has; its id is known without the vendor too."""
    short = entry["id"].removeprefix(entry["vendor"] + "-")
    return [short, entry["id"], entry["name"], *entry.get("aliases", ())]


def compile_data(data: Path, out: Path) -> None:
    """Write the catalogue of `data` as JSON under `out`: every file in its place, and indexes.

    Files that are not YAML are copied as they are.
    """
    for path in _files(data):
        target = out / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".yaml":
            shutil.copyfile(path, target)
        else:
            target.with_suffix(".json").write_text(to_json(read_yaml(path)), encoding="utf-8")
    index = {kind: build(read_entries(data / kind)) for kind, build in INDEXES.items()}
    # Spellings are wanted only when a name is not found: a file of their own keeps look-up fast.
    shown = {kind: of_kind.pop("shown") for kind, of_kind in index.items()}
    priced = price_index(read_entries(data / "prices" / "api"))
    for name, value in (("index", index), ("shown", shown), ("prices/api-index", priced)):
        (out / f"{name}.json").write_text(to_json(value), encoding="utf-8")


def _files(data: Path) -> Iterator[Path]:
    return (path for path in sorted(data.rglob("*")) if path.suffix in {".yaml", ".csv", ".xz"})
