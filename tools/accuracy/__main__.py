"""`python -m tools.accuracy`: show the figures, check them against their bars, write the page."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tools.accuracy.compare import compared
from tools.accuracy.figures import FIGURES, Cases, Figure, sides
from tools.accuracy.page import page, plots
from tools.accuracy.tables import percent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"


def main() -> int:
    """Print the figures; 1 with `--check` where one is below its bar."""
    parser = argparse.ArgumentParser(prog="python -m tools.accuracy", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a figure misses its bar")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md and its plots")
    asked = parser.parse_args()
    held = _show()
    if asked.write:
        for path, text in files().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if asked.check and not held else 0


def files() -> dict[Path, str]:
    """Return every generated file, by its path."""
    cases = compared()
    drawn = {DOCS / "accuracy" / name: text for name, text in plots(cases).items()}
    return {DOCS / "accuracy.md": page(cases), README: headline(cases), **drawn}


def headline(cases: Cases) -> str:
    """Return the README with the figures that its reader should know first."""
    text = README.read_text(encoding="utf-8")
    found = {figure.key: percent(figure.measure(cases)[0]) for figure in FIGURES}
    counted = sum(each.case.counted for each in cases)
    refused = figure_of("ran_refused").measure(cases)[0]
    kept = "none is refused" if not refused else f"{found['ran_refused']} are refused"
    line = (
        f"On {counted} measured deployments that nobody here ran, weights are off by"
        f" {found['weights_median']} at the median and\nvLLM's cache by {found['pool_median']};"
        f" of those that ran {kept}, of those that failed\n"
        f"{found['failed_caught']} are called *no* or *maybe*, and {found['inside']} of all"
        " measured figures lie inside the bounds:\n[how accurate it is](docs/accuracy.md)."
    )
    marked = f"<!-- accuracy -->\n{line}\n<!-- /accuracy -->"
    return re.sub(r"<!-- accuracy -->.*<!-- /accuracy -->", lambda _: marked, text, flags=re.DOTALL)


def figure_of(key: str) -> Figure:
    """Return one of the headline figures."""
    return next(figure for figure in FIGURES if figure.key == key)


def _show() -> bool:
    parts = sides(compared())
    print(f"{'':34}{'bar':>14}{'all':>17}{'fit':>17}{'held out':>17}")
    held = True
    for figure in FIGURES:
        found = [figure.measure(part) for part in parts.values()]
        holds = figure.holds(found[0][0])
        held = held and holds
        cells = "".join(f"{f'{percent(value)} of {of}':>17}" for value, of in found)
        print(f"{figure.says:34}{figure.bar:>14}{cells}{'' if holds else '  misses'}")
    return held


if __name__ == "__main__":
    raise SystemExit(main())
