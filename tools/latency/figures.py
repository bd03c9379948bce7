"""The figures that the latency estimate is judged by, and the bar of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tools.accuracy.figures import quantile
from tools.latency.compare import Pair

SILICON = "silicon"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One pair, estimated: as fitted, or without the rows it is to be tested on."""

    pair: Pair
    likely: float
    bounds: tuple[float, float]  # of measured over likely

    @property
    def error(self) -> float:
        """Return the absolute error, as a share of what was measured."""
        return abs(self.likely / self.pair.measured - 1)

    @property
    def inside(self) -> bool:
        """Whether the measurement lies in the bounds."""
        low, high = self.bounds
        return self.likely * low <= self.pair.measured <= self.likely * high

    @property
    def width(self) -> float:
        """High over low."""
        low, high = self.bounds
        return high / low


Outcomes = Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the rows it is about, the statistic, and the bar it is held to."""

    says: str
    chooses: Callable[[Pair], bool]
    measure: Callable[[Outcomes], float]
    bar: tuple[float, float]  # at least, at most
    unit: str = "%"

    def of(self, outcomes: Iterable[Outcome]) -> tuple[float, int]:
        """Return the statistic, and of how many rows."""
        chosen = [each for each in outcomes if self.chooses(each.pair)]
        return (self.measure(chosen) if chosen else 0.0), len(chosen)

    def holds(self, value: float) -> bool:
        """Whether a value keeps to the bar."""
        low, high = self.bar
        return low <= value <= high

    def shown(self, value: float) -> str:
        """Return a value in the figure's unit."""
        return f"{100 * value:.1f}%" if self.unit == "%" else f"{value:.2f}"


def median(outcomes: Outcomes) -> float:
    """Return the median absolute error."""
    return quantile([each.error for each in outcomes], 0.5) or 0.0


def ninetieth(outcomes: Outcomes) -> float:
    """Return the 90th percentile of the absolute error."""
    return quantile([each.error for each in outcomes], 0.9) or 0.0


def mean(outcomes: Outcomes) -> float:
    """Return the mean absolute error."""
    return sum(each.error for each in outcomes) / len(outcomes)


def inside(outcomes: Outcomes) -> float:
    """Return the share of measurements inside the bounds."""
    return sum(each.inside for each in outcomes) / len(outcomes)


def widths(outcomes: Outcomes) -> float:
    """Return the median of high over low."""
    return quantile([each.width for each in outcomes], 0.5) or 0.0


def _about(figure: str, corpus: str | None = None) -> Callable[[Pair], bool]:
    return lambda pair: pair.figure == figure and corpus in (None, pair.case.corpus)


def _every(_: Pair) -> bool:
    return True


FIGURES = (
    Figure("decode, one user: median", _about("decode"), median, (0, 0.13)),
    Figure("decode, one user: 90th percentile", _about("decode"), ninetieth, (0, 0.55)),
    Figure("prefill or TTFT, one user: median", _about("first"), median, (0, 0.21)),
    Figure("prefill or TTFT, one user: 90th percentile", _about("first"), ninetieth, (0, 0.80)),
    Figure("TPOT or tokens/s under load: median", _about("load"), median, (0, 0.17)),
    Figure("TPOT or tokens/s under load: 90th percentile", _about("load"), ninetieth, (0, 0.65)),
    Figure("silicon corpus, TPOT: median", _about("load", SILICON), median, (0, 0.13)),
    Figure("silicon corpus, TPOT: mean", _about("load", SILICON), mean, (0, 0.18)),
    Figure("silicon corpus, TTFT: median", _about("queue", SILICON), median, (0, 0.32)),
    Figure("silicon corpus, TTFT: mean", _about("queue", SILICON), mean, (0, 0.40)),
    Figure("measured inside the bounds", _every, inside, (0.87, 0.94)),
    Figure("high / low at the median", _every, widths, (1.0, 1.9), ""),
)
"""Every headline figure; bars are shares."""
