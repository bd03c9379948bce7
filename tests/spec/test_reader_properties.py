"""Any text at all is read or refused, with places inside it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from aispec.spec.location import Span
from aispec.spec.reader import SpecFile, read
from tests.spec.specimens import DOOR, HOSTED, LONG, SHORT

PIECES = st.sampled_from(
    [
        *(
            "\n",
            " ",
            "  ",
            "\t",
            ": ",
            "- ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "'",
            '"',
            "|\n",
            ">\n",
        ),
        *(
            "#",
            " # aispec: x",
            "&a ",
            "*a",
            "<<: ",
            "!!str ",
            "!x ",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
        ),
        *(
            "name",
            "model",
            "hardware: 1x h100",
            "1e3",
            ".inf",
            "0o17",
            "é",
            "\ufeff",
            "\u2028",
            "\r",
        ),
        *(
            "\x00",
            "\x1b",
            "😀",
            "null",
            "~",
            "\\",
            "@",
            "`",
            "\n  ",
            "sla: {ttft: 300ms}",
            "routes:",
        ),
    ]
)


def inside(span: Span, file: SpecFile) -> bool:
    lines = file.lines or [""]
    return (
        1 <= span.line <= span.end_line <= max(len(lines), 1)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )


def sound(raw: str | bytes) -> None:
    file = read(raw, "ai-deploy.yaml")
    assert file.deployments or file.problems
    for problem in file.problems:
        assert problem.message
        if problem.message.find("UTF-8") < 0:
            assert inside(problem.span, file), (problem, file.text)
    for located in file.deployments:
        document = located.document
        assert all(inside(span, file) for span in document.values.values())
        assert all(inside(span, file) for span in document.keys.values())


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_bytes(raw: bytes) -> None:
    sound(raw)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200))
def test_text(text: str) -> None:
    sound(text)


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example("a: 'x")
@example("a: &a\n")
@example("? ")
@example("- |\n\n\n")
@example("a: !!map")
def test_pieces_of_yaml(text: str) -> None:
    sound(text)


@settings(max_examples=800, deadline=None)
@given(st.sampled_from([SHORT, LONG, HOSTED, DOOR]), st.data())
def test_a_spec_with_a_piece_cut_out_or_put_in(text: str, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, min(len(text), start + 20)))
    sound(text[:start] + draw.draw(PIECES) + text[end:])
