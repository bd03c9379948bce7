"""Pages that are made say what code, rules and schemas say; fields and commands are all there."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest

from aispec.catalog.assumed import DEFAULTS
from aispec.estimate.vocabulary import STATED
from aispec.pipeline import Options, check
from aispec.policy.rule import load_builtin
from tests.examples import TODAY
from tools.docs.command_page import command_page, commands
from tools.docs.fields_page import left_out, schema, spec_page
from tools.docs.pages import made, stale
from tools.docs.rule_links import by_field
from tools.docs.schema_walk import fields

BASE: dict[str, Any] = {
    "version": 1,
    "name": "x",
    "model": {"id": "llama-3.1-8b-instruct"},
    "precision": {"weights": "bf16"},
    "engine": {"name": "vllm", "version": "0.33"},
    "hardware": {"accelerator": "l40s", "price": 1},
    "workload": {
        "users": {"daily": 2000},
        "tokens": {"system": 300, "context": 900, "input": 100, "output": 200},
    },
}
BY_API: dict[str, Any] = {
    "version": 1,
    "name": "x",
    "model": {"id": "gpt-4o-mini"},
    "api": {"provider": "openai", "tier": 1},
    "workload": BASE["workload"],
}
SAME = [(path, entry["same"]) for path, entry in left_out()["spec"].items() if "same" in entry]


def test_all_pages_are_current() -> None:
    assert not stale(), "run python -m tools.docs --write, and read the difference"


@pytest.mark.parametrize(("document", "name"), [("spec", "ai-deploy"), ("settings", "config")])
def test_every_field_says_what_happens_where_it_is_left_out(document: str, name: str) -> None:
    paths = [field.path for field in fields(schema(name))]
    assert len(paths) == len(set(paths))
    assert set(left_out()[document]) == set(paths)


def test_every_assumption_has_a_meaning() -> None:
    assert DEFAULTS.keys() <= left_out()["assumptions"].keys()


@pytest.mark.parametrize(("path", "value"), SAME, ids=[path for path, _ in SAME])
def test_a_default_written_out_changes_nothing(path: str, value: object) -> None:
    base = BY_API if path.startswith("api.") else BASE
    assert facts(put(base, path.split("."), value)) == facts(base)


def test_what_is_no_default_changes_something() -> None:
    assert facts(put(BASE, ["hardware", "replicas"], 2)) != facts(BASE)
    assert facts(put(BY_API, ["api", "batch"], True)) != facts(BY_API)


def facts(spec: dict[str, Any]) -> dict[str, str]:
    report = check((), Options(today=TODAY), {"ai-deploy.yaml": json.dumps(spec)})
    assert not report.findings
    (only,) = report.deployments
    written = {*STATED}
    return {name: repr(fact) for name, fact in only.facts.items() if name not in written}


def put(spec: dict[str, Any], steps: list[str], value: object) -> dict[str, Any]:
    first, *rest = steps
    inner = put(spec.get(first, {}), rest, value) if rest else value
    return {**spec, first: inner}


def test_the_spec_page_has_every_field_and_its_rules() -> None:
    page = spec_page()
    for field in fields(schema("ai-deploy")):
        assert f"# `{field.path}`\n" in page
    entry = page.split("### `limits.tpm`\n")[1].split("\n### ")[0]
    assert "[LIM001](rules/LIM001.md)" in entry
    assert "Example: `tpm: 40000` or `tpm: 40k`" in entry


def test_rules_that_point_read_or_change_are_told_apart() -> None:
    found = by_field(load_builtin(told=True), ("hardware.count", "owner", "sla.ttft"))
    assert found["owner"].looking == {"OPS007"}
    assert "FIT001" in found["hardware.count"].changing
    assert "LAT001" in found["sla.ttft"].looking


def test_every_command_and_option_is_on_the_page() -> None:
    page = command_page()
    names = [path for path, _ in commands()]
    assert {"aispec check", "aispec rules new", "aispec catalog prices"} <= set(names)
    for path, command in commands():
        section = page.split(f"## `{path}`\n")[1].split("\n## ")[0]
        options = [each for each in command.params if isinstance(each, click.Option)]
        assert all(each.opts[0] in section for each in options)


def test_pages_are_plain_markdown_without_trailing_blanks() -> None:
    for path, text in made().items():
        assert text.endswith("\n"), path
        assert not [line for line in text.splitlines() if line != line.rstrip()], path
