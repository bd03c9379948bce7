"""Tokens of a text, by ratio: without a model's own tokenizer the bounds are wide and say so."""

from __future__ import annotations

from aispec.estimate.quantity import Quantity

# Characters of a token, likely, most and least: English prose and code with the tokenizers in use
# since 2023 (cl100k, o200k, Llama 3, Qwen 2.5); other scripts have up to two tokens a character.
_ASCII = (4.2, 5.5, 2.4)
_OTHER = (1.2, 3.5, 0.5)


def counted_by_ratio(text: str) -> Quantity:
    """Return the tokens of `text` as a range."""
    plain = sum(char < "\x80" for char in text)
    other = len(text) - plain
    likely, low, high = (
        plain / per_ascii + other / per_other
        for per_ascii, per_other in zip(_ASCII, _OTHER, strict=True)
    )
    how = f"{len(text):,} characters by ratio, not by the model's tokenizer"
    return Quantity(likely, "tokens", low=low, high=high, how=how)
