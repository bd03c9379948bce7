"""Scatter plots of predicted against measured, written by hand so that their bytes never change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

SIZE, LEFT, TOP, RIGHT, BOTTOM = 420, 58, 34, 130, 46
_PALETTE = {
    "vllm": "#3b82f6",
    "llama.cpp": "#f59e0b",
    "ollama": "#a855f7",
    "transformers": "#10b981",
    "sglang": "#ef4444",
    "tgi": "#ec4899",
    "tensorrt-llm": "#84cc16",
    "mlx": "#06b6d4",
}
_OTHER = "#808080"
# Greys and colours of middle lightness, which read on a white page and on a dark one.
_STYLE = (
    "text{font:12px sans-serif;fill:#808080}.t{font-weight:bold}"
    ".g{stroke:#808080;stroke-opacity:.25}.d{stroke:#808080;stroke-dasharray:4 3}"
    ".b{stroke-opacity:.45}"
)


@dataclass(frozen=True, slots=True)
class Point:
    """One comparison; `name` is the tooltip."""

    measured: float
    likely: float
    low: float
    high: float
    engine: str
    name: str


def scatter(title: str, unit: str, points: Sequence[Point]) -> str:
    """Return a log-log scatter plot as SVG; points that are not positive are left out."""
    shown = [each for each in points if each.measured > 0 and each.likely > 0]
    first, last = _decades(shown)
    scale = _Scale(first, last)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + SIZE + RIGHT} '
        f'{TOP + SIZE + BOTTOM}" role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}</style>",
        f'<text class="t" x="{LEFT}" y="20">{escape(title)}</text>',
        *_axes(scale, unit),
        *(line for each in shown for line in _mark(scale, each)),
        *_legend(sorted({each.engine for each in shown})),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int  # powers of ten
    last: int

    def x(self, value: float) -> str:
        return f"{LEFT + self._share(value) * SIZE:.1f}"

    def y(self, value: float) -> str:
        return f"{TOP + (1 - self._share(value)) * SIZE:.1f}"

    def _share(self, value: float) -> float:
        place = (log10(max(value, 1e-9)) - self.first) / (self.last - self.first)
        return min(max(place, 0.0), 1.0)


def _decades(points: Sequence[Point]) -> tuple[int, int]:
    values = [value for each in points for value in (each.measured, each.likely)] or [1.0]
    first, last = floor(log10(min(values))), ceil(log10(max(values)))
    return first, max(last, first + 1)


def _axes(scale: _Scale, unit: str) -> list[str]:
    lines = []
    for power in range(scale.first, scale.last + 1):
        value = 10.0**power
        x, y, label = scale.x(value), scale.y(value), _short(value)
        lines += [
            f'<path class="g" d="M{x} {TOP}v{SIZE}M{LEFT} {y}h{SIZE}"/>',
            f'<text x="{x}" y="{TOP + SIZE + 18}" text-anchor="middle">{label}</text>',
            f'<text x="{LEFT - 6}" y="{y}" dy="4" text-anchor="end">{label}</text>',
        ]
    middle = TOP + SIZE // 2
    return [
        *lines,
        f'<path class="d" d="M{LEFT} {TOP + SIZE}L{LEFT + SIZE} {TOP}"/>',
        f'<text x="{LEFT + SIZE // 2}" y="{TOP + SIZE + 38}" text-anchor="middle">'
        f"measured, {escape(unit)}</text>",
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">'
        f"predicted, {escape(unit)}</text>",
    ]


def _short(value: float) -> str:
    """A power of ten in few characters."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _mark(scale: _Scale, point: Point) -> list[str]:
    colour = _PALETTE.get(point.engine, _OTHER)
    x = scale.x(point.measured)
    return [
        f'<path class="b" stroke="{colour}" d="M{x} {scale.y(point.low)}V{scale.y(point.high)}"/>',
        f'<circle cx="{x}" cy="{scale.y(point.likely)}" r="3.2" fill="{colour}">'
        f"<title>{escape(point.name)}</title></circle>",
    ]


def _legend(engines: Sequence[str]) -> list[str]:
    lines = []
    for row, name in enumerate(engines):
        y, colour = TOP + 10 + row * 20, _PALETTE.get(name, _OTHER)
        lines += [
            f'<circle cx="{LEFT + SIZE + 16}" cy="{y}" r="4" fill="{colour}"/>',
            f'<text x="{LEFT + SIZE + 26}" y="{y + 4}">{escape(name)}</text>',
        ]
    return lines
