"""Latency profiles, and the figures for energy."""

import pytest

from aispec.catalog.profiles import latency_profile, latency_profiles, load_fraction
from aispec.catalog.store import load_data


@pytest.mark.parametrize(
    ("name", "ttft", "percentile", "tps"),
    [
        ("chat", 500, 95, 10),
        ("Voice Agent", 300, 95, 15),
        ("coding", 1000, 95, 30),
        ("code_completion", 200, 95, 40),
        ("rag", 5000, 95, 10),
        ("interactive", 450, 99, 25),
        ("background", None, None, None),
    ],
)
def test_targets(name: str, ttft: int | None, percentile: int | None, tps: int | None) -> None:
    found = latency_profile(name)
    assert found is not None
    assert (found.ttft_ms, found.percentile, found.tps) == (ttft, percentile, tps)
    assert found.source


def test_names_are_not_shared() -> None:
    names = [name for p in latency_profiles() for name in (p.name, *p.aliases)]
    assert len(names) == len(set(names))
    assert latency_profile("nothing") is None


def test_nobody_is_served_slower_than_they_read() -> None:
    speed = load_data("profiles/latency")["reading"]["tokens_per_second"]
    assert speed == pytest.approx(238 / 60 / 0.75, abs=0.02)
    for each in latency_profiles():
        assert each.tps is None or each.basis == "standard" or each.tps > speed


def test_energy_figures() -> None:
    assert load_fraction(saturated=True) == (0.7, 0.9)
