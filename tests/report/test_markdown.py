from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.catalog.deployment import Assumption
from aispec.policy.finding import Finding, Label, Remedy, Silence
from aispec.record import replace
from aispec.report import markdown
from aispec.report.escape import code, html_code, text
from aispec.report.report import Report

from .runs import OVERCOMMIT, RUNS, chat_facts, judged, run

markdown_it = pytest.importorskip("markdown_it")

MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]")
REFERENCE = re.compile(r"#\d|\bGH-\d", re.IGNORECASE)
LINK = re.compile(r"https?://|ftp://|www\.[a-z]", re.IGNORECASE)
OURS = {
    *("h3", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "p", "strong", "ul"),
    *("li", "code", "details", "summary", "sub", "br"),
}
PIECES = st.sampled_from(
    [
        *("@user", "#123", "GH-7", "https://evil.example/x", "www.evil.example", "a@b.example"),
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=y>",
            "</details>",
            "<!--",
            "-->",
            "&lt;",
        ),
        *("`", "``", "```", "~~~", "|", "\n", "\r\n", "\n\n# x\n", "\n- x", "**", "__", "_", "*"),
        *("[x](y)", "![x](y)", "[x]: y", "\\", "$x$", ":tada:", "> q", "- ", "1. ", "===", "---"),
        *("\x1b[31m", "\u202e", "\u200b", "{{ 7 * 7 }}", "{% raw %}", "a", " ", "\t", "    x"),
        *("4f2c1e9", "mailto:a@b.c", "xmpp:a@b.c", "!5", "&amp;", "&#64;x", "é", "名"),
    ]
)
HOSTILE = st.lists(PIECES | st.text(st.characters(), max_size=5), max_size=6).map("".join)


class Rendered(HTMLParser):
    """What a page has: its tags, and its text outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._code = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [pair for pair in attrs if pair[0] != "style"]
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def page(source: str) -> Rendered:
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Rendered(parser.render(source))


def hostile(name: str, said: str) -> Report:
    finding = Finding(
        code="FIT001",
        name="memory-overcommit",
        severity="error",
        certainty="certain",
        message=said,
        path=name,
        span=OVERCOMMIT.span,
        deployment=name,
        note=said,
        help=said,
        labels=(Label(OVERCOMMIT.span, said),),
        remedies=(Remedy(said, {}, said), Remedy(name, {}, said)),
    )
    facts = {**chat_facts(), "model.id": name}
    facts["cost.month"] = facts["cost.month"].told(said, sources=(said,))  # type: ignore[union-attr]
    each = judged(
        name,
        facts,
        finding,
        replace(finding, severity="warning"),
        replace(finding, silenced=Silence(said, name)),
        note=said,
    )
    return run(replace(each, path=name, assumptions=(Assumption(name, said, said),)))


def shape(report: Report) -> list[str]:
    return page(markdown.render(report)).tags


@settings(max_examples=150, deadline=None)
@given(HOSTILE, HOSTILE)
def test_nothing_of_a_stranger_is_live(name: str, said: str) -> None:
    shown = page(markdown.render(hostile(name, said)))
    assert set(shown.tags) <= OURS
    assert not shown.attributes
    for part in shown.texts:
        assert not MENTION.search(part), part
        assert not REFERENCE.search(part), part
        assert not LINK.search(part), part


@settings(max_examples=150, deadline=None)
@given(HOSTILE.filter(lambda t: t.strip()), HOSTILE.filter(lambda t: t.strip()))
def test_a_stranger_does_not_change_the_structure(name: str, said: str) -> None:
    assert shape(hostile(f"n{name}", f"s{said}")) == shape(hostile("name", "said"))


@given(HOSTILE)
def test_texts_and_names_are_shown_as_they_are(value: str) -> None:
    from aispec.report.cells import safe

    expected = safe(value).strip()
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("strikethrough")
    for made in (text(value), html_code(value)):

        class All(Rendered):
            def handle_data(self, data: str) -> None:
                self.texts.append(data)

        shown = "".join(All(parser.renderInline(made)).texts).replace("\u200b", "")
        assert shown.strip() == expected.replace("\u200b", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("support-chat", "`support-chat`"),
        ("precision.weights: fp8", "`precision.weights: fp8`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("a`b", "<code>a&#96;b</code>"),
        ("<b>", "<code>&#60;b&#62;</code>"),
    ],
)
def test_code(value: str, expected: str) -> None:
    assert code(value) == expected


@pytest.mark.parametrize(
    "plain", ["105.2 GiB", "$4,380 a month", "max_model_len 8,192", "0.90 x 79.19", "-0.3 to 5.5"]
)
def test_ordinary_words_stay_readable_in_the_source(plain: str) -> None:
    assert text(plain) == plain


def test_places_link_to_the_forge() -> None:
    report = run(judged("x", None, replace(OVERCOMMIT, path="a b/ü(1).yaml")))
    shown = markdown.render(report, blob="https://forge.example/acme/ai/blob/main/")
    assert "](https://forge.example/acme/ai/blob/main/a%20b/%C3%BC%281%29.yaml#L5)" in shown
    assert page(shown).tags.count("a") == 1


def test_a_comment_stays_within_its_limit() -> None:
    many = [
        judged(f"model-{n}", None, replace(OVERCOMMIT, message="🎉 " * 400)) for n in range(300)
    ]
    whole = markdown.render(run(*many))
    short = markdown.render(run(*many), limit=markdown.MAX_COMMENT)
    assert len(whole) > markdown.MAX_COMMENT
    assert len(short.encode("utf-16-le")) // 2 <= markdown.MAX_COMMENT
    assert "more deployments are not shown" in short
    assert "more errors are not shown" in short


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("fits", "### aispec: nothing to report"),
        ("does-not-fit", "### aispec: `support-chat` does not fit"),
        ("broken-beside-good", "### aispec: 1 file cannot be read"),
        ("api", "### aispec: 1 warning"),
    ],
)
def test_the_heading_is_the_verdict(name: str, heading: str) -> None:
    assert markdown.render(RUNS[name]()).split("\n")[0] == heading


def test_several_failures_are_counted_in_the_heading() -> None:
    both = [judged(name, None, replace(OVERCOMMIT, deployment=name)) for name in ("a", "b")]
    assert markdown.render(run(*both)).startswith("### aispec: 2 deployments fail\n")
