from __future__ import annotations

import re
import time
from itertools import product

import pytest
from hypothesis import given, settings
from syrupy.assertion import SnapshotAssertion

from aispec.estimate.answer import Answer
from aispec.estimate.quantity import Quantity
from aispec.policy.finding import fingerprint
from aispec.record import replace
from aispec.report.comment import (
    MAX_COMMENT,
    CommentContext,
    Mark,
    essence,
    mark,
    read_mark,
    render,
    render_summary,
)
from aispec.report.comparison import Comparison, compare
from aispec.report.report import Report

from .runs import BROKEN, NEAR_LIMIT, OVERCOMMIT, bot_facts, chat_facts, judged, run
from .test_markdown import HOSTILE, LINK, MENTION, OURS, REFERENCE, hostile, page

HERE = CommentContext(
    run=9183,
    sha="4f2c1e9d0b6a75c3e8f1024d7a9b6c5e4f3d2a10",
    base_sha="8d03b7a1c2e4f5061728394a5b6c7d8e9f001122",
    repository="acme/ai",
    folder="services",
)


def before() -> Report:
    return run(
        judged("support-chat", chat_facts(25.0, Answer.YES)),
        judged("helper", bot_facts(), NEAR_LIMIT),
        judged("embed", chat_facts(3.0, Answer.YES)),
    )


def after() -> Report:
    grown = chat_facts()
    grown["cost.month"] = Quantity(8760, "USD/month", how="730 hours x 12 USD")
    return run(
        judged("support-chat", grown, OVERCOMMIT),
        judged("assistant", bot_facts(), replace(NEAR_LIMIT, deployment="assistant")),
        judged("fresh", bot_facts()),
    )


CHANGES = {
    "does-not-fit-any-more": lambda: compare(before(), after()),
    "nothing": lambda: compare(before(), before()),
    "mended": lambda: compare(after(), before()),
    "without-a-base": lambda: compare(None, after(), missing="the base commit was not fetched"),
    "only-new-counts": lambda: compare(after(), after(), new_only=True),
    "broken": lambda: compare(before(), run(findings=(BROKEN,))),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_comments(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(CHANGES[name](), context=HERE) == snapshot


@pytest.mark.parametrize("dialect", ["gitlab", "plain"])
def test_dialects(dialect: str, snapshot: SnapshotAssertion) -> None:
    there = replace(HERE, dialect=dialect, server="https://forge.example")  # type: ignore[arg-type]
    assert render(CHANGES["does-not-fit-any-more"](), context=there) == snapshot


def test_plain_markdown_has_no_html() -> None:
    there = replace(HERE, dialect="plain")
    for make in CHANGES.values():
        assert not re.search(r"<[a-z/!]", render(make(), context=there))


def test_the_table_has_six_columns_at_most() -> None:
    for make in CHANGES.values():
        for line in render(make(), context=HERE).splitlines():
            assert not line.startswith("| ") or line.count(" | ") <= 5


def compared(name: str, said: str) -> Comparison:
    """A comparison in which a stranger's words stand wherever they can."""
    report = hostile(name, said)
    each = report.deployments[0]
    old = replace(each, name=f"{name}-old", facts=chat_facts(5.0, Answer.YES))
    beside = judged(said or "x", bot_facts(), replace(NEAR_LIMIT, message=name, deployment=said))
    return compare(
        replace(report, deployments=(old, beside)),
        replace(report, deployments=(each, replace(beside, path=said, name=f"{name} renamed"))),
        missing=None,
    )


@settings(max_examples=100, deadline=None)
@given(HOSTILE, HOSTILE)
def test_nothing_of_a_stranger_is_live(name: str, said: str) -> None:
    shown = page(render_summary(compared(name, said)))
    assert set(shown.tags) <= OURS
    assert not shown.attributes
    for part in shown.texts:
        assert not MENTION.search(part), part
        assert not REFERENCE.search(part), part
        assert not LINK.search(part), part


@settings(max_examples=50, deadline=None)
@given(HOSTILE, HOSTILE)
def test_links_of_strangers_paths_stay_in_the_repository(name: str, said: str) -> None:
    shown = page(render_summary(compared(name, said), context=HERE))
    for attribute, value in shown.attributes:
        assert attribute == "href"
        inside = f"https://github.com/acme/ai/blob/{HERE.sha}/services/"
        assert value is not None
        assert value.startswith(inside)
        assert ".." not in value.removeprefix(inside).split("/")


@settings(max_examples=50, deadline=None)
@given(HOSTILE)
def test_a_key_does_not_leave_its_mark(key: str) -> None:
    for dialect in ("github", "gitlab", "plain"):
        context = replace(HERE, key=key, dialect=dialect)  # type: ignore[arg-type]
        line = mark(context)
        assert line.isascii()
        assert line.isprintable()
        assert line.count("-->") + line.endswith(")") == 1
        assert read_mark(line + "\nrest") == Mark(key or "default", 9183, 1, HERE.sha)


@pytest.mark.parametrize(
    "text",
    ["", "aispec:report key=a run=1.1 sha=a", "> " + mark(HERE), "quoted\n" + mark(HERE)],
)
def test_a_mark_counts_only_at_the_start(text: str) -> None:
    assert read_mark(text) is None


def test_a_rerun_says_the_same() -> None:
    change = CHANGES["does-not-fit-any-more"]()
    first = render(change, context=HERE)
    later = replace(HERE, run=9999, attempt=2, sha="0" * 40, base_sha="1" * 40)
    again = render(change, context=later)
    assert first != again
    assert essence(first) == essence(again)
    assert essence(first) == essence(again.replace("\n", "\r\n") + "\r\n")
    assert essence(first) == essence(render(change, context=replace(HERE, links=False)))
    assert essence(first) != essence(render(CHANGES["mended"](), context=HERE))


def many(number: int, said: str) -> Report:
    return run(
        *(
            judged(
                f"model-{n}",
                None,
                *(
                    replace(
                        finding,
                        message=said,
                        deployment=f"model-{n}",
                        fingerprint=fingerprint(finding.code, "x", str(n), ""),
                    )
                    for finding in (OVERCOMMIT, NEAR_LIMIT)
                ),
            )
            for n in range(number)
        )
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        *product([1, 40], ["🎉 " * 400, "@team#12|`<b>" * 80, "plain words " * 80]),
        (150, "🎉@team#12|`<b> " * 80),
    ],
)
def test_a_comment_stays_within_its_limit(number: int, said: str) -> None:
    change = compare(run(), many(number, said))
    for limit in (3_000, 20_000, MAX_COMMENT):
        made = render(change, context=HERE, limit=limit)
        assert len(made.encode("utf-16-le")) // 2 <= limit
        assert read_mark(made)
        assert made.count("<details>") == made.count("</details>")
        assert made.splitlines()[-1].startswith("<sub>aispec ")
        assert set(page(made.split("\n", 1)[1]).tags) <= OURS | {"a"}
    summary = render_summary(change, context=HERE, limit=30_000)
    assert len(summary.encode()) <= 30_000


def test_what_is_left_out_is_said_with_where_it_is() -> None:
    change = compare(run(), many(40, "words " * 100))
    there = replace(HERE, summary="https://github.com/acme/ai/actions/runs/9183")
    made = render(change, context=there, limit=20_000)
    assert re.search(
        r"^Left out, because it is too long: .*How the cost is made.*\. See \[the whole report\]"
        r"\(https://github.com/acme/ai/actions/runs/9183\)\.$",
        made,
        re.MULTILINE,
    )
    assert "<summary>What was assumed</summary>" in made
    assert "Prices (the oldest: the price is of 2026-11-02) are from:" in made


@pytest.mark.parametrize(
    "context",
    [
        replace(HERE, server="javascript:alert(1)"),
        replace(HERE, repository="acme/ai) [x](y"),
        replace(HERE, sha="main"),
        replace(HERE, links=False),
    ],
)
def test_odd_surroundings_make_no_links(context: CommentContext) -> None:
    made = render(CHANGES["does-not-fit-any-more"](), context=context)
    assert "](" not in made


def test_an_unchanged_deployment_among_many_has_no_row() -> None:
    quiet = [judged(f"quiet-{n}", chat_facts(3.0, Answer.YES)) for n in range(30)]
    failing = judged("chat", None, replace(OVERCOMMIT, deployment="chat"))
    made = render(compare(run(*quiet), run(*quiet, failing)), context=HERE)
    assert "30 more deployments did not change." in made
    assert "`quiet-7`" not in made.split("<details>")[0]


@pytest.mark.parametrize(
    "part",
    ["[", "[`", "[<code>", "[<code></code>", "[<code>x</code>](", "[x](https://", "[](http:"],
)
def test_links_of_a_stranger_cost_no_time(part: str) -> None:
    began = time.process_time()
    essence("#\n" + part * (65_000 // len(part)) + "\nfooter")
    assert time.process_time() - began < 0.5
