"""A front door over other deployments: what each target carries, and what the whole costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aispec.catalog.deployment import Deployment
from aispec.estimate import context, identity, traffic
from aispec.estimate.answer import Answer
from aispec.estimate.cost.facts import per_unit
from aispec.estimate.fact import Absent, Fact, Facts
from aispec.estimate.quantity import Quantity, total
from aispec.estimate.request import request_of
from aispec.estimate.vocabulary import FACTS
from aispec.record import replace
from aispec.spec.model import Spec, Users, Workload

_LIMITED = ("tpm", "rpm", "tpd", "itpm", "otpm")
_SUMS = ("cost.hour", "cost.day", "cost.month", "energy.watts", "energy.kwh_per_month")


def loads(specs: Sequence[Spec]) -> dict[str, Workload]:
    """Return the workload of every deployment by name: its own, or its share of front doors'."""
    found = {spec.name: spec.workload for spec in specs if spec.workload}
    pending = {spec.name: spec for spec in specs if spec.routes}
    for _ in range(len(specs)):
        ready = [name for name in pending if name in found and not _awaited(name, pending)]
        for name in ready:
            door = pending.pop(name)
            for route in door.routes:
                share = _scaled(found[name], route.share)
                found[route.to] = _joined(found.get(route.to), share)
        if not ready:
            break
    return found


def _awaited(name: str, pending: Mapping[str, Spec]) -> bool:
    """Whether another front door that still has to be opened leads to this one."""
    return any(route.to == name for door in pending.values() for route in door.routes)


def _scaled(workload: Workload, share: float) -> Workload:
    users = Users(
        None if workload.users.daily is None else workload.users.daily * share,
        None if workload.users.concurrent is None else workload.users.concurrent * share,
    )
    jobs = tuple(replace(job, requests=job.requests * share) for job in workload.batch)
    return replace(workload, users=users, batch=jobs)


def _joined(one: Workload | None, other: Workload) -> Workload:
    """Add the users and jobs of a second source; the first one's requests stand for both."""
    if one is None:
        return other
    users = Users(
        _sum(one.users.daily, other.users.daily),
        _sum(one.users.concurrent, other.users.concurrent),
    )
    return replace(one, users=users, batch=one.batch + other.batch)


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one + (other or 0.0)


def blend(
    deployment: Deployment,
    workload: Workload,
    targets: Sequence[Facts],
    prompts: Mapping[str, Quantity] = MappingProxyType({}),
) -> Facts:
    """Return the facts of a front door from those of its targets.

    `prompts` are the tokens of the files that it names, by part.
    """
    elsewhere = Absent("it is its targets'")
    found: Facts = dict.fromkeys(FACTS, elsewhere)
    found |= identity.facts(deployment, None, None)
    request = request_of(workload, deployment.assumed, prompts)
    flow = traffic.by_api(workload, request, deployment.assumed, None)
    found |= traffic.facts(flow, request, workload.batch)
    found["context.used"] = context.facts(deployment, request)["context.used"]
    for name in _SUMS:
        found[name] = _total(name, [facts[name] for facts in targets])
    for name in _LIMITED:
        needed = [facts[f"limits.{name}_needed"] for facts in targets]
        found[f"limits.{name}_needed"] = _total(f"limits.{name}_needed", needed)
    found["limits.tpm_plan"] = _narrowest("tpm", targets)
    found["limits.rpm_plan"] = _narrowest("rpm", targets)
    month = found["cost.month"]
    if isinstance(month, Quantity):
        found |= per_unit(month, workload, request, flow)
    fits = [facts["memory.fits"] for facts in targets]
    answers = [fit for fit in fits if isinstance(fit, Answer)]
    if answers:
        found["memory.fits"] = Answer.all(answers)
    return {name: found[name] for name in FACTS}


def _narrowest(name: str, targets: Sequence[Facts]) -> Fact:
    """Return what the front door may take before the first of its targets is over its own plan.

    A target with no limit, or whose load is not known, sets no bound.
    """
    needs = [facts[f"limits.{name}_needed"] for facts in targets]
    whole = _total(f"limits.{name}_needed", needs)
    if not (isinstance(whole, Quantity) and whole.known):
        return Absent("it is its targets'")
    rooms = [
        plan.value / need.value
        for facts, need in zip(targets, needs, strict=True)
        if isinstance(plan := facts[f"limits.{name}_plan"], Quantity) and plan.known
        if isinstance(need, Quantity) and need.known and need.value
    ]
    if not rooms:
        return Absent("no target has a limit that is known")
    return Quantity(
        whole.value * min(rooms),
        FACTS[f"limits.{name}_plan"].unit,
        how="until the first of its targets is at its own limit, at these shares",
    )


def _total(name: str, parts: Sequence[Fact]) -> Fact:
    figures = [part for part in parts if isinstance(part, Quantity)]
    if not figures:
        return Absent("no target has it")
    return total(FACTS[name].unit, figures, "the sum over its targets")
