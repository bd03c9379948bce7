"""Formats that machines read: the same places in all, and shapes that their readers publish."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from aispec.policy.finding import Finding, Label
from aispec.policy.rule import load_builtin
from aispec.record import replace
from aispec.report import annotations, concise, gitlab, json_format, junit, sarif
from aispec.report.report import Report
from aispec.report.shown import Replacement, Shown, replacements

from .runs import NEAR_LIMIT, OVERCOMMIT, RUNS, judged, run
from .test_markdown import HOSTILE, hostile

PUBLISHED = Path(__file__).parents[1] / "published"
SARIF = jsonschema.Draft4Validator(json.loads((PUBLISHED / "sarif-2.1.0-rtm.5.json").read_text()))
JUNIT = xmlschema.XMLSchema(str(PUBLISHED / "junit-10.xsd"))
RULES = load_builtin(told=True)
Place = tuple[str, str, int, int | None]


def written_sarif(report: Report, **more: object) -> dict:
    return json.loads(sarif.render(Shown(report, **more), RULES))  # type: ignore[arg-type]


def results(report: Report, **more: object) -> list[dict]:
    return written_sarif(report, **more)["runs"][0]["results"]


def of_json(report: Report) -> Iterator[Place]:
    data = json.loads(json_format.dumps(json_format.check_json(report)))
    found = [f for each in data["deployments"] for f in each["findings"]] + data["findings"]
    for each in found:
        yield each["code"], each["path"], each["line"], each["column"]


def of_concise(report: Report) -> Iterator[Place]:
    for line in concise.render(report).splitlines():
        match = re.fullmatch(r"(.+?):(\d+):(\d+): \w+\[(\w+)\] .*", line)
        assert match
        yield match[4], match[1], int(match[2]), int(match[3])


def of_sarif(report: Report) -> Iterator[Place]:
    for each in results(report):
        place = each["locations"][0]["physicalLocation"]
        region = place["region"]
        uri = place["artifactLocation"]["uri"]
        yield each["ruleId"], uri, region["startLine"], region["startColumn"]


def of_junit(report: Report) -> Iterator[Place]:
    for case in ElementTree.fromstring(junit.render(report)).iter("testcase"):
        for said in case:
            match = re.match(r"(.+?):(\d+):(\d+): \w+\[(\w+)\] ", said.text or "")
            assert match
            assert case.get("classname") == match[1]
            yield match[4], match[1], int(match[2]), int(match[3])


def of_gitlab(report: Report) -> Iterator[Place]:
    for each in json.loads(gitlab.render(Shown(report))):
        place = each["location"]
        code = each["description"].split(":")[0]
        yield code, place["path"], place["lines"]["begin"], None


def of_github(report: Report) -> Iterator[Place]:
    for line in annotations.render(Shown(report)).splitlines():
        match = re.match(
            r"::\w+ file=([^,]+),line=(\d+),endLine=\d+,col=(\d+),.*title=(\w+) ", line
        )
        assert match
        yield match[4], match[1], int(match[2]), int(match[3])


@pytest.mark.parametrize("name", list(RUNS))
def test_every_format_has_the_same_findings_at_the_same_places(name: str) -> None:
    report = RUNS[name]()
    wanted = sorted(of_json(report))
    assert len(wanted) == len(report.counted())
    for places in (of_concise, of_sarif, of_junit, of_github):
        assert sorted(places(report)) == wanted, places.__name__  # type: ignore[type-var]
    lines = [(code, path, line) for code, path, line, _ in wanted]
    assert sorted(place[:3] for place in of_gitlab(report)) == lines


@pytest.mark.parametrize("name", list(RUNS))
def test_shapes_are_the_published_ones(name: str) -> None:
    report = RUNS[name]()
    SARIF.validate(written_sarif(report))
    SARIF.validate(written_sarif(report, new=frozenset(("9f2c6d01e4b7a385",))))
    JUNIT.validate(junit.render(report))


@pytest.mark.parametrize("form", ["sarif", "junit", "gitlab", "github"])
def test_formats(form: str, snapshot: SnapshotAssertion) -> None:
    report = RUNS["two-documents"]()
    made = {
        "sarif": lambda: sarif.render(Shown(report), RULES),
        "junit": lambda: junit.render(report),
        "gitlab": lambda: gitlab.render(Shown(report)),
        "github": lambda: annotations.render(Shown(report)),
    }
    assert made[form]() == snapshot


def many(number: int, finding: Finding = OVERCOMMIT) -> Report:
    return run(
        *(
            judged(f"m{n}", {}, replace(finding, deployment=f"m{n}", fingerprint=f"{n:016x}"))
            for n in range(number)
        )
    )


def test_rules_are_told_once_each_with_help() -> None:
    made = written_sarif(many(3))["runs"][0]
    (rule,) = made["tool"]["driver"]["rules"]
    assert rule["id"] == "FIT001"
    assert rule["help"]["text"]
    assert "aispec: allow memory-overcommit" in rule["help"]["markdown"]
    assert len(rule["properties"]["tags"]) <= 20
    assert {each["ruleIndex"] for each in made["results"]} == {0}


def test_fingerprints_stay_when_lines_move_and_are_distinct() -> None:
    lower = replace(OVERCOMMIT, span=replace(OVERCOMMIT.span, line=50, end_line=50))
    one, other = (results(run(judged("support-chat", {}, f))) for f in (OVERCOMMIT, lower))
    assert one[0]["locations"] != other[0]["locations"]
    assert one[0]["partialFingerprints"] == other[0]["partialFingerprints"]
    twice = run(judged("support-chat", {}, OVERCOMMIT, lower))
    names = [each["partialFingerprints"]["primaryLocationLineHash"] for each in results(twice)]
    assert len(set(names)) == 2
    issues = json.loads(gitlab.render(Shown(twice)))
    assert len({each["fingerprint"] for each in issues}) == 2


def test_new_findings_are_marked_as_new() -> None:
    report = run(judged("support-chat", {}, OVERCOMMIT, NEAR_LIMIT))
    states = [e["baselineState"] for e in results(report, new=frozenset((NEAR_LIMIT.fingerprint,)))]
    assert sorted(states) == ["new", "unchanged"]


def test_paths_start_at_the_repositorys_root() -> None:
    shown = Shown(RUNS["does-not-fit"](), folder="services/a b")
    place = json.loads(sarif.render(shown, RULES))["runs"][0]["results"][0]["locations"][0]
    uri = place["physicalLocation"]["artifactLocation"]
    assert uri == {"uri": "services/a%20b/deploy/ai-deploy.yaml", "uriBaseId": "%SRCROOT%"}
    assert "file=services/a b/deploy/ai-deploy.yaml," in annotations.render(shown)
    assert json.loads(gitlab.render(shown))[0]["location"]["path"].startswith("services/a b/")


def test_a_run_with_too_many_results_keeps_the_gravest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    report = run(*many(5, NEAR_LIMIT).deployments, *many(2).deployments)
    made = written_sarif(report)["runs"][0]
    assert sorted(each["level"] for each in made["results"]) == ["error", "error", "warning"]
    said = made["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert said == "4 findings are left out: a run has at most 3"


@pytest.mark.parametrize(("number", "shown"), [(1, 1), (10, 10), (11, 10), (300, 10)])
def test_annotations_stay_within_githubs_limit(number: int, shown: int) -> None:
    lines = annotations.render(Shown(many(number))).splitlines()
    assert len(lines) == shown
    more = [line for line in lines if "more in the report" in line]
    assert more == ([f"::error title=aispec::and {number - 9} more in the report"] * (number > 10))


def test_annotations_begin_with_the_gravest() -> None:
    report = run(*many(2, NEAR_LIMIT).deployments, *many(2).deployments)
    kinds = [line.split(" ")[0] for line in annotations.render(Shown(report)).splitlines()]
    assert kinds == ["::error", "::error", "::warning", "::warning"]


@settings(max_examples=150)
@given(HOSTILE | st.text(st.characters()), HOSTILE | st.text(st.characters()))
def test_nothing_of_a_stranger_breaks_a_format(name: str, said: str) -> None:
    report = hostile(name, said)
    SARIF.validate(written_sarif(report))
    for result in results(report):
        for place in (*result["locations"], *result["relatedLocations"]):
            assert re.fullmatch(
                r"[\x21-\x7e]+", place["physicalLocation"]["artifactLocation"]["uri"] or "x"
            )
    JUNIT.validate(junit.render(report))
    json.loads(gitlab.render(Shown(report)))
    lines = annotations.render(Shown(report)).splitlines()
    assert len(lines) == 2
    assert all(re.match(r"::(error|warning) file=[^:]*::", line) for line in lines)


def test_annotations_escape_what_steers_them() -> None:
    finding = replace(OVERCOMMIT, message="100%\r\n::error::x", path="a,b:c.yaml", note=None)
    (line,) = annotations.render(Shown(run(judged("x", {}, finding)))).splitlines()
    assert "file=a%2Cb%3Ac.yaml," in line
    assert "::100%25 " in line or "::100%25%0A" in line


TEXTS = st.text(st.sampled_from("ab\n: "), max_size=30)


@given(TEXTS, TEXTS)
def test_replacements_make_the_second_text_of_the_first(before: str, after: str) -> None:
    edits = replacements(before, after)
    assert bool(edits) == (before != after)
    for edit in reversed(edits):
        before = put(before, edit)
    assert before == after


def put(text: str, edit: Replacement) -> str:
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: edit.line - 1]) + edit.column - 1
    end = sum(len(line) + 1 for line in lines[: edit.end_line - 1]) + edit.end_column - 1
    return text[:start] + edit.text + text[end:]


def test_replacements_are_whole_words() -> None:
    made = replacements(
        "a: 1\nttft: 1500ms\ntps: 15\nz: 2\n", "a: 1\nttft: 4400ms\ntps: 12\nz: 2\n"
    )
    assert [edit.text for edit in made] == ["4400ms", "12"]
    assert [(edit.line, edit.column, edit.end_column) for edit in made] == [(2, 7, 13), (3, 6, 8)]


def test_labels_are_related_places() -> None:
    (result,) = results(RUNS["does-not-fit"]())
    label: Label = OVERCOMMIT.labels[0]
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == label.text
    assert related["physicalLocation"]["region"]["startLine"] == label.span.line
