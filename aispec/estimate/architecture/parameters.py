"""Parameters of a model by the part they belong to, counted from its architecture.

Parts matter because formats and sharding treat them differently: embeddings stay in 16 bits where
linear layers are quantized, experts are split by expert parallelism, norms are replicated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.catalog.entries import Model
from aispec.estimate.architecture.attention import (
    compressed,
    grouped,
    indexer,
    latent,
    linear,
)
from aispec.estimate.architecture.feedforward import feedforward, perceptron
from aispec.estimate.architecture.recurrent import recurrent
from aispec.record import record

Fields = Mapping[str, Any]


@record
class Parameters:
    """Parameters by part. `mtp` is the multi-token-prediction module, not part of the total."""

    embedding: int
    head: int
    linear: int
    experts: int
    norms: int
    vision: int
    mtp: int
    idle_experts: int

    @property
    def total(self) -> int:
        """All that is resident when the model serves text and images without speculation."""
        return self.embedding + self.head + self.linear + self.experts + self.norms + self.vision

    @property
    def active(self) -> int:
        """What works on one token."""
        return self.total - self.idle_experts


def count(fields: Fields) -> Parameters:
    """Count the parameters that an architecture has, by part."""
    if fields["type"] == "encoder":
        return _encoder(fields)
    if fields["type"] == "encoder-decoder":
        return _speech(fields)
    return _decoder(fields)


def wanting(model: Model | None) -> str | None:
    """Say what an architecture lacks to be counted; nothing when it can be."""
    from aispec.estimate.architecture.cache import cache_shape

    fields = model.architecture if model else None
    if not fields:
        return "it is empty"
    try:
        count(fields)
        cache_shape(fields, 1)
    except KeyError as error:
        return f"it needs '{error.args[0]}'"
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return "its fields do not go together"
    return None


def _decoder(fields: Fields) -> Parameters:
    hidden, vocabulary = fields["hidden_size"], fields["vocab_size"]
    layer = feedforward(fields)
    blocks, block_norms = _blocks(fields)
    bodies = _attention(fields) + recurrent(fields) + blocks + _hyper(fields)
    tied = fields.get("tie_word_embeddings", False)
    head = 0 if tied else vocabulary * hidden
    vision, mtp, other = _extras(fields)
    return Parameters(
        embedding=vocabulary * hidden + (fields.get("position_embeddings") or 0) * hidden,
        head=head + (vocabulary if fields.get("lm_head_bias") else 0),
        linear=bodies + layer.dense + layer.shared + layer.router + other,
        experts=layer.experts,
        norms=block_norms if blocks else _norms(fields),
        vision=vision,
        mtp=mtp,
        idle_experts=layer.idle,
    )


def _attention(fields: Fields) -> int:
    if fields.get("block_list"):
        return 0
    if fields.get("dsv4"):
        kinds = fields["dsv4"]["layer_types"]
        return sum(n * compressed(fields, kind) for kind, n in kinds.items())
    layers = attention_layers(fields)
    indexed = (fields.get("indexer") or {}).get("layers", layers) * indexer(fields)
    if fields.get("attention") == "mla":
        return int(layers * latent(fields) + indexed)
    local: int = (fields.get("sliding_window") or {}).get("layers", 0)
    if fields.get("swa_override"):
        return local * grouped(fields, fields["swa_override"]) + (layers - local) * grouped(fields)
    if fields.get("global_override"):
        wide = grouped(fields, {**fields["global_override"], "v_head_dim": None})
        return local * grouped(fields) + (layers - local) * wide
    return int(layers * grouped(fields) + indexed)


def attention_layers(fields: Fields) -> int:
    """Layers that attend, and so have a cache: all but the recurrent ones."""
    recurrent_layers = (fields.get("linear_or_ssm_layers") or {}).get("count", 0)
    return int(fields.get("attention_layers", fields["layers"] - recurrent_layers))


def _norms(fields: Fields) -> int:
    vectors = {"layernorm": 2, "nonparametric": 0}.get(fields.get("norm", "rmsnorm"), 1)
    per_layer = fields.get("norms_per_layer", 2)
    return int((fields["layers"] * per_layer + 1) * fields["hidden_size"] * vectors)


def _blocks(fields: Fields) -> tuple[int, int]:
    """Count models whose layers were searched one by one (Nemotron's `block_list`)."""
    hidden = fields["hidden_size"]
    total = norms = 0
    for block in fields.get("block_list") or ():
        part = parts = 0
        if block.get("num_kv_heads"):
            part, parts = grouped(fields, {"num_kv_heads": block["num_kv_heads"]}), 1
        elif block.get("linear_attn"):
            part, parts = hidden * hidden, 1
        if block.get("intermediate_size"):
            part += perceptron(fields, hidden, block["intermediate_size"], False)
            parts += 1
        elif block.get("linear_ffn"):
            part, parts = part + hidden * hidden, parts + 1
        total += block["count"] * part
        norms += block["count"] * parts * hidden
    return total, norms + hidden


def _hyper(fields: Fields) -> int:
    """Count hyper-connections between layers (arXiv 2409.19606, as DeepSeek-V4 has them)."""
    if not fields.get("hyper_connections"):
        return 0
    streams, hidden = fields["hyper_connections"]["mult"], fields["hidden_size"]
    mixing = (2 + streams) * streams
    per_layer = 2 * (mixing * streams * hidden + mixing + 3)
    return int(fields["layers"] * per_layer + streams * streams * hidden + streams + 1)


def _extras(fields: Fields) -> tuple[int, int, int]:
    """Parameters outside the text decoder: vision tower, MTP module, everything else."""
    vision = mtp = other = 0
    for name, extra in (fields.get("extra_params") or {}).items():
        number = extra["params"] if isinstance(extra, Mapping) else extra
        counted = not isinstance(extra, Mapping) or extra.get("counted_in_total", True)
        if name == "mtp":
            mtp += number
            other += number if counted else 0
        elif counted and name == "vision":
            vision += number
        elif counted:
            other += number
    return vision, mtp, other


def _encoder(fields: Fields) -> Parameters:
    hidden, layers, bias = fields["hidden_size"], fields["layers"], fields.get("bias", True)
    vectors = 2 if fields.get("norm", "layernorm") == "layernorm" else 1
    rows = fields["vocab_size"] + fields.get("position_embeddings", 0)
    rows += fields.get("type_vocab_size", 0)
    embedding = rows * hidden
    embedding += hidden * vectors if fields.get("embedding_norm", True) else 0
    plain = fields if fields.get("mlp") else {**fields, "mlp": "plain"}
    body = 4 * linear(hidden, hidden, bias)
    body += perceptron(plain, hidden, fields["intermediate_size"], bias)
    norms = fields.get("norms_total", 2 * layers) * hidden * vectors
    pooler = linear(hidden, hidden, True) if fields.get("pooler") else 0
    vision, _, other = _extras(fields)
    return Parameters(embedding, 0, layers * body + pooler + other, 0, norms, vision, 0, 0)


def _speech(fields: Fields) -> Parameters:
    """Count an encoder-decoder for speech (Whisper, arXiv 2212.04356)."""
    width, inner = fields["hidden_size"], fields["intermediate_size"]
    attend = 3 * linear(width, width, True) + linear(width, width)
    block = linear(width, inner, True) + linear(inner, width, True)
    norm = 2 * width
    convolutions = fields["num_mel_bins"] * width * 3 + width + width * width * 3 + width
    encoder = convolutions + fields["max_source_positions"] * width
    encoder += fields["encoder_layers"] * (attend + block)
    decoder = fields["max_target_positions"] * width + fields["layers"] * (2 * attend + block)
    norms = (2 * fields["encoder_layers"] + 1 + 3 * fields["layers"] + 1) * norm
    return Parameters(fields["vocab_size"] * width, 0, encoder + decoder, 0, norms, 0, 0, 0)
