"""GGUF sizes computed tensor by tensor, against published files."""

from __future__ import annotations

from statistics import median

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.catalog.store import Catalog, Match
from aispec.estimate.memory.gguf import GgufBytes, fallen_back, gguf_bytes


def of(name: str, mix: str, kept: str | None = None) -> GgufBytes:
    found = Catalog.default().model(name)
    assert isinstance(found, Match)
    assert found.entry.architecture
    size = gguf_bytes(found.entry.architecture, mix, kept)
    assert size
    return size


def test_published_files_of_large_models_are_met() -> None:
    errors = [
        abs(size.total / 1e9 / file["gb"] - 1)
        for model in Catalog.default().models()
        if model.architecture and (model.params_total or 0) > 6e9
        for file in model.files
        if file["format"] == "gguf" and model.native_precision != "mxfp4"
        if (size := gguf_bytes(model.architecture, file["name"]))
        and "vision" not in (model.architecture.get("extra_params") or {})
    ]
    assert len(errors) > 80
    assert median(errors) < 0.005
    assert sorted(errors)[len(errors) * 9 // 10] < 0.025


@pytest.mark.parametrize(
    ("name", "mix", "gigabytes"),
    [("llama-3.1-8b", "Q4_K_M", 4.913), ("llama-3.1-70b", "Q4_K_M", 42.51)],
)
def test_known_sizes(name: str, mix: str, gigabytes: float) -> None:
    assert of(name, mix).total / 1e9 == pytest.approx(gigabytes, rel=0.001)


@pytest.mark.parametrize("mix", ["Q4_K_M", "Q3_K_L", "IQ2_XS", "Q8_0"])
def test_bytes_of_each_family_s_parts(mix: str, snapshot: SnapshotAssertion) -> None:
    """By llama.cpp's rules alone: of each family the smallest model whose tensors are usual."""
    models = [each for each in Catalog.default().models() if each.architecture]
    rows = {}
    for model in sorted(models, key=lambda each: (each.params_total or 0, each.id), reverse=True):
        fields = model.architecture or {}
        size = gguf_bytes(fields, mix) if not fields.get("incomplete") else None
        if size:
            parts = (size.layers, size.experts, size.embedding, size.output)
            whole = ", ".join(f"{part:.0f}" for part in parts)
            rows[model.family or model.id] = f"{model.id}: {whole}; {fallen_back(fields, mix)}"
    assert snapshot == dict(sorted(rows.items()))


def test_experts_released_in_four_bits_keep_them() -> None:
    # A file called F16 has 65.4 GB, not 234: its experts stay MXFP4.
    assert of("gpt-oss-120b", "F16", "MXFP4").total / 1e9 == pytest.approx(65.39, rel=0.01)


def test_rows_that_blocks_do_not_divide_fall_back() -> None:
    fields = {
        "type": "dense",
        "layers": 1,
        "hidden_size": 2880,
        "intermediate_size": 2880,
        "num_heads": 32,
        "num_kv_heads": 8,
        "head_dim": 64,
        "vocab_size": 1000,
    }
    size = gguf_bytes(fields, "Q4_K_M")
    assert size
    parameters = 2880 * 2880 * 3 + 2880 * (32 + 8 + 8) * 64 + 32 * 64 * 2880
    assert size.layers * 8 / parameters > 5.0


def test_unusual_decoders_are_not_guessed() -> None:
    found = Catalog.default().model("deepseek-v3")
    assert isinstance(found, Match)
    assert found.entry.architecture
    assert gguf_bytes(found.entry.architecture, "Q4_K_M") is None
