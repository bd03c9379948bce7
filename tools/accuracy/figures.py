"""The headline figures, and the bar that each is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tools.accuracy.compare import EXACT, KV, Compared, Pair

Cases = Sequence[Compared]
_BOUNDED = ("weights", *KV, "pool", "activations", "runtime", "graphs", "needed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how it is measured, and the bounds it should keep to, all as shares."""

    key: str
    says: str
    measure: Callable[[Cases], tuple[float | None, int]]
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float | None) -> bool:
        """Whether a value keeps to the bar; there is none to keep to without a value."""
        if value is None:
            return True
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def bar(self) -> str:
        """The bar in words."""
        low, high = self.at_least, self.at_most
        if low is not None and high is not None:
            return f"{low:.0%} to {high:.0%}"
        return f"at least {low:.0%}" if low is not None else f"at most {high:.0%}"


def quantile(values: Iterable[float], share: float) -> float | None:
    """Return a quantile by linear interpolation; `None` for no values at all."""
    ranked = sorted(values)
    if not ranked:
        return None
    place = (len(ranked) - 1) * share
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def pairs(cases: Cases, *kinds: str, engine: str | None = None) -> list[Pair]:
    """Return the pairs of these kinds that have an estimate, of cases that count."""
    return [
        pair
        for each in cases
        if each.case.counted and engine in (None, each.case.engine)
        for pair in each.pairs
        if pair.kind in kinds and pair.likely is not None and comparable(each, pair)
    ]


def comparable(each: Compared, pair: Pair) -> bool:
    """Whether the source says what the figure hangs on: the share of memory, for vLLM's cache."""
    return pair.kind != "pool" or each.case.utilization is not None


def errors(found: Iterable[Pair]) -> list[float]:
    """Return the absolute relative errors."""
    return [abs(pair.error) for pair in found if pair.error is not None]


def judged(cases: Cases, outcome: str) -> list[str]:
    """Return the verdicts of cases with that outcome that could be judged at all."""
    return [
        each.verdict
        for each in cases
        if each.case.counted and each.case.outcome == outcome and each.verdict in _VERDICTS
    ]


_VERDICTS = ("yes", "maybe", "no")


def _share(hits: int, of: int) -> tuple[float | None, int]:
    return (hits / of if of else None), of


def _recognised(cases: Cases) -> tuple[float | None, int]:
    ours = [each for each in cases if each.case.supported and each.named]
    return _share(sum(each.recognised for each in ours), len(ours))


def _error(
    share: float, kind: str, engine: str | None = None
) -> Callable[[Cases], tuple[float | None, int]]:
    def measure(cases: Cases) -> tuple[float | None, int]:
        found = errors(pairs(cases, kind, engine=engine))
        return quantile(found, share), len(found)

    return measure


def _cache(cases: Cases) -> tuple[float | None, int]:
    found = errors(pairs(cases, *KV))
    return _share(sum(error <= EXACT for error in found), len(found))


def _caught(cases: Cases) -> tuple[float | None, int]:
    found = judged(cases, "fails")
    return _share(sum(verdict != "yes" for verdict in found), len(found))


def _refused(cases: Cases) -> tuple[float | None, int]:
    found = judged(cases, "runs")
    return _share(found.count("no"), len(found))


def _undecided(cases: Cases) -> tuple[float | None, int]:
    found = judged(cases, "runs") + judged(cases, "fails")
    return _share(found.count("maybe"), len(found))


def _inside(cases: Cases) -> tuple[float | None, int]:
    found = pairs(cases, *_BOUNDED)
    return _share(sum(pair.inside for pair in found), len(found))


FIGURES = (
    Figure("recognised", "model and hardware recognised", _recognised, at_least=0.80),
    Figure("weights_median", "weights, median error", _error(0.5, "weights"), at_most=0.01),
    Figure("weights_p90", "weights, 90th percentile", _error(0.9, "weights"), at_most=0.06),
    Figure("kv_exact", "KV cache of a token within 1.2%", _cache, at_least=0.95),
    Figure("pool_median", "vLLM's cache, median error", _error(0.5, "pool", "vllm"), at_most=0.02),
    Figure("pool_p90", "vLLM's cache, 90th percentile", _error(0.9, "pool", "vllm"), at_most=0.10),
    Figure("failed_caught", "failed, and called no or maybe", _caught, at_least=0.92),
    Figure("ran_refused", "ran, and called no", _refused, at_most=0.02),
    Figure("undecided", "called maybe", _undecided, at_most=0.20),
    Figure("inside", "measured within the bounds", _inside, at_least=0.88, at_most=0.95),
)
"""Every figure that the page's first table shows."""


def sides(cases: Cases) -> dict[str, Cases]:
    """Return all cases, those constants may be fitted on, and those only tested on."""
    return {
        "all": cases,
        "fit": [each for each in cases if each.case.split == "fit"],
        "test": [each for each in cases if each.case.split == "test"],
    }
