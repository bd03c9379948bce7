"""JUnit's XML, as CI servers read it: a suite a file, a case a finding or a deployment that passes.

The shape is that of the schema that Jenkins publishes for it (junit-10.xsd of its xunit plugin).
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from aispec.policy.finding import SEVERITIES, Finding
from aispec.report.cells import safe
from aispec.report.report import Report
from aispec.report.shown import words
from aispec.report.words import message


def render(report: Report) -> str:
    """Return a run as JUnit's XML; findings below the threshold pass, with what they say."""
    suites = Element("testsuites", name="aispec")
    found = report.counted()
    paths = dict.fromkeys([*report.files, *(finding.path for finding in found)])
    for path in paths:
        own = [finding for finding in found if finding.path == path]
        _suite(suites, path, own, report)
    _count(suites)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{head}{tostring(suites, encoding='unicode')}\n"


def _suite(above: Element, path: str, found: Sequence[Finding], report: Report) -> None:
    suite = SubElement(above, "testsuite", name=_clean(path))
    for finding in found:
        _case(suite, finding, report)
    spoken = {finding.deployment for finding in found}
    for each in report.deployments:
        if each.path == path and each.name not in spoken:
            SubElement(suite, "testcase", name=_clean(each.name), classname=_clean(path))
    _count(suite)


def _case(suite: Element, finding: Finding, report: Report) -> None:
    about = f"{finding.deployment}: " if finding.deployment is not None else ""
    name = _clean(f"{about}{finding.code} {finding.name}")
    case = SubElement(suite, "testcase", name=name, classname=_clean(finding.path))
    span = finding.span
    text = _clean(
        f"{finding.path}:{span.line}:{span.column}: {finding.severity}[{finding.code}]"
        f" {words(finding)}"
    )
    counts = SEVERITIES.index(finding.severity) <= SEVERITIES.index(report.fail_on)
    if finding.unreadable or counts:
        kind = "error" if finding.unreadable else "failure"
        made = SubElement(case, kind, type=finding.code, message=_clean(message(finding)))
    else:
        made = SubElement(case, "system-out")
    made.text = text


def _count(element: Element) -> None:
    """Say how many cases an element has, and how many of them failed."""
    every = list(element.iter("testcase"))
    element.set("tests", str(len(every)))
    element.set("failures", str(sum(case.find("failure") is not None for case in every)))
    element.set("errors", str(sum(case.find("error") is not None for case in every)))


def _clean(text: str) -> str:
    """Lines without what XML cannot hold, and what would steer whatever shows them."""
    return "\n".join(map(safe, text.split("\n")))
