"""`python -m tools.latency`: show the figures, fit the constants, write the page."""

from __future__ import annotations

import argparse
from collections import Counter
from zlib import crc32

from aispec.catalog.store import load_data
from aispec.estimate.latency.constants import bounds, constants
from tools.latency.columns import columns
from tools.latency.compare import Pair, pairs
from tools.latency.figures import FIGURES, SILICON

_FOLDS = 13  # parts into which models on devices are dealt, each left out in turn
_BATCHES = 10  # of sources, each left out in turn


def main() -> int:
    """Print the figures; 1 with `--check` where one misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m tools.latency", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a figure misses its bar")
    parser.add_argument("--fit", action="store_true", help="fit the constants and write them")
    parser.add_argument("--write", action="store_true", help="write docs/latency-accuracy.md")
    asked = parser.parse_args()
    if asked.fit:
        _fit()
    held = _show(pairs())
    if asked.write:
        from tools.latency.page import files

        for path, text in files().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if asked.check and not held else 0


def _show(found: list[Pair]) -> bool:
    sides = columns(found)
    print(f"{'':46}{'bar':>16}" + "".join(f"{name:>32}" for name in sides))
    held = True
    for figure in FIGURES:
        values = [figure.of(side) for side in sides.values()]
        held = held and all(figure.holds(value) for value, _ in values)
        cells = (
            f"{figure.shown(value)} of {rows}{'' if figure.holds(value) else ' misses'}"
            for value, rows in values
        )
        low, high = (figure.shown(bar) for bar in figure.bar)
        print(f"{figure.says:46}{f'{low} to {high}':>16}" + "".join(f"{c:>32}" for c in cells))
    answered = sum(pair.speed is not None for pair in found) / len(found)
    print(f"{'rows answered':46}{'at least 90%':>16}{f'{answered:.1%} of {len(found)}':>32}")
    return held and answered >= 0.9


def _fit() -> None:
    from tools.latency import record, write
    from tools.latency.calibrate import Scheme, calibrated
    from tools.latency.fit import agree, held_out, problem, solve

    task = problem(pairs())
    theta, _ = solve(task)
    agree(task, theta)
    chosen = list(task.pairs)
    places, sources = _places(chosen), _sources(chosen)
    by_place = held_out(task, places)
    by_source = held_out(task, sources)
    for row, source in enumerate(sources):
        if not source:
            by_source[row], sources[row] = by_place[row], places[row]
    schemes = (Scheme(by_source.tolist(), sources), Scheme(by_place.tolist(), places))
    found = calibrated(chosen, *schemes)
    write.PATH.write_text(
        write.text(task.factors(theta), chosen, found), encoding="utf-8", newline="\n"
    )
    sides = (
        list(zip(scheme.left, each, strict=True))
        for scheme, each in zip(schemes, found.within, strict=True)
    )
    record.PATH.write_text(record.text(chosen, *sides), encoding="utf-8", newline="\n")
    for remembered in (load_data, constants, bounds):
        remembered.cache_clear()


def _places(chosen: list[Pair]) -> list[str]:
    """Return the part of each pair's model on its device: of the silicon corpus one a part."""
    names = [f"{pair.case.model} on {pair.case.device}" for pair in chosen]
    corpus = sorted(
        {name for name, pair in zip(names, chosen, strict=True) if pair.case.corpus == SILICON}
    )
    own = {name: place % _FOLDS for place, name in enumerate(corpus)}
    return [str(own.get(name, crc32(name.encode()) % _FOLDS)) for name in names]


def _sources(chosen: list[Pair]) -> list[str]:
    """Return the batch of each pair's source; none for the silicon corpus, which is one source.

    The largest sources are dealt out first, so that no batch holds two of them.
    """
    sizes = Counter(pair.case.source for pair in chosen if pair.case.corpus != SILICON)
    ranked = sorted(sizes, key=lambda source: (-sizes[source], source))
    batch = {source: str(place % _BATCHES) for place, source in enumerate(ranked)}
    return [batch.get(pair.case.source, "") for pair in chosen]


if __name__ == "__main__":
    raise SystemExit(main())
