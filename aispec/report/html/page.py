"""The page: a summary of the fleet, and a section for each deployment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from aispec.estimate.fact import Absent
from aispec.estimate.quantity import Quantity
from aispec.record import record
from aispec.report.html import figures
from aispec.report.html.costs import Costs, costs
from aispec.report.html.findings import Group, Told, groups, silenced
from aispec.report.html.fleet import Line, line, tiles
from aispec.report.html.gauges import Gauge, limits, targets
from aispec.report.html.latency import Curves, curves
from aispec.report.html.markup import environment, slugs, style
from aispec.report.html.memory import Memory, memory
from aispec.report.html.study import Key, Studies, Study, key
from aispec.report.overview import gravest_first, status
from aispec.report.report import Judged, Report
from aispec.report.verdict import verdict
from aispec.report.words import assumed, scope

WHOLE = 25
"""Deployments with charts, derivations and all figures; the gravest go first."""
COMPACT = 300
"""Deployments beyond those with their findings and main figures; of the rest only the row."""
ROWS = 2000
_FINDINGS = 50  # of one severity, in one deployment
_NONE: Studies = MappingProxyType({})


@record
class Section:
    """One deployment's part of the page; `details` is none where the section is compact."""

    line: Line
    findings: list[Group]
    silenced: list[Told]
    memory: Memory | str
    targets: list[Gauge]
    limits: list[Gauge]
    assumptions: list[tuple[str, str, str]]
    details: Details | None


@record
class Details:
    """What only a whole section has."""

    curves: Curves | None
    no_curves: str
    costs: Costs | str
    derivations: list[figures.Derivation]
    figures: list[tuple[str, list[figures.Figure]]]
    sources: list[str]


def wanted(report: Report) -> set[Key]:
    """Return the deployments whose section is whole: those that a study is of use for."""
    return {key(each) for each in gravest_first(report.deployments)[:WHOLE]}


def render(report: Report, *, studies: Studies = _NONE, today: date | None = None) -> str:
    """Return a report as one HTML file.

    `studies` hold latency over load and cost by part, for the deployments of `wanted`; `today` is
    printed where the dates were judged as on a certain day.
    """
    css, digest = style()
    view = _view(report, studies)
    page = environment().get_template("page.html.j2")
    return page.render(view, style=css, style_hash=digest, today=today) + "\n"


def _view(report: Report, studies: Studies) -> Mapping[str, object]:
    order = gravest_first(report.deployments)
    named = slugs(each.name for each in order[:ROWS])
    lines = [line(each, status(each), slug) for each, slug in zip(order, named, strict=False)]
    sections = [
        _section(each, row, report, studies, whole=number < WHOLE)
        for number, (each, row) in enumerate(zip(order, lines[: WHOLE + COMPACT], strict=False))
    ]
    name, said = verdict(report)
    return {
        "about": name,
        "verdict": said,
        "tiles": tiles(report),
        "lines": lines,
        "columns": {
            "memory": any(each.memory for each in lines),
            "limit": any(each.limit for each in lines),
            "first": any(each.first for each in lines),
            "speed": any(each.speed for each in lines),
        },
        "more": len(order) - len(lines),
        "whole": WHOLE,
        "compact": len(sections) > WHOLE,
        "rows_only": len(lines) - len(sections),
        "strays": groups(report.findings, report, _FINDINGS),
        "silenced": silenced(report.findings, report, _FINDINGS),
        "sections": sections,
        "scope": scope(report),
        "version": report.version,
    }


def _section(each: Judged, row: Line, report: Report, studies: Studies, *, whole: bool) -> Section:
    study = studies.get(key(each))
    return Section(
        line=row,
        findings=groups(each.findings, report, _FINDINGS if whole else _FINDINGS // 10),
        silenced=silenced(each.findings, report, _FINDINGS),
        memory=memory(each.facts),
        targets=targets(each),
        limits=limits(each),
        assumptions=[*assumed(each)],
        details=_details(each, study) if whole else None,
    )


def _details(each: Judged, study: Study | None) -> Details:
    sweep = study.sweep if study else None
    return Details(
        curves=curves(sweep, each.stated) if sweep else None,
        no_curves=_no_curves(each, study),
        costs=costs(each.facts, study.costs if study else {}),
        derivations=figures.derivations(each.facts),
        figures=figures.every(each.facts),
        sources=figures.sources(each.facts),
    )


def _no_curves(each: Judged, study: Study | None) -> str:
    """Why there are no charts, where nothing else says so."""
    if study is None:
        return "Latency over a range of load is in what `aispec report --format html` writes."
    speed = each.facts.get("latency.tpot")
    if isinstance(speed, Absent):
        return f"Does not apply: {speed.reason}."
    if isinstance(speed, Quantity) and speed.known:
        return "It was measured by the team: what other loads would do to it is not known."
    return ""
