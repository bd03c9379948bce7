"""Fields set and removed in every form a spec has; the rest of the text stays as it is."""

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.mend.mend import with_fields
from aispec.mend.text import RefusedError
from aispec.record import fields
from aispec.spec.reader import read

BLOCK = """\
# top
version: 1   # one
name: chat
model:
  # which
  id: llama-3.1-8b-instruct
engine:
  name: vllm         # the engine
  max_model_len: 8192

hardware:
  accelerator: l4
  count: 1
  parallelism: {tensor: 1}
workload:
  users: {concurrent: 8}
  tokens: {input: 900, output: 300}   # of a request
sla:
  ttft:
    p95: 300ms
# end
"""
FLOW = """\
version: 1
name: chat
model: {id: llama-3.1-8b-instruct}
engine: {name: vllm, version: "0.11"}
hardware: {
  accelerator: l4,   # small
  count: 1
}
workload: {users: {concurrent: 8}, tokens: {input: 900, output: 300}}
sla: {ttft: {p99: 300ms}}
"""
SHORT = """\
version: 1
name: chat
model: llama-3.1-8b-instruct   # m
precision: bf16                # p
engine: vllm 0.11              # e
hardware: 1x l4                # h
workload: {users: 1000/day, tokens_per_session: 2000}
sla: {ttft: 300ms}
"""
API = """\
version: 1
name: chat
model: 'gpt-4o'
api: openai
workload: {users: 1000/day, tokens_per_session: 2000}
"""


def lines_of_difference(before: str, after: str) -> list[str]:
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize(
    ("text", "field", "value", "difference"),
    [
        (BLOCK, "hardware.count", 4, ["-  count: 1", "+  count: 4"]),
        (BLOCK, "hardware.replicas", 2, ["+  replicas: 2"]),
        (BLOCK, "hardware.accelerator", "h100-sxm-80gb",
         ["-  accelerator: l4", "+  accelerator: h100-sxm-80gb"]),
        (BLOCK, "hardware.parallelism.tensor", 4,
         ["-  parallelism: {tensor: 1}", "+  parallelism: {tensor: 4}"]),
        (BLOCK, "hardware.parallelism.expert", 4,
         ["-  parallelism: {tensor: 1}", "+  parallelism: {tensor: 1, expert: 4}"]),
        (BLOCK, "hardware.parallelism", None, ["-  parallelism: {tensor: 1}"]),
        (BLOCK, "precision.weights", "fp8", ["+precision: fp8"]),
        (BLOCK, "precision.kv_cache", "fp8", ["+precision:", "+  kv_cache: fp8"]),
        (BLOCK, "engine.max_num_seqs", 8, ["+  max_num_seqs: 8"]),
        (BLOCK, "engine.max_model_len", None, ["-  max_model_len: 8192"]),
        (BLOCK, "budget.monthly", "500 USD", ["+budget:", "+  monthly: 500 USD"]),
        (BLOCK, "sla.ttft", "540ms", ["-    p95: 300ms", "+    p95: 540ms"]),
        (BLOCK, "sla.ttft", None, ["-sla:", "-  ttft:", "-    p95: 300ms"]),
        (BLOCK, "workload.tokens.input", 450,
         ["-  tokens: {input: 900, output: 300}   # of a request",
          "+  tokens: {input: 450, output: 300}   # of a request"]),
        (BLOCK, "workload.tokens.input", None,
         ["-  tokens: {input: 900, output: 300}   # of a request",
          "+  tokens: {output: 300}   # of a request"]),
        (BLOCK, "workload.tokens.output", None,
         ["-  tokens: {input: 900, output: 300}   # of a request",
          "+  tokens: {input: 900}   # of a request"]),
        (BLOCK, "model.revision", None, []),
        (FLOW, "hardware.count", 2, ["-  count: 1", "+  count: 2"]),
        (FLOW, "hardware.replicas", 2, ["-  count: 1", "+  count: 1, replicas: 2"]),
        (FLOW, "engine.version", "0.12",
         ['-engine: {name: vllm, version: "0.11"}', '+engine: {name: vllm, version: "0.12"}']),
        (FLOW, "sla.ttft", "540ms", ["-sla: {ttft: {p99: 300ms}}", "+sla: {ttft: 540ms}"]),
        (FLOW, "sla.tps", 9, ["-sla: {ttft: {p99: 300ms}}", "+sla: {ttft: {p99: 300ms}, tps: 9}"]),
        (SHORT, "precision.weights", "fp8",
         ["-precision: bf16                # p", "+precision: fp8                # p"]),
        (SHORT, "precision.kv_cache", "fp8",
         ["-precision: bf16                # p",
          "+precision: {weights: bf16, kv_cache: fp8}                # p"]),
        (SHORT, "precision", None, ["-precision: bf16                # p", "+# p"]),
        (SHORT, "hardware.count", 4,
         ["-hardware: 1x l4                # h", "+hardware: 4x l4                # h"]),
        (SHORT, "hardware.accelerator", "l40s",
         ["-hardware: 1x l4                # h", "+hardware: 1x l40s                # h"]),
        (SHORT, "hardware.replicas", 3,
         ["-hardware: 1x l4                # h",
          "+hardware: {accelerator: l4, count: 1, replicas: 3}                # h"]),
        (SHORT, "engine.max_model_len", 4096,
         ["-engine: vllm 0.11              # e",
          '+engine: {name: vllm, version: "0.11", max_model_len: 4096}              # e']),
        (SHORT, "model.id", "qwen3-8b",
         ["-model: llama-3.1-8b-instruct   # m", "+model: qwen3-8b   # m"]),
        (SHORT, "model.revision", "main",
         ["-model: llama-3.1-8b-instruct   # m",
          "+model: {id: llama-3.1-8b-instruct, revision: main}   # m"]),
        (SHORT, "workload.users.concurrent", 5,
         ["-workload: {users: 1000/day, tokens_per_session: 2000}",
          "+workload: {users: {daily: 1000/day, concurrent: 5}, tokens_per_session: 2000}"]),
        (SHORT, "sla", None, ["-sla: {ttft: 300ms}"]),
        (API, "api.provider", "azure", ["-api: openai", "+api: azure"]),
        (API, "api.tier", "3", ["-api: openai", '+api: {provider: openai, tier: "3"}']),
        (API, "model.id", "o'x", ["-model: 'gpt-4o'", "+model: 'o''x'"]),
        (API, "limits.tpm", 90000, ["+limits:", "+  tpm: 90000"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_one_field(text: str, field: str, value: Any, difference: list[str], ends: str) -> None:
    text = text.replace("\n", ends)
    after = with_fields(text, "x", "chat", {field: value})
    assert lines_of_difference(text, after) == difference
    assert read(after, "x").problems == ()
    assert ("\r" in after) == (ends != "\n")
    assert with_fields(after, "x", "chat", {field: value}) == after


def test_a_new_part_stands_where_the_schema_has_it() -> None:
    after = with_fields(BLOCK, "x", "chat", {"precision.weights": "fp8", "limits.tpm": 5})
    keys = [line.partition(":")[0] for line in after.splitlines() if line[:1].isalpha()]
    assert keys == [
        *("version", "name", "model", "precision", "engine", "hardware", "workload", "limits"),
        "sla",
    ]


def test_an_api_takes_the_place_of_hardware() -> None:
    changes = {"api.provider": "groq", "hardware": None, "engine": None, "precision": None}
    after = with_fields(SHORT, "x", "chat", changes)
    [located] = read(after, "x").deployments
    assert located.spec.hardware is None
    assert located.spec.api is not None
    assert "# m" in after


def test_the_right_document_is_changed() -> None:
    text = f"{API}---\n# other\n{API.replace('name: chat', 'name: other')}"
    after = with_fields(text, "x", "other", {"api.provider": "azure"})
    assert lines_of_difference(text, after) == ["-api: openai", "+api: azure"]
    assert after.index("azure") > after.index("other")


def test_routes_by_number() -> None:
    text = "version: 1\nname: door\nroutes:\n  - {to: a, share: 90%}\n  - to: b\n    share: 10%\n"
    text += "workload: {users: 1/day, tokens_per_session: 5}\n"
    after = with_fields(text, "x", "door", {"routes.0.share": "60%", "routes.1.share": "40%"})
    assert "{to: a, share: 60%}" in after
    assert "    share: 40%" in after


ALIASED = """\
version: 1
name: chat
model: llama-3.1-8b-instruct
hardware: &h {accelerator: l4, count: 1}
workload:
  users: 5
  tokens: &t {input: 10, output: 5}
  batch:
    - {name: a, requests: 1, tokens: *t}
    - <<: {requests: 7}
      name: b
      tokens: {<<: *t, input: 3}
"""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("workload.batch.0.tokens.input", 4, "written elsewhere"),
        ("workload.batch.1.tokens.output", None, "written elsewhere"),
        ("workload.batch.7.name", "x", "no item 7"),
        ("workload.tokens", 5, "is a mapping"),
        ("name.first", "x", "is one value"),
        ("workload.batch.0", None, "item of a list"),
    ],
)
def test_what_cannot_be_reached_is_refused(field: str, value: Any, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        with_fields(ALIASED, "x", "chat", {field: value})


def test_merged_fields_are_overridden_where_they_are_merged() -> None:
    after = with_fields(ALIASED, "x", "chat", {"workload.batch.1.tokens.output": 9})
    assert "tokens: {<<: *t, input: 3, output: 9}" in after
    [located] = read(after, "x").deployments
    assert located.spec.workload is not None
    assert [job.output for job in located.spec.workload.batch] == [5, 9]
    assert located.spec.workload.tokens.output == 5


def test_a_change_that_would_break_the_file_is_refused() -> None:
    with pytest.raises(RefusedError, match="read worse"):
        with_fields(API, "x", "chat", {"api.provider": None})


_PATHS: dict[str, st.SearchStrategy[Any]] = {
    "precision.weights": st.sampled_from(["fp8", "bf16", "gguf:Q4_K_M"]),
    "precision.kv_cache": st.sampled_from(["fp8", "q8_0"]),
    "engine.max_model_len": st.integers(1, 10**6),
    "engine.max_num_seqs": st.integers(1, 512),
    "hardware.count": st.integers(1, 64),
    "hardware.replicas": st.integers(1, 64),
    "hardware.accelerator": st.sampled_from(["h100-sxm-80gb", "rtx 4090", "mi300x"]),
    "workload.requests_per_session": st.integers(1, 9),
    "budget.monthly": st.sampled_from(["500 USD", "1200 USD"]),
    "sla.ttft": st.sampled_from(["540ms", "1.2ms"]),
    "sla.tps": st.integers(1, 90),
    "limits.tpm": st.integers(1, 10**6),
}


@given(st.sampled_from([BLOCK, FLOW, SHORT]), st.data())
def test_any_fields_are_set_and_nothing_else(text: str, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(_PATHS)), unique=True, max_size=5))
    changes = {name: data.draw(_PATHS[name]) for name in names}
    after = with_fields(text, "x", "chat", changes)
    [old], [new] = (read(each, "x").deployments for each in (text, after))
    for name, value in changes.items():
        part, field = name.split(".")
        found = getattr(getattr(new.spec, part), field)
        assert found == value or not isinstance(value, int) or getattr(found, "value", 0) == value
    for each in fields(old.spec):
        if not any(name.startswith(each) for name in changes):
            assert getattr(old.spec, each) == getattr(new.spec, each)
    for line in text.splitlines():
        if "#" in line:
            assert line[line.index("#") :] in after
    assert with_fields(after, "x", "chat", changes) == after


def test_a_comment_behind_a_field_outlives_it() -> None:
    text = BLOCK.replace("hardware:\n", "hardware:\n  replicas: 2 # contract 4711, ask Ann\n", 1)
    assert "replicas" in text
    after = with_fields(text, "x", "chat", {"hardware.replicas": None})
    assert "replicas" not in after
    assert "  # contract 4711, ask Ann\n" in after


EMPTY = """\
version: 1
name: chat
owner:
model: gpt-4o
precision:   # p
hardware: 1x l4
budget:
workload: {users: 1000/day, tokens_per_session: 2000}
"""


@pytest.mark.parametrize(
    ("text", "field", "value", "difference"),
    [
        (EMPTY, "owner", "team", ["-owner:", "+owner: team"]),
        (EMPTY, "precision.kv_cache", "fp8",
         ["-precision:   # p", "+precision: {kv_cache: fp8}   # p"]),
        (EMPTY, "budget.monthly", "5 USD", ["-budget:", "+budget: {monthly: 5 USD}"]),
        (EMPTY, "hardware", "4x l40s", ["-hardware: 1x l4", "+hardware: 4x l40s"]),
        (SHORT, "engine.version", "0.12",
         ["-engine: vllm 0.11              # e",
          '+engine: {name: vllm, version: "0.12"}              # e']),
        (SHORT, "hardware.count", None,
         ["-hardware: 1x l4                # h", "+hardware: l4                # h"]),
        (SHORT, "engine.version", None,
         ["-engine: vllm 0.11              # e", "+engine: vllm              # e"]),
        (SHORT, "precision.weights", None, ["-precision: bf16                # p", "+# p"]),
        (SHORT, "hardware.parallelism.tensor", 2,
         ["-hardware: 1x l4                # h",
          "+hardware: {accelerator: l4, count: 1, parallelism: {tensor: 2}}                # h"]),
        (FLOW, "engine.version", None,
         ['-engine: {name: vllm, version: "0.11"}', "+engine: {name: vllm}"]),
        (FLOW, "sla.ttft", None, ["-sla: {ttft: {p99: 300ms}}"]),
        (BLOCK, "sla.ttft.p95", None, ["-sla:", "-  ttft:", "-    p95: 300ms"]),
    ],
)  # fmt: skip
def test_empty_and_short_forms(text: str, field: str, value: Any, difference: list[str]) -> None:
    after = with_fields(text, "x", "chat", {field: value})
    assert lines_of_difference(text, after) == difference


@pytest.mark.parametrize(
    ("text", "field", "value", "said"),
    [
        (BLOCK, "model", None, "there is a comment beside model"),
        (BLOCK, "engine", None, "there is a comment beside engine"),
        (FLOW, "hardware.accelerator", None, "there is a comment beside accelerator"),
        (FLOW, "hardware.count", None, "there is a comment beside count"),
        (FLOW.replace("count: 1\n}", "count: 1   # one\n}"), "hardware.replicas", 2,
         "there is a comment, or an empty value, at the end of the mapping"),
        (SHORT, "hardware.accelerator", None, "read worse"),
        (SHORT, "engine.speculative.tokens", 3, "read worse"),
        (API, "name", None, "read worse"),
    ],
)  # fmt: skip
def test_comments_and_sense_are_never_lost(text: str, field: str, value: Any, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        with_fields(text, "x", "chat", {field: value})
