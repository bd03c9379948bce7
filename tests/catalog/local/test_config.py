"""A config.json read as the catalogue has the same model."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec import resources
from aispec.catalog.local.config import describe
from aispec.catalog.local.model import LocalError
from aispec.catalog.store import Catalog, Match
from aispec.estimate.architecture.cache import cache_shape
from aispec.estimate.architecture.parameters import count
from tests.catalog.local.configs import CONFIGS


def architecture(config: dict[str, Any]) -> dict[str, Any]:
    found = describe(config).architecture
    assert found is not None
    return found


def entry(name: str) -> Any:
    found = Catalog.default().model(name)
    assert isinstance(found, Match)
    return found.entry


def text_parameters(fields: Any) -> int:
    """Parameters a config.json can tell: without vision tower and multi-token prediction."""
    extra = {key: each for key, each in fields.items() if key != "extra_params"}
    return count(extra).total


def cached(fields: Any) -> tuple[dict[tuple[float, int], int], float] | None:
    shape = cache_shape(fields, 1)
    if shape is None:
        return None
    layers: dict[tuple[float, int], int] = {}
    for group in shape.groups:
        where = (group.elements, group.window)
        layers[where] = layers.get(where, 0) + group.layers
    return layers, shape.state_bytes


@pytest.mark.parametrize("name", CONFIGS)
def test_counts_as_the_catalogue_does(name: str) -> None:
    read, known = architecture(CONFIGS[name]), entry(name).architecture
    assert text_parameters(read) == pytest.approx(text_parameters(known), rel=0.005)
    assert count(read).active == pytest.approx(
        count({**known, "extra_params": {}}).active, rel=0.01
    )
    assert cached(read) == cached(known)
    assert read["type"] == known["type"]


@pytest.mark.parametrize("name", CONFIGS)
def test_holds_to_the_schema(name: str) -> None:
    schema = resources.schema("model")["$defs"]["architecture"]
    jsonschema.Draft202012Validator(schema).validate(architecture(CONFIGS[name]))


@pytest.mark.parametrize("name", CONFIGS)
def test_every_family_of_the_catalogue_is_known(name: str) -> None:
    assert describe(CONFIGS[name]).notes == ()


def test_searched_layers() -> None:
    known = entry("nvidia/Llama-3_3-Nemotron-Super-49B-v1").architecture
    blocks = []
    for run in known["block_list"]:
        group = known["num_heads"] // run["num_kv_heads"] if "num_kv_heads" in run else None
        mult = run["intermediate_size"] * 3 / 2 / known["hidden_size"]
        attend = {"no_op": group is None, "n_heads_in_group": group}
        blocks += [{"attention": attend, "ffn": {"ffn_mult": mult}}] * run["count"]
    config = {
        "model_type": "nemotron-nas",
        "hidden_size": 8192,
        "num_hidden_layers": 80,
        "num_attention_heads": 64,
        "num_key_value_heads": None,
        "vocab_size": 128256,
    }
    read = architecture({**config, "block_configs": blocks})
    assert read["block_list"] == known["block_list"]
    assert text_parameters(read) == text_parameters(known)
    assert cached(read) == cached(known)


LLAMA = CONFIGS["meta-llama/Meta-Llama-3.1-8B"]


def test_an_unknown_type_is_read_as_llama_and_said_so() -> None:
    found = describe({**LLAMA, "model_type": "brandnew", "architectures": ["BrandNewForCausalLM"]})
    assert found.architecture is not None
    assert count(found.architecture).total == 8_030_261_248
    assert found.notes == (
        'In config.json model_type "brandnew" is not known; the model is read as a decoder like '
        "Llama's.",
    )


def test_the_class_tells_the_family_where_the_type_does_not() -> None:
    config = {**CONFIGS["deepseek-ai/DeepSeek-V4-Flash"], "model_type": "deepseek_ref"}
    assert "dsv4" in architecture(config)


def test_too_little_gives_no_architecture() -> None:
    found = describe({"model_type": "llama", "hidden_size": 4096})
    assert found.architecture is None
    assert found.notes == (
        "config.json does not say how many layers, heads or tokens the model has.",
    )


@pytest.mark.parametrize(
    ("scaling", "tokens"),
    [
        (None, 131072),
        ({"rope_type": "llama3", "factor": 8.0}, 131072),
        ({"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 65536}, 262144),
        ({"type": "linear", "factor": 2}, 262144),
        ({"rope_type": "longrope", "factor": 32.0}, 131072),
        ({"rope_type": "linear", "factor": float("nan")}, 131072),
    ],
)
def test_context_follows_the_scaling_of_positions(scaling: Any, tokens: int) -> None:
    assert describe({**LLAMA, "rope_scaling": scaling}).context_length == tokens


def test_roberta_keeps_two_positions_for_padding() -> None:
    assert describe(CONFIGS["BAAI/bge-m3"]).context_length == 8192


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("num_hidden_layers", -1),
        ("num_hidden_layers", "32"),
        ("num_hidden_layers", True),
        ("hidden_size", 2**40),
        ("hidden_size", 2**30),
        ("vocab_size", 1e300),
        ("num_attention_heads", 2**24),
        ("layer_types", ["full_attention"] * 20_000),
    ],
)
def test_numbers_that_cannot_be_are_refused(field: str, value: Any) -> None:
    with pytest.raises(LocalError, match=r"^config\.json has no usable \w+\.$"):
        describe({**LLAMA, field: value})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_FIELDS = sorted({field for config in CONFIGS.values() for field in config})


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(CONFIGS)),
    changes=st.dictionaries(st.sampled_from(_FIELDS), _JSON | st.integers(0, 200), max_size=4),
    inside=st.booleans(),
)
def test_any_configuration_is_read_or_refused(
    name: str, changes: dict[str, Any], inside: bool
) -> None:
    base = CONFIGS[name]
    if inside and isinstance(base.get("text_config"), dict):
        changes = {"text_config": {**base["text_config"], **changes}}
    try:
        found = describe({**base, **changes}).architecture
    except LocalError:
        return
    if found is not None:
        schema = resources.schema("model")["$defs"]["architecture"]
        jsonschema.Draft202012Validator(schema).validate(found)
        count(found)
        cache_shape(found, 1)
