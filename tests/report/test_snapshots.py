from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from aispec.report import concise, facts_text, json_format, markdown, terminal

from .runs import RUNS

FORMATS = {
    "terminal": lambda report: terminal.render(report, colour=False),
    "verbose": lambda report: terminal.render(report, colour=False, width=72, verbose=True),
    "ascii": lambda report: terminal.render(report, colour=False, width=60, unicode=False),
    "concise": concise.render,
    "facts": facts_text.render,
    "facts-json": lambda report: json_format.dumps(json_format.facts_json(report)),
    "json": lambda report: json_format.dumps(json_format.check_json(report)),
    "markdown": markdown.render,
}
ONCE = {("verbose", "two-documents"), ("ascii", "does-not-fit"), ("facts-json", "unknown-model")}
CASES = [
    (form, name)
    for form in FORMATS
    for name in RUNS
    if form in ("terminal", "concise", "json", "markdown", "facts") or (form, name) in ONCE
]


@pytest.mark.parametrize(("form", "name"), CASES)
def test_format(form: str, name: str, snapshot: SnapshotAssertion) -> None:
    text = FORMATS[form](RUNS[name]())
    assert text == snapshot


def test_formats_are_the_same_twice() -> None:
    for form, write in FORMATS.items():
        assert write(RUNS["two-documents"]()) == write(RUNS["two-documents"]()), form
