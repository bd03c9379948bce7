"""Rate limits: the published defaults, by provider, model and tier."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from aispec.catalog.limits import (
    RateLimit,
    counts_cached_input,
    counts_max_tokens,
    rate_limit,
    tiers,
)
from aispec.catalog.providers import providers
from aispec.catalog.store import load_data

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ("rpm", "tpm", "itpm", "otpm", "rpd", "tpd", "batch_queue")


@pytest.mark.parametrize(
    ("provider", "model", "tier", "rpm", "tpm"),
    [
        ("openai", "gpt-5.2", "1", 500, 500_000),
        ("openai", "gpt-5.2", "Tier 5", 15_000, 40_000_000),
        ("openai", "gpt-4o", "2", 5_000, 450_000),
        ("openai", "gpt-4o-mini-2024-07-18", "5", 30_000, 150_000_000),
        ("openai", "gpt-4.1", "3", None, 800_000),
        ("azure-openai", "gpt-5.2", "1", 10_000, 1_000_000),
        ("azure", "gpt-5.2", "6", 150_000, 15_000_000),
        ("azure", "gpt-4o", "1-datazone", 1_800, 300_000),
        ("azure", "gpt-oss-120b", "4", 5_000, 5_000_000),
        ("gemini", "gemini-2.5-pro", "1", 150, 2_000_000),
        ("groq", "llama-3.3-70b-versatile", "free", 30, 12_000),
        ("groq", "meta-llama/Llama-3.3-70B-Instruct", "developer", 1_000, 300_000),
        ("xai", "grok-4.7", "t4", 30_000, 100_000_000),
    ],
)
def test_published_limits(
    provider: str, model: str, tier: str, rpm: int | None, tpm: int | None
) -> None:
    found = rate_limit(provider, model, tier)
    assert found is not None
    assert (found.rpm, found.tpm) == (rpm, tpm)
    assert found.source


def test_input_and_output_apart() -> None:
    found = rate_limit("anthropic", "claude-sonnet-4-5", "4")
    assert found is not None
    assert (found.rpm, found.itpm, found.otpm, found.tpm) == (4_000, 2_000_000, 400_000, None)
    assert (found.agrees, found.until) == (True, "2026-06-26")
    now = rate_limit("anthropic", "claude-fable-5-1", "Start")
    assert now is not None
    assert (now.rpm, now.itpm, now.otpm, now.until) == (1_000, 500_000, 100_000, None)


def test_the_newer_of_two_that_disagree() -> None:
    found = rate_limit("anthropic", "claude-opus-4-5", "1")
    assert found is not None
    assert (found.itpm, found.as_of, found.agrees) == (500_000, "2026-05-22", False)


def test_without_a_tier_the_lowest_paid() -> None:
    found = rate_limit("openai", "gpt-4o", None)
    assert found is not None
    assert found.tier == "1"
    assert tiers("openai", "gpt-4o") == ("free", "1", "2", "3", "4", "5")


def test_a_model_does_not_lend_its_limits() -> None:
    found = rate_limit("openai", "gpt-5", "5")
    assert found is not None
    assert found.models == ("gpt-5",)


@pytest.mark.parametrize(
    ("provider", "model", "tier"),
    [("nobody", "gpt-4o", "1"), ("openai", "gpt-nothing", "1"), ("openai", "gpt-4o", "9")],
)
def test_unknown(provider: str, model: str, tier: str) -> None:
    assert rate_limit(provider, model, tier) is None


def test_admission() -> None:
    assert counts_max_tokens("openai")
    assert counts_max_tokens("azure-openai")
    assert not counts_max_tokens("anthropic")
    assert not counts_max_tokens("nobody")
    assert counts_cached_input("anthropic") is False
    assert counts_cached_input("nobody") is None


def test_every_row_is_found_by_its_own_name() -> None:
    for entry in load_data("limits/rate_limits")["limits"]:
        assert entry["provider"] in providers()
        for tier in entry["tiers"]:
            found = rate_limit(entry["provider"], entry["models"][0].rstrip("*"), tier)
            assert found is not None
            assert (list(found.models), found.tier) == (entry["models"], tier)


def test_every_file_has_the_schemas_form() -> None:
    schema = json.loads((ROOT / "schemas/limits.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in sorted((ROOT / "aispec/catalog/data/limits").glob("*.yaml")):
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_answered(model: str, tier: str) -> None:
    found = rate_limit("openai", model, tier)
    assert found is None or found.provider == "openai"


def _readings() -> list[dict[str, str]]:
    """Two collections of published limits, made apart from each other, read on 2026-11-22."""
    path = Path(__file__).with_name("limit_readings.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _figure(row: dict[str, str]) -> tuple[RateLimit, int | None]:
    found = rate_limit(row["provider"], row["model"].replace("*", "some-model"), row["tier"])
    assert found is not None, row
    assert found.tier == row["tier"], row
    name = row["limit"].removeprefix("long ")
    limit = found if name == row["limit"] else found.for_input(1e9)
    return found, getattr(limit, name)


def test_every_published_limit_is_the_one_that_was_read() -> None:
    for row in _readings():
        _, figure = _figure(row)
        assert str(figure) in (row["first"], row["second"]), row


def test_where_both_readings_speak_they_agree_or_the_newer_is_taken() -> None:
    both = [row for row in _readings() if row["first"] and row["second"]]
    assert len(both) >= 75
    apart = [row for row in both if row["first"] != row["second"]]
    assert {(row["provider"], row["model"]) for row in apart} == {("anthropic", "claude-opus-4")}
    for row in apart:
        found, figure = _figure(row)
        assert found.agrees is False
        assert str(figure) == row["second"]  # of 2026-05, the first is of 2025-11
    for row in both:
        if row not in apart:
            found, figure = _figure(row)
            agreed = found.agrees is not False or row["limit"] == "rpm"
            assert agreed, row
            assert str(figure) == row["first"]


def test_no_limit_is_of_the_catalogue_alone() -> None:
    read = {(row["provider"], row["tier"], row["limit"]) for row in _readings()}
    for entry in load_data("limits/rate_limits")["limits"]:
        for tier, row in entry["tiers"].items():
            told = {f"long {name}" for name in row.get("long", {}) if name != "above"}
            for name in (*(row.keys() & set(LIMITS)), *told):
                assert (entry["provider"], tier, name) in read, (entry["models"], tier, name)


def test_requests_of_much_input_have_a_bucket_of_their_own() -> None:
    found = rate_limit("openai", "gpt-4.1", "1")
    assert found
    assert found.for_input(100_000).tpm == 30_000
    assert found.for_input(128_001).tpm == 200_000
    assert found.for_input(128_001).for_input(1e9).tpm == 200_000
    sonnet = rate_limit("anthropic", "claude-sonnet-4-5", "4")
    assert sonnet
    long = sonnet.for_input(300_000)
    assert (long.rpm, long.itpm, long.otpm) == (4_000, 1_000_000, 200_000)


def test_every_limit_says_of_when_it_is() -> None:
    for entry in load_data("limits/rate_limits")["limits"]:
        for tier in entry["tiers"]:
            found = rate_limit(entry["provider"], entry["models"][0].rstrip("*"), tier)
            assert found
            assert "None" not in found.dated
    undated = rate_limit("openai", "gpt-5.2", "1")
    assert undated
    assert undated.dated == "read on 2026-11-22"
    ended = rate_limit("anthropic", "claude-sonnet-4-5", "1")
    assert ended
    assert ended.dated == "2025-11, until 2026-06-26"
