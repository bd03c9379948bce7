"""`python -m tools.accuracy`: show the figures, check them against their bars, write the page."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.accuracy.compare import compared
from tools.accuracy.figures import FIGURES, sides
from tools.accuracy.page import page, plots
from tools.accuracy.tables import percent

DOCS = Path(__file__).parents[2] / "docs"


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
    return {DOCS / "accuracy.md": page(cases), **drawn}


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
