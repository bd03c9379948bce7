"""Prices: list prices as published, names as people write them, and ranges that stay honest."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from aispec.catalog.compile import price_index
from aispec.catalog.model_names import slug, stem
from aispec.catalog.prices import (
    accelerator_prices,
    api_price,
    canonical_cloud,
    canonical_provider,
    clouds,
    hourly_range,
    instance_price,
    providers,
)
from aispec.catalog.store import load_data
from tools.prices.files import render

ROOT = Path(__file__).resolve().parents[2]
H100 = "nvidia-h100-sxm-80gb"


def _agreed() -> list[dict[str, str]]:
    path = Path(__file__).with_name("agreed_prices.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", "gpt-5.2", (1.75, 14)),
        ("openai", "gpt-4o", (2.5, 10)),
        ("OpenAI", "gpt-4o-mini", (0.15, 0.6)),
        ("openai", "openai/gpt-4.1", (2, 8)),
        ("openai", "gpt-4o-2024-08-06", (2.5, 10)),
        ("anthropic", "claude-sonnet-4-5", (3, 15)),
        ("anthropic", "claude-sonnet-4.5", (3, 15)),
        ("anthropic", "claude-3-5-sonnet-20241022", (3, 15)),
        ("gemini", "gemini-2.5-pro", (1.25, 10)),
        ("dashscope", "qwen3.7-max", (2.5, 7.5)),
        ("xai", "grok-3", (3, 15)),
        ("mistral", "mistralai/Mistral-Large-3-675B-Instruct-2512", (0.5, 1.5)),
        ("groq", "meta-llama/Llama-3.1-8B", (0.05, 0.08)),
        ("aws", "meta-llama/Llama-3.1-70B", (0.72, 0.72)),
        ("together.ai", "meta-llama/Llama-3.1-405B-Instruct", (3.5, 3.5)),
        ("fireworks", "meta-llama/Llama-3.1-405B", (3, 3)),
        ("bedrock", "meta-llama/Llama-4-Scout-17B-16E-Instruct", (0.17, 0.66)),
    ],
)
def test_list_prices(provider: str, model: str, expected: tuple[float, float]) -> None:
    (price,) = api_price(provider, model)
    assert (price.input, price.output) == expected
    assert price.source
    assert price.as_of


def test_names_alike_are_not_mixed_up() -> None:
    for model in ("gpt-4", "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-5-mini", "gpt-5.2"):
        (price,) = api_price("openai", model)
        assert price.model == model


def test_a_hosted_open_model_is_found_at_every_provider() -> None:
    found = {price.provider for price in api_price(None, "meta-llama/Llama-3.1-8B-Instruct")}
    assert {"bedrock", "fireworks", "groq", "together"} <= found


def test_azure_sells_at_the_list_price() -> None:
    (price,) = api_price("azure-openai", "gpt-4o-mini")
    assert (price.provider, price.input) == ("azure", 0.15)
    assert price.source.startswith("openai's list price")


def test_time_of_day_makes_a_range() -> None:
    (price,) = api_price("deepseek", "deepseek-v4-pro")
    likely, low, high = price.spread("input") or (0, 0, 0)
    assert (low, high) == (0.66, 1.32)
    assert likely == pytest.approx((7 * 1.32 + 17 * 0.66) / 24)
    assert sum(window.hours for window in price.windows) == 24


def test_sources_that_disagree_make_a_range() -> None:
    (price,) = api_price("together", "meta-llama/Llama-3.3-70B-Instruct")
    assert price.agrees is False
    assert price.spread("output") == (1.04, 0.88, 1.04)


def test_what_nobody_published_is_unknown() -> None:
    (price,) = api_price("groq", "openai/gpt-oss-120b")
    assert price.batch_input is None
    assert price.spread("batch_input") is None


def test_a_long_request_is_priced_whole_by_its_tier() -> None:
    (price,) = api_price("google", "gemini-2.5-pro")
    assert price.for_request(200_000) is price
    long = price.for_request(200_001)
    assert (long.input, long.output, long.cached_input) == (2.5, 15, 0.25)


def test_unknown_names() -> None:
    assert api_price("nobody", "gpt-4o") == ()
    assert api_price("openai", "gpt-nothing") == ()
    assert api_price("openai", "") == ()
    assert canonical_provider("nobody") is None
    assert instance_price("aws/nothing") == ()
    assert instance_price("nobody/p5.48xlarge") == ()
    assert accelerator_prices("nvidia-nothing") == ()
    assert hourly_range(()) is None


def test_a_name_belongs_to_one_provider() -> None:
    for market, canonical in (("api", canonical_provider), ("cloud", canonical_cloud)):
        listed = load_data("prices/providers")[market]
        names = [name for key, entry in listed.items() for name in (key, *entry["aliases"])]
        assert len(names) == len(set(names))
        for key, entry in listed.items():
            assert {canonical(name.upper()) for name in (key, *entry["aliases"])} == {key}
    assert providers() == tuple(sorted(load_data("prices/providers")["api"]))


def test_google_is_a_model_provider_and_a_cloud() -> None:
    assert canonical_provider("vertex_ai") == "google"
    assert canonical_cloud("google") == "gcp"


@pytest.mark.parametrize("name", ["aws/p5.48xlarge", "AWS/P5.48xlarge", "p5.48xlarge"])
def test_an_instance(name: str) -> None:
    (price,) = instance_price(name)
    assert (price.accelerator, price.accelerators, price.on_demand) == (H100, 8, 55.04)
    assert price.hourly("spot") is None


def test_regions_are_rows_of_their_own() -> None:
    prices = instance_price("gcp/a3-highgpu-8g")
    assert len(prices) == len({price.region for price in prices}) > 5
    assert instance_price("azure/nd96isr_h100_v5")


def test_one_gpu_costs_what_its_seller_asks() -> None:
    likely, low, high = hourly_range(accelerator_prices(H100)) or (0, 0, 0)
    assert low == pytest.approx(1.865)
    assert high == pytest.approx(15.977)
    assert round(high / low) == 9
    assert 3 < likely < 6, "one cloud's seven regions must not outvote the other clouds"


def test_slices_are_not_accelerators() -> None:
    everything = instance_price("azure/Standard_NV6ads_A10_v5")
    assert everything
    assert all(price.accelerators < 1 for price in everything)
    assert all(price.accelerators >= 1 for price in accelerator_prices("nvidia-a10-24gb"))


def test_every_row_has_a_price_and_a_cloud_we_know() -> None:
    for group in load_data("prices/cloud")["groups"]:
        assert group["provider"] in clouds()
        for row in group["rows"]:
            assert len(row) == 7
            assert any(price is not None for price in row[4:])


def test_files_and_sources() -> None:
    listed = load_data("prices/providers")
    assert sorted(p.stem for p in _files("api")) == sorted(listed["priced"])
    for provider in listed["priced"]:
        rows = load_data(f"prices/api/{provider}")["prices"]
        models = [row["model"] for row in rows]
        assert len(models) == len(set(models))
        for row in rows:
            (own,) = api_price(provider, row["model"])
            assert own.model == row["model"]


def test_every_file_has_the_schemas_form() -> None:
    schema = json.loads((ROOT / "schemas/prices.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in [*_files("api"), *_files(".")]:
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_answered(provider: str, model: str) -> None:
    assert isinstance(api_price(provider, model), tuple)
    assert isinstance(instance_price(model), tuple)


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / "aispec/catalog/data/prices" / folder).glob("*.yaml"))


@pytest.mark.parametrize("row", _agreed(), ids=lambda row: f"{row['provider']}/{row['model']}")
def test_fifty_models_cost_what_both_public_sources_say(row: dict[str, str]) -> None:
    """Read on 2026-11-22 out of litellm 1.109.1 and genai-prices 0.2.3, where these agree."""
    (price,) = api_price(row["provider"], row["model"])
    assert price.agrees
    for field in ("input", "output", "cached_input", "batch_input", "batch_output"):
        if row[field]:
            assert getattr(price, field) == pytest.approx(float(row[field])), field


def test_there_are_fifty_of_them() -> None:
    assert len(_agreed()) == 50


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("03:59", (1.32, 3.96)),
        ("04:00", (0.66, 1.98)),
        ("06:00", (1.32, 3.96)),
        ("23:59", (0.66, 1.98)),
    ],
)
def test_a_moment_is_an_argument(clock: str, expected: tuple[float, float]) -> None:
    (price,) = api_price("deepseek", "deepseek-v4-pro")
    then = price.at(datetime.fromisoformat(f"2026-11-22T{clock}:00+00:00"))
    assert (then.input, then.output) == expected
    assert then.spread("input") == (expected[0],) * 3
    elsewhere = price.at(datetime.fromisoformat(f"2026-11-22T{clock}:00"))
    assert repr(elsewhere) == repr(then)
    berlin = price.at(datetime.fromisoformat("2026-11-22T04:59:00+01:00"))
    assert berlin.input == 1.32


def test_a_price_without_windows_is_the_same_at_any_moment() -> None:
    (price,) = api_price("openai", "gpt-5.2")
    assert price.at(datetime(2026, 11, 22, 3)) is price


def test_windows_cover_the_day_once() -> None:
    for provider in load_data("prices/providers")["priced"]:
        for row in load_data(f"prices/api/{provider}")["prices"]:
            (price,) = api_price(provider, row["model"])
            for minute in range(0, 24 * 60, 15) if price.windows else ():
                assert sum(window.holds(minute) for window in price.windows) == 1


def test_files_are_written_as_the_tool_writes_them() -> None:
    for path in _files("api"):
        rows = load_data(f"prices/api/{path.stem}")["prices"]
        assert render(rows) == path.read_text(encoding="utf-8")


def test_the_index_of_prices_leads_to_every_row_by_its_names() -> None:
    priced = load_data("prices/providers")["priced"]
    listed = {name: load_data(f"prices/api/{name}") for name in priced}
    index = price_index(listed)
    for provider, prices in listed.items():
        for place, row in enumerate(prices["prices"]):
            for name in (row["model"], *row.get("serves", ())):
                assert place in index["slugs"][slug(name)][provider]
                assert place in index["stems"][stem(name)][provider]
    places = [p for names in index["slugs"].values() for of in names.values() for p in of]
    assert len(places) == sum(
        len({slug(name) for name in (row["model"], *row.get("serves", ()))})
        for prices in listed.values()
        for row in prices["prices"]
    )
