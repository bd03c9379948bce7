"""Flags, names, labels and images, one by one."""

import pytest

from aispec.adopt.engines import engine, of_command, of_image, of_name, version
from aispec.adopt.flags import read_arguments
from aispec.adopt.names import deployment_name, gguf_name, model_name, ollama_name
from aispec.adopt.places import device, place
from aispec.adopt.scalars import scalar
from aispec.adopt.values import READERS
from aispec.catalog.formats import cache_format, weight_format
from aispec.spec.document import parse


@pytest.mark.parametrize(
    ("image", "name", "tag"),
    [
        ("vllm/vllm-openai:v0.11.0", "vllm", "0.11.0"),
        ("registry.example.com:5000/team/vllm-openai:v0.6.4.post1", "vllm", "0.6.4.post1"),
        ("vllm/vllm-openai@sha256:abc", "vllm", None),
        ("vllm/vllm-openai:latest", "vllm", None),
        ("lmsysorg/sglang:v0.5.3-cu129", "sglang", "0.5.3"),
        ("ghcr.io/huggingface/text-generation-inference:3.3.4-rocm", "tgi", "3.3.4"),
        ("ghcr.io/ggml-org/llama.cpp:server-cuda-b5092", "llama.cpp", "5092"),
        ("ollama/ollama:0.12.3", "ollama", "0.12.3"),
        ("nvcr.io/nvidia/tensorrt-llm/release:1.1.0rc2", "tensorrt-llm", "1.1.0rc2"),
        ("kserve/huggingfaceserver:v0.15.2-gpu", "vllm", None),
    ],
)
def test_images_say_the_engine_and_its_version(image: str, name: str, tag: str | None) -> None:
    found = of_image(image)
    assert found is not None
    assert (found.name, version(image, found)) == (name, tag)


@pytest.mark.parametrize(
    "image",
    ["lmcache/lmstack-router:latest", "ghcr.io/open-webui/open-webui:ollama", "postgres:17"],
)
def test_bystanders_are_no_engines(image: str) -> None:
    assert of_image(image) is None


def test_every_engine_starts_by_each_of_its_commands() -> None:
    for name in ("vllm", "sglang", "tgi", "llama.cpp", "tensorrt-llm"):
        for words in engine(name).starts:
            found = of_command(["/usr/bin/env", *words, "--x"])
            assert found is not None
            assert found[0].name == name


def test_engines_go_by_other_names() -> None:
    assert of_name("text-generation-inference") == "tgi"
    assert of_name("llama_cpp") == "llama.cpp"
    assert of_name("TensorRT-LLM") == "tensorrt-llm"
    assert of_name("nothing") is None


def test_every_flag_of_every_table_has_a_reader() -> None:
    for name in ("vllm", "sglang", "tgi", "llama.cpp", "ollama", "tensorrt-llm"):
        table = engine(name)
        assert {flag.how for flag in table.flags.values()} <= set(READERS)
        assert all(flag.startswith("-") for flag in table.flags)


@pytest.mark.parametrize(
    ("arguments", "to", "value"),
    [
        (["--max-model-len", "8192"], "engine.max_model_len", 8192),
        (["--max_model_len=8192"], "engine.max_model_len", 8192),
        (["--max-model-len 8192"], "engine.max_model_len", 8192),
        (["--max-model-len", "32K"], "engine.max_model_len", 32768),
        (["--max-model-len", "1.5k"], "engine.max_model_len", 1500),
        (["--max-model-len", "1", "--max-model-len", "2"], "engine.max_model_len", 2),
        (["-tp", "4"], "hardware.parallelism.tensor", 4),
        (["--enforce-eager"], "engine.enforce_eager", True),
        (["--enforce-eager=false"], "engine.enforce_eager", False),
        (["--no-enable-prefix-caching"], "engine.enable_prefix_caching", False),
        (["--dtype", "half"], "dtype", "fp16"),
        (["-q", "gptq_marlin"], "precision.weights", "int4-gptq"),
        (["--kv-cache-dtype", "fp8_e4m3"], "precision.kv_cache", "fp8_e4m3"),
        (["--cpu-offload-gb", "4"], "engine.cpu_offload", "4GiB"),
        (["--gpu-memory-utilization", ".95"], "engine.gpu_memory_utilization", 0.95),
    ],
)
def test_flags_of_vllm(arguments: list[str], to: str, value: object) -> None:
    assert read_arguments(engine("vllm"), arguments).said[to][0] == value


def test_switches_leave_the_word_after_them_alone() -> None:
    read = read_arguments(engine("vllm"), ["--trust-remote-code", "x/y", "--port", "80", "z"])
    assert read.words == ["x/y", "z"]


def test_values_that_cannot_be_are_told_and_not_written() -> None:
    arguments = ["--max-model-len", "many", "--unheard-of", "1", "--dtype", "auto", "--seed", "$S"]
    read = read_arguments(engine("vllm"), arguments)
    assert (read.said, read.refused) == ({}, ["--max-model-len"])
    assert read.unread == ["--unheard-of"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("hf://Qwen/Qwen3-8B", "Qwen/Qwen3-8B"),
        ("hf://Qwen/Qwen3-8B:main", "Qwen/Qwen3-8B"),
        ("/models/meta-llama/Llama-3.1-8B-Instruct/", "meta-llama/Llama-3.1-8B-Instruct"),
        ("/data/my-own-model", "my-own-model"),
        ("s3://bucket/models/Qwen3-8B", "Qwen3-8B"),
        ("/root/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/0", "Qwen/Qwen3-8B"),
        ("https://huggingface.co/Qwen/Qwen3-8B", "Qwen/Qwen3-8B"),
        ("/mnt/models", None),
        ("pvc://claim/model", None),
    ],
)
def test_models_hide_in_paths_and_addresses(written: str, name: str | None) -> None:
    found = model_name(written)
    assert (found.id if found else None) == name


def test_gguf_files_say_their_format() -> None:
    shard = "/m/Llama-3.3-70B-Instruct-Q5_K_M-00001-of-00002.gguf"
    assert gguf_name(shard)[:2] == ("Llama-3.3-70B-Instruct", "gguf:Q5_K_M")  # type: ignore[index]
    assert gguf_name("ggml-org/gemma-3-4b-it-GGUF:Q8_0")[1] == "gguf:Q8_0"  # type: ignore[index]
    assert ollama_name("gemma3:12b-it-q4_K_M")[1] == "gguf:Q4_K_M"  # type: ignore[index]
    assert ollama_name("gemma3:12b")[1] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("label", "value", "accelerator"),
    [
        ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB", "nvidia-a100-sxm4-80gb"),
        ("nvidia.com/gpu.product", "Tesla-T4-SHARED", "nvidia-t4-16gb"),
        ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "nvidia-a100-sxm4-40gb"),
        ("cloud.google.com/gke-accelerator", "nvidia-l4", "nvidia-l4-24gb"),
        ("cloud.google.com/gke-tpu-accelerator", "tpu-v6e-slice", "google-tpu-v6e"),
        ("gpu.nvidia.com/class", "A100_NVLINK_80GB", "nvidia-a100-sxm4-80gb"),
        ("karpenter.k8s.aws/instance-gpu-name", "l40s", "nvidia-l40s-48gb"),
        ("node.kubernetes.io/instance-type", "p5.48xlarge", "nvidia-h100-sxm-80gb"),
        ("beta.kubernetes.io/instance-type", "a2-highgpu-1g", "nvidia-a100-sxm4-40gb"),
    ],
)
def test_labels_say_the_accelerator(label: str, value: str, accelerator: str) -> None:
    found = place({label: (value,)})
    assert found is not None
    assert found.accelerator == accelerator


def test_labels_that_say_nothing_are_left() -> None:
    assert place({"gpu": ("true",), "zone": ("a",)}) is None
    assert device("a100") == "a100"


@pytest.mark.parametrize(
    "value",
    ["0.11", "1e3", "yes", "on", "~", "null", "a: b", "a #b", "- a", "x:", "", " a", "*a", "&a",
     "!a", "'", '"', "1:00", "0o7", "0x1f", ".inf", "gguf:Q4_K_M", "a, b", "1.2.3", "é", "\\n",
     "@a", "`a", "2026-11-22", "1_000", "?", "? a", "[a]", "{a}", "%a", "a\\b", "=", "<<"],
)  # fmt: skip
def test_texts_read_back_as_they_were(value: str) -> None:
    import yaml

    for template in ("k: {}", "k: [{}]"):
        text = template.format(scalar(value).replace("{", "{"))
        [document], problems = parse(text)
        assert not problems
        read = document.data["k"]
        assert (read[0] if isinstance(read, list) else read) == value
        old = yaml.safe_load(text)["k"]
        assert (old[0] if isinstance(old, list) else old) == value


def test_formats_are_written_by_canonical_names() -> None:
    for written in ("half", "bfloat16", "awq", "fp8_e4m3", "bitsandbytes"):
        name = READERS["format"](written)
        assert isinstance(name, str)
        assert weight_format(name).name == name  # type: ignore[union-attr]
    assert cache_format(str(READERS["cache_format"]("fp8"))) is not None
    assert READERS["format"]("compressed-tensors") is None


def test_deployments_have_plain_names() -> None:
    assert deployment_name("", "meta-llama/Llama 3.1!") == "llama-3.1"
    assert deployment_name("..", "") == "my-deployment"
