"""Counts the parallel text with every tokenizer at hand and states what languages cost.

Needs `splintr-rs` and `ctok`; figures are by sentence, so that the bounds are what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from aispec.catalog.store import load_data
from aispec.catalog.tokenizers import encoding

Count = Callable[[str], int]
Row = list[float]

_HEAD = """\
# Written by `python -m tools.tokenizers` from parallel.yaml: do not edit.
# `inflation`: tokens for one of the same text in English, by tokenizer and language: of the whole
# text, and the least and most of its five sentences. `ratios`: tokens for one of o200k_base,
# likely, least and most, of texts that are nearly all ASCII (likely: English, code), then others.
"""


def counters() -> dict[str, Count]:
    """Return a counter for each tokenizer that can be counted exactly."""
    import ctok  # type: ignore[import-not-found, unused-ignore]
    import splintr  # type: ignore[import-not-found, unused-ignore]

    found: dict[str, Count] = {}
    for name, entry in load_data("tokenizers/encodings")["tokenizers"].items():
        if name in load_data("tokenizers/encodings")["encodings"]:
            found[name] = _length(encoding(name).encode_ordinary)
        elif "splintr" in entry:
            vocabulary = splintr.Tokenizer.from_pretrained(entry["splintr"])
            found[name] = _length(vocabulary.encode_ordinary)
        elif "ctok" in entry:
            found[name] = _claude(ctok.token_count, entry["ctok"])
    return found


def _length(encode: Callable[[str], Sequence[int]]) -> Count:
    return lambda text: len(encode(text))


def _claude(count: Callable[..., int], version: str) -> Count:
    # A message has a fixed head, which is no part of the text.
    head = 2 * count("a", version=version) - count("a a", version=version)
    return lambda text: count(text, version=version) - max(head, 0)


def written(counts: Mapping[str, Count]) -> str:
    """Return the data file."""
    texts = load_data("languages/parallel")
    lines = [_HEAD + f"checked: '{texts['checked']}'", "inflation:"]
    for name, count in counts.items():
        rows = {code: inflation(count, texts["texts"], code) for code in texts["texts"]}
        rows.pop("en")
        lines.append(f"  {name}:")
        lines += [f"    {code}: {row}" for code, row in sorted(rows.items())]
    lines.append("ratios:")
    for name, count in counts.items():
        lines.append(f"  {name}: {ratio(count, counts['o200k_base'], texts)}")
    return "\n".join(lines) + "\n"


def inflation(count: Count, texts: Mapping[str, Sequence[str]], code: str) -> Row:
    """Return tokens for one of English: of all sentences, and the least and most of one."""
    pairs = [
        (count(theirs), count(ours)) for theirs, ours in zip(texts[code], texts["en"], strict=True)
    ]
    each = [theirs / ours for theirs, ours in pairs]
    whole = sum(theirs for theirs, _ in pairs) / sum(ours for _, ours in pairs)
    return [round(whole, 2), round(min(each), 2), round(max(each), 2)]


def ratio(count: Count, base: Count, texts: Mapping[str, Any]) -> list[Row]:
    """Return tokens for one of o200k_base, likely, least and most: plain texts, then others.

    A plain text is nearly all ASCII, as English, code and several languages are.
    """
    prose = {code: " ".join(lines) for code, lines in texts["texts"].items()}
    usual = [prose["en"], *texts["code"]]
    every = [*prose.values(), *texts["code"]]
    plain = [text for text in every if _ascii(text) >= 0.95]
    other = [text for text in every if _ascii(text) < 0.95]
    return [
        _spread([count(text) / base(text) for text in kind], likely)
        for kind, likely in (
            (plain, median(count(text) / base(text) for text in usual)),
            (other, median(count(text) / base(text) for text in other)),
        )
    ]


def _ascii(text: str) -> float:
    return sum(char < "\x80" for char in text) / len(text)


def _spread(ratios: Sequence[float], likely: float) -> Row:
    return [round(figure, 2) for figure in (likely, min(ratios), max(ratios))]
