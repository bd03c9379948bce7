"""Lines and bands as SVG paths in a square of 100 by 100, and what is written around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from aispec.record import record
from aispec.report.html.scale import Scale, fitted, spanned

Spot = tuple[float, float, float, float]
"""A load with the low, likely and high value there."""


@record
class Mark:
    """Something at a share of an axis, in percent, with its words."""

    at: float
    text: str = ""


@record
class Chart:
    """One figure over load: everything in percent of the plot, from its left and its top."""

    x_ticks: tuple[Mark, ...]
    y_ticks: tuple[Mark, ...]
    bands: tuple[str, ...]
    lines: tuple[str, ...]
    now: float
    value: Mark | None  # the likely value at the expected load, at its height
    target: Mark | None
    beyond: float | None  # from here on no queue ends
    log: bool


def drawn(
    spots: Sequence[Spot | None],
    loads: Sequence[float],
    now: float,
    *,
    words: Callable[[float], str],
    target: tuple[float, str] | None = None,
    beyond: float | None = None,
) -> Chart:
    """Lay a figure out. `spots` has one for each of the `loads`, or none where it is unknown."""
    across = spanned(loads)
    known = [spot for spot in spots if spot]
    up = fitted([*(v for spot in known for v in spot[1:]), *([target[0]] if target else [])])
    here = next((spot for spot in known if spot[0] == now), None)
    return Chart(
        x_ticks=tuple(Mark(percent(across.at(tick)), number(tick)) for tick in across.ticks()),
        y_ticks=tuple(Mark(_down(up, tick), words(tick)) for tick in up.ticks()),
        bands=tuple(_band(run, across, up) for run in _runs(spots)),
        lines=tuple(_line(run, across, up) for run in _runs(spots)),
        now=percent(across.at(now)),
        value=Mark(_down(up, here[2]), words(here[2])) if here else None,
        target=Mark(_down(up, target[0]), target[1]) if target else None,
        beyond=percent(across.at(beyond)) if beyond and beyond < across.high else None,
        log=up.log,
    )


def percent(share: float) -> float:
    """Return a share in percent, to two decimals: enough for any screen."""
    return round(share * 100, 2)


def number(value: float) -> str:
    """Return a number of an axis: `0.5`, `20`, `1,000`."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def _down(scale: Scale, value: float) -> float:
    return percent(1 - scale.at(value))


def _runs(spots: Sequence[Spot | None]) -> Iterable[list[Spot]]:
    """The known spots, apart where one between them is unknown."""
    for known, run in groupby(spots, key=lambda spot: spot is not None):
        if known:
            yield [spot for spot in run if spot]


def _line(run: Sequence[Spot], across: Scale, up: Scale) -> str:
    return _path((percent(across.at(load)), _down(up, likely)) for load, _, likely, _ in run)


def _band(run: Sequence[Spot], across: Scale, up: Scale) -> str:
    over = [(percent(across.at(load)), _down(up, high)) for load, _, _, high in run]
    under = [(percent(across.at(load)), _down(up, low)) for load, low, _, _ in reversed(run)]
    return _path([*over, *under]) + "Z"


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
