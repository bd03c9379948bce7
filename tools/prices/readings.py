"""What litellm's file and genai-prices say that a model costs, in USD per million tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Row = dict[str, Any]

# The beginning of litellm's keys, where it differs from `provider/`.
_PREFIX = {
    **dict.fromkeys(("openai", "anthropic", "bedrock"), ""),
    "google": "gemini/",
    "x-ai": "xai/",
    "together": "together_ai/",
    "fireworks": "fireworks_ai/accounts/fireworks/models/",
    "alibaba": "dashscope/",
}
_GENAI = {"bedrock": "aws"}
_FIELDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "batch_input": "input_cost_per_token_batches",
    "batch_output": "output_cost_per_token_batches",
}
_GENAI_FIELDS = (
    *(("input", "input_mtok"), ("output", "output_mtok")),
    *(("cached_input", "cache_read_mtok"), ("cache_write", "cache_write_mtok")),
)
_TIER = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")


def from_litellm(data: Mapping[str, Mapping[str, Any]], provider: str, model: str) -> Row | None:
    """Read one model of litellm's file; None where it has none."""
    entry = data.get(_PREFIX.get(provider, f"{provider}/") + model)
    if entry is None or entry.get("input_cost_per_token") is None:
        return None
    row: Row = {name: _per_million(entry.get(key)) for name, key in _FIELDS.items()}
    tiers = sorted(int(found[1]) for key in entry if (found := _TIER.fullmatch(key)))
    if tiers:
        row["long_context"] = [_tier(entry, above) for above in tiers]
    return {name: figure for name, figure in row.items() if figure is not None}


def _tier(entry: Mapping[str, Any], above: int) -> Row:
    return {
        "above": above * 1000,
        "input": _per_million(entry[f"input_cost_per_token_above_{above}k_tokens"]),
        "output": _per_million(entry[f"output_cost_per_token_above_{above}k_tokens"]),
    }


def _per_million(figure: float | None) -> float | int | None:
    return None if figure is None else plain(float(figure) * 1e6)


def plain(figure: float) -> float | int:
    """Return a figure without the noise of binary fractions, an integer where it is one."""
    rounded = round(figure, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def from_genai(provider: str, model: str, moments: tuple[datetime, ...]) -> list[Row]:
    """Read one model of genai-prices at each moment, as its prices may differ by the hour."""
    from genai_prices.data_snapshot import (  # type: ignore[import-not-found, unused-ignore]
        get_snapshot,
    )

    try:
        _, found = get_snapshot().find_provider_model(
            model, None, _GENAI.get(provider, provider), None
        )
    except LookupError:
        return []
    prices = [found.get_prices(moment) for moment in moments]
    rows = [{name: _base(getattr(p, key, None)) for name, key in _GENAI_FIELDS} for p in prices]
    known = [{name: v for name, v in row.items() if v is not None} for row in rows]
    return [row for row in known if {"input", "output"} <= set(row)]


def _base(price: Any) -> float | int | None:
    """Return the price below the first tier."""
    figure = getattr(price, "base", price)
    return None if figure is None else plain(float(figure))
