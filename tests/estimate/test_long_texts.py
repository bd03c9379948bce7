"""Texts that are too long to be counted whole: what is said of them must hold."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import process_time

import pytest

from aispec.catalog.tokenizers import encoding
from aispec.estimate.tokens import WHOLE, count_tokens
from aispec.spec.text_file import PASSAGE, of_text

ROOT = Path(__file__).parents[2]
LONG = 1 << 20


def files(pattern: str) -> str:
    found = "\n".join(path.read_text() for path in sorted(ROOT.glob(pattern)))
    return found[:LONG]


def noise(size: int) -> str:
    return b64encode(Random(7).randbytes(size)).decode()


KINDS: dict[str, Callable[[], str]] = {
    "prose": lambda: files("docs/**/*.md"),
    "code": lambda: files("aispec/**/*.py"),
    "data": lambda: files("aispec/catalog/data/models/*.yaml"),
    "schemas": lambda: files("schemas/*.json") * 2,
    "languages": lambda: files("aispec/catalog/data/languages/parallel.yaml") * 24,
    "an attachment in prose": lambda: files("docs/*.md")[:300_000] + noise(90_000),
    "turns": lambda: "".join(
        files("docs/*.md")[at : at + 3_000] + files("rules/*/*.yaml")[at : at + 1_000]
        for at in range(0, 300_000, 3_000)
    ),
}


def exactly(text: str, name: str = "o200k_base") -> int:
    own = encoding(name)
    return sum(len(own.encode_ordinary(text[at : at + WHOLE])) for at in range(0, len(text), WHOLE))


@pytest.mark.parametrize("kind", KINDS)
def test_the_count_is_between_its_bounds(kind: str) -> None:
    text = KINDS[kind]()
    assert len(text.encode()) > WHOLE
    count, true = count_tokens(text, "gpt-4o"), exactly(text)
    assert count.low <= true <= count.high
    assert count.value == pytest.approx(true, rel=0.08)
    assert count.low < count.value < count.high
    assert count.high / count.low < 1.4


def test_what_was_read_is_said() -> None:
    count = count_tokens("The parcel was delivered. " * 80_000, "gpt-4o")
    assert count.how == "counted with o200k_base in 64 passages, 12.6% of its 2.0 MiB"
    estimate = count_tokens("The parcel was delivered. " * 80_000, "gemini-2.5-pro")
    assert " tokens of o200k_base in 64 passages, 12.6% of its 2.0 MiB x " in str(estimate.how)


def test_a_text_just_short_enough_is_counted_exactly() -> None:
    text = "The parcel was delivered. " * (WHOLE // 26)
    count = count_tokens(text, "gpt-4o")
    assert (count.value, count.exact) == (exactly(text), True)
    assert not count_tokens(text + "x" * 26, "gpt-4o").exact


def test_no_text_has_more_tokens_than_bytes() -> None:
    rare = "".join(map(chr, range(0x10000, 0x30000)))
    count = count_tokens(rare, "gpt-4o")
    assert count.high <= len(rare.encode())
    assert count.low <= exactly(rare) <= count.high


def test_a_tokenizer_counts_a_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = of_text("The parcel was delivered. " * 80_000)
    first = count_tokens(text, "gpt-4o")
    read: list[int] = []
    monkeypatch.setattr(type(text), "passages", lambda *_: read.append(1))
    assert count_tokens(text, "gpt-4o") is first
    assert count_tokens(text, "o3") is first
    assert not read


WORST = {
    "one letter": "a" * (4 << 20),
    "no blanks": noise(3 << 20),
    "blanks": " " * (4 << 20) + "x",
    "runs of blanks": (" " * 19_990 + "x") * 200,
    "line feeds": "\n" * (4 << 20),
    "NUL": "\x00" * (4 << 20),
    "a rule": "=" * (4 << 20),
    "any character": "".join(map(chr, Random(3).choices(range(0x80, 0xD800), k=3 << 19))),
    "runs of blanks, counted whole": (" " * 19_990 + "x") * 13,
    "one letter, counted whole": "a" * WHOLE,
}


@pytest.mark.parametrize("kind", WORST)
def test_no_text_takes_long(kind: str) -> None:
    text = of_text(WORST[kind])
    for model in ("gpt-4o", "gpt-4"):  # their encodings are read before
        count_tokens("x", model)
    began = process_time()
    count = count_tokens(text, "gpt-4o")
    count_tokens(text, "gpt-4")
    assert process_time() - began < 1.0
    assert 0 < count.low <= count.value <= count.high <= text.size


def test_passages_are_small_enough_for_runs_of_blanks() -> None:
    """A tokenizer gives up on 20,000 of them."""
    assert PASSAGE < 20_000
