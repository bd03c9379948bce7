from __future__ import annotations

from tools.prices.__main__ import renewed
from tools.prices.readings import from_litellm, plain

ENTRY = {
    "input_cost_per_token": 1.25e-06,
    "output_cost_per_token": 1e-05,
    "cache_read_input_token_cost": 1.25e-07,
    "input_cost_per_token_batches": 6.25e-07,
    "output_cost_per_token_batches": 5e-06,
    "input_cost_per_token_above_200k_tokens": 2.5e-06,
    "output_cost_per_token_above_200k_tokens": 1.5e-05,
    "input_cost_per_token_above_200k_tokens_priority": 9.9,
}


def test_a_litellm_entry() -> None:
    row = from_litellm({"gemini/gemini-2.5-pro": ENTRY}, "google", "gemini-2.5-pro")
    assert row == {
        "input": 1.25,
        "output": 10,
        "cached_input": 0.125,
        "batch_input": 0.625,
        "batch_output": 5,
        "long_context": [{"above": 200_000, "input": 2.5, "output": 15}],
    }
    assert from_litellm({}, "google", "gemini-2.5-pro") is None


def test_noise_of_binary_fractions_is_gone() -> None:
    assert plain(0.1 + 0.2) == 0.3
    assert str(plain(2.0)) == "2"


def test_a_row_keeps_what_its_source_does_not_say() -> None:
    row = {"model": "m", "serves": ["x"], "input": 1, "output": 2, "source": "litellm"}
    first = {"input": 1, "output": 2, "cached_input": 0.1}
    assert renewed(row, first, [{"input": 1, "output": 2}], "genai-prices") == {
        **row,
        "cached_input": 0.1,
        "second": {"source": "genai-prices", "agrees": True},
    }


def test_a_price_that_moved_takes_along_what_hung_on_it() -> None:
    row = {"model": "m", "input": 1, "output": 2, "batch_input": 0.5, "source": "genai-prices"}
    found = renewed(row, {"input": 3, "output": 6}, [{"input": 1, "output": 2}], "litellm")
    assert "batch_input" not in found
    assert found["second"] == {"source": "litellm", "agrees": False, "input": 1, "output": 2}
