from __future__ import annotations

from collections.abc import Mapping

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.catalog.entries import Model
from aispec.catalog.store import Catalog
from aispec.estimate.architecture.cache import cache_shape
from aispec.estimate.architecture.parameters import count

MODELS = [
    each
    for each in Catalog.default().models()
    if each.architecture and not each.architecture.get("incomplete")
]


def extras(model: Model) -> Mapping[str, Mapping[str, object]]:
    fields = model.architecture or {}
    return {
        name: extra if isinstance(extra, Mapping) else {"params": extra}
        for name, extra in (fields.get("extra_params") or {}).items()
    }


def counted(model: Model) -> int:
    """The parameters that the published figure has, without what was derived from that figure."""
    fields = model.architecture or {}
    parts = count(fields)
    total = parts.total
    for extra in extras(model).values():
        if extra.get("residual") and extra.get("counted_in_total", True):
            total -= int(extra["params"])
    published = model.verify["parameters"]
    if published != model.parameters.get("checkpoint"):
        return total
    if extras(model).get("mtp", {}).get("counted_in_total") is False:
        return total + parts.mtp
    head = fields["vocab_size"] * fields["hidden_size"]
    duplicated = (
        fields.get("tie_word_embeddings") and abs(published - total - head) < published / 1e3
    )
    return total + head if duplicated else total


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_parameters_are_those_published(model: Model) -> None:
    assert counted(model) == pytest.approx(model.verify["parameters"], rel=0.01)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_stays_in_memory_is_the_catalogue_s_total(model: Model) -> None:
    assert count(model.architecture or {}).total == pytest.approx(model.params_total, rel=0.01)


def test_most_models_are_counted_exactly() -> None:
    exact = [each for each in MODELS if counted(each) == each.verify["parameters"]]
    assert len(MODELS) >= 400
    assert len(exact) >= 0.6 * len(MODELS)


def test_how_far_the_others_are_off(snapshot: SnapshotAssertion) -> None:
    """A count that was exact, or nearly, stays so: a norm left out is far below one per cent."""
    off = {each.id: counted(each) - int(each.verify["parameters"]) for each in MODELS}
    assert snapshot == {name: parameters for name, parameters in sorted(off.items()) if parameters}


def test_parts_and_caches_of_each_family(snapshot: SnapshotAssertion) -> None:
    """The parts that formats and devices treat differently, and the cache on one and on 8 devices.

    Of each family the smallest model; elements of a token in each group of layers, and its window.
    """
    rows = {}
    for model in sorted(MODELS, key=lambda each: (each.params_total or 0, each.id), reverse=True):
        fields = model.architecture or {}
        caches = [cache_shape(fields, devices) for devices in (1, 8)]
        told = [
            f"{cache.line}: "
            + ", ".join(f"{g.layers} x {g.elements:g} in {g.window or 'all'}" for g in cache.groups)
            + f"; {cache.state_bytes:g} bytes in {cache.state_layers} layers"
            for cache in caches
            if cache
        ]
        rows[model.family or model.id] = [model.id, str(count(fields)), *told]
    assert snapshot == dict(sorted(rows.items()))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_parts_make_sense(model: Model) -> None:
    parts = count(model.architecture or {})
    for part in (parts.embedding, parts.linear, parts.norms):
        assert part >= 0
    assert 0 < parts.active <= parts.resident <= parts.total
    assert parts.idle_experts <= parts.experts
    mix = (model.architecture or {}).get("experts")
    assert (parts.active < parts.resident) is bool(mix and mix["active"] < mix["total"])


@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 8_030_261_248),
        ("meta-llama/Llama-3.1-70B-Instruct", 70_553_706_496),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 46_702_792_704),
        ("Qwen/Qwen2.5-32B-Instruct", 32_763_876_352),
        ("Qwen/Qwen3-0.6B", 596_049_920),
        ("deepseek-ai/DeepSeek-V3", 671_026_419_200),
    ],
)
def test_well_known_models(name: str, total: int) -> None:
    model = Catalog.default().model(name).entry
    assert count(model.architecture or {}).total == total


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 12.9),
        ("deepseek-ai/DeepSeek-V3", 37.6),
        ("Qwen/Qwen3-30B-A3B", 3.3),
        ("openai/gpt-oss-120b", 5.7),
        ("openai/gpt-oss-20b", 4.2),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 17.2),
    ],
)
def test_active_parameters(name: str, billions: float) -> None:
    model = Catalog.default().model(name).entry
    parts = count(model.architecture or {})
    assert (parts.active - parts.vision) / 1e9 == pytest.approx(billions, rel=0.03)


def test_layers_that_were_searched_one_by_one() -> None:
    """NVIDIA's Puzzle models have blocks whose attention or perceptron is one plain projection."""
    blocks = [
        {"count": 2, "num_kv_heads": 4, "intermediate_size": 512},
        {"count": 3, "linear_attn": True, "linear_ffn": True},
        {"count": 1, "intermediate_size": 256},
    ]
    fields = {
        "type": "dense",
        "layers": 6,
        "hidden_size": 128,
        "num_heads": 8,
        "head_dim": 16,
        "vocab_size": 1000,
        "tie_word_embeddings": True,
        "block_list": blocks,
    }
    attended = 2 * (2 * 128 * 128 + 2 * 128 * 64)
    plain = 3 * 2 * 128 * 128
    perceptrons = 2 * 3 * 128 * 512 + 3 * 128 * 256
    parts = count(fields)
    assert parts.linear == attended + plain + perceptrons
    assert parts.norms == (2 * 2 + 3 * 2 + 1 + 1) * 128
    assert parts.embedding == 128_000
    assert (parts.head, parts.experts) == (0, 0)


def test_gates_and_sinks_of_heads_are_counted() -> None:
    fields = {
        "type": "dense",
        "layers": 2,
        "hidden_size": 128,
        "num_heads": 8,
        "head_dim": 16,
        "vocab_size": 10,
        "intermediate_size": 256,
        "num_kv_heads": 2,
    }
    bare = count(fields).linear
    assert count({**fields, "head_gate": True}).linear == bare + 2 * 128 * 8
    assert count({**fields, "attn_sinks": True}).linear == bare + 2 * 8
    assert count({**fields, "attn_output_gate": True}).linear == bare + 2 * 128 * 128
    assert count({**fields, "k_eq_v": True}).linear == bare - 2 * 128 * 32
    assert count({**fields, "qk_norm": "per_head"}).linear == bare + 2 * 2 * 16
    assert count({**fields, "qk_norm": "full"}).linear == bare + 2 * (8 + 2) * 16
