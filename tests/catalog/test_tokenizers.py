from __future__ import annotations

import base64
import hashlib
import random
import socket
from typing import Any

import pytest
import tiktoken
import tiktoken_ext.openai_public as public

from aispec.catalog.store import Catalog, load_data
from aispec.catalog.tokenizers import (
    encoding,
    inflation,
    ranks,
    tokenizer,
    tokenizer_of,
)
from tools.tokenizers.pack import unpack

ENCODINGS = ("cl100k_base", "o200k_base")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def as_published(name: str, monkeypatch: pytest.MonkeyPatch) -> tiktoken.Encoding:
    """tiktoken's own encoding: its pattern and special tokens, over a file of the hash it asks."""

    def from_us(_: str, expected_hash: str) -> dict[bytes, int]:
        raw = unpack(ranks(name.replace("harmony", "base")))
        assert hashlib.sha256(raw).hexdigest() == expected_hash
        rows = (line.split() for line in raw.splitlines())
        return {base64.b64decode(token): int(rank) for token, rank in rows}

    monkeypatch.setattr(public, "load_tiktoken_bpe", from_us)
    return tiktoken.Encoding(**getattr(public, name)())


def a_megabyte() -> str:
    """Prose in 23 languages, code, numbers, emoji and characters of all planes, by chance."""
    chance = random.Random(20261122)
    texts = load_data("languages/parallel")
    pieces = [s for lines in texts["texts"].values() for s in lines] + list(texts["code"])

    def piece() -> str:
        kind = chance.randrange(6)
        if kind == 0:
            return "".join(
                chr(chance.choice((chance.randrange(32, 0x3000), 0x1F600))) for _ in "12"
            )
        if kind == 1:
            return str(chance.randrange(10 ** chance.randrange(1, 20)))
        if kind == 2:
            return chance.choice(
                ("\n\n", "   ", "\t", "\r\n", "don't WE'LL ", "<|endoftext|>", "...!?")
            )
        return chance.choice(pieces) + chance.choice((" ", "\n", ""))

    made: list[str] = []
    size = 0
    while size < 1 << 20:
        made.append(piece())
        size += len(made[-1].encode())
    return "".join(made)


@pytest.mark.parametrize("name", [*ENCODINGS, "o200k_harmony"])
def test_a_megabyte_of_mixed_text_counts_as_tiktoken_counts_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = a_megabyte()
    own = tokenizer(name).encoding
    assert own
    ours = encoding(own).encode_ordinary(text)
    assert ours == as_published(name, monkeypatch).encode_ordinary(text)
    assert len(ours) > 200_000


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Learning AI is fun!", [48567, 15592, 374, 2523, 0]),
        ("tiktoken is great!", [83, 1609, 5963, 374, 2294, 0]),
    ],
)
def test_published_vectors(text: str, ids: list[int]) -> None:
    assert encoding("cl100k_base").encode_ordinary(text) == ids


def test_the_articles_token_is_a_chinese_word() -> None:
    assert encoding("cl100k_base").decode([71668]).strip() == "输出"


def test_kiwi_has_six_tokens() -> None:
    ids = encoding("cl100k_base").encode_ordinary("KiwiGPT is awesome")
    assert [encoding("cl100k_base").decode([each]) for each in ids] == [
        *("Ki", "wi", "G", "PT"),
        " is",
        " awesome",
    ]


@pytest.mark.parametrize("name", ENCODINGS)
def test_ranks_are_those_of_the_file_named(name: str) -> None:
    entry = load_data("tokenizers/encodings")["encodings"][name]
    raw = unpack(ranks(name))
    assert hashlib.sha256(raw).hexdigest() == entry["sha256"]
    assert len(ranks(name)) == entry["tokens"]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4-1106-preview", "cl100k_base"),
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-5.2", "o200k_base"),
        ("openai/gpt-oss-120b", "o200k_harmony"),
        ("o3", "o200k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("claude-3-opus", "claude-3"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-3"),
        ("claude-opus-4-8", "claude-4.8"),
        ("claude-sonnet-5", "claude-4.8"),
        ("gemini-2.5-pro", "gemma3"),
        ("gpt-6-sol", "gpt-next"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3"),
        ("nobody/nothing", "other"),
    ],
)
def test_the_tokenizer_of_a_model(model: str, name: str) -> None:
    assert tokenizer_of(model).name == name


@pytest.mark.parametrize(
    ("model", "name"),
    [("qwen2.5-7b-instruct", "qwen2"), ("deepseek-v3", "deepseek_v3"), ("gemma-2-9b-it", "gemma2")],
)
def test_what_an_entry_says_of_its_tokenizer(model: str, name: str) -> None:
    found = Catalog.default().model(model)
    assert tokenizer_of(found.entry.id, found.entry.tokenizer).name == name  # type: ignore[union-attr]


def test_every_name_in_the_tables_is_a_tokenizer() -> None:
    data = load_data("tokenizers/encodings")
    assert {*data["models"].values(), *data["said"].values()} <= data["tokenizers"].keys()
    for name in data["tokenizers"]:
        each = tokenizer(name)
        for likely, low, high in (each.plain, each.other):
            assert low <= likely <= high


def test_languages_cost_what_they_were_measured_to() -> None:
    texts = load_data("languages/parallel")["texts"]
    measured = load_data("languages/inflation")["inflation"]
    for name in ENCODINGS:
        own = encoding(name)
        english = sum(len(own.encode_ordinary(line)) for line in texts["en"])
        for code, lines in texts.items():
            if code != "en":
                theirs = sum(len(own.encode_ordinary(line)) for line in lines)
                assert measured[name][code][0] == round(theirs / english, 2)


def test_inflation_by_language_and_tokenizer() -> None:
    assert inflation("en-GB", "o200k_base") == (1, 1, 1)
    hindi = [inflation("hi", name) for name in ("cl100k_base", "o200k_base", "o200k_harmony")]
    assert all(hindi)
    assert hindi[0][0] > 2 * hindi[1][0]  # type: ignore[index]
    assert hindi[1] == hindi[2]
    assert inflation("pt_BR", "llama3") == inflation("pt", "llama3")
    assert inflation("xx", "o200k_base") is None


def test_a_tokenizer_that_was_not_measured_has_the_range_of_all() -> None:
    anyone, ours = inflation("hi", "other"), inflation("hi", "o200k_base")
    assert anyone
    assert ours
    assert anyone[1] <= ours[1] <= ours[2] <= anyone[2]
