"""Tokens of a text: counted by the model's own tokenizer, else by a ratio with its bounds.

OpenAI's encodings are counted exactly from ranks that travel with the package. The vocabularies of
open models and of Claude are those of `splintr-rs` and `ctok` where these are installed. Everything
else is counted in o200k_base and multiplied by the ratio of the two tokenizers. A text that is too
long to be counted whole is counted in passages, and its bounds say so. Template tokens, which a
provider puts around messages, are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from math import sqrt
from typing import Any

from aispec.catalog.tokenizers import Tokenizer, encoding, tokenizer_of
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.spec.text_file import PASSAGE, Passage, TextFile, of_text

WHOLE = 256 << 10
"""Bytes of the longest text that is counted whole; tokenizers take ever longer for more."""

# Characters of a token, likely, most and least: English prose and code with the tokenizers in use
# since 2023 (cl100k, o200k, Llama 3, Qwen 2.5); other scripts have up to two tokens a character.
_ASCII = (4.2, 5.5, 2.4)
_OTHER = (1.2, 3.5, 0.5)
# tiktoken's pattern matcher gives up, and ends the process's thread, on a longer run of blanks.
_BLANKS = 20_000
_UNSEEN = 0.1  # how far texts lie beyond those that the ratios were measured on
_SLOW = WHOLE // 4  # for ctok, which takes a second for a quarter of a megabyte
_BASE = "o200k_base"
# Of what was not read: twice the standard error of the mean, and more for what few passages have.
# Held by 114 cuts of 14 kinds of text (prose, code, markup, data, mixtures), 0.4 to 2.5 MB each.
_ERRORS = 2.0
_REST = 0.01


@record
class _Counter:
    """What counts a text of so many bytes whole, and between what shares of that it may lie."""

    count: Callable[[str], int]
    name: str
    most: int = WHOLE
    doubt: float = 0.0
    exact: bool = True  # whether it is the model's own, and not the one that ratios are to


def count_tokens(text: str | TextFile, model: str | None, said: str | None = None) -> Quantity:
    """Return the tokens of `text` for a model; `said` is what its entry says of its tokenizer.

    Each tokenizer counts a `TextFile` once. Raises OSError where that can't be read.
    """
    kind = tokenizer_of(model or "", said)
    source = of_text(text) if isinstance(text, str) else text
    if kind.name not in source.kept:
        source.kept[kind.name] = _count(source, kind)
    found: Quantity = source.kept[kind.name]
    return found


def _count(source: TextFile, kind: Tokenizer) -> Quantity:
    counter = _counter(kind)
    passages = source.passages(counter.most if counter else WHOLE)
    if counter is None or any(_blank(each.text) for each in passages):
        return _by_ratio(passages, source.size)
    counts = [counter.count(each.text) for each in passages]
    if len(counts) == 1:
        tokens, how = Quantity(float(counts[0]), "tokens"), ""
    else:
        tokens = _scaled(counts, passages, source.size)
        how = f" in {_of_passages(passages, source.size)}"
    if not counter.exact:
        return _converted(tokens, passages, kind, how)
    return tokens.within(1 - counter.doubt, 1 + counter.doubt).told(
        f"counted with {counter.name}{how}"
    )


def _scaled(counts: Sequence[int], passages: Sequence[Passage], size: int) -> Quantity:
    """The tokens of a text of `size` bytes by those of passages that are evenly spread in it.

    The bounds are those of a ratio estimate (Cochran, Sampling Techniques, chapter 6), which takes
    passages for drawn at random: those that are evenly spread do better. A byte is a token at most.
    """
    read = sum(each.size for each in passages) or 1
    rate, many = sum(counts) / read, len(counts)
    off = sum((n - rate * each.size) ** 2 for n, each in zip(counts, passages, strict=True))
    doubt = _ERRORS * sqrt(off * many / (many - 1)) / read + _REST * rate
    low, high = max(rate - doubt, 0.0), max(min(rate + doubt, 1.0), rate)
    return Quantity(rate * size, "tokens", low=low * size, high=high * size)


def _of_passages(passages: Sequence[Passage], size: int) -> str:
    part = len(passages) * PASSAGE / size
    return f"{len(passages)} passages, {part:.1%} of its {size / 2**20:,.1f} MiB"


def _blank(text: str) -> bool:
    return any(len(run[0]) >= _BLANKS for run in re.finditer(r"\s+", text))


def _by_ratio(passages: Sequence[Passage], size: int) -> Quantity:
    """The tokens of a text as a range, from the characters of it alone."""
    whole = size / (sum(each.size for each in passages) or 1)
    every, foreign = _characters(passages)
    likely, low, high = (
        whole * ((every - foreign) / per_ascii + foreign / per_other)
        for per_ascii, per_other in zip(_ASCII, _OTHER, strict=True)
    )
    how = f"{every * whole:,.0f} characters by ratio, not by the model's tokenizer"
    return Quantity(likely, "tokens", low=low, high=high, how=how)


def _converted(
    base: Quantity, passages: Sequence[Passage], kind: Tokenizer, counted: str
) -> Quantity:
    every, foreign = _characters(passages)
    # A text in another script still has ASCII blanks and punctuation, a fifth of its characters.
    share = min(foreign / 0.8 / max(every, 1), 1.0)
    likely, low, high = (
        plain * (1 - share) + other * share
        for plain, other in zip(kind.plain, kind.other, strict=True)
    )
    why = kind.why or f"the vocabulary of {kind.name} is not installed (extra: tokens)"
    how = f"estimate: {base.value:,.0f} tokens of {_BASE}{counted} x {likely:.2f}; {why}"
    ends = base.low * low * (1 - _UNSEEN), base.high * high * (1 + _UNSEEN)
    return Quantity(base.value * likely, "tokens", low=ends[0], high=ends[1], how=how)


def _characters(passages: Sequence[Passage]) -> tuple[int, int]:
    """How many there are, and how many of them are not ASCII."""
    every = sum(len(each.text) for each in passages)
    return every, every - sum(len(each.text.encode("ascii", "ignore")) for each in passages)


def _counter(kind: Tokenizer) -> _Counter | None:
    """The nearest to a model's tokenizer that is at hand."""
    if kind.encoding:
        return _ours(kind.encoding, kind.name)
    vocabulary = _vocabulary(kind.splintr) if kind.splintr else None
    if vocabulary is not None:
        return _Counter(lambda text: len(vocabulary.encode_ordinary(text)), kind.name)
    rebuilt = _rebuilt() if kind.ctok else None
    if rebuilt is not None:
        count = partial(rebuilt.token_count, version=kind.ctok)
        return _Counter(count, f"a reconstruction of {kind.name}", _SLOW, 0.03)
    return _ours(_BASE, _BASE, exact=False)


def _ours(name: str, called: str, *, exact: bool = True) -> _Counter | None:
    try:
        own = encoding(name)
    except ImportError:
        return None
    return _Counter(lambda text: len(own.encode_ordinary(text)), called, exact=exact)


@cache
def _vocabulary(name: str) -> Any:
    try:
        import splintr  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return splintr.Tokenizer.from_pretrained(name)


def _rebuilt() -> Any:
    try:
        import ctok  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return ctok
