"""A stored report is made harmless before it is posted, and stays as it was if it was harmless."""

from __future__ import annotations

import re
from time import perf_counter

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from aispec.report.comment import render
from aispec.report.stored import harmless, shortened

from .test_comment import CHANGES, HERE
from .test_markdown import HOSTILE, LINK, MENTION, OURS, PIECES, REFERENCE, Rendered

PAGES = "https://github.com/acme/ai"
BLOB = f"{PAGES}/blob/abc/x.yaml#L1"
NEAR = st.sampled_from(
    [
        *(
            "<details>\n<summary>",
            "</summary>\n\n",
            "\n</details>\n",
            "`",
            "`a`",
            "| ",
            " |\n",
            "@",
        ),
        *("&#35;", "&#49;", "&#64;", "&num;", "&commat;", "1", "team", "](", "[", ")", "!", "\\"),
        *("https:", "//evil.example", f"[x]({BLOB})", "[x](https://evil.example)", "> [!NOTE]\n"),
        *("<br>", "<sub>", "<code>", "<!-- x -->", "<a href=//evil.example>", "\n| - | - |\n"),
        *("&#8203;", "\u200b", "www", ".evil.example", "```\n", "    ", "\n", "$", "gh-"),
    ]
)
MORE = {"a", "em", "del", "ol", "hr", "pre", "h1", "h2", "h4", "h5", "h6"}
ATTACK = st.lists(NEAR | PIECES, max_size=12).map("".join)


def page(text: str) -> Rendered:
    made = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return Rendered(made)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_our_own_reports_come_out_as_they_went_in(change: str) -> None:
    text = render(CHANGES[change](), context=HERE).split("\n", 1)[1]
    assert harmless(text, PAGES) == text


@settings(max_examples=300)
@given(ATTACK | HOSTILE)
def test_nothing_of_a_stranger_is_live(text: str) -> None:
    shown = page(harmless(text, PAGES))
    assert set(shown.tags) <= OURS | MORE
    links = [value for name, value in shown.attributes if name == "href"]
    assert all((link or "").startswith(f"{PAGES}/blob/") for link in links)
    assert {name for name, _ in shown.attributes} <= {"href", "align", "start"}
    for part in shown.texts:
        assert not MENTION.search(part), part
        assert not REFERENCE.search(part), part
        assert not LINK.search(part.replace(BLOB, "")), part


@given(ATTACK | HOSTILE)
def test_what_is_harmless_stays(text: str) -> None:
    once = harmless(text, PAGES)
    assert harmless(once, PAGES) == once


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/ai-evil/blob/x",
        "https://github.com/acme/ai/settings",
        "https://github.com/acme/ai/blob/../../../evil/x",
        "https://github.com.evil.example/acme/ai/blob/x",
        "javascript:alert(1)",
        "//evil.example",
    ],
)
def test_a_link_elsewhere_becomes_its_label(address: str) -> None:
    shown = page(harmless(f"[see `here`]({address}) ![see]({BLOB})", PAGES))
    assert shown.tags == ["p", "code"]
    assert "see " in "".join(shown.texts)


def test_a_long_report_loses_whole_sections_and_says_so() -> None:
    text = render(CHANGES["does-not-fit-any-more"](), context=HERE)
    assert shortened(text, 65_000) == text
    assert text.count("<details>") > 2
    for limit in (len(text) - 1, 2500, 700, 200):
        short = shortened(text, limit)
        assert len(short) <= limit
        assert "left out, because the report is too long" in short
        assert short.count("<details>") == short.count("</details>")


@given(st.integers(100, 3000))
def test_a_limit_is_kept(limit: int) -> None:
    text = "### aispec\n\n" + "<details>\n<summary>x</summary>\n\n😀😀😀\n\n</details>\n\n" * 40
    assert len(shortened(text, limit).encode("utf-16-le")) // 2 <= limit
    assert not re.search("<summary>(?!x</summary>)", shortened(text, limit))


@pytest.mark.parametrize(
    "piece", ["<details>\n<summary>", "<details>\n</details>\n", "[`", "[x](", "`@"]
)
def test_no_text_takes_long(piece: str) -> None:
    began = perf_counter()
    shortened(harmless(piece * (1_000_000 // len(piece)), PAGES), 65_000)
    assert perf_counter() - began < 30
