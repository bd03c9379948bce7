"""How long an estimate of latency takes, warm: microseconds by what a deployment is asked.

`python -m benchmarks.latency` estimates one deployment with its weights and its cache known, as a
check does for every remedy it tries, and prints the best of several runs, in processor time. The
figures are those of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from timeit import repeat

from aispec.catalog.deployment import Deployment
from aispec.catalog.resolve import resolve
from aispec.catalog.store import Catalog
from aispec.estimate.latency.facts import facts
from aispec.estimate.latency.load import Load, closed, opened
from aispec.estimate.latency.roofline import Roofline, roofline
from aispec.estimate.memory.cache import Cache, cache_of
from aispec.estimate.memory.weights import Weights, weigh
from aispec.estimate.request import Request, request_of
from aispec.spec.model import (
    Engine,
    Hardware,
    ModelRef,
    Precision,
    Sla,
    Spec,
    Target,
    Tokens,
    Users,
    Workload,
)

_RUNS, _REPEATED = 200, 7
_MOST = 256.0  # requests at once
_RATE = 0.5  # requests/s
_PROMISED = Sla(ttft=Target(2.0, 95), tpot=Target(0.05, 95))


def main() -> None:
    """Print microseconds for one estimate of each kind."""
    deployment, weights, cache, request = _deployment()

    def speed() -> Roofline:
        found = roofline(deployment, weights, cache)
        assert found is not None
        return found

    def told(load: Callable[[Roofline], Load | None], promised: Sla) -> Callable[[], object]:
        def once() -> object:
            here = speed()
            return facts(here, load(here), request, 1, promised=promised)

        return once

    prompt, output = request.input.value, request.output.value

    def users(number: float) -> Callable[[Roofline], Load]:
        return lambda here: closed(here, number, _MOST, prompt, output)

    def rate(here: Roofline) -> Load:
        return opened(here, _RATE, _MOST, prompt, output)

    for name, once in (
        ("roofline alone", speed),
        ("one user", told(users(1), Sla())),
        ("64 users", told(users(64), Sla())),
        ("a rate", told(rate, Sla())),
        ("a rate, with targets", told(rate, _PROMISED)),
    ):
        once()
        best = min(repeat(once, process_time, number=_RUNS, repeat=_REPEATED)) / _RUNS
        print(f"{name:24}{1e6 * best:8.0f} µs")


def _deployment() -> tuple[Deployment, Weights, Cache | None, Request]:
    spec = Spec(
        version=1,
        name="bench",
        model=ModelRef("meta-llama/Llama-3.1-70B-Instruct"),
        precision=Precision("fp8"),
        engine=Engine(name="vllm", max_model_len=8192),
        hardware=Hardware("h100-sxm-80gb", 4),
        workload=Workload(users=Users(concurrent=64), tokens=Tokens(input=2000, output=300)),
    )
    deployment = resolve(spec, Catalog.default())
    assert deployment.model is not None
    assert deployment.weights is not None
    assert spec.workload is not None
    weights = weigh(deployment.model, deployment.weights)
    assert weights is not None
    request = request_of(spec.workload, deployment.assumed)
    return deployment, weights, cache_of(deployment), request


if __name__ == "__main__":
    main()
