"""The page in a browser: wide and narrow, light and dark, with scripting off, and by axe's rules.

Skipped where there is no Chromium, or without the extra `pictures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.pictures.browser import browser, chromium, opened

from .test_command import GOOD, aispec

pytest.importorskip("playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium here")

OVER = """\
[...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.scroll, pre') && e.getBoundingClientRect().right > innerWidth + 0.5)
  .map(e => e.outerHTML.slice(0, 120))
"""
CUT = """\
[...document.querySelectorAll('.plot text')].filter(e => {
  const box = e.getBoundingClientRect()
  return box.left < 0 || box.right > innerWidth
}).map(e => e.textContent)
"""
FAILING = GOOD.replace("a100-40gb", "rtx-4090").replace("1000/day", "{concurrent: 40}")
FLEET = "---\n".join(
    [
        GOOD,
        FAILING.replace("name: support-chat", f"name: {'long-' * 11}chat"),
        "version: 1\nname: api\nmodel: gpt-4o-mini\napi: {provider: openai, tier: 1}\n"
        "workload: {users: 20000/day, tokens_per_session: 3000}\nbudget: {monthly: 10 USD}\n",
        "version: 1\nname: lost\nmodel: llama-99\nhardware: h100\n"
        "workload: {users: 10/day, tokens_per_session: 1000}\n",
    ]
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / ".git").mkdir()
    (folder / "ai-deploy.yaml").write_text(FLEET, encoding="utf-8")
    done = aispec("report", "--format", "html", "-o", "report.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "report.html"


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_nothing_overflows_and_nothing_complains(started: Any, page: Path, width: int) -> None:
    with opened(started, page, width=width) as shown:
        said: list[str] = []
        asked: list[str] = []
        shown.on("console", lambda message: said.append(message.text))
        shown.on("request", lambda request: asked.append(request.url))
        shown.reload()
        shown.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.evaluate(OVER) == []
        assert shown.evaluate(CUT) == []
        assert said == []
        assert asked == [page.resolve().as_uri()]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_fault(started: Any, page: Path, width: int, scheme: Any) -> None:
    with opened(started, page, width=width, scheme=scheme) as shown:
        shown.evaluate(
            "document.querySelector('.deployment').querySelectorAll('details')"
            ".forEach(d => d.open = true)"
        )
        faults = axe.Axe().run(shown).response["violations"]
        assert [(f["impact"], f["id"], f["nodes"][0]["html"][:200]) for f in faults] == []


def test_the_style_is_let_in_by_the_policy_and_scripts_are_not(started: Any, page: Path) -> None:
    with opened(started, page) as shown:
        weight = shown.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight")
        assert weight == "650"
        shown.evaluate(
            "document.head.append(Object.assign(document.createElement('script'),"
            "{textContent: 'globalThis.ran = true'}))"
        )
        assert shown.evaluate("globalThis.ran") is None


def test_without_scripting_it_is_the_same(started: Any, page: Path) -> None:
    with opened(started, page, scripts=False) as still, opened(started, page) as live:
        for each in ("h1", ".fleet", ".charts >> nth=0", "footer"):
            assert still.locator(each).bounding_box() == live.locator(each).bounding_box()
            assert still.locator(each).inner_text() == live.locator(each).inner_text()


def test_light_and_dark_differ(started: Any, page: Path) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        with opened(started, page, scheme=scheme) as shown:
            colours.add(shown.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


def test_what_is_folded_is_open_on_paper(started: Any, page: Path) -> None:
    with opened(started, page) as shown:
        table = shown.locator(".facts").first
        assert not table.is_visible()
        shown.emulate_media(media="print")
        assert table.is_visible()
