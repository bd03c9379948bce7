"""Models in GGUF: what is read, and what is refused."""

from __future__ import annotations

import contextlib
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec import resources
from aispec.catalog.local import LocalError, LocalModel, read_local
from aispec.estimate.architecture.cache import cache_shape
from aispec.estimate.architecture.parameters import count
from tests.catalog.local.writers import (
    Named,
    gguf_header,
    llama_gguf,
    pair,
    string,
    write_gguf,
    write_sparse,
)


def refused(path: Path, root: Path) -> LocalError:
    with pytest.raises(LocalError) as caught:
        read_local(path, root)
    assert caught.value.message.endswith(".")
    return caught.value


def read(
    tmp_path: Path, arch: str, fields: dict[str, Any], tensors: list[Named], **more: Any
) -> LocalModel:
    """A model of that architecture; its counts must be those of its tensors."""
    metadata = {"general.architecture": arch, **{f"{arch}.{key}": fields[key] for key in fields}}
    found = read_local(write_gguf(tmp_path / "x.gguf", metadata | more, tensors), tmp_path)
    assert found.architecture is not None
    schema = resources.schema("model")["$defs"]["architecture"]
    jsonschema.Draft202012Validator(schema).validate(found.architecture)
    assert count(found.architecture).total == found.parameters
    return found


def outside(hidden: int, vocabulary: int, tied: bool = False) -> list[Named]:
    head: list[Named] = [] if tied else [("output.weight", "F16", (hidden, vocabulary))]
    return [
        ("token_embd.weight", "F16", (hidden, vocabulary)),
        ("output_norm.weight", "F32", (hidden,)),
        *head,
    ]


def block(number: int, *tensors: tuple[str, tuple[int, ...]]) -> list[Named]:
    return [(f"blk.{number}.{name}", "F16", shape) for name, shape in tensors]


def norms(hidden: int) -> list[tuple[str, tuple[int, ...]]]:
    return [("attn_norm.weight", (hidden,)), ("ffn_norm.weight", (hidden,))]


def attention(hidden: int, rows: int, kv_rows: int) -> list[tuple[str, tuple[int, ...]]]:
    return [
        ("attn_q.weight", (hidden, rows)),
        ("attn_k.weight", (hidden, kv_rows)),
        ("attn_v.weight", (hidden, kv_rows)),
        ("attn_output.weight", (rows, hidden)),
    ]


def gated(hidden: int, size: int) -> list[tuple[str, tuple[int, ...]]]:
    return [
        ("ffn_gate.weight", (hidden, size)),
        ("ffn_up.weight", (hidden, size)),
        ("ffn_down.weight", (size, hidden)),
    ]


def routed(hidden: int, size: int, experts: int) -> list[tuple[str, tuple[int, ...]]]:
    return [
        ("ffn_gate_inp.weight", (hidden, experts)),
        ("ffn_gate_exps.weight", (hidden, size, experts)),
        ("ffn_up_exps.weight", (hidden, size, experts)),
        ("ffn_down_exps.weight", (size, hidden, experts)),
    ]


WIDTHS = {
    "block_count": 2,
    "embedding_length": 64,
    "feed_forward_length": 128,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
    "context_length": 4096,
}


def test_a_llama(tmp_path: Path) -> None:
    found = read_local(write_gguf(tmp_path / "tiny.gguf", *llama_gguf()), tmp_path)
    assert (found.name, found.source, found.notes) == ("Tiny", "1 GGUF header", ())
    assert (found.context_length, found.vocabulary) == (4096, 1024)
    assert (found.weights_format, found.weights_format_from) == (
        "gguf:Q4_K_M",
        "general.file_type 15",
    )
    assert found.architecture is not None
    assert found.parameters == count(found.architecture).total == 5_769_728
    shape = cache_shape(found.architecture, 1)
    assert shape is not None
    assert sum(each.layers * each.elements for each in shape.groups) == 2 * 2 * 2 * 128
    q4, q6 = 144 / 256, 210 / 256
    body = (512 * 512 * 2 + 512 * 256 + 512 * 1024 * 2) * q4 + (512 * 256 + 512 * 1024) * q6
    parts = found.tensors
    assert parts is not None
    assert parts.layers == (body + 4096, body + 4096)
    assert (parts.embedding, parts.head, parts.other) == (2**19 * q4, 2**19 * q6, 2048)
    assert parts.total == parts.embedding + parts.head + parts.other + sum(parts.layers)
    assert parts.replicated == 8192


def test_a_dense_hybrid_with_windows(tmp_path: Path) -> None:
    own = [
        *norms(64),
        ("post_attention_norm.weight", (64,)),
        ("post_ffw_norm.weight", (64,)),
        ("attn_q_norm.weight", (32,)),
        ("attn_k_norm.weight", (32,)),
        *attention(64, 128, 64),
        *gated(64, 128),
    ]
    tensors = outside(64, 300, tied=True) + block(0, *own) + block(1, *own)
    window = {"attention.sliding_window": 512, "attention.key_length": 32}
    found = read(tmp_path, "gemma2", {**WIDTHS, **window}, tensors)
    assert found.architecture is not None
    assert found.architecture["sliding_window"]["layers"] == 1
    assert found.architecture["norms_per_layer"] == 4
    assert found.architecture["qk_norm"] == "per_head"
    assert (found.weights_format, found.weights_format_from) == (
        "gguf:F16",
        "F16, 100% of the tensors' bytes",
    )


def test_biases_and_plain_layers(tmp_path: Path) -> None:
    own = [
        *[(name, shape) for name, shape in norms(64)],
        ("attn_norm.bias", (64,)),
        ("ffn_norm.bias", (64,)),
        ("attn_qkv.weight", (64, 64 + 2 * 32)),
        ("attn_qkv.bias", (64 + 2 * 32,)),
        ("attn_output.weight", (64, 64)),
        ("attn_output.bias", (64,)),
        ("ffn_up.weight", (64, 128)),
        ("ffn_up.bias", (128,)),
        ("ffn_down.weight", (128, 64)),
        ("ffn_down.bias", (64,)),
    ]
    norm: list[Named] = [("output_norm.bias", "F32", (64,))]
    tensors = outside(64, 300) + norm + block(0, *own) + block(1, *own)
    found = read(tmp_path, "starcoder2", WIDTHS, tensors)
    assert found.architecture is not None
    assert found.architecture["mlp"] == "plain"


def test_latent_attention_with_experts_and_prediction(tmp_path: Path) -> None:
    own = [
        *norms(64),
        ("attn_q_a.weight", (64, 24)),
        ("attn_q_a_norm.weight", (24,)),
        ("attn_q_b.weight", (24, 4 * 24)),
        ("attn_kv_a_mqa.weight", (64, 16 + 8)),
        ("attn_kv_a_norm.weight", (16,)),
        ("attn_k_b.weight", (16, 16, 4)),
        ("attn_v_b.weight", (16, 16, 4)),
        ("attn_output.weight", (64, 64)),
    ]
    shared = [("ffn_gate_shexp.weight", (64, 32)), ("ffn_up_shexp.weight", (64, 32))]
    experts = [
        *routed(64, 32, 8),
        *shared,
        ("ffn_down_shexp.weight", (32, 64)),
        ("exp_probs_b.bias", (8,)),
    ]
    tensors = outside(64, 300) + block(0, *own, *gated(64, 128)) + block(1, *own, *experts)
    tensors += block(2, *own, ("nextn.eh_proj.weight", (128, 64)))
    fields = {
        **WIDTHS,
        "block_count": 3,
        "nextn_predict_layers": 1,
        "attention.head_count_kv": 1,
        "attention.key_length": 24,
        "attention.value_length": 16,
        "attention.key_length_mla": 24,
        "attention.value_length_mla": 16,
        "attention.q_lora_rank": 24,
        "attention.kv_lora_rank": 16,
        "rope.dimension_count": 8,
        "expert_count": 8,
        "expert_used_count": 2,
        "expert_shared_count": 1,
        "expert_feed_forward_length": 32,
        "leading_dense_block_count": 1,
    }
    found = read(tmp_path, "deepseek2", fields, tensors)
    assert found.architecture is not None
    assert found.tensors is not None
    assert found.tensors.experts == 3 * 2 * 64 * 32 * 8
    assert found.tensors.mtp > 0
    assert len(found.tensors.layers) == 2
    assert count(found.architecture).mtp == found.tensors.mtp // 2
    shape = cache_shape(found.architecture, 1)
    assert shape is not None
    assert sum(each.layers * each.elements for each in shape.groups) == 2 * 24


def test_recurrent_layers(tmp_path: Path) -> None:
    heads, width, state, groups = 4, 32, 16, 2
    inner = heads * width
    channels = inner + 2 * groups * state
    mamba = [
        ("attn_norm.weight", (64,)),
        ("ssm_in.weight", (64, inner + channels + heads)),
        ("ssm_conv1d.weight", (4, channels)),
        ("ssm_conv1d.bias", (channels,)),
        ("ssm_dt.bias", (heads,)),
        ("ssm_a", (1, heads)),
        ("ssm_d", (1, heads)),
        ("ssm_norm.weight", (inner // groups, groups)),
        ("ssm_out.weight", (inner, 64)),
    ]
    one = ("attn_norm.weight", (64,))
    feed = [one, ("ffn_up.weight", (64, 128)), ("ffn_down.weight", (128, 64))]
    tensors = outside(64, 300) + block(0, *mamba) + block(1, *feed)
    tensors += block(2, one, *attention(64, 64, 32)) + block(3, *feed)
    fields = {
        **WIDTHS,
        "block_count": 4,
        "attention.head_count_kv": [0, 0, 2, 0],
        "feed_forward_length": [0, 128, 0, 128],
        "ssm.inner_size": inner,
        "ssm.state_size": state,
        "ssm.time_step_rank": heads,
        "ssm.group_count": groups,
        "ssm.conv_kernel": 4,
    }
    found = read(tmp_path, "nemotron_h", fields, tensors)
    assert found.architecture is not None
    shape = cache_shape(found.architecture, 1)
    assert shape is not None
    assert sum(each.layers * each.elements for each in shape.groups) == 2 * 2 * 16
    assert shape.state_bytes == 4 * inner * state + 2 * 4 * channels


def test_gated_delta_net(tmp_path: Path) -> None:
    linear = [
        ("attn_norm.weight", (64,)),
        ("post_attention_norm.weight", (64,)),
        ("attn_qkv.weight", (64, 2 * 32 + 64)),
        ("attn_gate.weight", (64, 64)),
        ("ssm_ba.weight", (64, 8)),
        ("ssm_conv1d.weight", (4, 2 * 32 + 64)),
        ("ssm_dt.bias", (4,)),
        ("ssm_a", (4,)),
        ("ssm_norm.weight", (16,)),
        ("ssm_out.weight", (64, 64)),
        *gated(64, 128),
    ]
    full = [
        ("attn_norm.weight", (64,)),
        ("post_attention_norm.weight", (64,)),
        ("attn_q_norm.weight", (32,)),
        ("attn_k_norm.weight", (32,)),
        ("attn_q.weight", (64, 2 * 4 * 32)),
        *attention(64, 128, 64)[1:],
        *gated(64, 128),
    ]
    fields = {
        **WIDTHS,
        "attention.key_length": 32,
        "ssm.inner_size": 64,
        "ssm.state_size": 16,
        "ssm.time_step_rank": 4,
        "ssm.group_count": 2,
        "ssm.conv_kernel": 4,
    }
    tensors = outside(64, 300) + block(0, *linear) + block(1, *full)
    found = read(tmp_path, "qwen3next", fields, tensors)
    assert found.architecture is not None
    assert found.architecture["attn_output_gate"] is True
    shape = cache_shape(found.architecture, 1)
    assert shape is not None
    assert sum(each.layers * each.elements for each in shape.groups) == 2 * 2 * 32
    assert shape.state_bytes == 4 * 64 * 16 + 2 * 4 * 128


@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_split_file_is_read_whole(tmp_path: Path, which: int) -> None:
    metadata, tensors = llama_gguf()
    for number in range(3):
        own = metadata if number == 0 else {"split.no": number}
        path = tmp_path / f"tiny-{number + 1:05d}-of-00003.gguf"
        write_gguf(path, own, tensors[number * 7 : number * 7 + 7])
    found = read_local(tmp_path / f"tiny-{which:05d}-of-00003.gguf", tmp_path)
    assert (found.source, found.parameters) == ("3 GGUF headers", 5_769_728)
    assert read_local(tmp_path, tmp_path) == found
    (tmp_path / "tiny-00002-of-00003.gguf").unlink()
    error = refused(tmp_path / "tiny-00001-of-00003.gguf", tmp_path)
    assert error.message == "tiny-00001-of-00003.gguf lacks 1 of its 3 parts."


def test_a_folder_must_hold_one_model(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a.gguf", *llama_gguf())
    write_gguf(tmp_path / "mmproj-a.gguf", *llama_gguf())
    assert read_local(tmp_path, tmp_path).name == "Tiny"
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert read_local(tmp_path, tmp_path).source == "1 GGUF header"
    write_gguf(tmp_path / "b.gguf", *llama_gguf())
    assert "path must name one file" in refused(tmp_path, tmp_path).message


@pytest.mark.parametrize("name", ["x-00002-of-00001.gguf", "x-00001-of-99999.gguf"])
def test_parts_that_cannot_be(tmp_path: Path, name: str) -> None:
    write_gguf(tmp_path / name, *llama_gguf())
    assert "is not one of its own parts" in refused(tmp_path / name, tmp_path).message


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    metadata, tensors = llama_gguf(layers=1)
    metadata["tokenizer.ggml.tokens"] = ["a", "b"]
    header, size = gguf_header(metadata, tensors)
    path = tmp_path / "cut.gguf"
    for length in [*range(0, len(header), 1), len(header) + size - 32]:
        path.write_bytes((header + bytes(size))[:length])
        refused(path, tmp_path)
    path.write_bytes(header + bytes(size))
    assert read_local(path, tmp_path).parameters


def start(tensors: int, keys: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


def array(item: int, length: int) -> bytes:
    return string("k") + struct.pack("<IIQ", 9, item, length)


def info(name: str, shape: tuple[int, ...], kind: int, offset: int) -> bytes:
    place = struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
    return string(name) + place


SPACE = bytes(4096)
HOSTILE = [
    (b"", "cut off inside"),
    (b"GGML" + SPACE, "is not a GGUF file"),
    (b"GGUF" + struct.pack(">IQQ", 3, 0, 0) + SPACE, "big-endian"),
    (start(0, 0, 1) + SPACE, "version that is not read"),
    (start(0, 0, 0) + SPACE, "version that is not read"),
    (start(0, 0) + SPACE, "holds no tensors"),
    (start(2**60, 0) + SPACE, "damaged"),
    (start(0, 2**60) + SPACE, "damaged"),
    (start(0, 1) + struct.pack("<Q", 2**60) + SPACE, "damaged"),
    (start(0, 1) + string(b"\xff\xfe") + SPACE, "damaged"),
    (start(0, 1) + string("k") + struct.pack("<I", 99) + SPACE, "damaged"),
    (start(0, 1) + string("k") + struct.pack("<IQ", 8, 2**63) + SPACE, "cut off inside"),
    (start(0, 1) + array(8, 2**60) + SPACE, "cut off inside"),
    (start(0, 1) + array(4, 2**60) + SPACE, "cut off inside"),
    (start(0, 1) + array(9, 1) + array(9, 1) + SPACE, "damaged"),
    (start(0, 2) + pair("a", 1) + pair("a", 2) + SPACE, "damaged"),
    (start(0, 1) + pair("general.alignment", 3) + SPACE, "damaged"),
    (start(0, 1) + pair("general.alignment", 0) + SPACE, "damaged"),
    (start(1, 0) + info("a", (4,), 99, 0) + SPACE, "damaged"),
    (start(1, 0) + info("a", (1,) * 5, 0, 0) + SPACE, "damaged"),
    (start(1, 0) + info("a", (2**40, 2**40), 0, 0) + SPACE, "damaged"),
    (start(1, 0) + info("a", (100,), 12, 0) + SPACE, "damaged"),
    (start(1, 0) + info("a", (4,), 0, 2**63) + SPACE, "beyond its end"),
    (start(1, 0) + info("a", (2**20,), 0, 0) + SPACE, "beyond its end"),
    (start(2, 0) + info("a", (4,), 0, 0) + info("a", (4,), 0, 32) + SPACE, "damaged"),
    (start(2, 0) + info("a", (64,), 0, 0) + info("b", (4,), 0, 32) + SPACE, "damaged"),
    (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
]


@pytest.mark.parametrize(("content", "said"), HOSTILE)
def test_hostile_headers(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "hostile.gguf"
    path.write_bytes(content)
    assert said in refused(path, tmp_path).message


HEADER, SIZE = gguf_header(*llama_gguf(layers=1))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(HEADER) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    changed = bytearray(HEADER)
    changed[place] = byte
    folder = tmp_path_factory.mktemp("changed")
    path = write_sparse(folder / "x.gguf", bytes(changed), SIZE)
    with contextlib.suppress(LocalError):
        read_local(path, folder)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(llama_gguf()[0])),
        st.integers(0, 2**32 - 1) | st.text(max_size=5) | st.booleans() | st.just([1, 2, 3]),
        max_size=4,
    )
)
def test_any_metadata_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    metadata, tensors = llama_gguf()
    folder = tmp_path_factory.mktemp("changed")
    path = write_gguf(folder / "x.gguf", {**metadata, **changes}, tensors)
    try:
        found = read_local(path, folder).architecture
    except LocalError:
        return
    if found is not None:
        schema = resources.schema("model")["$defs"]["architecture"]
        jsonschema.Draft202012Validator(schema).validate(found)
        count(found)


def test_a_large_vocabulary_is_fast_and_not_kept(tmp_path: Path) -> None:
    metadata, tensors = llama_gguf()
    tensors[0] = ("token_embd.weight", "Q4_K", (512, 128_256))
    metadata["tokenizer.ggml.tokens"] = [f"token-{each}" for each in range(128_256)]
    metadata["tokenizer.ggml.merges"] = [f"a{each} b{each}" for each in range(280_147)]
    metadata["tokenizer.ggml.token_type"] = [1] * 128_256
    path = write_gguf(tmp_path / "large.gguf", metadata, tensors)
    read_local(path, tmp_path)
    times = []
    for _ in range(3):
        begin = time.process_time()
        found = read_local(path, tmp_path)
        times.append(time.process_time() - begin)
    assert found.vocabulary == 128_256
    assert min(times) < 0.4
    tracemalloc.start()
    read_local(path, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 2**20


def test_a_header_of_empty_strings_ends(tmp_path: Path) -> None:
    path = write_sparse(tmp_path / "x.gguf", start(0, 1) + array(8, 2**60), 2**40)
    begin = time.process_time()
    assert "damaged" in refused(path, tmp_path).message
    assert time.process_time() - begin < 20
