"""Reading a configuration whose fields have other names in other families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.catalog.local.files import shown
from aispec.catalog.local.model import LocalError

_LARGEST = 2**31
_LONGEST_LIST = 10_000

#: Names of one thing in the configurations of several families.
NAMES: dict[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers"),
    "hidden": ("hidden_size", "d_model", "n_embd", "word_embed_proj_dim"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_attention_heads"),
    "kv_heads": (
        *("num_key_value_heads", "num_kv_heads", "n_head_kv", "kv_n_heads"),
        *("multi_query_group_num", "num_query_groups"),
    ),
    "head_dim": ("head_dim", "attention_head_dim", "kv_channels"),
    "intermediate": (
        *("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "decoder_ffn_dim"),
        *("inner_hidden_size", "ff_dim", "dim_ff"),
    ),
    "vocabulary": ("vocab_size", "padded_vocab_size", "embedding_size"),
    "context": (
        *("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "n_ctx"),
        *("max_sequence_length", "model_max_length", "max_target_positions"),
    ),
    "experts": ("num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts"),
    "active": (
        *("num_experts_per_tok", "num_experts_per_token", "moe_top_k", "moe_k", "top_k_experts"),
        *("experts_per_token", "num_selected_experts", "moe_topk"),
    ),
    "shared": ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts"),
    "expert_size": ("moe_intermediate_size", "expert_ffn_hidden_size"),
    "shared_size": (
        *("moe_shared_expert_intermediate_size", "shared_expert_intermediate_size"),
        "shared_intermediate_size",
    ),
    "first_dense": ("first_k_dense_replace", "moe_layer_start_index", "num_dense_layers"),
    "qkv_bias": ("qkv_bias", "add_qkv_bias", "use_qkv_bias"),
}


class Config:
    """A configuration; what its family leaves out comes from the family's `defaults`."""

    def __init__(
        self, values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
    ) -> None:
        self.values, self.defaults = values, defaults or {}

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._find((name,))[1] is not None

    def number(self, name: str) -> int:
        """A whole number by one of its names, 0 where it is left out.

        Gemma 3n lists the width of every layer: where all are the same, that is the number.
        """
        found, value = self._find(NAMES.get(name, (name,)))
        if isinstance(value, list) and value and all(each == value[0] for each in value):
            value = value[0]
        if value is None:
            return 0
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not 0 <= value <= _LARGEST:
            raise LocalError(
                f"config.json has no usable {shown(found)}.", f"it is {shown(repr(value)[:60])}"
            )
        return value

    def flag(self, name: str) -> bool:
        """Whether the field says yes."""
        return self._find(NAMES.get(name, (name,)))[1] is True

    def text(self, name: str) -> str:
        """The field's text, empty where it is none."""
        value = self._find((name,))[1]
        return value if isinstance(value, str) else ""

    def items(self, name: str) -> list[Any]:
        """The field's list, empty where it is none."""
        value = self._find((name,))[1]
        if not isinstance(value, list):
            return []
        if len(value) > _LONGEST_LIST:
            raise LocalError(f"config.json has no usable {shown(name)}.", f"{len(value)} items")
        return value

    def table(self, name: str) -> Config:
        """The fields under the field."""
        value = self._find((name,))[1]
        return Config(value if isinstance(value, Mapping) else {})

    def _find(self, names: tuple[str, ...]) -> tuple[str, Any]:
        for source in (self.values, self.defaults):
            for name in names:
                if source.get(name) is not None:
                    return name, source[name]
        return names[0], None
