from __future__ import annotations

import json
from datetime import date
from math import inf
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Absent, Unknown
from aispec.estimate.quantity import Quantity
from aispec.pipeline import Options, check
from aispec.report.json_format import check_json, check_text, dumps, fact_json, facts_json
from aispec.resources import schema

from .runs import BOT, CHAT, RUNS, judged, run


def validator(shape: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {**schema("report"), "oneOf": [{"$ref": f"#/$defs/{shape}"}]}
    )


@pytest.mark.parametrize("name", list(RUNS))
def test_reports_have_the_published_shape(name: str) -> None:
    validator("facts_report").validate(json.loads(dumps(facts_json(RUNS[name]()))))
    validator("check_report").validate(json.loads(dumps(check_json(RUNS[name]()))))


@pytest.mark.parametrize("name", RUNS)
def test_text_that_is_written_bit_by_bit_is_the_same(name: str) -> None:
    report = RUNS[name]()
    assert check_text(report) == dumps(check_json(report))
    assert json.loads(check_text(report, diff={"a": 1}))["diff"] == {"a": 1}


def test_reports_of_the_pipeline_have_the_published_shape() -> None:
    texts = {"a.yaml": CHAT + "---\n" + BOT + "api: openai\n", "b.yaml": "a: [", "c.yaml": CHAT}
    report = check([], Options(today=date(2026, 11, 22)), texts=texts)
    data = json.loads(dumps(check_json(report)))
    validator("check_report").validate(data)
    validator("facts_report").validate(json.loads(dumps(facts_json(report))))
    assert data["summary"]["files"] == 3
    assert data["summary"]["exit_code"] == 2


def test_the_schema_tells_the_shapes_apart() -> None:
    whole = jsonschema.Draft202012Validator(schema("report"))
    whole.validate(facts_json(RUNS["fits"]()))
    whole.validate(check_json(RUNS["fits"]()))
    assert not whole.is_valid({**check_json(RUNS["fits"]()), "summary": {}})


def test_the_schema_describes_and_shows_every_field() -> None:
    shape = schema("report")
    jsonschema.Draft202012Validator.check_schema(shape)
    for name, definition in shape["$defs"].items():
        for field, value in definition.get("properties", {}).items():
            assert value["description"], (name, field)
            if "$ref" not in value:
                assert "examples" in value, (name, field)
                sub = {**shape, "oneOf": [value]}
                for example in value["examples"]:
                    jsonschema.Draft202012Validator(sub).validate(example)
    for example in shape["examples"]:
        jsonschema.Draft202012Validator(shape).validate(example)


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        (Answer.MAYBE, "maybe"),
        (Answer.UNKNOWN, {"unknown": "this cannot be told"}),
        ("bf16", "bf16"),
        (True, True),
        (Unknown("no shape"), {"unknown": "no shape"}),
        (Absent(), {"unknown": "not stated", "applies": False}),
        (Quantity.unknown("GiB", "no shape"), {"unknown": "no shape"}),
        (
            Quantity(2, "GiB", low=1.5, high=inf, how="so"),
            {"value": 2, "low": 1.5, "high": None, "unit": "GiB", "how": "so", "sources": []},
        ),
    ],
)
def test_facts(fact: Any, written: Any) -> None:
    assert fact_json(fact) == written
    assert json.dumps(fact_json(fact)) == json.dumps(written)


def test_the_order_of_keys_is_the_same_for_all_findings() -> None:
    data = check_json(RUNS["two-documents"]())
    first, second = (each["findings"][0] for each in data["deployments"])
    assert list(first) == list(second)
    assert list(data["silenced"][0]) == [*first, "reason", "until"]


def test_silenced_findings_are_apart() -> None:
    data = check_json(RUNS["two-documents"]())
    assert data["summary"]["silenced"] == 1
    assert data["silenced"][0]["until"] == "2027-01-31"
    assert [len(each["findings"]) for each in data["deployments"]] == [1, 1]


def test_no_known_cost_is_not_a_cost_of_zero() -> None:
    data = check_json(RUNS["unknown-model"]())
    assert data["summary"]["cost_month"] == {"unknown": "no cost is known"}


@given(st.text(st.characters()))
def test_any_text_survives(name: str) -> None:
    text = dumps(facts_json(run(judged(name, {}))))
    assert not any(c != "\n" and not c.isprintable() and ord(c) < 0xA0 for c in text)
    back = json.loads(text.encode("utf-8"))["deployments"][0]["name"]
    assert back == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in name)
