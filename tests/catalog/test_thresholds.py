"""Thresholds on training compute: figures, and whether each is in force."""

import json
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from aispec.catalog.store import load_data
from aispec.catalog.thresholds import threshold, thresholds

ROOT = Path(__file__).resolve().parents[2]


def test_figures() -> None:
    flop = {each.id: each.flop for each in thresholds()}
    assert flop == {
        "eu-gpai": 1e23,
        "eu-systemic-risk": 1e25,
        "eu-modifier": None,
        "us-eo-14110": 1e26,
        "us-ca-sb53": 1e26,
        "us-ny-raise": 1e26,
    }


def test_the_modifier_is_a_third() -> None:
    modifier = threshold("eu-modifier")
    assert modifier is not None
    assert modifier.ratio == 1 / 3


def test_what_was_rescinded_is_not_in_force() -> None:
    order = threshold("us-eo-14110")
    assert order is not None
    assert (order.in_force, order.until) == (False, "2025-01-20")


def test_in_force_is_the_dates_answer() -> None:
    checked = load_data("thresholds/training_compute")["checked"]
    for each in thresholds():
        ended = each.until is not None and each.until <= checked
        assert each.in_force == (each.since <= checked and not ended), each.id
        assert each.sources


def test_unknown() -> None:
    assert threshold("nothing") is None


def test_every_file_has_the_schemas_form() -> None:
    schema = json.loads((ROOT / "schemas/thresholds.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in sorted((ROOT / "aispec/catalog/data/thresholds").glob("*.yaml")):
        Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))
