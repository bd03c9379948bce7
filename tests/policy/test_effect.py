"""What a change leads to, in words."""

from __future__ import annotations

import pytest

from aispec.estimate.answer import Answer
from aispec.estimate.fact import Facts
from aispec.estimate.quantity import Quantity
from aispec.policy.effect import effect


def facts(**given: float | str | Answer) -> Facts:
    units = {
        "memory.headroom": "GiB",
        "cost.month": "USD/month",
        "latency.ttft": "ms",
        "latency.tps": "tokens/s",
    }
    made: Facts = {}
    for key, value in given.items():
        name = key.replace("__", ".")
        if isinstance(value, str):
            made[name] = Quantity.unknown(units[name], value)
        else:
            made[name] = value if isinstance(value, Answer) else Quantity(value, units[name])
    return made


FITS = {"memory__headroom": 18.12, "memory__fits": Answer.YES}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {}, ""),
        ({}, FITS, "fits with 18.1 GiB to spare"),
        ({}, FITS | {"memory__fits": Answer.MAYBE}, "may fit"),
        ({}, FITS | {"memory__fits": Answer.NO}, ""),
        ({}, {"memory__fits": Answer.MAYBE}, "may fit"),
        ({"cost__month": 100.0}, {"cost__month": "why"}, "cost unknown"),
        ({}, {"cost__month": "why"}, ""),
        ({}, {"cost__month": 1234.5}, "$1,234 a month"),
        ({}, {"cost__month": 9.99}, "$9.99 a month"),
        ({}, {"cost__month": 10.0}, "$10 a month"),
        ({"cost__month": 1000.0}, {"cost__month": 1005.0}, "same cost"),
        ({"cost__month": 1000.0}, {"cost__month": 1005.1}, "+$5.10 a month"),
        ({"cost__month": 1000.0}, {"cost__month": 900.0}, "-$100 a month"),
        ({"cost__month": 0.1}, {"cost__month": 0.104}, "same cost"),
        ({"cost__month": 0.5}, {"cost__month": 0.508}, "+$0.01 a month"),
        ({"latency__ttft": 300.0}, {"latency__ttft": 309.0}, ""),
        ({"latency__ttft": 300.0}, {"latency__ttft": 310.0}, "first token in 310 ms"),
        ({"latency__ttft": 300.0}, {"latency__ttft": 210.4}, "first token in 210 ms"),
        ({}, {"latency__ttft": 9.96}, "first token in 10.0 ms"),
        ({}, {"latency__tps": 42.4}, "42 tokens/s for each user"),
        ({}, {"latency__tps": 10.0}, "10 tokens/s for each user"),
        (
            {"cost__month": 1.0, "latency__tps": 1.0},
            FITS | {"cost__month": 1.0, "latency__tps": 8.25, "latency__ttft": 100.0},
            "fits with 18.1 GiB to spare, same cost, first token in 100 ms,"
            " 8.2 tokens/s for each user",
        ),
    ],
)
def test_the_words(before: dict[str, float], after: dict[str, float], said: str) -> None:
    assert effect(facts(**before), facts(**after)) == said
