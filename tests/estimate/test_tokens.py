from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

from aispec.catalog.store import load_data
from aispec.catalog.tokenizers import encoding, tokenizer_of
from aispec.estimate import tokens
from aispec.estimate.tokens import count_tokens


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, and none of the packages with other vocabularies."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    for package in ("splintr", "ctok"):
        monkeypatch.setitem(sys.modules, package, None)
    tokens._vocabulary.cache_clear()


def test_openai_is_counted_exactly() -> None:
    count = count_tokens("Learning AI is fun!", "gpt-4")
    assert (count.value, count.exact) == (5, True)
    assert count.how == "counted with cl100k_base"


def test_special_tokens_in_a_text_are_text() -> None:
    assert count_tokens("<|endoftext|>", "gpt-4o").value > 1


@pytest.mark.parametrize("model", ["claude-opus-5", "claude-3-haiku", "gemini-2.5-pro", "grok-4"])
def test_others_are_estimates_and_say_so(model: str) -> None:
    count = count_tokens("The parcel was delivered on Monday. " * 40, model)
    assert count.low < count.value < count.high
    assert str(count.how).startswith("estimate")


def test_new_claude_models_take_more_tokens_than_old_ones() -> None:
    text = "The parcel was delivered on Monday. " * 40
    assert count_tokens(text, "claude-opus-4-8").value > count_tokens(text, "claude-3-opus").value


def test_other_scripts_have_wider_bounds() -> None:
    plain = count_tokens("The parcel was delivered. " * 40, "llama-3.1-8b")
    hindi = count_tokens("पार्सल सोमवार को पहुँचा दिया गया था। " * 40, "llama-3.1-8b")
    assert hindi.high / hindi.value > plain.high / plain.value


def test_an_installed_vocabulary_counts_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    class Words:
        def encode_ordinary(self, text: str) -> list[str]:
            return text.split()

    monkeypatch.setattr(tokens, "_vocabulary", {"llama3": Words()}.get)
    count = count_tokens("one two three", "meta-llama/Llama-3.1-8B-Instruct")
    assert (count.value, count.exact, count.how) == (3, True, "counted with llama3")


def test_a_rebuilt_vocabulary_counts_within_three_per_cent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, str]] = []

    class Rebuilt:
        @staticmethod
        def token_count(text: str, version: str) -> int:
            asked.append((len(text), version))
            return len(text) // 4

    monkeypatch.setitem(sys.modules, "ctok", Rebuilt)
    kind = tokenizer_of("claude-opus-4-8")
    count = count_tokens("abcd" * 1000, "claude-opus-4-8")
    assert (count.value, count.low, count.high) == (1000, 970, 1030)
    assert count.how == f"counted with a reconstruction of {kind.name}"
    assert asked == [(4000, kind.ctok)]
    long = count_tokens("abcd" * (1 << 18), "claude-opus-4-8")
    assert asked[1:] == [(4096, kind.ctok)] * 16  # it is slow
    assert long.value == 1 << 18
    assert long.low < 0.97 * long.value < 1.03 * long.value < long.high
    count_tokens("abcd" * 1000, "gemini-2.5-pro")
    assert len(asked) == 17


@pytest.mark.parametrize(("foreign", "share"), [(0, 0.0), (400, 0.5), (800, 1.0), (1000, 1.0)])
def test_the_ratio_follows_the_share_of_other_scripts(foreign: int, share: float) -> None:
    kind = tokenizer_of("gemini-2.5-pro")
    text = "é" * foreign + "a" * (1000 - foreign)
    base = len(encoding("o200k_base").encode_ordinary(text))
    expected = [
        base * (plain * (1 - share) + other * share)
        for plain, other in zip(kind.plain, kind.other, strict=True)
    ]
    count = count_tokens(text, "gemini-2.5-pro")
    assert [count.value, count.low / 0.9, count.high / 1.1] == pytest.approx(expected)


def test_blanks_without_end_are_not_given_to_the_tokenizer() -> None:
    count = count_tokens("a" + " " * 1_000_000 + "b", "gpt-4o")
    assert not count.exact


def test_without_tiktoken_characters_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError

    monkeypatch.setattr(tokens, "encoding", missing)
    assert (
        count_tokens("abc " * 100, "gpt-4o").how
        == "400 characters by ratio, not by the model's tokenizer"
    )


@pytest.mark.parametrize("text", ["", " ", "\x00\ud7ff", "é" * 10_000, "a" * 100_000])
def test_any_text_has_a_count(text: str) -> None:
    for model in ("gpt-4o", "gpt-4", "claude-opus-5", None):
        count = count_tokens(text, model)
        assert 0 <= count.low <= count.value <= count.high


def test_an_estimate_says_why_it_is_one() -> None:
    llama = count_tokens("The parcel was delivered.", "llama-3.1-8b")
    assert "; the vocabulary of llama3 is not installed (extra: tokens)" in str(llama.how)
    unknown = count_tokens("The parcel was delivered.", "a-model-of-ours")
    assert str(unknown.how).endswith(f"; {tokenizer_of('a-model-of-ours').why}")


def test_what_an_entry_says_decides_where_nobody_knows_the_name() -> None:
    said = next(iter(load_data("tokenizers/encodings")["said"]))
    told = count_tokens("The parcel was delivered.", "a-model-of-ours", said)
    assert tokenizer_of("a-model-of-ours", said) != tokenizer_of("a-model-of-ours")
    assert told.how != count_tokens("The parcel was delivered.", "a-model-of-ours").how
