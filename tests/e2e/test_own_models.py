"""A model nobody has heard of: its own files, or an architecture written in the spec."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aispec.catalog.local import read_local
from aispec.pipeline import Options, check
from aispec.report.report import Report
from tests.catalog.local.writers import llama_gguf, write_gguf, write_safetensors

TODAY = date(2026, 11, 22)
SPEC = """\
version: 1
name: own
model: {model}
engine: {{name: {engine}, max_model_len: 2048, max_num_seqs: 1}}
hardware: {{accelerator: rtx-4090, price: 0.4 USD/hour}}
workload: {{users: {{concurrent: 1}}, tokens: {{input: 100, output: 100}}}}
"""
ARCHITECTURE = (
    "type: dense, layers: 32, hidden_size: 4096, num_heads: 32, num_kv_heads: 8,"
    " vocab_size: 128256, intermediate_size: 14336, context_length: 8192"
)


def judge(folder: Path, model: str, engine: str = "llama.cpp") -> Report:
    (folder / "ai-deploy.yaml").write_text(SPEC.format(model=model, engine=engine), "utf-8")
    options = Options(root=str(folder), repository=str(folder), today=TODAY)
    return check(["ai-deploy.yaml"], options)


def test_a_gguf_file_is_weighed_tensor_by_tensor(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf", *llama_gguf(layers=4))
    tensors = read_local(path, tmp_path).tensors
    assert tensors
    (only,) = judge(tmp_path, "{path: ./tiny.gguf}").deployments
    # llama.cpp leaves the input embedding on the host.
    on_device = tensors.total - tensors.embedding
    assert only.facts["memory.weights"].value == pytest.approx(on_device / 2**30)
    assert only.facts["precision.weights"] == "gguf:Q4_K_M"
    assert only.facts["context.limit"].value == 2048
    assert only.facts["memory.kv_per_token"].value == 4 * 2 * 128 * 2 * 2
    assert str(only.facts["memory.fits"]) == "yes"


def test_its_own_files_beat_the_catalogue(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf", *llama_gguf(layers=4))
    (only,) = judge(tmp_path, "{id: llama-3.1-8b-instruct, path: tiny.gguf}").deployments
    assert only.facts["memory.weights"].value < 0.1
    assert only.facts["model.license"] == "llama3.1"
    assert only.note
    assert "read from" in only.note


@pytest.mark.parametrize(
    "content", [b"", b"GGUF\x03", b"not a model at all", b"GGUF" + b"\xff" * 100]
)
def test_a_broken_model_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tiny.gguf").write_bytes(content)
    report = judge(tmp_path, "{path: tiny.gguf}")
    (finding,) = report.counted()
    assert (finding.code, finding.span.line, report.exit_code) == ("SPEC017", 3, 2)
    assert finding.message.startswith("tiny.gguf ")
    assert not report.deployments


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write_safetensors(tmp_path / "model.safetensors", [])
    (inside / "model.safetensors").symlink_to(tmp_path / "model.safetensors")
    report = judge(inside, "{path: model.safetensors}")
    assert [finding.code for finding in report.counted() if finding.unreadable] == ["SPEC013"]
    assert report.exit_code == 2


def test_an_architecture_in_the_spec_is_counted(tmp_path: Path) -> None:
    (only,) = judge(tmp_path, f"{{id: mine, architecture: {{{ARCHITECTURE}}}}}", "vllm").deployments
    assert only.facts["memory.weights"].value == pytest.approx(14.96, rel=0.001)
    assert only.facts["memory.kv_per_token"].value == 131072
    assert only.facts["model.context_length"].value == 8192


@pytest.mark.parametrize(
    ("architecture", "code", "said"),
    [
        ("layers: 32", "SPEC007", "'type'"),
        (ARCHITECTURE + ", wings: 2", "SPEC005", "wings"),
        (ARCHITECTURE.replace("layers: 32", "layers: many"), "SPEC006", "layers"),
        (ARCHITECTURE.replace(" intermediate_size: 14336,", ""), "SPEC007", "intermediate_size"),
        (ARCHITECTURE + ", attention: mla", "SPEC007", "mla"),
    ],
)
def test_an_architecture_that_can_t_be_counted_is_one_clear_error(
    tmp_path: Path, architecture: str, code: str, said: str
) -> None:
    report = judge(tmp_path, f"{{id: mine, architecture: {{{architecture}}}}}", "vllm")
    assert report.exit_code == 2
    assert any(f.code == code and said in f.message for f in report.counted()), report.counted()
