"""The pages of the rules say what their files say."""

from __future__ import annotations

import re

import pytest

from aispec.policy.rule import TOPICS
from tools.docs.rule_pages import FOLDER, left_over, pages


def test_no_page_without_a_rule() -> None:
    assert not left_over(), "run python -m tools.docs --write"


def test_the_index_leads_to_every_page() -> None:
    index = pages()[FOLDER / "README.md"]
    linked = {FOLDER / name for name in re.findall(r"\]\(([A-Z]+\d+\.md)\)", index)}
    assert linked == pages().keys() - {FOLDER / "README.md"}
    assert index.count("\n## ") == len(TOPICS)


@pytest.mark.parametrize("code", ["FIT001", "SPEC005", "OPS902"])
def test_a_page_tells_the_reason_and_the_examples(code: str) -> None:
    page = pages()[FOLDER / f"{code}.md"]
    assert page.startswith(f"# {code} ")
    assert "## Why" in page
    assert "## Example: " in page
    assert "/rules/" in page
