from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.policy.finding import Finding, Label, Remedy
from aispec.record import replace
from aispec.report import concise, terminal
from aispec.report.cells import cell, clip, safe, width, wrap
from aispec.report.report import Report
from aispec.spec.location import Span

from .runs import OVERCOMMIT, RUNS, chat_facts, judged, run

SGR = re.compile(r"\x1b\[[0-9;]*m")
ANY = st.text(st.characters(), max_size=60)
STEER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@st.composite
def spans(draw: st.DrawFn) -> Span:
    numbers = [draw(st.integers(1, 90)) for _ in range(4)]
    line, end = sorted((numbers[0] % 9 + 1, numbers[1] % 9 + 1))
    column, last = sorted(numbers[2:]) if line == end else numbers[2:]
    return Span(line, column, end, last)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    finding = Finding(
        code="FIT001",
        name="memory-overcommit",
        severity=draw(st.sampled_from(["error", "warning", "note"])),
        certainty=draw(st.sampled_from(["certain", "possible", "unknown"])),
        message=draw(ANY),
        path="a.yaml",
        span=draw(spans()),
        note=draw(st.none() | ANY),
        help=draw(st.none() | ANY),
        labels=tuple(Label(draw(spans()), draw(ANY)) for _ in range(draw(st.integers(0, 3)))),
        remedies=tuple(Remedy(draw(ANY), {}, draw(ANY)) for _ in range(draw(st.integers(0, 2)))),
    )
    text = draw(st.text(st.characters(), max_size=300))
    return run(judged(draw(ANY), chat_facts(), finding), texts={"a.yaml": text})


@given(reports(), st.integers(-5, 130), st.booleans())
def test_any_text_is_shown_and_steers_nothing(report: Report, cells: int, unicode: bool) -> None:
    for verbose in (False, True):
        coloured = terminal.render(
            report, colour=True, width=cells, unicode=unicode, verbose=verbose
        )
        bare = terminal.render(report, colour=False, width=cells, unicode=unicode, verbose=verbose)
        assert SGR.sub("", coloured) == bare
        assert not STEER.search(bare)
        assert unicode or bare.isascii()
    assert not STEER.search(concise.render(report))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200), st.data())
def test_carets_stand_under_the_span(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(line) + 1))
    end = data.draw(st.integers(start, len(line) + 1))
    finding = replace(OVERCOMMIT, path="a.yaml", span=Span(1, start, 1, end), labels=())
    report = run(judged("x", {}, finding), texts={"a.yaml": line})
    shown = terminal.render(report, colour=False, width=300).split("\n")
    source, carets = shown[3][4:], shown[4][4:]
    assert source == line.rstrip()
    first = carets.index("^")
    assert carets[:first].strip() == ""
    expected = line[start - 1 : end - 1]
    assert first == start - 1
    assert carets.count("^") == len(expected or " ")


@given(st.integers(0, 400), st.integers(1, 60), st.integers(40, 120))
def test_long_lines_are_cut_around_the_span(before: int, size: int, cells: int) -> None:
    word = "x" * size
    line = "a " * (before // 2) + word + " b" * 100
    start = len(line) - 200 - size + 1
    finding = replace(OVERCOMMIT, path="a.yaml", labels=(), span=Span(1, start, 1, start + size))
    report = run(judged("x", {}, finding), texts={"a.yaml": line})
    shown = terminal.render(report, colour=False, width=cells).split("\n")
    at = next(n for n, text in enumerate(shown) if "^" in text)
    source, carets = shown[at - 1], shown[at]
    assert max(len(source), len(carets)) <= cells
    under = {source[n] for n, mark in enumerate(carets) if mark == "^"}
    assert under <= {"x", "…"}
    assert "x" in under


@pytest.mark.parametrize(
    ("line", "column", "end", "offset", "carets"),
    [
        ("\tkey: v", 2, 5, 4, 3),
        ("a\tb", 3, 4, 4, 1),
        ("名前: 模型", 5, 7, 6, 4),
        ("é🎉: x", 5, 6, 5, 1),
        ("e\u0301: x", 5, 6, 3, 1),
        ("a\u200bb", 3, 4, 7, 1),
    ],
)
def test_carets_know_tabs_and_wide_characters(
    line: str, column: int, end: int, offset: int, carets: int
) -> None:
    finding = replace(OVERCOMMIT, path="a.yaml", span=Span(1, column, 1, end), labels=())
    report = run(judged("x", {}, finding), texts={"a.yaml": line})
    row = terminal.render(report, colour=False).split("\n")[4][4:]
    assert (row.index("^"), row.count("^")) == (offset, carets)


@pytest.mark.parametrize("name", list(RUNS))
@pytest.mark.parametrize("cells", [60, 72, 100, 140])
def test_lines_stay_within_the_width(name: str, cells: int) -> None:
    for line in terminal.render(RUNS[name](), colour=False, width=cells, verbose=True).split("\n"):
        assert width(line) <= cells or "`aispec explain" in line, line


def test_a_span_over_lines_is_marked_up_to_the_end_of_its_first() -> None:
    finding = replace(OVERCOMMIT, path="a.yaml", span=Span(1, 1, 3, 4), labels=())
    report = run(judged("x", {}, finding), texts={"a.yaml": "one: two  \nb\nc: d"})
    assert "  | ^^^^^^^^\n" in terminal.render(report, colour=False)


def test_lines_far_apart_are_elided() -> None:
    text = "\n".join(f"line{n}: x" for n in range(1, 30))
    finding = replace(
        OVERCOMMIT,
        path="a.yaml",
        span=Span(20, 1, 20, 7),
        labels=(Label(Span(3, 1, 3, 6), "this"),),
    )
    shown = terminal.render(run(judged("x", {}, finding), texts={"a.yaml": text}), colour=False)
    assert " 3 | line3: x\n   | ----- this\n...\n20 | line20: x\n   | ^^^^^^\n" in shown


def test_marks_on_one_line_are_all_shown() -> None:
    label = Label(Span(5, 40, 5, 48), "two of them")
    shown = terminal.render(
        run(judged("x", {}, replace(OVERCOMMIT, labels=(label,)))), colour=False
    )
    assert "^^^^\n  |" + " " * 40 + "-------- two of them\n" in shown


def test_many_deployments_are_cut_to_a_table_with_those_that_fail_first() -> None:
    many = [judged(f"model-{n}") for n in range(24)]
    many.append(judged("last", None, OVERCOMMIT))
    shown = terminal.render(run(*many), colour=False)
    table = shown[shown.index("deployment ") :].split("\n")
    assert table[1].startswith("last ")
    assert table[21] == "+ 5 more"
    assert "model-23 " in terminal.render(run(*many), colour=False, verbose=True)


def test_columns_that_have_no_room_are_named() -> None:
    full = terminal.render(RUNS["does-not-fit"](), colour=False, width=100)
    heads = next(line for line in full.split("\n") if line.startswith("deployment "))
    assert "no room for" not in full
    narrow = terminal.render(RUNS["does-not-fit"](), colour=False, width=len(heads) - 1)
    table = narrow[narrow.index("deployment ") :]
    assert "first token" in heads
    assert "first token" not in table.split("\n")[0]
    assert "\nno room for first token: a wider terminal shows more\n" in table
    least = terminal.render(RUNS["does-not-fit"](), colour=False, width=40)
    table = " ".join(least[least.index("deployment ") :].split())
    assert "no room for cost a month, first token: a wider terminal shows more" in table
    assert all(table.count(head) == 1 for head in ("memory, GiB", "cost a month", "first token"))


def test_quiet_prints_findings_only() -> None:
    assert terminal.render(RUNS["fits"](), colour=False, quiet=True) == ""
    shown = terminal.render(RUNS["does-not-fit"](), colour=False, quiet=True)
    assert shown.startswith("error[FIT001]")
    assert "1 deployment" not in shown


def test_doubt_is_visible() -> None:
    finding = replace(OVERCOMMIT, certainty="possible", severity="warning")
    for text in (
        terminal.render(run(judged("x", {}, finding)), colour=False, width=120),
        concise.render(run(judged("x", {}, finding))),
    ):
        assert "71.3 GiB (possible)" in text


def test_terminal_escapes_are_shown_not_sent() -> None:
    assert safe("a\x1b[31mb\nc\td") == "a␛[31mb c d"
    assert safe("a\x1b[31mb", unicode=False) == "a\\x1b[31mb"
    assert safe("\u202eabc") == "\\u202eabc"
    assert cell("\ud800") == "\\ud800"


@given(ANY.map(safe), st.integers(4, 80))
def test_clip_and_wrap(text: str, cells: int) -> None:
    assert width(clip(text, cells)) <= cells
    lines = wrap(text, cells)
    assert " ".join(lines) == text
    assert all(width(line) <= cells or " " not in line.strip() for line in lines)


def test_places_are_links_where_a_folder_is_given() -> None:
    report = RUNS["does-not-fit"]()
    plain = terminal.render(report, colour=False)
    text = terminal.render(report, colour=False, folder="/repo/\x1bé")
    assert "\x1b]8;;file:///repo/%1B%C3%A9/" in text
    assert re.sub("\x1b]8;;[^\x1b]*\x1b\\\\", "", text) == plain
