"""The pipeline over a range of load, for reports: where the latency of a deployment bends.

Each load is the estimator run on the spec with other users; nothing is interpolated. Pure, and the
same loads whenever the same spec is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import ceil, floor, log10

from aispec.estimate.cost.parts import parts
from aispec.estimate.fact import Absent, Fact, above_zero
from aispec.estimate.facts import Case, estimate, request_for
from aispec.estimate.quantity import Quantity
from aispec.pipeline.figures import give_facts
from aispec.pipeline.gathered import Gathered
from aispec.pipeline.options import Options
from aispec.pipeline.placed import Placed, place_all
from aispec.record import replace
from aispec.report.html.study import Key, Point, Study, Sweep
from aispec.spec.model import Users, Workload

STEPS = 12
"""Loads between the least and the greatest, beside the deployment's own and those near the most."""

_NEAR = (0.7, 0.85, 0.95)  # shares of the most it can do: here the queue begins to tell
_LATENCY = ("latency.ttft", "latency.tpot", "latency.tps", "latency.e2e")


def studies(gathered: Gathered, options: Options, wanted: Collection[Key]) -> dict[Key, Study]:
    """Return the studies of the deployments that are wanted, by file and line."""
    every = [
        each for each in place_all(gathered.files, gathered.governor, options) if not each.problems
    ]
    give_facts(every, options)
    by_name = {each.located.spec.name: each for each in every}
    return {
        _key(each): Study(_sweep(each, options), _costs(each, by_name, options))
        for each in every
        if _key(each) in wanted
    }


def _key(each: Placed) -> Key:
    return each.file.path, each.located.document.line


def _case(each: Placed, workload: Workload | None, options: Options) -> Case:
    return Case(each.deployment, workload, options.today, each.prompts)


def _costs(each: Placed, by_name: Mapping[str, Placed], options: Options) -> Mapping[str, Quantity]:
    """The cost by what it is paid for; a front door's by its targets."""
    if each.workload is None:
        return {}
    if each.located.spec.routes:
        named = [
            (r.to, by_name[r.to].facts.get("cost.month"))
            for r in each.located.spec.routes
            if r.to in by_name
        ]
        return {name: cost for name, cost in named if isinstance(cost, Quantity)}
    request = request_for(_case(each, each.workload, options))
    return parts(each.deployment, each.workload, request, each.facts) if request else {}


def _sweep(each: Placed, options: Options) -> Sweep | None:
    """Return a deployment's latency over load; none where load does not decide it."""
    workload, facts = each.workload, each.facts
    if workload is None or each.deployment.machines is None or each.located.spec.routes:
        return None
    if isinstance(facts["latency.tpot"], Absent):
        return None
    case = _case(each, workload, options)
    if workload.users.concurrent is not None:
        now = workload.users.concurrent
        loads = _users(now, facts["throughput.utilization"])
        made = [_at(case, load, Users(workload.users.daily, load)) for load in loads]
        return Sweep("users at once", now, None, tuple(made))
    rate = above_zero(facts["workload.peak_requests_per_second"])
    most = above_zero(facts["throughput.requests_per_second"])
    if workload.users.daily is None or rate is None or most is None:
        return None
    daily = workload.users.daily / rate.value
    made = [_at(case, load, Users(load * daily)) for load in _rates(rate.value, most.value)]
    return Sweep("requests/s in the busiest hour", rate.value, most, tuple(made))


def _at(case: Case, load: float, users: Users) -> Point:
    """The latency with other users, everything else as it is."""
    assert case.workload is not None
    facts = estimate(replace(case, workload=replace(case.workload, users=users)))
    return Point(load, {name: facts[name] for name in _LATENCY})


def _users(now: float, utilization: Fact) -> list[float]:
    """Whole users from a few to a quarter more than find a free slot, or twice those expected."""
    used = above_zero(utilization)
    slots = now / used.value if used else now
    least = max(min(now, slots) / 16, 1.0)
    ladder = _ladder(least, max(2 * now, 1.25 * slots, 4.0))
    return _distinct([*(float(round(load)) for load in ladder), now], now)


def _rates(now: float, most: float) -> list[float]:
    """Rates from a fraction of the lesser to beyond the greater of the expected and the most."""
    ladder = _ladder(min(now, most) / 4, max(now, most) * 1.25)
    return _distinct([*ladder, *(most * share for share in _NEAR), now], now)


def _ladder(least: float, greatest: float) -> Iterator[float]:
    """Even steps on a logarithmic scale, each rounded to two digits."""
    for step in range(STEPS + 1):
        yield _rounded(least * (greatest / least) ** (step / STEPS))


def _rounded(load: float) -> float:
    places = 1 - floor(log10(load))
    return round(load, places) if places > 0 else float(ceil(load / 10**-places) * 10**-places)


def _distinct(loads: list[float], now: float) -> list[float]:
    """The loads in order, without those that are all but the same as one before or as `now`."""
    kept = [now]
    for load in sorted(loads):
        if all(abs(load - one) > 0.03 * one for one in kept):
            kept.append(load)
    return sorted(kept)
