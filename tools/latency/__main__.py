"""`python -m tools.latency`: show the figures, fit the constants, write the page."""

from __future__ import annotations

import argparse
from math import exp
from zlib import crc32

from tools.latency import record, write
from tools.latency.columns import columns
from tools.latency.compare import Pair, pairs
from tools.latency.figures import FIGURES

_FOLDS = 24  # parts into which models on devices are dealt, each left out in turn


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
    from tools.latency.fit import group, held_out, problem, solve

    task = problem(pairs())
    theta = solve(task)
    chosen = list(task.pairs)
    by_source = held_out(task, theta, [group(pair) for pair in chosen])
    by_place = held_out(task, theta, [_fold(pair) for pair in chosen])
    factors = {key: float(theta[place]) for key, place in task.keys.items()}
    text = write.text(factors, chosen, by_source.tolist(), by_place.tolist())
    write.PATH.write_text(text, encoding="utf-8", newline="\n")
    ratios = ([exp(each) for each in side] for side in (by_source, by_place))
    record.PATH.write_text(record.text(chosen, *ratios), encoding="utf-8", newline="\n")


def _fold(pair: Pair) -> str:
    return str(crc32(f"{pair.case.model} on {pair.case.device}".encode()) % _FOLDS)


if __name__ == "__main__":
    raise SystemExit(main())
