"""A folder, a GGUF file or a safetensors file, read as a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aispec.catalog.local.config import Described, describe, innermost
from aispec.catalog.local.files import inside, is_pointer, listed, read_json, shown
from aispec.catalog.local.model import LocalError, LocalModel, Tensor
from aispec.catalog.local.parts import assigned, by_part
from aispec.catalog.local.quantization import format_of, parameters
from aispec.catalog.local.safetensors import read_safetensors
from aispec.record import replace

_LARGEST_CONFIG, _LARGEST_INDEX = 16 * 2**20, 64 * 2**20
_MOST_FILES, _MOST_TENSORS = 1000, 1_000_000
_INDEX, _CONFIG, _QUANTIZED = "model.safetensors.index.json", "config.json", "hf_quant_config.json"
_NOT_WEIGHTS = re.compile(r"(?:consolidated|adapter_|optimizer|training_).*|.*mmproj.*")
_NO_WEIGHTS = "The folder's weights are not there, so only config.json was read."
_POINTERS = "The folder's weights are Git LFS pointers, so only config.json was read."
_SAME_TWICE = "The output embedding is stored beside the input's it is tied to, and not counted."


def read_local(path: Path, root: Path) -> LocalModel:
    """The model at a path: a folder, a `.gguf` file or a `.safetensors` file.

    Only headers and small JSON files are read, and nothing outside `root`, links followed. Raises
    LocalError with one sentence where there is no model that can be read.
    """
    found = inside(path, root)
    if found.is_dir():
        return _folder(found, root)
    if found.suffix.lower() == ".gguf":
        from aispec.catalog.local.gguf import read_gguf_model

        return read_gguf_model(found, root)
    if found.suffix.lower() == ".safetensors":
        return _single(found)
    raise LocalError(
        f"{shown(path.name)} is not a model that can be read.",
        "a folder, a .gguf file or a .safetensors file is",
    )


def _folder(folder: Path, root: Path) -> LocalModel:
    names = listed(folder)
    ggufs = [name for name in names if name.lower().endswith(".gguf")]
    shards = any(name.endswith(".safetensors") for name in names)
    if _CONFIG in names and (shards or not ggufs):
        return _checkpoint(folder, names, root)
    if ggufs:
        from aispec.catalog.local.gguf import choose, read_gguf_model

        return read_gguf_model(inside(folder / choose(folder.name, ggufs), root), root)
    raise LocalError(
        f"{shown(folder.name)} holds no model.", "neither config.json nor a .gguf file is in it"
    )


def _single(file: Path) -> LocalModel:
    if is_pointer(file):
        raise _pointer(file)
    tensors = read_safetensors(file)
    if not tensors:
        raise LocalError(f"{shown(file.name)} holds no tensors.", "its header is empty")
    name, why = format_of({}, tensors)
    note = "There is no config.json beside the path, so the architecture is not known."
    return LocalModel(
        name=file.stem,
        source="1 safetensors header",
        weights_format=name,
        weights_format_from=why,
        tensors=by_part(assigned(tensors, None)),
        parameters=parameters(tensors, {}),
        notes=(note,),
    )


def _checkpoint(folder: Path, names: Sequence[str], root: Path) -> LocalModel:
    values = read_json(inside(folder / _CONFIG, root), _LARGEST_CONFIG)
    config = innermost(values)
    if "quantization_config" not in config and _QUANTIZED in names:
        own = _table(read_json(inside(folder / _QUANTIZED, root), _LARGEST_CONFIG), "quantization")
        config["quantization_config"] = {"quant_method": "modelopt", **own} if own else None
    described = describe(values)
    files = [inside(folder / name, root) for name in _weights(folder, names, root)]
    pointers = [file for file in files if is_pointer(file)]
    if pointers and len(pointers) < len(files):
        raise _pointer(pointers[0])
    tensors = [] if pointers else _tensors(files)
    fmt, why = format_of(config, tensors)
    plain = LocalModel(
        name=_name(values, folder),
        source=_CONFIG,
        architecture=described.architecture,
        context_length=described.context_length,
        vocabulary=described.vocabulary,
        weights_format=fmt,
        weights_format_from=why,
        notes=described.notes,
    )
    if not tensors:
        return replace(plain, notes=(*plain.notes, _POINTERS if pointers else _NO_WEIGHTS))
    return _counted(plain, described, tensors, config, len(files))


def _counted(
    plain: LocalModel,
    described: Described,
    tensors: list[Tensor],
    config: Mapping[str, Any],
    files: int,
) -> LocalModel:
    """The model with what its tensors are, and its architecture with what they show."""
    fields = dict(described.architecture or {})
    layers = fields.get("layers")
    notes = plain.notes
    parts = assigned(tensors, layers)
    by_name: dict[str, list[Tensor]] = {}
    for tensor, where in parts:
        by_name.setdefault(where.name, []).append(tensor)
    if fields.get("tie_word_embeddings") and by_name.get("head") and by_name.get("embedding"):
        parts = [each for each in parts if each[1].name != "head"]
        notes = (*notes, _SAME_TWICE)
    elif fields.get("type") in ("dense", "moe") and not by_name.get("head"):
        fields["tie_word_embeddings"] = True
    extra = {
        name: {"params": parameters(by_name[name], config), "derived_from": "the files' tensors"}
        for name in ("vision", "mtp")
        if by_name.get(name)
    }
    counts = {name: each for name, each in extra.items() if each["params"]}
    if "mtp" in counts:
        counts["mtp"]["counted_in_total"] = False
    if fields and counts:
        fields["extra_params"] = counts
    shards = f"{files} safetensors header{'s' if files > 1 else ''}"
    return replace(
        plain,
        source=f"{_CONFIG} and {shards}",
        architecture=fields or None,
        tensors=by_part(parts),
        parameters=parameters((each for each, where in parts if where.name != "mtp"), config),
        notes=notes,
    )


def _weights(folder: Path, names: Sequence[str], root: Path) -> list[str]:
    """The safetensors files that make up the model: those of the index, where there is one."""
    if _INDEX in names:
        placed = _table(read_json(inside(folder / _INDEX, root), _LARGEST_INDEX), "weight_map")
        wanted = {each for each in placed.values() if isinstance(each, str)}
        if (
            not wanted
            or len(wanted) > _MOST_FILES
            or any(Path(each).name != each for each in wanted)
        ):
            raise LocalError(f"{_INDEX} names no usable files.", f"{len(wanted)} names")
        missing = sorted(wanted - set(names))
        present = [name for name in names if name.endswith(".safetensors")]
        if missing and present:
            raise LocalError(
                f"{shown(folder.name)} lacks {len(missing)} of {len(wanted)} safetensors files.",
                f"the first is {shown(missing[0])}",
            )
        return [] if missing else sorted(wanted)
    files = [name for name in names if name.endswith(".safetensors")]
    own = [name for name in files if not _NOT_WEIGHTS.fullmatch(name)]
    if len(own or files) > _MOST_FILES:
        raise LocalError(f"{shown(folder.name)} has too many safetensors files.", f"{len(files)}")
    return own or [name for name in files if name.startswith("consolidated")]


def _tensors(files: Sequence[Path]) -> list[Tensor]:
    found: dict[str, Tensor] = {}
    for file in files:
        for tensor in read_safetensors(file):
            if tensor.name in found:
                raise LocalError(
                    f"{shown(file.name)} repeats a tensor of another file.", shown(tensor.name)
                )
            found[tensor.name] = tensor
        if len(found) > _MOST_TENSORS:
            raise LocalError("The model has too many tensors.", f"more than {_MOST_TENSORS}")
    return list(found.values())


def _name(values: Mapping[str, Any], folder: Path) -> str:
    named = values.get("_name_or_path")
    if isinstance(named, str) and named and len(named) < 200 and not named.startswith((".", "/")):
        return shown(named)
    return shown(folder.name)


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _pointer(file: Path) -> LocalError:
    return LocalError(
        f"{shown(file.name)} is a Git LFS pointer, not the file itself.", "fetch it: git lfs pull"
    )
