"""The model files: each holds to the schema, and no two go by one name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aispec import resources
from aispec.catalog.compile import names_of_model, read_entries
from aispec.catalog.entries import Model
from aispec.catalog.names import full_key, key

FOLDER = resources.catalog_dir() / "models"
ENTRIES = read_entries(FOLDER)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = resources.schema("model")
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("slug", ENTRIES)
def test_holds_to_the_schema(slug: str, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(ENTRIES[slug])] == []


@pytest.mark.parametrize("name", ["model", "accelerator"])
def test_every_field_of_the_schema_is_described_with_an_example(name: str) -> None:
    assert list(undescribed(resources.schema(name), "")) == []


def test_all_are_there() -> None:
    kinds = Counter(entry["kind"] for entry in ENTRIES.values())
    assert kinds == {"open-weight": 433, "api": 115}
    whole = [
        entry
        for entry in ENTRIES.values()
        if not entry.get("architecture", {"incomplete": True}).get("incomplete")
    ]
    assert len(whole) == 417


def test_ids_and_aliases_are_unique() -> None:
    owners: dict[str, set[str]] = {}
    for slug, entry in ENTRIES.items():
        for name in (*names_of_model(entry), entry["id"].rpartition("/")[2]):
            owners.setdefault(full_key(name), set()).add(slug)
    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


def test_a_file_is_named_after_its_entry() -> None:
    for slug, entry in ENTRIES.items():
        assert key(slug) == key(entry["id"]), slug
        first = (FOLDER / f"{slug}.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert first.endswith("$schema=../../../../schemas/model.schema.json")


@pytest.mark.parametrize("slug", ENTRIES)
def test_limits_agree_with_each_other(slug: str) -> None:
    entry = ENTRIES[slug]
    context = entry.get("context", {})
    for part in ("native", "max_input", "max_output"):
        assert context.get(part, 1) <= context.get("length", 1 << 40), part
    parameters = entry.get("parameters", {})
    assert parameters.get("active", 0) <= parameters.get("total", 1 << 60)
    experts = entry.get("architecture", {}).get("experts")
    assert experts is None or experts["active"] <= experts["total"]


def test_limits_of_an_api_are_those_its_vendor_states() -> None:
    assert ENTRIES["gpt-5.2"]["context"] == {
        "length": 400_000,
        "max_input": 272_000,
        "max_output": 128_000,
    }
    assert ENTRIES["qwen3.7-max"]["context"]["max_output"] == 65_536


def test_training_compute_of_the_models_the_thresholds_are_known_by() -> None:
    published = {
        slug: entry["training"]["flops"]["value"]
        for slug, entry in ENTRIES.items()
        if "flops" in entry.get("training", {})
    }
    assert published["gpt-3-175b"] == 3.14e23
    assert published["llama-2-70b-hf"] == 8.1e23
    assert published["gemini-1.0-ultra"] == 5e25
    assert published["gpt-4"] == 2.1e25
    assert published["grok-3"] == 3.5e26
    assert published["claude-3-5-sonnet"] == 2.7e25


def test_an_engine_takes_the_context_of_the_configuration_by_default() -> None:
    for slug, entry in ENTRIES.items():
        context = entry.get("context", {})
        if slug.startswith("qwen2.5-") and context["length"] == 131_072:
            assert context["config"] == 32_768, slug
    assert ENTRIES["deepseek-coder-6.7b-instruct"]["context"]["config"] == 65_536


def test_an_entry_becomes_a_model() -> None:
    scout = Model.from_dict(ENTRIES["llama-4-scout-17b-16e-instruct"])
    assert scout.name == "Llama-4-Scout-17B-16E-Instruct"
    assert (scout.params_total or 0) > 1e11
    assert (scout.params_active or 0) < 2e10
    assert scout.open_weight
    assert scout.context_length == 10_485_760
    assert scout.training_flops is not None
    assert Model.from_dict(ENTRIES["gpt-4"]).params_total is None
    assert not Model.from_dict(ENTRIES["gpt-4"]).open_weight


def undescribed(schema: dict[str, Any], path: str) -> Any:
    """Paths of the fields that lack a description or an example, or that take unknown keys."""
    if schema.get("type") == "object" and schema.get("additionalProperties") is None:
        yield f"{path}: additionalProperties"
    for name, field in {**schema.get("properties", {}), **schema.get("$defs", {})}.items():
        if "$ref" not in field and not (field.get("description") and field.get("examples")):
            yield f"{path}.{name}"
        yield from undescribed(field, f"{path}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from undescribed(schema["items"], f"{path}[]")


def test_examples_of_the_schema_hold_to_it() -> None:
    for name in ("model", "accelerator"):
        schema = resources.schema(name)
        for field in schema["properties"].values():
            whole = {**field, "$defs": schema.get("$defs", {})}
            for example in field.get("examples", ()):
                jsonschema.validate(example, whole, jsonschema.Draft202012Validator)


def test_nothing_names_a_path_of_a_machine() -> None:
    for path in Path(FOLDER.parent).rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not any(f" /{top}/" in text for top in ("home", "root", "opt", "tmp", "work")), path
