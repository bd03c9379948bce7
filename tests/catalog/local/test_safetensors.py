"""Checkpoints in safetensors: what is read, and what is refused."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.catalog.local import LocalError, read_local
from aispec.catalog.local.files import LARGEST_HEADER
from aispec.estimate.architecture.parameters import count
from tests.catalog.local.writers import (
    Named,
    safetensors_header,
    write_config,
    write_safetensors,
)

CONFIG = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 100,
    "max_position_embeddings": 256,
    "torch_dtype": "bfloat16",
}


def llama(kind: str = "BF16", layers: int = 2) -> list[Named]:
    found: list[Named] = [
        ("model.embed_tokens.weight", kind, (100, 64)),
        ("lm_head.weight", kind, (100, 64)),
        ("model.norm.weight", kind, (64,)),
    ]
    for each in range(layers):
        name = f"model.layers.{each}"
        found += [
            (f"{name}.input_layernorm.weight", kind, (64,)),
            (f"{name}.post_attention_layernorm.weight", kind, (64,)),
            (f"{name}.self_attn.q_proj.weight", kind, (64, 64)),
            (f"{name}.self_attn.k_proj.weight", kind, (32, 64)),
            (f"{name}.self_attn.v_proj.weight", kind, (32, 64)),
            (f"{name}.self_attn.o_proj.weight", kind, (64, 64)),
            (f"{name}.mlp.gate_proj.weight", kind, (128, 64)),
            (f"{name}.mlp.up_proj.weight", kind, (128, 64)),
            (f"{name}.mlp.down_proj.weight", kind, (64, 128)),
        ]
    return found


def folder(tmp_path: Path, tensors: list[Named], **config: Any) -> Path:
    found = tmp_path / "my-model"
    found.mkdir(exist_ok=True)
    write_config(found, {**CONFIG, **config})
    if tensors:
        write_safetensors(found / "model.safetensors", tensors)
    return found


def refused(path: Path, root: Path) -> LocalError:
    with pytest.raises(LocalError) as caught:
        read_local(path, root)
    assert caught.value.message.endswith(".")
    return caught.value


def test_a_checkpoint(tmp_path: Path) -> None:
    found = read_local(folder(tmp_path, llama()), tmp_path)
    assert (found.name, found.source) == ("my-model", "config.json and 1 safetensors header")
    assert found.architecture is not None
    assert found.parameters == count(found.architecture).total == 86_848
    assert (found.context_length, found.vocabulary, found.notes) == (256, 100, ())
    assert (found.weights_format, found.weights_format_from) == (
        "bf16",
        "BF16, 100% of the tensors' bytes",
    )
    parts = found.tensors
    assert parts is not None
    assert (parts.embedding, parts.head, parts.other) == (12_800, 12_800, 128)
    assert parts.layers == (73_984, 73_984)
    assert parts.total == 2 * found.parameters
    assert parts.replicated == 2 * 256
    assert (parts.experts, parts.vision, parts.mtp) == (0, 0, 0)


def test_shards_are_those_of_the_index(tmp_path: Path) -> None:
    path, tensors = folder(tmp_path, []), llama()
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name, some in zip(names, (tensors[:9], tensors[9:]), strict=True):
        write_safetensors(path / name, some)
    write_safetensors(path / "consolidated.safetensors", tensors)
    weights = {tensor[0]: names[place >= 9] for place, tensor in enumerate(tensors)}
    index = path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weights}), encoding="utf-8")
    found = read_local(path, tmp_path)
    assert found.source == "config.json and 2 safetensors headers"
    assert found.parameters == 86_848
    (path / names[1]).unlink()
    error = refused(path, tmp_path)
    assert error.message == "my-model lacks 1 of 2 safetensors files."
    assert error.detail == f"the first is {names[1]}"


@pytest.mark.parametrize("named", ["../outside.safetensors", "a/b.safetensors", ""])
def test_an_index_that_points_elsewhere(tmp_path: Path, named: str) -> None:
    path = folder(tmp_path, llama())
    write_safetensors(tmp_path / "outside.safetensors", llama())
    index = {"weight_map": {"x": named}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    refused(path, path)


def test_config_alone_and_pointers(tmp_path: Path) -> None:
    path = folder(tmp_path, [])
    found = read_local(path, tmp_path)
    assert (found.source, found.tensors, found.parameters) == ("config.json", None, None)
    assert (found.weights_format, found.weights_format_from) == ("bf16", "dtype in config.json")
    assert found.notes == ("The folder's weights are not there, so only config.json was read.",)
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    (path / "model.safetensors").write_text(pointer, encoding="utf-8")
    assert "Git LFS" in read_local(path, tmp_path).notes[0]
    assert "Git LFS" in refused(path / "model.safetensors", tmp_path).message


def test_a_tied_head_stored_twice_is_counted_once(tmp_path: Path) -> None:
    found = read_local(folder(tmp_path, llama(), tie_word_embeddings=True), tmp_path)
    assert found.parameters == 86_848 - 6400
    assert found.tensors is not None
    assert found.tensors.head == 0
    assert "tied" in found.notes[0]


def test_a_head_that_is_not_stored_is_tied(tmp_path: Path) -> None:
    found = read_local(folder(tmp_path, [*llama()[:1], *llama()[2:]]), tmp_path)
    assert found.architecture is not None
    assert found.architecture["tie_word_embeddings"] is True
    assert found.parameters == count(found.architecture).total


def test_vision_and_prediction_are_parts_of_their_own(tmp_path: Path) -> None:
    more: list[Named] = [
        ("visual.blocks.0.attn.qkv.weight", "BF16", (10, 10)),
        ("model.layers.2.eh_proj.weight", "BF16", (64, 128)),
        ("mtp.fc.weight", "BF16", (7,)),
    ]
    found = read_local(folder(tmp_path, [*llama(), *more]), tmp_path)
    assert found.tensors is not None
    assert found.architecture is not None
    assert (found.tensors.vision, found.tensors.mtp) == (200, 2 * 8199)
    assert found.parameters == 86_848 + 100 == count(found.architecture).total
    assert count(found.architecture).mtp == 8199


def test_experts_are_told_from_shared_ones(tmp_path: Path) -> None:
    more: list[Named] = [
        ("model.layers.0.mlp.experts.0.up_proj.weight", "BF16", (10, 10)),
        ("model.layers.0.mlp.experts.gate_up_proj", "BF16", (4, 10, 10)),
        ("model.layers.0.mlp.shared_experts.up_proj.weight", "BF16", (10, 10)),
        ("model.layers.0.mlp.gate.weight", "BF16", (4, 10)),
    ]
    found = read_local(folder(tmp_path, [*llama(), *more]), tmp_path)
    assert found.tensors is not None
    assert found.tensors.experts == 1000
    assert found.tensors.layers == (73_984 + 1000 + 280, 73_984)
    assert found.tensors.replicated == 512 + 80


def test_an_encoder_beside_a_decoder_is_no_layer_of_it(tmp_path: Path) -> None:
    whisper = {
        "model_type": "whisper",
        "d_model": 64,
        "vocab_size": 100,
        "num_mel_bins": 80,
        "decoder_layers": 1,
        "encoder_layers": 3,
        "decoder_attention_heads": 4,
    }
    names = [f"model.encoder.layers.{each}.fc1.weight" for each in range(3)]
    tensors: list[Named] = [(name, "F16", (4, 4)) for name in names]
    tensors.append(("model.decoder.layers.0.fc1.weight", "F16", (4, 4)))
    found = read_local(folder(tmp_path, tensors, **whisper), tmp_path).tensors
    assert found is not None
    assert (found.layers, found.other, found.mtp) == ((32,), 96, 0)


AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128}
COMPRESSED = {
    "quant_method": "compressed-tensors",
    "format": "pack-quantized",
    "config_groups": {"group_0": {"weights": {"num_bits": 4, "type": "int", "group_size": 32}}},
}


@pytest.mark.parametrize(
    ("quantization", "name"),
    [
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8-block"),
        ({"quant_method": "fbgemm_fp8"}, "fp8"),
        (AWQ, "int4-awq"),
        ({**AWQ, "group_size": 64}, "int4-gptq-g64"),
        ({"quant_method": "gptq", "bits": 4, "group_size": 128}, "int4-gptq"),
        ({"quant_method": "gptq", "bits": 8, "group_size": -1}, "int8-gptq"),
        ({"quant_method": "gptq", "bits": 3}, None),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "nf4"),
        ({"quant_method": "bitsandbytes", "bnb_4bit_use_double_quant": True}, "nf4-dq"),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, "int8"),
        (COMPRESSED, "int4-gptq-g32"),
        ({**COMPRESSED, "ignore": ["re:.*self_attn.*"]}, "int4-experts"),
        ({**COMPRESSED, "format": "nvfp4-pack-quantized"}, "nvfp4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        ({"quant_method": "modelopt", "quant_algo": "FP8"}, "fp8"),
        ({"quant_method": "exl2", "bits": 4.25}, "exl2-4.25bpw"),
        ({"quant_method": "exl2", "bits": 10**400}, None),
        ({"quant_method": "gptq", "bits": 4, "group_size": [1]}, "int4-gptq"),
        ({"quant_method": "aqlm"}, None),
    ],
)
def test_formats(tmp_path: Path, quantization: dict[str, Any], name: str | None) -> None:
    found = read_local(folder(tmp_path, [], quantization_config=quantization), tmp_path)
    assert found.weights_format == name


def test_formats_said_elsewhere(tmp_path: Path) -> None:
    path = folder(tmp_path, [], quantization={"group_size": 64, "bits": 4})
    assert read_local(path, tmp_path).weights_format == "mlx-4bit"
    path = folder(tmp_path, [])
    own = {"quantization": {"quant_algo": "NVFP4", "group_size": 16}}
    (path / "hf_quant_config.json").write_text(json.dumps(own), encoding="utf-8")
    assert read_local(path, tmp_path).weights_format == "nvfp4"


@pytest.mark.parametrize(
    ("config", "tensors"),
    [
        (
            {"quantization_config": AWQ},
            [
                ("model.layers.0.self_attn.q_proj.qweight", "I32", (64, 8)),
                ("model.layers.0.self_attn.q_proj.qzeros", "I32", (1, 8)),
                ("model.layers.0.self_attn.q_proj.scales", "F16", (1, 64)),
            ],
        ),
        (
            {"quantization": {"bits": 4, "group_size": 64}},
            [
                ("model.layers.0.self_attn.q_proj.weight", "I32", (64, 8)),
                ("model.layers.0.self_attn.q_proj.scales", "F16", (64, 1)),
                ("model.layers.0.self_attn.q_proj.biases", "F16", (64, 1)),
            ],
        ),
        (
            {"quantization_config": {"quant_method": "mxfp4"}},
            [
                ("model.layers.0.mlp.experts.down_proj_blocks", "U8", (64, 32)),
                ("model.layers.0.mlp.experts.down_proj_scales", "U8", (64, 2)),
            ],
        ),
        (
            {"quantization_config": {"quant_method": "fp8"}},
            [
                ("model.layers.0.self_attn.q_proj.weight", "F8_E4M3", (64, 64)),
                ("model.layers.0.self_attn.q_proj.weight_scale_inv", "F32", (1, 1)),
            ],
        ),
    ],
)
def test_packed_weights_are_counted_unpacked(
    tmp_path: Path, config: dict[str, Any], tensors: list[Named]
) -> None:
    assert read_local(folder(tmp_path, tensors, **config), tmp_path).parameters == 64 * 64


def test_one_file_without_config(tmp_path: Path) -> None:
    path = write_safetensors(tmp_path / "weights.safetensors", llama())
    found = read_local(path, tmp_path)
    assert found.architecture is None
    assert found.tensors is not None
    assert (found.name, found.parameters, len(found.tensors.layers)) == ("weights", 86_848, 2)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    header, size = safetensors_header(llama(layers=1)[:4])
    path = tmp_path / "cut.safetensors"
    for length in [*range(len(header)), len(header) + size - 1]:
        path.write_bytes((header + bytes(size))[:length])
        refused(path, tmp_path)
    path.write_bytes(header + bytes(size))
    assert read_local(path, tmp_path).parameters == 12_928


def lying(entries: Any) -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


def at(begin: int, end: int, shape: Any = (4,), kind: Any = "F32") -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cut off before"),
        (b"\x01", "cut off before"),
        (struct.pack("<Q", 2**60) + b"{}", "cut off or is not"),
        (struct.pack("<Q", 2**64 - 1), "cut off or is not"),
        (lying({}), "no tensors"),
        (lying([]), "not a JSON object"),
        (lying(b"{"), "not valid JSON"),
        (lying(b'{"a":' * 200_000), "nested too deeply"),
        (lying(b"[" * 1_000_000), "nested too deeply"),
        (lying(b"[" * 3_000_000), "more than a model needs"),
        (lying(b'{"\xff":1}'), "not UTF-8"),
        (lying(b'{"a":1,"a":2}'), "same key twice"),
        (lying({"a": at(0, 16)}), "beyond its end"),
        (lying({"a": at(2**49, 2**49 + 16)}), "beyond its end"),
        (lying({"a": at(0, 16), "b": at(8, 24)}) + bytes(24), "cannot be"),
        (lying({"a": at(0, 12)}) + bytes(16), "cannot be"),
        (lying({"a": at(16, 0)}) + bytes(16), "cannot be"),
        (lying({"a": at(-16, 0)}) + bytes(16), "cannot be"),
        (lying({"a": at(0, 16, (2**40, 2**40))}), "cannot be"),
        (lying({"a": at(0, 16, (True,))}), "cannot be"),
        (lying({"a": at(0, 16, (1,) * 40)}), "cannot be"),
        (lying({"a": at(0, 16, "4")}), "cannot be"),
        (lying({"a": at(0, 16, 4)}), "cannot be"),
        (lying({"a": at(0, 16, (4,), "Q99")}), "cannot be"),
        (lying({"a": at(0, 16, (4,), ["F32"])}), "cannot be"),
        (lying({"a": 1}), "cannot be"),
        (lying({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0]}}), "cannot be"),
    ],
)
def test_hostile_headers(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(content)
    assert said in refused(path, tmp_path).message


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    header, size = safetensors_header(llama(layers=1)[:4])
    changed = bytearray(header + bytes(size))
    changed[place] = byte
    path = tmp_path_factory.mktemp("changed") / "x.safetensors"
    path.write_bytes(bytes(changed))
    with contextlib.suppress(LocalError):
        read_local(path, path.parent)


def test_names_with_control_characters_are_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(lying({"\x1b[31mred\n": at(0, 12)}))
    assert "\x1b" not in refused(path, tmp_path).detail


def test_memory_is_bounded(tmp_path: Path) -> None:
    text = b'{"a":"' + b"x" * (LARGEST_HEADER - 16)
    path = tmp_path / "wide.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    tracemalloc.start()
    refused(path, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * LARGEST_HEADER
    text = b'{"a":"\xf0\x9f\x98\x80' + b"x" * 2**24
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    assert "more than a model needs" in refused(path, tmp_path).message


def test_ten_shards_are_fast(tmp_path: Path) -> None:
    path = folder(tmp_path, [])
    for shard in range(10):
        names = [(f"model.layers.{i % 60}.x{shard}.{i}.weight", "BF16", (8, 8)) for i in range(700)]
        write_safetensors(path / f"model-{shard:05d}-of-00010.safetensors", names)
    times = []
    for _ in range(3):
        start = time.process_time()
        read_local(path, tmp_path)
        times.append(time.process_time() - start)
    assert min(times) < 0.5  # some 0.1 s, on a machine left alone


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    path = folder(outside, llama())
    (root / "linked").symlink_to(path)
    assert "leads out of the repository" in refused(root / "linked", root).message
    assert "leads out of the repository" in refused(root / ".." / "outside", root).message
    inner = folder(root, [])
    (inner / "model.safetensors").symlink_to(path / "model.safetensors")
    assert "leads out of the repository" in refused(inner, root).message
    (inner / "model.safetensors").unlink()
    (inner / "config.json").unlink()
    (inner / "config.json").symlink_to(path / "config.json")
    assert "leads out of the repository" in refused(inner, root).message


def test_links_inside_the_root_are_followed(tmp_path: Path) -> None:
    folder(tmp_path, llama())
    (tmp_path / "linked").symlink_to(tmp_path / "my-model")
    assert read_local(tmp_path / "linked", tmp_path).parameters == 86_848


def test_what_is_no_model(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "nothing", tmp_path).message
    (tmp_path / "empty").mkdir()
    assert "holds no model" in refused(tmp_path / "empty", tmp_path).message
    (tmp_path / "a.bin").write_bytes(b"")
    assert "not a model" in refused(tmp_path / "a.bin", tmp_path).message
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(tmp_path / "loop", tmp_path)
    refused(tmp_path / "nul\0", tmp_path)
    os.mkfifo(tmp_path / "pipe.safetensors")
    assert "regular" in refused(tmp_path / "pipe.safetensors", tmp_path).message
