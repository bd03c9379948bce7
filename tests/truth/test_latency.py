"""Latency against published measurements: no figure may get worse than the level reached.

The page docs/latency-accuracy.md shows the same figures beside their bars. A change that moves
one for the better may tighten its limit here; one that moves it for the worse must say why.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

import pytest

from tests.truth.latency_cases import CORPORA, load, sources
from tools.latency.columns import columns
from tools.latency.compare import Deployments, Pair, pairs
from tools.latency.figures import FIGURES, Outcome
from tools.latency.page import files

# At most, as fitted, without the row's source, and without its model on its device; the bar.
REACHED: dict[str, tuple[float, float, float]] = {
    "decode, one user: median": (0.08, 0.202, 0.107),  # bar: 0.13
    "decode, one user: 90th percentile": (0.342, 0.705, 0.44),  # bar: 0.55
    "prefill or TTFT, one user: median": (0.108, 0.275, 0.186),  # bar: 0.21
    "prefill or TTFT, one user: 90th percentile": (0.42, 0.64, 0.53),  # bar: 0.8
    "TPOT or tokens/s under load: median": (0.107, 0.164, 0.148),  # bar: 0.17
    "TPOT or tokens/s under load: 90th percentile": (0.424, 0.66, 0.557),  # bar: 0.65
    "silicon corpus, TPOT: median": (0.084, 0.119, 0.119),  # bar: 0.13
    "silicon corpus, TPOT: mean": (0.107, 0.155, 0.155),  # bar: 0.18
    "silicon corpus, TTFT: median": (0.198, 0.298, 0.298),  # bar: 0.32
    "silicon corpus, TTFT: mean": (0.265, 0.365, 0.365),  # bar: 0.4
    "measured inside the bounds": (0.91, 0.838, 0.88),  # bar: 0.87 to 0.94
    "high / low at the median": (2.27, 3, 2.34),  # bar: 1 to 1.9
}


@pytest.fixture(scope="module")
def found() -> list[Pair]:
    return pairs()


@pytest.fixture(scope="module")
def sides(found: list[Pair]) -> dict[str, list[Outcome]]:
    return columns(found)


def test_rows_say_where_they_come_from() -> None:
    listed = sources()
    for case in load():
        assert case.corpus in CORPORA
        assert listed[case.source]["title"]
        assert 0 <= case.link < len(listed[case.source]["links"])


def test_ids_are_unique() -> None:
    ids = [case.id for case in load()]
    assert len(set(ids)) == len(ids)


def test_nearly_every_row_has_an_estimate(found: Sequence[Pair]) -> None:
    assert sum(pair.speed is not None for pair in found) >= 0.99 * len(found)  # bar: 90%


def test_no_counted_row_needs_more_arithmetic_than_there_is(found: Sequence[Pair]) -> None:
    for pair in found:
        case, speed = pair.case, pair.speed
        if speed is None or not (case.ttft and case.tpot and case.users and case.output):
            continue
        seconds = 1e-3 * (case.ttft + case.output * case.tpot)
        tokens = case.users / seconds * (pair.received + case.output)
        peak = speed.peak * speed.devices * speed.stages * case.data
        assert 2 * speed.active * tokens <= peak, case.id


def test_no_counted_row_has_weights_that_its_devices_do_not_hold(found: Sequence[Pair]) -> None:
    known = Deployments()
    for pair in found:
        machines, speed = known.of(pair.case).machines, pair.speed
        if not (machines and machines.accelerator and speed):
            continue
        size = machines.accelerator.usable_gib(machines.option_gb)[0]
        spread = machines.sharding.pipeline
        assert not size or speed.dense_bytes + speed.expert_bytes <= size * spread * 2**30


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.says)
def test_no_figure_gets_worse(figure: object, sides: dict[str, list[Outcome]]) -> None:
    assert figure in FIGURES
    [which] = [each for each in FIGURES if each is figure]
    limits = REACHED[which.says]
    for limit, outcomes in zip(limits, sides.values(), strict=True):
        value, rows = which.of(outcomes)
        assert rows > 250
        if which.says == "measured inside the bounds":
            assert value >= limit
        else:
            assert value <= limit


def test_the_page_is_up_to_date() -> None:
    for path, text in files().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run tools.latency --write"


def test_an_estimate_takes_microseconds(found: Sequence[Pair]) -> None:
    known = [pair for pair in found if pair.speed is not None]
    start = process_time()
    for pair in known:
        pair.predict()
    assert (process_time() - start) / len(known) < 200e-6  # measured: 15
