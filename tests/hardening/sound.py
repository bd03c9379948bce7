"""What is wrong with what a run wrote: each format by its readers' own shape.

Every function returns a complaint, or nothing when all is well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cmarkgfm
import xmlschema
from cmarkgfm.cmark import Options as Cmark
from jsonschema_rs import Draft4Validator, Draft202012Validator

from aispec.report.report import Report
from aispec.resources import schema
from tests.report.html.strict import read as read_html
from tests.report.html.strict import sound as sound_html
from tests.report.test_markdown import LINK, MENTION, OURS, REFERENCE, Rendered

_PUBLISHED = Path(__file__).parents[1] / "published"
_ANNOTATION = re.compile(r"::(error|warning|notice) (file=[^:,\s]|title=)[^\n]*?::[^\n]*")
_TAG = re.compile(r"<(script|iframe|img|style|object|embed|form)\b", re.IGNORECASE)
_UNSEEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0x80, 0xA0), 0x7F, 0x2028, 0x2029}


@cache
def _schema_of_report() -> Draft202012Validator:
    return Draft202012Validator(schema("report"))


@cache
def _schema_of_sarif() -> Draft4Validator:
    published = json.loads((_PUBLISHED / "sarif-2.1.0-rtm.5.json").read_text())
    # As published it is no regular expression: a bracket is closed that was never opened.
    for part in ("run", "toolComponent"):
        del published["definitions"][part]["properties"]["language"]["pattern"]
    return Draft4Validator(published)


@cache
def _schema_of_junit() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(_PUBLISHED / "junit-10.xsd"))


def _json(text: str) -> None:
    _schema_of_report().validate(json.loads(text, parse_constant=_refuse))


def _sarif(text: str) -> None:
    _schema_of_sarif().validate(json.loads(text, parse_constant=_refuse))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _junit(text: str) -> None:
    _schema_of_junit().validate(text)


def _gitlab(text: str) -> None:
    issues: list[dict[str, Any]] = json.loads(text, parse_constant=_refuse)
    names = [issue["fingerprint"] for issue in issues]
    assert len(set(names)) == len(names), "two issues of one fingerprint"
    for issue in issues:
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker"), issue
        assert issue["location"]["lines"]["begin"] >= 1, issue
        assert issue["description"], issue
        assert issue["check_name"], issue


def _github(text: str) -> None:
    for line in text.split("\n")[:-1]:
        assert _ANNOTATION.fullmatch(line), f"not an annotation: {line[:300]}"


def _html(text: str) -> None:
    root = read_html(text)
    policy = [each for each in root.all("meta") if "http-equiv" in each.attributes]
    assert policy[0]["content"].startswith("default-src 'none'; style-src 'sha256-")
    if any(each.attributes.get("class") == "tiles" for each in root.all("dl")):
        sound_html(root)  # a report; a plan has another shape
    for each in root.all():
        assert each.tag not in ("script", "iframe", "img", "object", "form"), each
        for name, value in each.attributes.items():
            assert not name.startswith("on"), each
            if name == "href":
                assert re.fullmatch(r"#[a-z0-9-]+|https://[^\s\"'<>]+", value), value


def _markdown(text: str) -> None:
    page = Rendered(cmarkgfm.github_flavored_markdown_to_html(text, Cmark.CMARK_OPT_UNSAFE))
    strange = set(page.tags) - OURS - {"a"}
    assert not strange, f"tags {sorted(strange)}"
    for part in page.texts:
        for live in (MENTION, REFERENCE, LINK):
            found = live.search(part)
            assert not found, f"{found[0] if found else ''} in {part[:200]}"


FORMS: Mapping[str, Callable[[str], None]] = {
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "gitlab": _gitlab,
    "github": _github,
    "html": _html,
    "markdown": _markdown,
}


def unsound(texts: Mapping[str, str]) -> str | None:
    """Name the first format that its readers would refuse, or that carries something live."""
    for form, text in texts.items():
        try:
            FORMS.get(form, str)(text)
        except Exception as error:  # each validator has its own
            return f"{form}: {type(error).__name__}: {str(error)[:500]}"
    return steering(texts)


def steering(texts: Mapping[str, str]) -> str | None:
    """Name a format that lets characters through which steer what shows them."""
    for form, text in texts.items():
        bad = {c for c in text if (ord(c) < 32 and c != "\n") or ord(c) in _UNSEEN}
        if bad:
            return f"{form} holds {sorted(map(ord, bad))}"
        if form in ("terminal", "concise"):
            text.encode("utf-8")
    return None


def astray(report: Report) -> str | None:
    """Name a finding whose place is not in its file."""
    for finding in report.every():
        lines = report.lines.get(finding.path, [])
        span = finding.span
        if span.line < 1 or span.column < 1:
            return f"{finding.code} at {span}"
        if finding.path not in report.lines:
            continue  # a file that is no spec, and not held
        width = len(lines[span.line - 1]) if span.line <= len(lines) else 0
        if span.line > max(len(lines), 1) or span.column > width + 1:
            return f"{finding.code} at {span}, outside {len(lines)} lines"
        if (span.end_line, span.end_column) < (span.line, span.column):
            return f"{finding.code} at {span} ends before it begins"
    return None
