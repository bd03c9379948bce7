"""A headless Chromium to look at pages with; none is downloaded, the machine's own is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 120_000  # ms; a machine that runs tests is busy


def chromium() -> str | None:
    """Return the path of a Chromium on this machine, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser, and end it afterwards.

    Raises `ImportError` without Playwright and `FileNotFoundError` without a Chromium.
    """
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise FileNotFoundError("there is no Chromium here: install the package chromium")
    with sync_playwright() as playwright:
        # A container's root has no namespaces to build a sandbox of, and the pages are our own.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(
    within: Browser,
    file: Path,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
    scale: float = 1.0,
) -> Iterator[Page]:
    """Open a page from disk at a width, light or dark, with or without scripting."""
    context = within.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=scripts,
        offline=True,
        device_scale_factor=scale,
    )
    try:
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        page.goto(file.resolve().as_uri())
        yield page
    finally:
        context.close()


def picture(html: str, path: Path, width: int = 960, scale: float = 1.5) -> None:
    """Draw a page to a PNG as high as the page is. Raises what `browser` raises."""
    with TemporaryDirectory() as folder, browser() as started:
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        with opened(started, file, width=width, height=200, scale=scale) as shown:
            path.parent.mkdir(parents=True, exist_ok=True)
            shown.screenshot(path=str(path), full_page=True)
