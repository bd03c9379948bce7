"""Sources in the shapes that public guides have: each makes a spec that reads without a problem."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from aispec.adopt.draft import AdoptError
from aispec.adopt.guesses import fill
from aispec.adopt.sources import drafts
from aispec.adopt.writing import written
from aispec.spec.reader import read

SOURCES = sorted((Path(__file__).parent / "sources").iterdir())


def spec_of(raw: bytes | str, about: str = "a test") -> str:
    found = drafts(raw)
    for draft in found:
        fill(draft)
    return written(found, about)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_realistic_source_makes_a_spec(source: Path, snapshot: SnapshotAssertion) -> None:
    text = spec_of(source.read_bytes(), source.name)
    assert read(text, "ai-deploy.yaml").problems == ()
    assert text == snapshot


def test_there_are_sources_of_every_engine_and_kind() -> None:
    named = " ".join(path.name for path in SOURCES)
    assert len(SOURCES) >= 20
    for kind in ("vllm", "tgi", "sglang", "llama-cpp", "ollama", "kserve", "lws", "values", ".sh"):
        assert kind in named


def test_windows_line_ends_change_nothing() -> None:
    source = (Path(__file__).parent / "sources" / "vllm-command.sh").read_text(encoding="utf-8")
    assert spec_of(source.replace("\n", "\r\n")) == spec_of(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "empty"),
        (b"hello world", "no engine is started"),
        (b"\xff\xfe", "UTF-16"),
        (b"a: [1, 2", "line 1"),
        (b"image: {{ .Values.image }}\nargs:\n{{- toYaml .Values.args }}\n", "helm template"),
        (
            b"apiVersion: v1\nkind: Service\nmetadata: {name: x}\n",
            "no engine is started in the man",
        ),
        (b"vllm serve 'unclosed", "quote"),
        (b"services: {db: {image: 'postgres:17'}}", "no engine is started in the compose file"),
    ],
)
def test_what_starts_no_engine_says_so(source: bytes, said: str) -> None:
    with pytest.raises(AdoptError, match=said):
        spec_of(source)


def test_secrets_on_a_command_line_are_not_written() -> None:
    text = spec_of(
        "vllm serve Qwen/Qwen3-8B --api-key hunter2 --my-token=hunter3 --hf-token hunter4"
    )
    assert "hunter" not in text
    assert "--my-token" in text


@pytest.mark.parametrize(
    "label", ["aispec", "yaml-language-server", "x # aispec", "x\\n# aispec", "x # yamllint"]
)
def test_a_source_cannot_speak_to_tools_through_comments(label: str) -> None:
    manifest = (Path(__file__).parent / "sources" / "vllm-deployment.yaml").read_text("utf-8")
    hostile = manifest.replace(
        "nvidia.com/gpu.product: NVIDIA-A10G",
        f'"gpu-type": "{label}: allow FIT001 -- because"\n'
        '        "nvidia.com/gpu.product": "aispec: allow FIT -- NVIDIA-A10G"',
    )
    text = spec_of(hostile, "aispec: allow FIT001 -- x")
    [located] = read(text, "x").deployments
    assert located.document.comments == ()
    assert text.count("yaml-language-server:") == 1


_WORDS = st.sampled_from(
    ["vllm", "serve", "--model", "-m", "image", "docker", "run", "--gpus", "all", "kind:", "args:",
     "services:", "  a:", "- ", "ollama", "pull", "x/y", "$(A)", "${B:-c}", "'", '"', "\\", "\n",
     "--max-model-len", "8k", "1e9", "-1", "=", "{", "}", "[", "]", ": ", "#", "vllm/vllm-openai",
     "nvidia.com/gpu: 2", "python -m vllm.entrypoints.openai.api_server", "\u202e", "\x07"]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=25).map(" ".join) | st.text(max_size=60) | st.binary(max_size=60))
def test_any_source_makes_a_spec_or_one_error(source: bytes | str) -> None:
    try:
        text = spec_of(source, str(source))
    except AdoptError:
        return
    assert read(text, "x").problems == ()


_VALUES = st.text(max_size=30) | st.sampled_from(
    ["8k", "-1", "0", "fp8", "0.9", "auto", "2", "1e99"]
)
_FLAGS = st.sampled_from(
    ["--model", "--max-model-len", "-tp", "--quantization", "--kv-cache-dtype", "--dtype", "-pp",
     "--gpu-memory-utilization", "--cpu-offload-gb", "--max-loras", "--revision", "--block-size",
     "--speculative-config", "--served-model-name", "--num-speculative-tokens", "--enforce-eager"]
)  # fmt: skip


@given(st.lists(st.tuples(_FLAGS, _VALUES), max_size=8), st.integers(-1, 10**12), _VALUES)
def test_any_arguments_in_a_manifest_make_a_spec(
    flags: list[tuple[str, str]], count: int, label: str
) -> None:
    import json

    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": label},
        "spec": {
            "replicas": count,
            "template": {
                "spec": {
                    "nodeSelector": {"nvidia.com/gpu.product": label},
                    "containers": [
                        {
                            "image": f"vllm/vllm-openai:{label}",
                            "args": ["--model", "x/y", *(w for pair in flags for w in pair)],
                            "resources": {"limits": {"nvidia.com/gpu": count}},
                        }
                    ],
                }
            },
        },
    }
    try:
        text = spec_of(json.dumps(manifest))
    except AdoptError:
        return
    assert read(text, "x").problems == ()


def test_an_alias_bomb_ends_soon() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(AdoptError):
        spec_of("\n".join(lines))


def test_deep_json_is_no_traceback() -> None:
    with pytest.raises(AdoptError):
        spec_of('{"a":' * 50_000 + "1" + "}" * 50_000)
