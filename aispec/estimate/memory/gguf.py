"""A GGUF file's bytes, tensor by tensor, for decoders of the usual make.

Which type each tensor gets follows llama.cpp's `llama-quant.cpp`: in Q4_K_M, for one, the values
and the down projections of some layers are Q6_K. Llama 3.1 8B comes to 4.913 GB of tensors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aispec.catalog.gguf import GgufShape, block_type, gguf_tensor_type
from aispec.record import record

Fields = Mapping[str, Any]
_UNUSUAL = (
    *("mla", "dsv4", "block_list", "linear_or_ssm_layers", "swa_override", "global_override"),
    *("hyper_connections", "intermediate_sizes", "incomplete", "indexer", "mlp_layers"),
)


@record
class GgufBytes:
    """Bytes of a file's tensors by the part they belong to."""

    layers: float  # without routed experts
    experts: float
    embedding: float
    output: float  # nothing where it is tied to the embedding

    @property
    def total(self) -> float:
        """All tensors of the file."""
        return self.layers + self.experts + self.embedding + self.output


@record
class _Tensor:
    name: str
    columns: int
    rows: int


def gguf_bytes(fields: Fields, mix: str, kept: str | None = None) -> GgufBytes | None:
    """Return the bytes of a mix, or `None` where the model or the mix has no published layout.

    `kept` is the type that routed experts were released in and keep in every mix.
    """
    if not _usual(fields):
        return None
    shape = _shape(fields)
    vocabulary = _Tensor("token_embd", fields["hidden_size"], fields["vocab_size"])
    embedding = _size(mix, vocabulary, shape, 0)
    untied = None if shape.tied_embeddings else _Tensor("output", *_plane(vocabulary))
    output = _size(mix, untied, shape, 0) if untied else 0.0
    layers = experts = 0.0
    for layer in range(fields["layers"]):
        for tensor in _of_layer(fields, layer):
            routed = tensor.name.endswith("_exps")
            size = _size(mix, tensor, shape, layer, kept if routed else None)
            if size is None:
                return None
            if routed:
                experts += size
            else:
                layers += size
    if embedding is None or output is None:
        return None
    norms = 4.0 * fields["hidden_size"] * fields["layers"] * fields.get("norms_per_layer", 2)
    return GgufBytes(layers + norms, experts, embedding, output)


def fallen_back(fields: Fields, mix: str, kept: str | None = None) -> tuple[int, int] | None:
    """Return the parameters in rows that their type's blocks do not divide, and all of them.

    `None` where the model or the mix has no published layout; `kept` as for `gguf_bytes`.
    """
    if not _usual(fields):
        return None
    shape, off, every = _shape(fields), 0, 0
    for layer in range(fields["layers"]):
        for tensor in _of_layer(fields, layer):
            meant = gguf_tensor_type(mix, tensor.name, shape, layer)
            if meant is None:
                return None
            size = tensor.columns * tensor.rows
            every += size
            if not (kept and tensor.name.endswith("_exps")):
                made = gguf_tensor_type(mix, tensor.name, shape, layer, tensor.columns)
                off += size if made != meant else 0
    return off, every


def _usual(fields: Fields) -> bool:
    """Whether the tensors of a model are those laid out here."""
    if fields["type"] not in ("dense", "moe") or any(fields.get(key) for key in _UNUSUAL):
        return False
    return bool(fields.get("mlp", "gated") == "gated")


def _shape(fields: Fields) -> GgufShape:
    heads = fields["num_heads"]
    return GgufShape(
        layers=fields["layers"],
        gqa=heads // (fields.get("num_kv_heads") or heads),
        experts=(fields.get("experts") or {}).get("total", 1),
        tied_embeddings=bool(fields.get("tie_word_embeddings")),
    )


def _plane(tensor: _Tensor) -> tuple[int, int]:
    return tensor.columns, tensor.rows


def _size(
    mix: str, tensor: _Tensor, shape: GgufShape, layer: int, kept: str | None = None
) -> float | None:
    kind = kept or gguf_tensor_type(mix, tensor.name, shape, layer, tensor.columns)
    block = block_type(kind) if kind else None
    return None if block is None else tensor.columns * tensor.rows * block[1] / block[0]


def _of_layer(fields: Fields, layer: int) -> Iterator[_Tensor]:
    hidden, heads, width = fields["hidden_size"], fields["num_heads"], fields["head_dim"]
    kv_heads = fields.get("num_kv_heads") or heads
    values = fields.get("v_head_dim") or width
    gate = 2 if fields.get("attn_output_gate") else 1
    yield _Tensor("attn_q", hidden, heads * width * gate)
    yield _Tensor("attn_k", hidden, kv_heads * width)
    yield _Tensor("attn_v", hidden, kv_heads * values)
    yield _Tensor("attn_output", heads * values, hidden)
    mixture = fields.get("experts")
    if not mixture:
        yield from _block(hidden, fields["intermediate_size"], "", 1)
        return
    dense = mixture.get("first_dense_layers") or 0
    if "moe_layers" in mixture:
        dense = fields["layers"] - mixture["moe_layers"]
    if layer < dense:
        size = mixture.get("dense_intermediate_size") or fields["intermediate_size"]
        yield from _block(hidden, size, "", 1)
        return
    inner = mixture["moe_intermediate_size"]
    yield from _block(hidden, inner, "_exps", mixture["total"])
    yield _Tensor("ffn_gate_inp", hidden, mixture["total"])
    if mixture.get("shared"):
        shared = mixture.get("shared_intermediate_size") or mixture["shared"] * inner
        yield from _block(hidden, shared, "_shexp", 1)


def _block(hidden: int, inner: int, suffix: str, times: int) -> Iterator[_Tensor]:
    yield _Tensor(f"ffn_gate{suffix}", hidden, inner * times)
    yield _Tensor(f"ffn_up{suffix}", hidden, inner * times)
    yield _Tensor(f"ffn_down{suffix}", inner, hidden * times)
