"""Tokens of a text: counted by the model's own tokenizer, else by a ratio with its bounds.

OpenAI's encodings are counted exactly from ranks that travel with the package. The vocabularies of
open models and of Claude are those of `splintr-rs` and `ctok` where these are installed. Everything
else is counted in o200k_base and multiplied by the ratio of the two tokenizers. Template tokens,
which a provider puts around messages, are not counted.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from aispec.catalog.tokenizers import Tokenizer, encoding, tokenizer_of
from aispec.estimate.quantity import Quantity

# Characters of a token, likely, most and least: English prose and code with the tokenizers in use
# since 2023 (cl100k, o200k, Llama 3, Qwen 2.5); other scripts have up to two tokens a character.
_ASCII = (4.2, 5.5, 2.4)
_OTHER = (1.2, 3.5, 0.5)
# tiktoken's pattern matcher gives up, and ends the process's thread, on a longer run of blanks.
_BLANKS = r"\s{20000}"
_UNSEEN = 0.1  # how far texts lie beyond those that the ratios were measured on
_SLOW = 500_000  # characters that ctok, at a quarter of a megabyte a second, is still asked for
_BASE = "o200k_base"


def count_tokens(text: str, model: str | None, said: str | None = None) -> Quantity:
    """Return the tokens of `text` for a model; `said` is what its entry says of its tokenizer."""
    kind = tokenizer_of(model or "", said)
    if re.search(_BLANKS, text):
        return counted_by_ratio(text)
    exact = _exact(text, kind)
    if exact is not None:
        return _counted(exact, kind.name)
    rebuilt = _by_ctok(text, kind.ctok) if kind.ctok else None
    if rebuilt is not None:
        how = f"counted with a reconstruction of {kind.name}"
        return Quantity(rebuilt, "tokens", low=rebuilt * 0.97, high=rebuilt * 1.03, how=how)
    base = _by_ours(text, _BASE)
    return counted_by_ratio(text) if base is None else _converted(base, text, kind)


def counted_by_ratio(text: str) -> Quantity:
    """Return the tokens of `text` as a range, from its characters alone."""
    plain = sum(char < "\x80" for char in text)
    other = len(text) - plain
    likely, low, high = (
        plain / per_ascii + other / per_other
        for per_ascii, per_other in zip(_ASCII, _OTHER, strict=True)
    )
    how = f"{len(text):,} characters by ratio, not by the model's tokenizer"
    return Quantity(likely, "tokens", low=low, high=high, how=how)


def _counted(tokens: int, name: str) -> Quantity:
    return Quantity(float(tokens), "tokens", how=f"counted with {name}")


def _converted(base: int, text: str, kind: Tokenizer) -> Quantity:
    foreign = sum(char >= "\x80" for char in text) / max(len(text), 1)
    # A text in another script still has ASCII blanks and punctuation, a fifth of its characters.
    share = min(foreign / 0.8, 1.0)
    likely, low, high = (
        plain * (1 - share) + other * share
        for plain, other in zip(kind.plain, kind.other, strict=True)
    )
    why = kind.why or f"the vocabulary of {kind.name} is not installed (extra: tokens)"
    how = f"estimate: {base:,} tokens of {_BASE} x {likely:.2f}; {why}"
    ends = base * low * (1 - _UNSEEN), base * high * (1 + _UNSEEN)
    return Quantity(base * likely, "tokens", low=ends[0], high=ends[1], how=how)


def _exact(text: str, kind: Tokenizer) -> int | None:
    """Count with the tokenizer itself; None where it is not at hand."""
    if kind.encoding:
        return _by_ours(text, kind.encoding)
    if kind.splintr:
        vocabulary = _vocabulary(kind.splintr)
        return None if vocabulary is None else len(vocabulary.encode_ordinary(text))
    return None


def _by_ours(text: str, name: str) -> int | None:
    try:
        return len(encoding(name).encode_ordinary(text))
    except ImportError:
        return None


@cache
def _vocabulary(name: str) -> Any:
    try:
        import splintr  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return splintr.Tokenizer.from_pretrained(name)


def _by_ctok(text: str, version: str) -> int | None:
    if len(text) > _SLOW:
        return None
    try:
        import ctok  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return int(ctok.token_count(text, version=version))
