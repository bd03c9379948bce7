"""Mending: what changes, what stays, and that doing it twice changes nothing."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.mend.mend import mended, worse
from aispec.mend.units import respelled
from aispec.spec.reader import read
from aispec.spec.units import KINDS, UnitError
from aispec.spec.units import read as read_unit
from tests.spec.specimens import DOOR, HOSTED, LONG, SHORT
from tests.spec.test_broken_specs import cases
from tests.spec.test_reader_properties import PIECES

HERE = Path(__file__).parent
_, *_BLOCKS = (HERE / "spellings.txt").read_text(encoding="utf-8").split("\n=== ")
CASES = [block.partition("\n")[::2] for block in _BLOCKS]


@pytest.mark.parametrize(("title", "body"), CASES, ids=[title for title, _ in CASES])
def test_spellings(title: str, body: str) -> None:
    before, after = (part.strip("\n") + "\n" for part in body.split("--- =>\n"))
    made = mended(before, "ai-deploy.yaml")
    assert made.text == after
    assert mended(after, "ai-deploy.yaml").text == after


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_byte_order_mark_and_last_line_survive(ends: str, mark: str, last: bool) -> None:
    before = (
        "version: 1\nnmae: chat # é\u2028x\nmodel: GPT-4o-Mini\napi: OpenAI\nsla: {ttft: 1 s}\n"
    )
    after = "version: 1\nname: chat # é\u2028x\nmodel: gpt-4o-mini\napi: openai\nsla: {ttft: 1s}\n"
    before, after = (mark + text.replace("\n", ends) for text in (before, after))
    if not last:
        before, after = before.rstrip("\r\n"), after.rstrip("\r\n")
    assert mended(before, "x").text == after


@pytest.mark.parametrize("text", [SHORT, LONG, DOOR, HOSTED])
def test_good_specs_are_left(text: str) -> None:
    made = mended(text, "x")
    assert (made.text, made.left) == (text, [])


def test_what_cannot_be_changed_says_why() -> None:
    text = "version: 1\nname: x\nmodel: |\n  GPT-4o-Mini\napi: openai\nworkload: {users: 1}\n"
    made = mended(text, "x")
    assert made.text == text


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_mended_once_and_reads_no_worse(text: str) -> None:
    once = mended(text, "x").text
    assert mended(once, "x").text == once
    assert not worse(read(text, "x"), read(once, "x"))


@pytest.mark.parametrize("text", [each.values[0] for each in cases("broken_lines.txt")])
def test_broken_lines_are_mended_once_and_read_no_worse(text: str) -> None:
    from tests.spec.test_broken_specs import HEAD

    whole = HEAD + str(text)
    once = mended(whole, "x").text
    assert mended(once, "x").text == once
    assert not worse(read(whole, "x"), read(once, "x"))


_NAMES = st.sampled_from(
    ["Llama 3.1 8B", "llama3.1:8b", "META-LLAMA/llama-3.1-8b-instruct", "GPT-4O", "BF16", "Q4_K_M",
     "awq", "vLLM", "vllm 0.11", "LLAMA.CPP", "OpenAI", "aws", "NVIDIA-L4", "2x tesla-t4", "a100",
     "80 GB", "5 SEC", "1000 / DAY", "60", "60 %", "1,000", "yes", "2024", "", "x: y",
     "# x", "m4-max-64gb"]
)  # fmt: skip
_KEYS = st.sampled_from(
    ["name", "nmae", "model", "Model", "precision", "engine", "hardware", "api", "workload", "sla",
     "weights", "kv-cache", "accelerator", "id", "provider", "users", "tokens", "ttft", "limits",
     "tpm"]
)  # fmt: skip
_TREES = st.recursive(
    _NAMES | st.integers(0, 200) | st.booleans(),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=4) | st.lists(inner, max_size=2),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _TREES, max_size=8), st.booleans())
def test_any_fields_are_mended_once_and_read_no_worse(data: dict[str, object], flow: bool) -> None:
    import yaml

    text = json.dumps(data) if flow else yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    once = mended(text, "x").text
    assert mended(once, "x").text == once
    assert not worse(read(text, "x"), read(once, "x"))


_UNITS = st.sampled_from(
    ["", "ms", "MS", "sec", "minutes", "h", "GB", "gb", "Gi", "Gb", "G", "k", "K", "M", "m", "%",
     "percent", "/day", "/ d", " per minute", "/s", " tok/s", "USD", "$", " usd/hour", "USD/Mtok",
     "x"]
)  # fmt: skip
_NUMBERS = st.sampled_from(["1", "60", "0.5", ".5", "1,000", "1'000", "1e3", "99.9", "1 000", "0"])


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(["", "$"]), _NUMBERS, _UNITS)
def test_respelling_keeps_the_meaning(kind: str, before: str, number: str, unit: str) -> None:
    written = before + number + unit
    better = respelled(kind, written)
    if better is None:
        return
    after = read_unit(kind, better)
    assert respelled(kind, better) is None
    with contextlib.suppress(UnitError):
        assert read_unit(kind, written) == after
