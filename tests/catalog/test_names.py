"""One spelling for many."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.catalog.names import LONGEST, full_key, key, nearest, normalise, shorter, stem


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Qwen/Qwen2.5_7B Instruct", "qwen2.5-7b-instruct"),
        ("llama3.1:8b", "llama3.1-8b"),
        ("  RTX   4090 ", "rtx-4090"),
        ("a/b/C", "c"),
        ("", ""),
        ("🦙", ""),
    ],
)
def test_normalise(name: str, expected: str) -> None:
    assert normalise(name) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("Llama 3.1 8B", "llama3.1:8b", "llama-3.1-8b", "llama3-1-8b", "meta-llama/Llama_3.1_8B"),
        ("RTX 4090", "rtx-4090", "RTX4090", "rtx_4090"),
        ("A100 40GB", "a100-40gb"),
        ("claude-3-5-sonnet", "Claude 3.5 Sonnet"),
    ],
)
def test_spellings_meet(names: tuple[str, ...]) -> None:
    assert len({key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("llama-3.1-8b", "llama-3-18b"), ("gpt-4.1", "gpt-41"), ("qwen3-32b", "qwen-33-2b")],
)
def test_digits_are_not_joined(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_full_key_keeps_the_organisation() -> None:
    assert full_key("dashscope/Qwen3.8-Max") == "dashscope/qwen3.8max"
    assert full_key("gpt-4") == "gpt4"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3-4b-instruct-2507", "qwen3-4b"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("llama3.1:8b-instruct-q4_K_M", "llama3.1-8b"),
        ("Llama-2-70B-chat-hf", "llama-2-70b"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "claude-3-5-sonnet"),
        ("Mistral-7B-Instruct-v0.3", "mistral-7b-instruct-v0.3"),
        ("DeepSeek-R1-0528", "deepseek-r1-0528"),
    ],
)
def test_stem(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_shorter_takes_one_ending_at_a_time() -> None:
    assert list(shorter("a-4b-instruct-2507")) == ["a-4b-instruct", "a-4b"]


def test_nearest_is_best_first_and_bounded() -> None:
    assert nearest("h100-sxn", ["A10", "H100 SXM", "H200 SXM"])[0] == "H100 SXM"
    assert nearest("zzz", ["A10", "H100 SXM"]) == ()
    assert nearest("qwne3-8b", ["Qwen3-8B", "Llama-3.1-8B", "gpt-4o"])[0] == "Qwen3-8B"
    assert nearest("glaude", ["Claude", "gpt-4o"]) == ("Claude",)
    started = time.process_time()
    nearest("a-" * 100_000, ["a" * 50] * 1000)
    assert time.process_time() - started < 1


@given(st.text(max_size=400))
def test_any_text_has_a_bounded_key(name: str) -> None:
    assert len(key(name)) <= LONGEST
    assert normalise(normalise(name)) == normalise(name)
    assert len(list(shorter(name))) <= LONGEST
