"""Which part of a model a tensor belongs to, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from aispec.catalog.local.model import Tensor, TensorBytes

#: More layers than any model has; names beyond are nobody's layers.
MOST_LAYERS = 10_000

_VISION = re.compile(
    r"(?:^|\.)(?:visual|vision_\w+|vit|img_processor|image_\w+|multi_modal_projector"
    r"|multimodal_projector|mm_projector|embed_vision|embed_audio|audio_\w+|patch_merger"
    r"|pre_mm_projector_norm)\.|^(?:v|mm|a)\."
)
_MTP = re.compile(r"(?:^|\.)(?:mtp(?:_\w+)?|nextn|eh_proj|enorm|hnorm|shared_head)\.")
_LAYER = re.compile(r"(?:^|\.)(?:layers|layer|h|blocks|block|blk)\.(\d{1,5})\.")
_EMBEDDING = re.compile(
    r"(?:^|\.)(?:embed_tokens|wte|wpe|word_embeddings|tok_embeddings|embed_in|embed_positions"
    r"|position_embeddings|token_type_embeddings|token_embd|position_embd|token_types"
    r"|embeddings?)(?:\.|$)"
)
_HEAD = re.compile(r"(?:^|\.)(?:lm_head|output|embed_out|output_layer)\.")
_EXPERT = re.compile(r"\.experts\.|_exps\.|\.switch_mlp\.|block_sparse_moe\.(?:in|out)put_linear\.")
_REPLICATED = re.compile(
    r"norm|router|\.gate\.|gate_inp|exp_probs_b|score_correction|q_a_proj|kv_a_proj|q_a\.|kv_a_mqa"
)
_NUMBER = re.compile(r"\.\d+\.")
_BOTH_SIDES = re.compile(r"(?:^|\.)encoder\.layers\.")


class Part(NamedTuple):
    """A part's name; the layer where it is in one; whether it is a routed expert's."""

    name: str
    layer: int | None = None
    expert: bool = False
    replicated: bool = False


_PREDICTING, _OTHER = Part("mtp"), Part("other")


def assigned(tensors: Iterable[Tensor], layers: int | None) -> list[tuple[Tensor, Part]]:
    """Every tensor with its part, in a model of `layers` layers; more than those predict tokens."""
    known = list(tensors)
    two_sided = any("decoder.layers." in tensor.name for tensor in known)
    # Thousands of names differ in their numbers alone: what they are called is looked at once.
    seen: dict[str, Part] = {}
    found = []
    for tensor in known:
        plain = _NUMBER.sub(".0.", tensor.name)
        called = seen.get(plain)
        if called is None:
            called = seen[plain] = _part(plain, two_sided)
        found.append((tensor, _placed(called, tensor.name, layers)))
    return found


def _placed(called: Part, name: str, layers: int | None) -> Part:
    if called.layer is None:
        return called
    found = _LAYER.search(name)
    number = int(found[1]) if found else 0
    if layers is not None and number >= layers:
        return _PREDICTING
    return called._replace(layer=number) if number < MOST_LAYERS else _OTHER


def _part(name: str, two_sided: bool) -> Part:
    if _VISION.search(name):
        return Part("vision")
    if two_sided and _BOTH_SIDES.search(name):
        return _OTHER
    if _MTP.search(name):
        return _PREDICTING
    if _LAYER.search(name):
        expert = _EXPERT.search(name) is not None
        return Part("layers", 0, expert, not expert and _REPLICATED.search(name) is not None)
    if _EMBEDDING.search(name):
        return Part("embedding")
    return Part("head") if _HEAD.search(name) else _OTHER


def by_part(tensors: Iterable[tuple[Tensor, Part]]) -> TensorBytes:
    """Bytes of the tensors by part."""
    sums = dict.fromkeys(("embedding", "head", "vision", "mtp", "other"), 0)
    each: dict[int, int] = {}
    experts = replicated = 0
    for tensor, found in tensors:
        if found.layer is None:
            sums[found.name] += tensor.bytes
            continue
        each[found.layer] = each.get(found.layer, 0) + tensor.bytes
        experts += tensor.bytes if found.expert else 0
        replicated += tensor.bytes if found.replicated else 0
    bodies = tuple(each.get(number, 0) for number in range(max(each, default=-1) + 1))
    return TensorBytes(
        total=sum(sums.values()) + sum(bodies),
        experts=experts,
        layers=bodies,
        replicated=replicated,
        **sums,
    )
