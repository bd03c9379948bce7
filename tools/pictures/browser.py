"""A page as a picture, drawn by a Chromium without a window."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MEASURE = "<script>document.title = 'height ' + document.documentElement.scrollHeight</script>"


class NoBrowserError(Exception):
    """No Chromium is installed."""


def picture(html: str, path: Path, width: int = 960, scale: float = 1.5) -> None:
    """Draw a page to a PNG as high as the page is. Raises `NoBrowserError`."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        raise NoBrowserError("there is no chromium: `apt-get install chromium`")
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html + _MEASURE, encoding="utf-8")
        common = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            f"--user-data-dir={folder}/profile",
        ]
        shown = _run(*common, f"--window-size={width},400", "--dump-dom", page.as_uri())
        found = re.search(r"<title>height (\d+)</title>", shown)
        height = int(found[1]) if found else 1200
        shot = Path(folder) / "shot.png"
        size = f"--window-size={width},{height}"
        zoom = f"--force-device-scale-factor={scale}"
        _run(*common, size, zoom, f"--screenshot={shot}", page.as_uri())
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shot, path)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8", "replace")
